package observe_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
	"mabsbot/bot/observe"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A notebook is a meter that writes down what it gets.
type notebook struct{ lines []string }

func (n *notebook) Received(adapter string) { n.lines = append(n.lines, "received "+adapter) }
func (n *notebook) Failed(adapter string)   { n.lines = append(n.lines, "failed "+adapter) }
func (n *notebook) Handled(e observe.Event) {
	n.lines = append(n.lines, strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.Band, " ", e.Decision, " ", e.Entry)))
}
func (n *notebook) Posted(p observe.Post) {
	n.lines = append(n.lines, fmt.Sprint("posted ", p.Result, " again=", p.Again, " waited=", p.Waited))
}

func (n *notebook) take() []string {
	lines := n.lines
	n.lines = nil
	return lines
}

// A full recorder has the optional interfaces of adapters.
type full struct {
	*bottest.Recorder
	observed []bot.Turn
}

func (f *full) Observe(_ bot.Event, turn bot.Turn) { f.observed = append(f.observed, turn) }
func (f *full) StandsBy() bool                     { return false }
func (f *full) Connection() bot.Connection         { return bot.Connection{Up: true, Reconnects: 3} }

func newBot(t testing.TB, s bot.Store, o bot.Outbox) *bot.Bot {
	t.Helper()
	base, err := kb.Load(kb.Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), s, o, slog.New(slog.DiscardHandler))
}

const paste = "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example. (ID 319)"

func message(id bot.EventID, text string) bot.Message {
	return bot.Message{Head: bot.Head{ID: id, Thread: bot.Thread{Adapter: "test", Channel: "c", Root: string(id)}, From: bot.User{ID: "u1", Name: "Alex Kim"}}, Text: text}
}

