package ops_test

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
	"mabsbot/bot/observe"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

const (
	chatter = "morning all, does anyone know whether the maintenance of the switches is today or tomorrow?"
	paste   = "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example. (ID 319)"
)

// newHandler returns the handler of a bot, with the meter and the log of the program
// if it is observed.
func newHandler(t testing.TB, base *kb.Base, observed bool) bot.Handler {
	t.Helper()
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	memory := store.NewMemory()
	b := bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), memory, memory, log)
	recorder := bottest.NewRecorder("test", bot.Capabilities{Private: true})
	var a bot.Adapter = recorder
	if observed {
		a = observe.Adapter(recorder, newServer().Meter(), log)
	}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go func() { _ = a.Run(ctx, b.Handler(a)) }()
	return recorder.Handle
}

func message(id, text string) bot.Message {
	return bot.Message{Head: bot.Head{ID: bot.EventID(id), Thread: bot.Thread{Adapter: "test", Channel: "c", Root: id}, From: bot.User{ID: "u" + id}}, Text: text}
}

// BenchmarkHandle compares an event with and without the meter and the log. The store
// is in memory, so the share of the observation is larger than in the program.
func BenchmarkHandle(b *testing.B) {
	base, err := kb.Load(kb.Layers("", "")...)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"chatter": chatter, "paste": paste} {
		b.Run(name, func(b *testing.B) {
			with := func(observed bool) func(i int) {
				handle := newHandler(b, base, observed)
				return func(i int) {
					if err := handle(b.Context(), message(strconv.Itoa(i), text)); err != nil {
						b.Fatal(err)
					}
				}
			}
			bottest.Compare(b, with(false), with(true))
		})
	}
}

// newObserved returns a handler that does nothing but observe chatter.
func newObserved(t testing.TB) bot.Handler {
	t.Helper()
	recorder := bottest.NewRecorder("test", bot.Capabilities{})
	a := observe.Adapter(recorder, newServer().Meter(), slog.New(slog.DiscardHandler))
	shows, _ := bot.As[bot.Observer](a)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go func() {
		_ = a.Run(ctx, func(_ context.Context, e bot.Event) error {
			shows.Observe(e, bot.Turn{Event: e.About().ID})
			return nil
		})
	}()
	return recorder.Handle
}

// BenchmarkObserve measures the observation of chatter alone.
func BenchmarkObserve(b *testing.B) {
	handle := newObserved(b)
	var m bot.Event = message("m1", chatter)
	b.ReportAllocs()
	for b.Loop() {
		_ = handle(b.Context(), m)
	}
}

// TestObserveAllocatesNothing checks that chatter, which is almost all that arrives,
// is counted without allocating memory.
func TestObserveAllocatesNothing(t *testing.T) {
	handle := newObserved(t)
	var m bot.Event = message("m1", chatter)
	if n := testing.AllocsPerRun(1000, func() { _ = handle(t.Context(), m) }); n >= 1 {
		t.Errorf("it allocates %v times", n)
	}
}
