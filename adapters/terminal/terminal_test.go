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
	"testing/synctest"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
)

var update = flag.Bool("update", false, "write testdata/render.golden")

// TestRender checks that every kind of block is distinguishable without color,
// and that no escape sequence of a paste reaches the terminal.
func TestRender(t *testing.T) {
	var b strings.Builder
	replies := bottest.Replies()
	for _, name := range slices.Sorted(maps.Keys(replies)) {
		b.WriteString("=== " + name + "\n" + New(Options{Width: 72}).render(replies[name]))
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("an escape sequence reaches the terminal")
	}
	for line := range strings.Lines(b.String()) {
		if n := columns(line); n > 73 && !strings.HasPrefix(line, "      ") && !strings.Contains(line, "[") && !strings.Contains(line, "https://") {
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

func TestColor(t *testing.T) {
	step := bottest.Replies()["step"]
	plain, colored := New(Options{}).render(step), New(Options{Color: true}).render(step)
	for _, code := range []string{bold, dim, red, cyan, "\x1b[0m"} {
		colored = strings.ReplaceAll(colored, code, "")
	}
	if plain != colored {
		t.Errorf("the colored reply differs in more than color:\n%s\n%s", plain, colored)
	}
}

// talk runs a terminal on the input and returns its events.
func talk(t *testing.T, in io.Reader, interactive bool) []bot.Message {
	t.Helper()
	var out bytes.Buffer
	var all []bot.Message
	term := New(Options{In: in, Out: &out, Interactive: interactive, Locale: "ko_KR.UTF-8", Drain: func(context.Context) error { return nil }})
	err := term.Run(t.Context(), func(_ context.Context, e bot.Event) error {
		all = append(all, e.(bot.Message))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEvents(t *testing.T) {
	all := talk(t, strings.NewReader("a paste\n\n   \n/mabs 0x29834\n/mabs\n/mabsbot?\n\xff\n/quit\nnever read\n"), false)
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
	term := New(Options{Out: io.Discard})
	if _, err := term.Post(t.Context(), bot.Post{Reply: bottest.Replies()["step"]}); err != nil {
		t.Fatal(err)
	}
	if p, ok := term.event("1").(bot.Press); !ok || p.Button.Action != bot.ActionNext || !p.Direct {
		t.Errorf("1 is %+v", term.event("1"))
	}
	for _, text := range []string{"0", "3", "-1", "1a", "319"} {
		if _, ok := term.event(text).(bot.Message); !ok {
			t.Errorf("%q is no message", text)
		}
	}
}

// TestPaste checks that lines that arrive together are one message, and that a
// line after a pause is another.
func TestPaste(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		go func() {
			defer w.Close()
			io.WriteString(w, "The agent operation failed\nbecause of a communication error\n")
			time.Sleep(time.Second)
			io.WriteString(w, "next\n")
		}()
		all := talk(t, r, true)
		if len(all) != 2 || all[0].Text != "The agent operation failed\nbecause of a communication error" || all[1].Text != "next" {
			t.Errorf("%+v", all)
		}
	})
}

func FuzzWrap(f *testing.F) {
	f.Add("a b c", 10)
	f.Add("한국어 텍스트", 3)
	f.Fuzz(func(t *testing.T, s string, most int) {
		if most > 500 || strings.ToValidUTF8(s, "") != s {
			return
		}
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
			Adapter: New(Options{In: in, Out: &out, Drain: func(context.Context) error { return nil }}),
			Say: func(text string) {
				if _, err := io.WriteString(keyboard, text+"\n"); err != nil {
					t.Error(err)
				}
			},
			Shown: out.String,
		}
	})
}

// TestStdio checks that neither a pipe nor a file gets a prompt or colors.
func TestStdio(t *testing.T) {
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
