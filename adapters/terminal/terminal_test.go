package terminal

import (
	"bytes"
	"context"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
)

var update = flag.Bool("update", false, "write testdata/render.golden")

// terminal returns a terminal whose posts are delivered at once.
func terminal(t *testing.T, o Options) *Terminal {
	t.Helper()
	o.Drain = func(context.Context) error { return nil }
	o.Language = func(_ context.Context, _ bot.UserKey, locale string) (string, error) { return locale[:2], nil }
	term, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return term
}

// TestRender checks that every kind of block is distinguishable without color,
// and that no escape sequence of a paste reaches the terminal.
func TestRender(t *testing.T) {
	var b strings.Builder
	replies := bottest.Replies()
	for _, name := range slices.Sorted(maps.Keys(replies)) {
		b.WriteString("=== " + name + "\n" + terminal(t, Options{Width: 72}).render(replies[name]))
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("an escape sequence reaches the terminal")
	}
	for line := range strings.Lines(b.String()) {
		if n := columns(line); n > 72 && strings.HasPrefix(line, "  ") && !strings.Contains(line, "[") && !strings.Contains(line, "https://") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	const golden = "testdata/render.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || b.String() != string(want) {
		t.Errorf("%v; got\n%s", err, b.String())
	}
}

// TestColor checks that a colored reply differs in colors alone, which take the
// place of the backquotes of code spans.
func TestColor(t *testing.T) {
	step := bottest.Replies()["step"]
	got := terminal(t, Options{Color: true}).render(step)
	for _, code := range []string{bold, dim, red, cyan, plain} {
		if !strings.Contains(got, code) {
			t.Errorf("the reply has no %q", code)
		}
		got = strings.ReplaceAll(got, code, "")
	}
	if want := strings.ReplaceAll(terminal(t, Options{}).render(step), "`", ""); got != want {
		t.Errorf("the colored reply differs in more than color:\n%s\n%s", got, want)
	}
}

func TestCodeSpans(t *testing.T) {
	const text = "Open `C:\\Program Files\\Microsoft Azure Backup Server` now"
	for _, tt := range []struct {
		color bool
		kind  bot.BlockKind
		text  string
		want  string
	}{
		{false, bot.BlockText, "Look at `dpmac.exe`.", "\n  Look at `dpmac.exe`.\n"},
		{true, bot.BlockText, "Look at `dpmac.exe`.", "\n  Look at " + cyan + "dpmac.exe" + plain + ".\n"},
		{true, bot.BlockWarning, "Stops `x`!", "\n! " + red + "Stops " + cyan + "x" + plain + red + "!" + plain + "\n"},
		{true, bot.BlockText, "one ` alone", "\n  one ` alone\n"},
		// A span that is longer than the line goes on below.
		{true, bot.BlockText, text, "\n  Open\n  " + cyan + "C:\\Program Files\\Microso" + plain + "\n  " + cyan + "ft Azure Backup Server" + plain + "\n  now\n"},
		// One that fits in a line is not broken.
		{true, bot.BlockText, "Press `Modify protection` there", "\n  Press " + cyan + "Modify protection" + plain + "\n  there\n"},
		{true, bot.BlockText, "Then press `Modify protection`", "\n  Then press\n  " + cyan + "Modify protection" + plain + "\n"},
		{true, bot.BlockCopy, "a `b\n c", "\n" + cyan + "a `b" + plain + "\n" + cyan + " c" + plain + "\n"},
		{false, bot.BlockCopy, "a `b\n c", "\na `b\n c\n"},
	} {
		got := terminal(t, Options{Color: tt.color, Width: 26}).render(bot.Reply{Blocks: []bot.Block{{Kind: tt.kind, Text: tt.text}}})
		if got != tt.want {
			t.Errorf("%s %q is\n%q, want\n%q", tt.kind, tt.text, got, tt.want)
		}
	}
}

