package bot_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// An endingAdapter ends on its own.
type endingAdapter struct {
	*bottest.Recorder
	after     time.Duration // 0 means never
	err       error
	simulated bool
}

func (a endingAdapter) Simulated() bool { return a.simulated }

func (a endingAdapter) Run(ctx context.Context, handle bot.Handler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if a.after > 0 {
		defer time.AfterFunc(a.after, func() { cancel(errEnded) }).Stop()
	}
	if err := a.Recorder.Run(ctx, handle); err != nil || !errors.Is(context.Cause(ctx), errEnded) {
		return err
	}
	return a.err
}

var errEnded = errors.New("ended by itself")

// TestRun checks that an adapter that ends leaves the others serving, and that
// Run ends with the last configured one.
func TestRun(t *testing.T) {
	uninstalled, revoked := errors.New("uninstalled"), errors.New("revoked")
	adapter := func(name string, after time.Duration, err error) endingAdapter {
		return endingAdapter{Recorder: bottest.NewRecorder(name, everything), after: after, err: err}
	}
	console := func(after time.Duration, err error) endingAdapter {
		a := adapter("console", after, err)
		a.simulated = true
		return a
	}
	for _, tt := range []struct {
		name     string
		adapters []endingAdapter
		after    time.Duration // when Run ends; the test cancels it after an hour
		want     string        // its error
		serve    string        // the adapters that serve after a minute
		logged   int
	}{
		{"one of two ends", []endingAdapter{adapter("a", time.Second, revoked), adapter("b", 0, nil), console(0, nil)}, time.Hour, "", "b console", 1},
		{"both end", []endingAdapter{adapter("a", time.Second, revoked), adapter("b", 2*time.Minute, uninstalled), console(0, nil)}, 2 * time.Minute, "a: revoked\nb: uninstalled", "b console", 2},
		{"both end at once", []endingAdapter{adapter("a", time.Second, revoked), adapter("b", time.Second, revoked), console(0, nil)}, time.Second, "a: revoked\nb: revoked", "", 2},
		{"the only one ends", []endingAdapter{adapter("a", time.Second, revoked)}, time.Second, "a: revoked", "", 1},
		{"the only one beside the console ends", []endingAdapter{adapter("a", time.Second, revoked), console(0, nil)}, time.Second, "a: revoked", "", 1},
		{"the console ends", []endingAdapter{adapter("a", 0, nil), console(time.Second, revoked)}, time.Hour, "", "a", 1},
		{"the console alone", []endingAdapter{console(0, nil)}, time.Hour, "", "console", 0},
		{"the console alone ends", []endingAdapter{console(time.Second, revoked)}, time.Second, "console: revoked", "", 1},
		{"a terminal ends without an error", []endingAdapter{adapter("a", time.Second, nil)}, time.Second, "", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				base, memory := testBase(t), store.NewMemory()
				b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.NewTextHandler(&log, nil)))
				var all []bot.Adapter
				for _, a := range tt.adapters {
					all = append(all, a)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began := time.Now()
				ran := make(chan error, 1)
				go func() { ran <- b.Run(ctx, all...) }()
				time.Sleep(time.Minute)
				for _, a := range tt.adapters {
					if slices.Contains(strings.Fields(tt.serve), a.Name()) {
						serves(t, b, a)
					}
				}
				err := <-ran
				if took := time.Since(began); took != tt.after && tt.serve != "" {
					t.Errorf("Run ended after %v", took)
				}
				if err == nil && tt.want != "" || err != nil && !sameLines(err.Error(), tt.want) {
					t.Errorf("Run returned %v, want %s", err, tt.want)
				}
				if n := strings.Count(log.String(), "level=ERROR"); n != tt.logged {
					t.Errorf("%d errors were logged, want %d:\n%s", n, tt.logged, log.String())
				}
				ended := slices.DeleteFunc(b.Services(), func(s bot.Service) bool { return s.State != bot.ServiceEnded })
				if n := len(ended); tt.serve != "" && n != tt.logged {
					t.Errorf("%v ended, want %d", ended, tt.logged)
				}
			})
		})
	}
}

func sameLines(a, b string) bool {
	return slices.Equal(slices.Sorted(strings.SplitSeq(a, "\n")), slices.Sorted(strings.SplitSeq(b, "\n")))
}

// serves checks that a message of the adapter is answered.
func serves(t *testing.T, b *bot.Bot, a endingAdapter) {
	t.Helper()
	m := message("m-"+a.Name(), lostPaste)
	m.Thread.Adapter = a.Name()
	if err := a.Handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := b.Drain(t.Context(), a.Name()); err != nil {
		t.Fatal(err)
	}
	if n := len(a.Take()); n != 1 {
		t.Errorf("%s: %d answers", a.Name(), n)
	}
}

// TestPostsOfEndedAdapter checks that the posts of an adapter that ended are
// not tried, and are sent after the next start.
func TestPostsOfEndedAdapter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, memory := testBase(t), store.NewMemory()
		run := func(after time.Duration) (*bottest.Recorder, func()) {
			b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
			ctx, cancel := context.WithCancel(t.Context())
			a := endingAdapter{Recorder: bottest.NewRecorder("test", everything), after: after, err: errEnded}
			other := endingAdapter{Recorder: bottest.NewRecorder("other", everything)}
			ran := make(chan error, 1)
			go func() { ran <- b.Run(ctx, a, other) }()
			return a.Recorder, func() {
				cancel()
				if err := <-ran; err != nil {
					t.Error(err)
				}
			}
		}
		recorder, end := run(time.Second)
		time.Sleep(2 * time.Second)
		if err := memory.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{postTo("p", "c", "r")}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		end()
		if n := len(recorder.Take()); n != 0 {
			t.Errorf("%d posts were given to an adapter that ended", n)
		}
		recorder, end = run(0)
		time.Sleep(time.Minute)
		end()
		if n := len(recorder.Take()); n != 1 {
			t.Errorf("%d posts after the next start", n)
		}
	})
}
