package bot_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// TestConfigure checks that the next event is decided by a new policy, while others
// are handled.
func TestConfigure(t *testing.T) {
	base, db := testBase(t), store.NewMemory()
	quiet, loud := bot.DefaultPolicy(), bot.DefaultPolicy()
	quiet.Default = bot.ModeOff
	b := bot.New(func() *kb.Base { return base }, testLocales(t), quiet, db, db, slog.New(slog.DiscardHandler))
	seen := &turns{Recorder: bottest.NewRecorder("test", everything)}
	handle := b.Handler(seen)
	posts := func(id string) int {
		t.Helper()
		seen.all = nil
		if err := handle(t.Context(), message(id, lostPaste)); err != nil {
			t.Fatal(err)
		}
		return len(seen.all[0].Posts)
	}
	if n := posts("m1"); n != 0 {
		t.Errorf("%d posts in mode off", n)
	}
	b.Configure(loud, []string{"http.addr"})
	if n := posts("m2"); n == 0 {
		t.Error("no answer in mode on")
	}
	if got := b.Configuration().Restart; len(got) != 1 {
		t.Errorf("restart: %v", got)
	}
	b.ConfigureFailed("a mistake")
	if n, problem := posts("m3"), b.Configuration().Problem; n == 0 || problem != "a mistake" {
		t.Errorf("after a mistake: %d posts, problem %q", n, problem)
	}

	var all sync.WaitGroup
	other := b.Handler(bottest.NewRecorder("test", everything))
	for i := range 20 {
		all.Go(func() { b.Configure(loud, nil) })
		all.Go(func() {
			if err := other(t.Context(), message(fmt.Sprint("n", i), lostPaste)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
