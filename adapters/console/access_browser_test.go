package console

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserLogin logs in with the keyboard alone, reads as a viewer, and logs out.
func TestBrowserLogin(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t, withUsers)
	s.says(t, "alex", SupportChannel, "", "about 319")
	home := serve(t, s)
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/?as=alex"))
	b.wait(`document.activeElement.id === "name"`)
	b.do(chromedp.KeyEvent("vi"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("wrong"))
	b.submits()
	b.sees("#mistake", "password is wrong")
	b.wait(`document.getElementById("name").value === "vi"`)
	b.fits()
	b.shot("30-login")
	b.wait(`document.activeElement.id === "password"`)
	b.do(chromedp.KeyEvent("of vi"))
	b.submits()
	b.sees("#list-c", "about 319")
	b.wait(`document.getElementById("say-c").disabled && document.getElementById("say-c").placeholder.includes("read here")`)
	b.shot("31-viewer")
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/cases?as=alex"))
	b.sees("#rail .who", "Logged in as vi")
	b.gone("[data-reset]")
	b.shot("32-viewer-rail")
	b.do(chromedp.Focus(chromedp.CSS(".logout button")))
	b.submits()
	b.wait(`location.pathname === "/login"`)
}

// submits presses Enter in a form that leads to another page, maybe before the key is
// up again.
func (b browser) submits() {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Enter)); err != nil && !left(err) {
		b.t.Fatal(err)
	}
}

// TestBrowserWithoutWorkspace opens the pages in a console that has nothing else.
func TestBrowserWithoutWorkspace(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	home := serve(t, newStage(t, func(o *Options) { o.NoWorkspace = true }))
	b := newBrowser(t)
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/"))
	b.wait(`location.pathname === "` + firstPage + `"`)
	b.gone("[data-place], [data-reset]")
	b.click("[data-user=minji]")
	b.wait(`document.documentElement.lang === "ko"`)
	b.shot("33-pages-korean")
}
