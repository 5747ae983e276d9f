package console

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The modifiers of a key, as in the DevTools protocol.
const (
	alt     = 1
	control = 2
	shift   = 8
)

// presses presses a key that types nothing.
func (b browser) presses(modifiers int64, key string, code int64) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			key := input.DispatchKeyEventParams{Type: kind, Key: key, Modifiers: modifiers, WindowsVirtualKeyCode: code, NativeVirtualKeyCode: code}
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestBrowserByKeyboard uses the workspace without a mouse.
func TestBrowserByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.focused("say-c")
	b.sends("#say-c", "about 319")
	b.focused("say-t")

	// The parts of the window.
	b.presses(0, "F6", 117)
	b.wait(`document.activeElement.closest("#rail")`)
	b.presses(0, "F6", 117)
	b.focused("say-c")
	b.presses(shift, "F6", 117)
	b.wait(`document.activeElement.closest("#rail")`)
	b.presses(shift, "F6", 117)
	b.focused("say-t")

	// A button, by its number in the message that has the focus. In a message
	// box the same keys are text.
	b.types("#say-t", "2?jk")
	b.wait(`document.getElementById("say-t").value === "2?jk"`)
	b.value(`document.getElementById("say-t").value = ""`)
	b.do(chromedp.Focus(chromedp.CSS("#list-t")), chromedp.KeyEvent("j"))
	b.wait(`document.activeElement.matches("#list-t .msg:last-child")`)
	b.do(chromedp.KeyEvent("k"))
	b.wait(`document.activeElement.matches("#list-t .msg") && !document.activeElement.matches(":last-child")`)
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("2"))
	b.sees("#list-t", "Step 2 of 4")
	b.focused("say-t")

	// Buttons that are seldom pressed are folded. Escape folds them again and
	// leaves the thread open.
	b.wait(`!document.querySelector("#list-t .msg:last-child [data-press*='|p|']").checkVisibility()`)
	b.do(chromedp.Focus(chromedp.CSS("#list-t .msg:last-child .more summary")), chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelector("#list-t .msg:last-child [data-press*='|p|']").checkVisibility()`)
	b.presses(0, "Escape", 27)
	b.gone(".more[open]")
	b.wait(`document.activeElement.matches(".more summary")`)
	b.at("side", "thread")

	// The last message, to edit.
	b.do(chromedp.Focus(chromedp.CSS("#say-t")))
	b.presses(0, "ArrowUp", 38)
	b.wait(`document.activeElement.closest(".editor")?.closest(".msg").dataset.message === document.querySelector("#list-t .msg").dataset.message`)
	b.presses(0, "Escape", 27)
	b.gone(".editor")

	// Channels, while typing, too.
	b.do(chromedp.Focus(chromedp.CSS("#say-c")))
	b.presses(alt, "ArrowDown", 40)
	b.at("channel", "escalations")
	b.presses(alt, "ArrowDown", 40)
	b.at("channel", "dm:alex")
	b.presses(alt, "ArrowDown", 40)
	b.at("channel", SupportChannel)
	b.presses(alt, "ArrowUp", 38)
	b.at("channel", "dm:alex")

	// The help, and back to where it was called from.
	b.focused("say-c")
	b.presses(control, "/", 191)
	b.wait(`document.querySelector("#keys[open]")`)
	b.sees("#keys", "Search messages")
	b.shot("30-keys")
	b.presses(0, "Escape", 27)
	b.gone("#keys[open]")
	b.focused("say-c")
	b.do(chromedp.Focus(chromedp.CSS("#list-c")), chromedp.KeyEvent("?"))
	b.wait(`document.querySelector("#keys[open]")`)
	b.presses(0, "Escape", 27)

	// The search.
	b.presses(control, "k", 75)
	b.focused("find")
	b.presses(0, "Escape", 27)
	b.at("side", "none")
}

// TestBrowserNamesEverything checks that all controls have names for those who
// cannot see them, and that every ID is there once.
func TestBrowserNamesEverything(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	s.says(t, "alex", SupportChannel, top, "every block")
	b := newBrowser(t)
	for _, path := range []string{"/?thread=" + top, "/?why=" + top, "/?side=search&find=319", "/?in=dm:alex", "/kb", "/kb/policy-change", "/cases", "/shadow", "/login"} {
		b.do(chromedp.Navigate(home + withUser(path, "alex")))
		if wrong := b.value(nameless); wrong != "" {
			t.Errorf("%s: %s", path, wrong)
		}
	}
}

func withUser(path, user string) string {
	for _, c := range path {
		if c == '?' {
			return path + "&as=" + user
		}
	}
	return path + "?as=" + user
}

// nameless lists the controls without a name and the IDs that are not unique.
const nameless = `(() => {
	const text = (e) => e.getAttribute("aria-label") || e.textContent.trim() || e.title || (e.labels ? [...e.labels].map((l) => l.textContent.trim()).join("") : "") || e.querySelector("img[alt]")?.alt;
	const bare = [...document.querySelectorAll("a, button:not(#confirm .danger), input:not([type=hidden]), textarea, [role=separator], nav, aside, dialog")]
		.filter((e) => !text(e) && !e.getAttribute("aria-labelledby")).map((e) => e.outerHTML.slice(0, 200));
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
	const headings = document.querySelectorAll("h1").length === 1 ? [] : ["not one h1"];
	return [...bare, ...twice, ...headings].join("\n");
})()`