// talk runs a terminal on the lines and returns its events.
func talk(t *testing.T, lines string) []bot.Message {
	t.Helper()
	var out bytes.Buffer
	var all []bot.Message
	err := terminal(t, Options{In: strings.NewReader(lines), Out: &out, Locale: "ko_KR.UTF-8"}).Run(t.Context(), func(_ context.Context, e bot.Event) error {
		all = append(all, e.(bot.Message))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("the output is %q", out.String())
	}
	return all
}

func TestEvents(t *testing.T) {
	all := talk(t, "a paste\n\n   \n/mabs 0x29834\n/mabs\n/mabsbot?\n\xff\n/quit\nnever read\n")
	want := []bot.Message{{Text: "a paste"}, {Text: "0x29834", Command: true}, {Text: "", Command: true}, {Text: "/mabsbot?"}, {Text: "\uFFFD"}}
	if len(all) != len(want) {
		t.Fatalf("%d events, want %d: %+v", len(all), len(want), all)
	}
	ids := map[bot.EventID]bool{}
	for i, m := range all {
		if m.Text != want[i].Text || m.Command != want[i].Command || !m.Direct || !m.Addressed || m.From.Locale != "ko_KR.UTF-8" {
			t.Errorf("event %d is %+v", i, m)
		}
		ids[m.ID] = true
	}
	if len(ids) != len(want) {
		t.Error("two events have the same ID")
	}
}

// TestNumber checks that the number of a button presses it, and that any other
// number is a message.
func TestNumber(t *testing.T) {
	term := terminal(t, Options{Out: io.Discard})
	if _, err := term.Post(t.Context(), bot.Post{Reply: bottest.Replies()["step"]}); err != nil {
		t.Fatal(err)
	}
	if p, ok := term.event("1").(bot.Press); !ok || p.Button.Action != bot.ActionNext || !p.Direct {
		t.Errorf("1 is %+v", term.event("1"))
	}
	for _, text := range []string{"0", "5", "-1", "1a", "319"} {
		if _, ok := term.event(text).(bot.Message); !ok {
			t.Errorf("%q is no message", text)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("a b c", 10)
	f.Add("한국어 텍스트", 3)
	f.Add("a `code span` 👩‍🔧 e\u0301", 10)
	f.Fuzz(func(t *testing.T, s string, most int) {
		if most > 500 || strings.ToValidUTF8(s, "") != s {
			return
		}
		s = (&Terminal{o: Options{Color: true}}).prepare(s)
		joined := strings.Join(wrap(s, most), "")
		if strings.ReplaceAll(joined, " ", "") != strings.ReplaceAll(s, " ", "") {
			t.Errorf("%q is wrapped to %q", s, joined)
		}
		for _, line := range wrap(s, most) {
			if columns(line) > max(most, 10) {
				t.Errorf("a line of %d columns, want %d: %q", columns(line), most, line)
			}
		}
	})
}

func TestAdapter(t *testing.T) {
	bottest.TestAdapter(t, func(t *testing.T) bottest.Rig {
		in, keyboard := io.Pipe()
		t.Cleanup(func() { keyboard.Close() })
		var out chattest.Buffer
		return bottest.Rig{
			Adapter: terminal(t, Options{In: in, Out: &out}),
			Say: func(text string) {
				if _, err := io.WriteString(keyboard, text+"\n"); err != nil {
					t.Error(err)
				}
			},
			Shown: out.String,
		}
	})
}

// TestStdio checks that a pipe and a file are neither edited nor colored.
func TestStdio(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	t.Setenv("LC_ALL", "")
	t.Setenv("LC_MESSAGES", "ko_KR.UTF-8")
	t.Setenv("LANG", "en_US.UTF-8")
	t.Setenv("COLUMNS", "100")
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, out := range []io.Writer{file, io.Discard} {
		o := Stdio(strings.NewReader(""), out)
		if o.Interactive || o.Color || o.Width != 100 || o.Locale != "ko_KR.UTF-8" {
			t.Errorf("%+v", o)
		}
	}
	t.Setenv("COLUMNS", "7")
	if o := Stdio(file, file); o.Interactive || o.Width != 0 {
		t.Errorf("%+v", o)
	}
}

// TestSourceOnce checks that an interactive terminal shows a source once in a
// row, and a pipe with each reply.
func TestSourceOnce(t *testing.T) {
	source := func(text string) bot.Reply {
		return bot.Reply{Blocks: []bot.Block{{Kind: bot.BlockText, Text: "a step"}, {Kind: bot.BlockContext, Text: text, URL: "https://a.example"}, {Kind: bot.BlockContext, Text: "a note"}}}
	}
	for _, tt := range []struct {
		interactive bool
		want        []int // blocks
	}{{true, []int{3, 2, 3, 2, 3}}, {false, []int{3, 3, 3, 3, 3}}} {
		term := terminal(t, Options{Interactive: tt.interactive})
		var got []int
		for _, text := range []string{"one", "one", "two", "two", "one"} {
			got = append(got, len(term.sourceOnce(source(text)).Blocks))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("interactive %t: %v blocks, want %v", tt.interactive, got, tt.want)
		}
	}
}

// TestTexts checks that every language has every text.
func TestTexts(t *testing.T) {
	texts := terminal(t, Options{}).texts
	for lang, words := range texts {
		if !maps.EqualFunc(words, texts[chat.English], func(a, b string) bool { return strings.Count(a, "%d") == strings.Count(b, "%d") }) {
			t.Errorf("%s has other keys or numbers than English", lang)
		}
	}
}
