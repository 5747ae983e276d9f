package scripted

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

var update = flag.Bool("update", false, "write testdata/answer.golden")

// options returns the options of a bot that knows the entries of adapters/cli/testdata/jsonl,
// as main makes them. In and Out are missing.
func options(t testing.TB) Options {
	t.Helper()
	base, err := kb.Load(kb.Layer{Name: "testdata/jsonl/entries", FS: os.DirFS("../cli/testdata/jsonl/entries")})
	if err != nil {
		t.Fatal(err)
	}
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return Options{Policy: bot.DefaultPolicy(), New: func(p bot.Policy, now func() time.Time) *bot.Bot {
		memory := store.NewMemoryAt(now)
		return bot.New(func() *kb.Base { return base }, locales, p, memory, memory, slog.New(slog.DiscardHandler))
	}}
}

// run returns the answers to the lines.
func run(t testing.TB, o Options, lines ...string) []string {
	t.Helper()
	var out bytes.Buffer
	o.In, o.Out = strings.NewReader(strings.Join(lines, "\n")), &out
	if err := Run(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// TestRepeatable checks that the same script has the same answers each time.
func TestRepeatable(t *testing.T) {
	o := options(t)
	script := []string{
		`{"say": "The backup disk zeta was lost on FS-1. The omega value in the registry is wrong."}`, `{"press": "direct"}`, `{"press": "choice:usb"}`,
		`{"press": "direct", "as": "colleague"}`, `{"press": "person"}`, `{"press": "fixed"}`, `{"later": true}`,
	}
	first := run(t, o, script...)
	for range 20 {
		if again := run(t, o, script...); !reflect.DeepEqual(again, first) {
			t.Fatalf("%s\n, then\n%s", strings.Join(first, "\n"), strings.Join(again, "\n"))
		}
	}
}

// TestAnswer checks an answer byte by byte, with every kind of block.
func TestAnswer(t *testing.T) {
	var out bytes.Buffer
	p := newPlatform(options(t), defaultScene)
	p.understood = bot.Understood{Intent: bot.IntentOtherError, Also: []bot.Intent{bot.IntentFixed}}
	d, err := p.Post(t.Context(), bot.Post{ID: "p1", Thread: p.thread, Private: true, Reply: bottest.Replies()["step"]})
	if err != nil {
		t.Fatal(err)
	}
	for _, post := range []bot.Post{
		{ID: "p2", Thread: p.thread, Replaces: "p1", Ref: d.Ref, Reply: bot.Reply{Blocks: []bot.Block{{Kind: bot.BlockText, Text: "<Server> &\u2028\u0085\v"}}}},
		{ID: "p3", Thread: p.thread, Replaces: "p1", Ref: d.Ref, Withdraw: true},
		{ID: "p4", Thread: p.thread, Replaces: "p0", Withdraw: true}, // p0 was never delivered
		{ID: "p5", Thread: bot.Thread{Adapter: adapterName, Channel: teamChannel}, Opens: true},
	} {
		if _, err := p.Post(t.Context(), post); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeLine(&out, p.answer(errors.New("no such button: x"))); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/answer.golden"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || out.String() != string(want) {
		t.Errorf("%v; the answer is\n%s", err, out.String())
	}
}

// TestLines checks that every line has one answer, wherever the input ends, and
// that empty lines have none.
func TestLines(t *testing.T) {
	long := strings.Repeat(" ", maxLine) + `{"later": true}`
	o := options(t)
	for _, tt := range []struct {
		in     string
		errors []string
	}{
		{"", nil},
		{"\n \n\r\n", nil},
		{`{"later": true}`, []string{""}},
		{"{\"later\": true}\r\n\r\n{\"later\": true}\r\n", []string{"", ""}},
		{long, []string{"the line is longer than 8 MiB"}},
		{" " + long + "\n{\"later\": true}\n", []string{"the line is longer than 8 MiB", ""}},
		{long[len(`{"later": true}`):], []string{""}},
	} {
		var out bytes.Buffer
		o.In, o.Out = strings.NewReader(tt.in), &out
		if err := Run(t.Context(), o); err != nil {
			t.Error(err)
		}
		var got []string
		for d := json.NewDecoder(&out); d.More(); {
			var a answer
			if err := d.Decode(&a); err != nil {
				t.Fatal(err)
			}
			got = append(got, a.Error)
		}
		if !reflect.DeepEqual(got, tt.errors) {
			t.Errorf("%d bytes: the errors are %q, want %q", len(tt.in), got, tt.errors)
		}
	}
}

// TestReset checks that a reset forgets everything, and that each place, locale
// and mode holds for what follows.
func TestReset(t *testing.T) {
	o := options(t)
	const paste = `{"say": "The backup disk zeta was lost on FS-1. (ID: 90001)"}`
	lines := []string{paste}
	var want []string
	for _, place := range []string{placeThread, placeDM} {
		for _, locale := range []string{"en-US", "ko-KR"} {
			for _, mode := range []bot.Mode{bot.ModeOn, bot.ModeMention, bot.ModeShadow, bot.ModeOff} {
				lines = append(lines, fmt.Sprintf(`{"reset": {"place": %q, "locale": %q, "mode": %q}}`, place, locale, mode), paste)
				button := map[string]string{"en-US": "Get a person", "ko-KR": "담당자 연결"}[locale]
				if place == placeThread && mode != bot.ModeOn {
					button = "" // the channel gets no answer
				}
				want = append(want, "", button)
			}
		}
	}
	for i, line := range run(t, o, lines...)[1:] {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil || a.Error != "" {
			t.Fatal(err, a.Error)
		}
		got := ""
		if len(a.Posts) > 0 {
			got = a.Posts[0].Buttons[len(a.Posts[0].Buttons)-1]
		}
		if got != want[i] || (want[i] != "") != (a.Status == bot.StatusWalking) {
			t.Errorf("%s: status %q, button %q, want %q", lines[i+1], a.Status, got, want[i])
		}
	}
}

// TestLongText checks that a text of 1 MiB is read, as it is and with each
// character escaped, and that its error is found at its end.
func TestLongText(t *testing.T) {
	o := options(t)
	log := strings.Repeat("INFO all is well\\n", 1<<20/17)
	escaped := strings.Repeat(`\u0041`, 1<<20)
	answers := run(t, o, `{"say": "`+log+` The backup disk zeta was lost on FS-1."}`, `{"say": "`+escaped+`"}`, `{"say": "USB"}`)
	for i, want := range []string{`"question":"kind"`, `"error":""`, `"step":"plug"`} {
		if !strings.Contains(answers[i], want) {
			t.Errorf("answer %d has no %s: %.300s", i, want, answers[i])
		}
	}
}

// TestAnswerFollows checks that an answer is written before the next line is
// read: a script may decide by it.
func TestAnswerFollows(t *testing.T) {
	o := options(t)
	in, script := io.Pipe()
	answers, out := io.Pipe()
	o.In, o.Out = in, out
	ran := make(chan error)
	go func() { ran <- Run(t.Context(), o) }()
	d := json.NewDecoder(answers)
	for range 3 {
		if _, err := io.WriteString(script, "{\"say\": \"hello\"}\n"); err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := d.Decode(&a); err != nil || a.Error != "" {
			t.Fatal(err, a.Error)
		}
	}
	script.Close()
	if err := <-ran; err != nil {
		t.Error(err)
	}
}

func TestFailures(t *testing.T) {
	broken := errors.New("broken pipe")
	o := options(t)
	o.In, o.Out = iotest.ErrReader(broken), io.Discard
	if err := Run(t.Context(), o); !errors.Is(err, broken) {
		t.Errorf("the input fails: %v", err)
	}
	in, out := io.Pipe()
	in.CloseWithError(broken)
	o.In, o.Out = strings.NewReader(`{"later": true}`), out
	if err := Run(t.Context(), o); !errors.Is(err, broken) {
		t.Errorf("the output fails: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(broken)
	if err := Run(ctx, o); !errors.Is(err, broken) {
		t.Errorf("the context ended: %v", err)
	}
}

// TestPanic checks that a line is an error if the bot fails, and that the next
// one is carried out.
func TestPanic(t *testing.T) {
	o := options(t)
	working := o.New
	bots := 0
	o.New = func(p bot.Policy, now func() time.Time) *bot.Bot {
		if bots++; bots > 1 {
			return working(p, now)
		}
		memory := store.NewMemory()
		return bot.New(func() *kb.Base { panic("no base") }, nil, p, memory, memory, slog.New(slog.DiscardHandler))
	}
	answers := run(t, o, `{"say": "hello"}`, `{"reset": {}}`, `{"say": "hello"}`)
	if !strings.Contains(answers[0], `"error":"the bot failed`) || !strings.Contains(answers[2], `"error":""`) {
		t.Error(answers)
	}
}

// A served platform is one that Run serves, as the conformance suite does.
type served struct {
	*platform
	ready chan struct{}
}

func (s served) Run(ctx context.Context, handle bot.Handler) error {
	s.handle = func(ctx context.Context, e bot.Event) error {
		s.observed = true
		return handle(ctx, e)
	}
	close(s.ready)
	return s.platform.Run(ctx, nil)
}

func TestAdapter(t *testing.T) {
	o := options(t)
	bottest.TestAdapter(t, func(t *testing.T) bottest.Rig {
		s := served{newPlatform(o, scene{placeDM, "en-US", bot.ModeOn}), make(chan struct{})}
		return bottest.Rig{
			Adapter: s,
			Say: func(text string) {
				<-s.ready
				if err := s.say(t.Context(), asker, text); err != nil {
					t.Error(err)
				}
			},
			Shown: func() string {
				var b strings.Builder
				for _, m := range s.messages {
					b.WriteString(PlainText(m.reply) + "\n")
					for _, button := range m.reply.Buttons() {
						b.WriteString(button.Label + "\n")
					}
				}
				return b.String()
			},
		}
	})
}

// FuzzRun checks that every line of any input has one answer, and that a line
// that is an error changes nothing.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		`{"say": "The backup disk zeta was lost on FS-1."}` + "\n" + `{"press": "choice:usb"}` + "\n" + `{"press": "Fixed"}` + "\n" + `{"later": true}`,
		`{"reset": {"place": "dm", "locale": "ko-KR", "mode": "shadow"}}` + "\n" + `{"say": "@mabsbot 90003", "as": "colleague"}`,
		"{\"say\": 1}\nnull\n[]\n{}\n\"\"\n{\"say\": null}\n{\"say\":\"\\ud800\"}\n{\"later\": false}\n{\"say\":\"x\"} {}\n\x00",
	} {
		f.Add([]byte(seed))
	}
	o := options(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		lines := 0
		for line := range bytes.SplitSeq(in, []byte("\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		var out bytes.Buffer
		o := o
		o.In, o.Out = bytes.NewReader(in), &out
		if err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		var before answer
		for d := json.NewDecoder(&out); d.More(); lines-- {
			var a answer
			if err := d.Decode(&a); err != nil {
				t.Fatal(err)
			}
			if a.Error != "" {
				want := before
				want.Intent, want.Also, want.Choice, want.Value, want.Posts, want.Error = "", nil, "", "", []shown{}, a.Error
				if !reflect.DeepEqual(a, want) {
					t.Errorf("an error changes\n%+v to\n%+v", before, a)
				}
			}
			for _, p := range a.Posts {
				if len(p.Buttons) != len(p.IDs) {
					t.Errorf("%d buttons, %d IDs", len(p.Buttons), len(p.IDs))
				}
			}
			before = a
		}
		if lines != 0 {
			t.Errorf("%d lines too many are not answered", lines)
		}
	})
}