// TestObserved has a conversation and checks what the meter and the log get, and
// that neither gets what was written.
func TestObserved(t *testing.T) {
	recorder := &full{Recorder: bottest.NewRecorder("test", bot.Capabilities{DirectMessages: true, Private: true, Unprompted: true, Edits: true})}
	meter, log := &notebook{}, &strings.Builder{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	a := observe.Adapter(recorder, meter, logger)
	memory := store.NewMemory()
	b := newBot(t, memory, memory)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, b.Handler(a)) }()

	inThread := message("m3", "that fixed it, thanks!")
	inThread.Thread.Root, inThread.InThread = "m2", true
	for _, tt := range []struct {
		event bot.Event
		meter string
		log   string // "" is no line
	}{
		{message("m1", "good morning, who has the keys of the server room?"), "message silent none", ""},
		{message("m2", paste), "message sure answered dpm-agent-coordinator",
			`level=INFO msg="bot: event handled" adapter=test event=m2 kind=message decision=answered entry=dpm-agent-coordinator band=sure hit=dpm-agent-coordinator confidence=1 evidence=message,code understood=other_error posts=1`},
		{inThread, "message silent solved dpm-agent-coordinator",
			`level=INFO msg="bot: event handled" adapter=test event=m3 kind=message decision=solved entry=dpm-agent-coordinator understood=fixed posts=`},
	} {
		log.Reset()
		if err := recorder.Handle(t.Context(), tt.event); err != nil {
			t.Fatal(err)
		}
		if got, want := meter.take(), []string{"received test", tt.meter}; !slices.Equal(got, want) {
			t.Errorf("the meter got %q, want %q", got, want)
		}
		if got := log.String(); !strings.HasPrefix(got, tt.log) || strings.Count(got, "\n") != min(len(tt.log), 1) {
			t.Errorf("the log got\n%s\nwant\n%s", got, tt.log)
		}
		for _, written := range []string{"FS-11", "Alex", "Coordinator", "thanks"} {
			if strings.Contains(log.String(), written) {
				t.Errorf("the log has %q:\n%s", written, log.String())
			}
		}
	}
	if err := recorder.Handle(t.Context(), message("m2", paste)); err != nil { // a duplicate
		t.Fatal(err)
	}
	if got := meter.take(); !slices.Equal(got, []string{"received test"}) {
		t.Errorf("of a duplicate the meter got %q", got)
	}
	if n := len(recorder.observed); n != 3 {
		t.Errorf("the adapter observed %d turns, want 3", n)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestFailed checks that an event counts as failed if its handler returns an error,
// unless the program ends.
func TestFailed(t *testing.T) {
	recorder, meter := bottest.NewRecorder("test", bot.Capabilities{}), &notebook{}
	a := observe.Adapter(recorder, meter, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- a.Run(ctx, func(context.Context, bot.Event) error { return errors.New("no database") })
	}()
	ending, end := context.WithCancel(t.Context())
	end()
	if recorder.Handle(t.Context(), message("m1", "hello")) == nil || recorder.Handle(ending, message("m2", "hello")) == nil {
		t.Error("the error is lost")
	}
	if got, want := meter.take(), []string{"received test", "failed test", "received test"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	cancel()
	<-done
}

// A refusing adapter fails to post.
type refusing struct {
	*bottest.Recorder
	err error
}

func (r refusing) Post(context.Context, bot.Post) (bot.Delivery, error) { return bot.Delivery{}, r.err }

func TestPosted(t *testing.T) {
	wrong := errors.New("wrong")
	for name, tt := range map[string]struct {
		post  bot.Post
		asked time.Duration // before; 0 is never
		err   error
		want  string
	}{
		"an answer":            {bot.Post{Attempt: 1}, 2 * time.Second, nil, "delivered again=false waited=2s"},
		"a clock is ahead":     {bot.Post{Attempt: 1}, -time.Minute, nil, "delivered again=false waited=1ns"},
		"no question":          {bot.Post{Attempt: 1}, 0, nil, "delivered again=false waited=0s"},
		"a second attempt":     {bot.Post{Attempt: 2}, 0, nil, "delivered again=true waited=0s"},
		"a dead letter, again": {bot.Post{Attempt: 26, Spent: 25}, 0, nil, "delivered again=false waited=0s"},
		"throttled":            {bot.Post{Attempt: 1}, time.Second, bot.NotDelivered(wrong, time.Second), "throttled again=false waited=0s"},
		"not delivered":        {bot.Post{Attempt: 1}, 0, bot.NotDelivered(wrong, 0), "failed again=false waited=0s"},
		"refused":              {bot.Post{Attempt: 1}, 0, bot.Refused(wrong), "refused again=false waited=0s"},
		"no answer":            {bot.Post{Attempt: 1}, 0, wrong, "failed again=false waited=0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.asked != 0 {
					tt.post.Asked = time.Now().Add(-tt.asked)
				}
				meter := &notebook{}
				a := observe.Adapter(refusing{bottest.NewRecorder("test", bot.Capabilities{}), tt.err}, meter, slog.New(slog.DiscardHandler))
				if _, err := a.Post(t.Context(), tt.post); err != tt.err {
					t.Errorf("the error is %v, want %v", err, tt.err)
				}
				if got := meter.take(); !slices.Equal(got, []string{"posted " + tt.want}) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// TestInterfaces checks that the optional interfaces of an adapter remain visible.
func TestInterfaces(t *testing.T) {
	inner := &full{Recorder: bottest.NewRecorder("test", bot.Capabilities{Edits: true})}
	a := observe.Adapter(observe.Adapter(inner, &notebook{}, slog.New(slog.DiscardHandler)), &notebook{}, slog.New(slog.DiscardHandler))
	if c, ok := bot.As[bot.Connector](a); !ok || c.Connection().Reconnects != 3 {
		t.Error("no Connector")
	}
	if _, ok := bot.As[bot.Standby](a); !ok {
		t.Error("no Standby")
	}
	if _, ok := bot.As[bot.Profiler](a); ok {
		t.Error("a Profiler from nowhere")
	}
	if a.Name() != "test" || !a.Capabilities().Edits {
		t.Error("another adapter")
	}
}
