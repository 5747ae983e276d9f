package console

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The widths that the layouts are made for: a phone, a small tablet, a small
// screen, a laptop, and a large screen.
var widths = []int64{360, 390, 800, 1024, 1280, 1920}

// TestBrowserLayouts checks at every width that all is within the window, and
// that a command is readable as a whole.
func TestBrowserLayouts(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "about 319 on a server-with-a-very-long-name-that-nobody-would-want.corp.example.com")
	s.says(t, "alex", SupportChannel, top, "every block")
	s.says(t, "alex", SupportChannel, "", "/mabs 319")
	b := newBrowser(t)
	paths := []string{
		"/", "/?thread=" + top, "/?why=" + top, "/?side=try", "/?side=search&find=319", "/?in=dm:alex",
		"/kb", "/kb/policy-change", "/kb/agent-coordinator", "/cases", "/shadow", "/login",
	}
	for _, user := range []string{"alex", "minji"} {
		for _, path := range paths {
			b.do(chromedp.Navigate(home + withUser(path, user)))
			for _, width := range widths {
				b.do(chromedp.EmulateViewport(width, 844))
				b.inside(fmt.Sprintf("%d px, %s as %s", width, path, user))
			}
		}
	}
}

// inside fails if something is wider than the window, or cut off within a box.
func (b browser) inside(where string) {
	b.t.Helper()
	if wide := b.value(outside); wide != "" {
		b.shot("outside")
		b.t.Errorf("%s: %s", where, wide)
	}
}

// outside lists visible elements beyond the sides of the window, and those whose
// content needs to be scrolled sideways. A text that ends with an ellipsis is
// cut on purpose, and a box of one pixel is for screen readers.
const outside = `(() => {
	const wrong = [];
	for (const e of document.querySelectorAll("body *")) {
		if (!e.checkVisibility() || e.offsetWidth === 1 || e.closest(".unseen, .skip, svg, :popover-open, #toast:not([data-shown])")) continue;
		const box = e.getBoundingClientRect();
		const style = getComputedStyle(e);
		if (box.width && (box.right > innerWidth + 1 || box.left < -1)) wrong.push("beyond the window: " + e.outerHTML.slice(0, 160));
		const cut = style.overflowX !== "visible" && style.textOverflow !== "ellipsis" && style.webkitLineClamp === "none";
		if (cut && e.scrollWidth > e.clientWidth + 1 && !e.matches(".grip")) wrong.push("cut off: " + e.outerHTML.slice(0, 160));
	}
	return wrong.slice(0, 5).join("\n");
})()`

// TestBrowserCommands checks that commands have the size of the text around
// them, and that neither they nor names are broken where they must not be.
func TestBrowserCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	b := newBrowser(t)
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/?as=alex&thread="+top))
	b.wait(`getComputedStyle(document.querySelector("#list-t pre code")).fontSize === getComputedStyle(document.querySelector("#list-t .says p")).fontSize`)
	if got := b.value(`document.querySelector("#list-t pre code").textContent`); !strings.HasSuffix(got, `\AC\<version>\dpmac.exe"`) {
		t.Errorf("the command is %q", got)
	}
	// A name is one box on one line, unless it is wider than a line.
	broken := b.value(`[...document.querySelectorAll("#list-t .name, #list-t .says p code, #list-t .word")].filter((e) => e.getClientRects().length > 1).map((e) => e.textContent).join(" ")`)
	if broken != "" {
		t.Errorf("broken names: %s", broken)
	}

	// A line does not begin with a comma or period that follows a name.
	b.wait(`[...document.querySelectorAll("#list-t .says p :is(.name, code)")].every((e) => {
		const after = document.createRange();
		if (!/^[.,)]/.test(e.nextSibling?.data ?? "")) return true;
		after.setStart(e.nextSibling, 0);
		after.setEnd(e.nextSibling, 1);
		return Math.abs(after.getBoundingClientRect().bottom - e.getBoundingClientRect().bottom) < 8;
	})`)

	// The copy button has a name, works by keyboard, and says so.
	b.value(`navigator.clipboard.writeText = (text) => { window.clip = text; return Promise.resolve(); }; ""`)
	b.do(chromedp.Focus(chromedp.CSS("#list-t [data-copy]")))
	b.wait(`document.activeElement.getAttribute("aria-label") === "Copy the command"`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`window.clip?.startsWith("netsh advfirewall") && document.activeElement.innerText.includes("Copied")`)
	b.wait(`document.getElementById("status").textContent === "Copied"`)
}

// TestBrowserSmallScreen checks that the answer to a message opens next to the
// channel where there is room for both, as it does at 1024 pixels.
func TestBrowserSmallScreen(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	b := newBrowser(t)
	b.do(chromedp.EmulateViewport(1024, 768), chromedp.Navigate(home+"/?as=alex"))
	b.sends("#say-c", "about 319")
	b.at("side", "thread")
	b.wait(`["rail", "channel", "side"].every((id) => document.getElementById(id).getBoundingClientRect().width > 200)`)
	b.wait(`document.getElementById("channel").getBoundingClientRect().right <= document.getElementById("side").getBoundingClientRect().left`)
}

// TestBrowserPhone walks through the workspace on a phone: everything is within
// reach.
func TestBrowserPhone(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	s.says(t, "alex", SupportChannel, "", "about 319")
	b := newBrowser(t)
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/?as=alex"))
	b.sees("#channel .hint", "Writing as Alex Carter")
	b.click("#list-c .replies")
	b.at("side", "thread")
	b.wait(`document.getElementById("side").offsetWidth === innerWidth`)
	b.sends("#say-t", "nothing")
	b.sees("#list-t", "nothing")
	b.click("#side [data-close]")
	b.at("side", "none")
	b.wait(`document.getElementById("channel").offsetWidth === innerWidth`)
	b.click("#channel [data-search]")
	b.types("#find", "about")
	b.click(".found a")
	b.at("side", "none") // the search would cover the message that was found
	b.wait(`document.activeElement.matches("#list-c .msg")`)
	b.click(".menu")
	b.click("#rail a[href^='/kb']")
	b.sees(".entries", "Replica is inconsistent")
	b.click(".menu")
	b.click("#rail [data-place=escalations]")
	b.at("channel", "escalations")
}

// TestBrowserResize drags the border of the panel, and moves it by keyboard. The
// width is remembered.
func TestBrowserResize(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	b := newBrowser(t)
	b.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(home+"/?as=alex&thread="+top))
	wide := func(want int) {
		t.Helper()
		b.wait(fmt.Sprintf(`document.getElementById("side").offsetWidth === %d && document.getElementById("grip").ariaValueNow === "%d"`, want, want))
	}
	wide(432) // 27rem
	b.drag(1440-432, 1440-600)
	wide(600)
	b.do(chromedp.Focus(chromedp.CSS("#grip")))
	b.presses(0, "ArrowLeft", 37)
	wide(624)
	b.presses(shift, "ArrowRight", 39)
	wide(528)
	b.do(chromedp.Navigate(home + "/?as=minji&thread=" + top))
	wide(528)
	b.do(chromedp.Focus(chromedp.CSS("#grip")))
	b.presses(0, "Home", 36)
	wide(320)
	b.presses(0, "End", 35)
	wide(1440 - 256 - 320)
	b.do(chromedp.EmulateViewport(1024, 768)) // there is no room for that width
	wide(1024 - 224 - 320)
	b.enter()
	wide(400)
	b.do(chromedp.EmulateViewport(800, 768))
	b.wait(`!document.getElementById("grip").checkVisibility()`)
}
