package console

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/adapters/chat/chattest"
)

var shots = flag.String("shots", "", "a folder to put screenshots of the browser test in")

// A browser is a tab that shows the console.
type browser struct {
	t   *testing.T
	ctx context.Context
}

// newBrowser starts Chromium, or skips the test if it is not installed. An
// exception or a blocked script on the page fails the test.
func newBrowser(t *testing.T) browser {
	t.Helper()
	path := findChromium()
	if path == "" && os.Getenv("TEST_NO_SKIP") != "" {
		t.Fatal("Chromium is not installed, and TEST_NO_SKIP is set")
	}
	if path == "" {
		t.Skip("Chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-US"),
		chromedp.Flag("blink-settings", mouse), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 900))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTab := chromedp.NewContext(ctx)
	b := browser{t, ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	var complaints []string
	var wg sync.WaitGroup
	messages := chromedp.Console(ctx)
	wg.Go(func() {
		for m, err := range messages {
			lost := strings.Contains(m.Text, "net::ERR_")       // the server is down, which is not an error of the page
			denied := strings.Contains(m.Text, "status of 403") // by a test of the roles
			missing := strings.Contains(m.Text, "status of 404") && strings.Contains(m.URL, "/missing")
			if err == nil && !lost && !denied && !missing && (m.Type == "error" || m.IsException()) {
				complaints = append(complaints, m.String())
			}
		}
	})
	t.Cleanup(func() {
		closeTab()
		stop()
		wg.Wait()
		for _, c := range complaints {
			t.Error("error on the page:", c)
		}
	})
	return b
}

// mouse makes a headless browser report a mouse. The values are those of
// pointer and hover types in Blink's settings.
const mouse = "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"

func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func (b browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, chattest.Patience)
	defer cancel()
	err := chromedp.Do(ctx, steps...)
	for replaced(err) { // the page replaced the element after it was found
		err = chromedp.Do(ctx, steps...)
	}
	if err != nil {
		b.shot("failed")
		b.t.Fatal(err)
	}
}

// replaced reports whether an element was replaced before it could be used, so
// that nothing was done to it.
func replaced(err error) bool {
	return err != nil && strings.Contains(err.Error(), "Could not find node")
}

// left reports whether the browser left the page while an expression was evaluated,
// as it does when a form is sent.
func left(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "Not attached to an active page") || strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "navigated or closed"))
}

// wait waits until a JavaScript expression is true.
func (b browser) wait(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, chattest.Patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")"))
	for left(err) {
		_, err = chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")"))
	}
	if err != nil {
		b.t.Errorf("%s: %v", expression, err)
		b.shot("failed")
		b.t.FailNow()
	}
}

// sees waits until the element contains the text.
func (b browser) sees(selector, text string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, text))
}

// at waits until the page shows a view: its channel, side panel or user.
func (b browser) at(part, value string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("document.getElementById('app').dataset[%q] === %q", part, value))
}

// gone waits until no element matches.
func (b browser) gone(selector string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("!document.querySelector(%q)", selector))
}

func (b browser) value(expression string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// click clicks an element, and clicks again if the page replaced it in between,
// because such a click has no effect.
func (b browser) click(selector string) {
	b.t.Helper()
	for range 10 {
		b.value(fmt.Sprintf(watchClicks, selector))
		b.do(chromedp.Click(chromedp.CSS(selector)))
		if b.value(`sessionStorage.getItem("met")`) == "yes" { // the click may have led to another page
			return
		}
	}
	b.t.Fatalf("no click reaches %s", selector)
}

// watchClicks records whether a click reaches the element.
const watchClicks = `(() => {
	sessionStorage.setItem("met", "no");
	window.wanted = %q;
	window.watching ??= addEventListener("click", (e) => {
		if (e.target.closest(window.wanted)) sessionStorage.setItem("met", "yes");
	}, { capture: true }) ?? true;
	return "";
})()`

func (b browser) types(selector, keys string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// enter presses Enter as a keyboard does: if the page handles the key, no
// character is typed.
func (b browser) enter() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
				return err
			}
		}
		return nil
	}))
}

// sends types a message and sends it.
func (b browser) sends(selector, text string) {
	b.t.Helper()
	b.types(selector, text)
	b.enter()
}

// media sets a user preference, such as a dark color scheme.
func (b browser) media(feature, value string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}, {Name: feature, Value: value}},
		})
		return err
	}))
}

// shot takes a screenshot if screenshots are requested.
func (b browser) shot(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fits fails if the page is wider than the window.
func (b browser) fits() {
	b.t.Helper()
	if wide := b.value("String(document.documentElement.scrollWidth - innerWidth)"); wide != "0" && !strings.HasPrefix(wide, "-") {
		b.t.Errorf("the page is %s px wider than the window", wide)
	}
}

// serve runs the stage on its own port until the test ends.
func serve(t *testing.T, s stage) (address string) {
	t.Helper()
	t.Cleanup(start(t, s))
	return "http://" + s.Addr()
}

// start runs the stage until stop is called.
func start(t *testing.T, s stage) (stop func()) {
	t.Helper()
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx, s.core.handle) }()
	return func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	}
}

