package console

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
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

// slow holds the next page that the browser requests until the test resumes it.
// window.arrived is set when the page was shown, or was given up.
const slow = `
	window.stopped ??= fetch;
	window.resume = window.arrived = null;
	window.fetch = (url, init) => init ? window.stopped(url, init) : new Promise((go) => {
		window.fetch = window.stopped;
		window.resume = async () => {
			const answer = await window.stopped(url);
			go({ text: () => answer.text().finally(() => setTimeout(() => window.arrived = true)) });
		};
	});
	""`

// TestBrowserSlowPage checks that a page that arrives late replaces no panel in
// which the user has begun to write.
func TestBrowserSlowPage(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.sends("#say-c", "about 319")
	b.focused("say-t")
	first := b.value(`document.getElementById("app").dataset.root`)
	posts := func(text string) { // its answer opens its thread
		b.value(slow)
		b.sends("#say-c", text)
		b.wait(`window.resume`)
	}
	arrives := func(root string) {
		b.value(`window.resume(); ""`)
		b.wait(`window.arrived`)
		if got := b.value(`document.getElementById("app").dataset.root`); (got == first) != (root == first) {
			t.Errorf("the page shows the thread %s, want %s", got, root)
		}
	}

	posts("319 a second time")
	b.do(chromedp.Focus(chromedp.CSS("#say-t")))
	b.presses(0, "ArrowUp", 38)
	b.wait(`document.activeElement.closest(".editor")`)
	arrives(first)
	b.wait(`document.activeElement.closest("#side .editor")`)
	b.presses(0, "Escape", 27)
	b.gone(".editor")

	posts("319 a third time")
	b.types("#say-t", "so I th")
	arrives(first)
	b.focused("say-t")
	b.wait(`document.getElementById("say-t").value === "so I th"`)

	// A text from before is a draft, and replaces nothing.
	posts("319 a fourth time")
	arrives("another")
	b.focused("say-t")
	b.wait(`document.getElementById("say-t").value === ""`)
}

// TestBrowserChangedMessage checks that a message that changes while a user types
// a value into it keeps the value and the focus.
func TestBrowserChangedMessage(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	b := newBrowser(t)
	asked := s.says(t, "alex", SupportChannel, "", "/mabs 319")
	p := saying("p1", "Which server?", s.thread(SupportChannel, commandPrefix+asked))
	p.Private, p.To = true, s.setup.user("alex")
	p.Reply.Blocks = append(p.Reply.Blocks, bot.Block{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{button(bot.ActionSkip, "?Server", "Go on without it")}})
	s.must(t, p)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.types("#list-c .value input", "FS-1")
	again := p
	again.ID, again.Replaces = "p2", "p1"
	again.Reply.Blocks = slices.Clone(p.Reply.Blocks)
	again.Reply.Blocks[0].Text = "Which server is it?"
	s.must(t, again)
	b.sees("#list-c", "Which server is it?")
	b.do(chromedp.KeyEvent("1"))
	b.wait(`document.activeElement.matches("#list-c .value input") && document.activeElement.value === "FS-11"`)
}
