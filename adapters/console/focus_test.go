package console

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focused waits until the element with the ID has the focus.
func (b browser) focused(id string) {
	b.t.Helper()
	b.wait(`document.activeElement.id === "` + id + `"`)
}

// TestBrowserFocus checks that the focus is where a user answers: what is typed
// after a post or a press must not go to another place.
func TestBrowserFocus(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.focused("say-c")

	// A post, whose answer opens its thread.
	b.sends("#say-c", "about 319")
	b.at("side", "thread")
	b.focused("say-t")

	// A press on the replies of the open thread, with the mouse and with Enter.
	b.click("#say-c")
	b.click("#list-c .replies")
	b.focused("say-t")
	b.do(chromedp.Focus(chromedp.CSS("#list-c .replies")))
	b.enter()
	b.focused("say-t")

	// A press on a button of the answer.
	b.click("#list-t [data-press*='|n|']")
	b.sees("#list-t", "Step 2 of 4")
	b.focused("say-t")

	// A press on a button of an answer in the channel opens its thread.
	p := saying("p1", "", s.thread(SupportChannel, "new"))
	p.Opens, p.Reply.Blocks = true, step(1)
	s.must(t, p)
	b.click("#list-c .msg:last-child [data-press*='|n|']")
	b.sees("#list-t", "Step 2 of 4")
	b.focused("say-t")
	b.click("#list-c .msg:first-of-type .replies")
	b.sees("#list-t", "about 319")

	// The match evidence, and back.
	b.click("#list-t .msg:last-child [data-why]")
	b.at("side", "why")
	b.focused("side")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.at("side", "thread")
	b.focused("say-t")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.at("side", "none")
	b.focused("say-c")

	// Who goes on to type in the channel stays there.
	b.value(`window.stopped = fetch; window.fetch = (...all) => new Promise((go) => { window.resume = () => go(window.stopped(...all)); }); ""`)
	b.sends("#say-c", "319 once more")
	b.types("#say-c", "and one th")
	b.value(`window.fetch = window.stopped; window.resume(); ""`)
	b.at("side", "thread")
	b.focused("say-c")
	b.wait(`document.getElementById("say-c").value === "and one th"`)
	b.value(`document.getElementById("say-c").value = ""`)

	// A private answer has no message box: its buttons get the focus.
	b.sends("#say-c", "/mabs 319")
	b.sees("#list-c .private.bot", "Step 1 of 4")
	b.click("#list-c .private [data-press*='|n|']")
	b.sees("#list-c .private:last-child", "Step 2 of 4")
	b.wait(`document.activeElement.matches(".private:last-child [data-press]")`)
}