// TestBrowser follows a new user through the first minutes.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s) // stops after the browser, which would report it
	b := newBrowser(t)

	// An empty workspace explains what to do.
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(home+"/?as=alex"))
	b.sees("#list-c .empty", "Nothing has been asked yet")
	b.sees("#side", "Try it")
	b.wait(`document.activeElement.id === "say-c"`)
	b.shot("01-empty")

	// An example is sent with one click, and its reply opens next to it.
	b.click("[data-example*='ID 319']")
	b.sees("#side[data-side=thread]", "Let the coordinator through")
	b.sees("#list-c .replies", "1 reply")
	b.wait(`document.activeElement.id === "say-t"`)
	b.fits()
	b.shot("02-answer")

	// A command is copied.
	b.click("#list-t [data-copy]")
	b.sees("#list-t [data-copy]", "Copied")

	// A button moves on, and its message changes in place.
	b.click("#list-t [data-press*='|n|']")
	b.sees("#list-t", "Step 2 of 4")
	b.sees("#list-t", "✓ Alex Carter")
	b.wait(`document.querySelectorAll("#list-t .msg").length === 3`)
	b.shot("03-step")

	// Chatter gets no reply, and the match evidence says why. A draft is kept.
	b.sends("#say-c", "is the meeting at ten?")
	b.sees("#list-c .silent", "stayed silent")
	b.types("#say-c", "half a tho")
	b.click("#list-c .msg:last-child [data-why]")
	b.sees("#why", "No match is certain enough")
	b.wait(`document.getElementById("say-c").value === "half a tho"`)
	b.shot("04-why-silent")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.at("side", "thread")
	b.value(`document.getElementById("say-c").value = ""`)

	// The match evidence of a reply.
	b.click("#list-c .msg:nth-of-type(1) [data-why]")
	b.sees("#why .hit", "99.7%")
	b.wait(`document.querySelector(".judged mark[data-kind=code]").textContent === "319"`)
	b.shot("05-why")
	b.click("#side [data-close]")
	b.at("side", "thread")

	// Suggestions by keyboard.
	b.types("#say-c", "/mabs polic")
	b.sees("#suggest-c", "The backup policy")
	b.wait(`document.querySelector("#suggest-c > *")?.dataset.value === "/mabs policy-change"`) // and no longer the suggestions for fewer letters
	b.shot("06-suggest")
	b.types("#say-c", kb.ArrowDown)
	b.wait(`document.getElementById("say-c").getAttribute("aria-activedescendant") === "suggest-c-0"`)
	b.enter()
	b.wait(`document.getElementById("say-c").value === "/mabs policy-change"`)
	b.value(`document.getElementById("say-c").value = ""`)
	b.sends("#say-c", "/mabs 319")
	b.sees("#list-c .private.bot", "only visible to you")
	b.shot("07-private")

	// A user edits and deletes their own message.
	b.sends("#say-c", "one more about 319")
	b.sees("#list-c .msg:last-child .replies", "1 reply")
	b.focused("say-t")
	b.do(chromedp.Focus(chromedp.CSS("#list-c .msg:last-child [data-edit]")), chromedp.KeyEvent(kb.Enter))
	b.sends(".editor textarea", " and 0x29834")
	b.sees("#list-c .msg:last-child", "(edited)")
	b.click("#list-c .msg:last-child [data-delete]")
	b.shot("08-confirm")
	b.click("#confirm .danger")
	b.wait(`!document.querySelector("#list-c").innerText.includes("one more about")`)
	b.at("side", "none")

	// Another user, another language; private messages are not shown to them.
	b.click("[data-user=minji]")
	b.at("as", "minji")
	b.wait(`document.documentElement.lang === "ko"`)
	b.sees("#rail", "작성자")
	b.gone("#list-c .private")
	b.click("#channel .bar [data-try]") // it was closed
	b.click("[data-example*='0x29834]']")
	b.sees("#side[data-side=thread]", "어떤 보존 기간")
	b.shot("09-korean")

	// A direct message is marked with a dot in another view.
	b.click("[data-user=alex]")
	b.at("as", "alex")
	b.click(".msg:nth-of-type(1) .replies")
	b.sees("#list-t", "Step 2 of 4")
	b.click("#list-t .msg:last-child .more summary")
	b.click("#list-t .msg:last-child [data-press*='|p|']")
	b.wait(`!document.querySelector("#rail [data-place=escalations] .badge").hidden`)
	b.shot("10-unread")
	b.click("#rail [data-place=escalations]")
	b.at("channel", "escalations")
	b.sees("#list-c", "Alex Carter needs a person")
	b.click("#list-c .jump")
	b.at("side", "thread")
	b.click("#rail [data-place='dm:alex']")
	b.at("channel", "dm:alex")
	b.sees("#list-c .empty", "Ask mabsbot anything")
	b.sends("#say-c", "hello")
	b.sees("#list-c .bot", "I need the error itself")
	b.sends("#say-c", "every block, please")
	b.sees("#list-c .bot:last-child", "A heading with")
	b.shot("11-direct")

	// A message that the bot does not take can be sent again.
	s.core.mu.Lock()
	s.core.fail = errDatabase
	s.core.mu.Unlock()
	b.sends("#say-c", "are you there?")
	b.sees("#list-c .failed", "could not accept")
	b.shot("12-failed")
	s.core.mu.Lock()
	s.core.fail = nil
	s.core.mu.Unlock()
	b.click("[data-retry]")
	b.gone(".failed")

	// The same in dark mode and in narrow windows.
	b.media("prefers-color-scheme", "dark")
	b.shot("13-dark-direct")
	b.click("#rail [data-place=backup-support]")
	b.at("channel", "backup-support")
	b.click(".msg:nth-of-type(1) .replies")
	b.sees("#side", "✓ Alex Carter")
	b.shot("14-dark")
	b.do(chromedp.EmulateViewport(900, 800))
	b.shot("15-dark-medium")
	b.do(chromedp.EmulateViewport(360, 740))
	b.fits()
	b.shot("16-dark-narrow-thread")
	b.media("prefers-color-scheme", "light")
	b.click("#side [data-close]")
	b.wait(`getComputedStyle(document.getElementById("side")).display === "none"`)
	b.fits()
	b.shot("17-narrow")
	b.click(".menu")
	b.wait(`document.querySelector("#rail:popover-open")`)
	b.shot("18-narrow-rail")
	b.click("[data-user=minji]")
	b.at("as", "minji")
	b.wait(`document.documentElement.lang === "ko"`)
	b.click("#channel .bar [data-try]")
	b.sees("#side", "예시로 해 보기")
	b.fits()
	b.shot("19-narrow-try")

	// The knowledge base.
	b.do(chromedp.Navigate(home + "/kb?as=minji"))
	b.sees("#found", "백업 정책을 수정할 수 없음")
	b.fits()
	b.shot("20-narrow-kb")
	b.do(chromedp.Navigate(home + "/kb/policy-change?as=minji"))
	b.fits()
	b.shot("21-narrow-entry")
	b.do(chromedp.EmulateViewport(1200, 1900), chromedp.Navigate(home+"/kb/policy-change?as=alex"))
	b.sees("main", "Restart-Service")
	b.click("[data-copy]")
	b.sees("[data-copy]", "Copied")
	b.shot("22-entry")
	b.do(chromedp.EmulateViewport(1200, 800), chromedp.Navigate(home+"/kb?as=alex"))
	b.types("#q", "319")
	b.wait(`document.querySelectorAll(".entries li").length === 1`)
	b.shot("23-kb")

	// Starting over empties the workspace in every open page.
	b.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(home+"/?as=alex"))
	b.wait(`document.querySelectorAll("#list-c .msg").length > 2`)
	b.click("[data-reset]")
	b.click("#confirm .danger")
	b.wait(`document.querySelectorAll("#list-c .msg").length === 0`)
}

// TestBrowserSurvivesARestart checks that the page reconnects by itself with
// the draft in place, and that old buttons work.
func TestBrowserSurvivesARestart(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	stop := start(t, s)
	b := newBrowser(t)
	b.do(chromedp.Navigate("http://" + s.Addr() + "/?as=alex"))
	b.sends("#say-c", "about 319")
	b.at("side", "thread")
	b.types("#say-t", "half a tho")
	stop()
	b.sees("#toast[data-shown]", "Connection lost")

	s = restart(t, s.journal, func(o *Options) { o.Addr = s.Addr() })
	serve(t, s)
	b.wait(`!document.querySelector("#toast[data-shown]")`)
	b.wait(`document.getElementById("say-t").value === "half a tho"`)
	b.click("#list-t [data-press*='|n|']")
	b.sees("#list-t", "Step 2 of 4")
	s.says(t, "minji", SupportChannel, "", "news")
	b.sees("#list-c", "news")
}

// drag moves the mouse from one place to another with its button held, in the
// middle of the window's height.
func (b browser) drag(from, to float64) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, e := range []input.DispatchMouseEventParams{
			{Type: input.DispatchMouseEventTypeMousePressed, X: from, Button: input.MouseButtonLeft, ClickCount: 1},
			{Type: input.DispatchMouseEventTypeMouseMoved, X: to, Button: input.MouseButtonLeft},
			{Type: input.DispatchMouseEventTypeMouseReleased, X: to, Button: input.MouseButtonLeft, ClickCount: 1},
		} {
			e.Y = 400
			if _, err := cdp.Call(ctx, t, input.DispatchMouseEvent, e); err != nil {
				return err
			}
		}
		return nil
	}))
}
