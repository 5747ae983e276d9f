package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot"
	"mabsbot/bot/store"
)

// TestIntake checks the promise of an Intake with the smallest adapter that there
// can be.
func TestIntake(t *testing.T) {
	chattest.TestIntake(t, chattest.IntakeRig{Start: startSmall, Patience: smallPatience})
}

const smallPatience = 2 * time.Second

// A small adapter handles an event within smallPatience or records it.
type small struct {
	intake *chat.Intake
	handle bot.Handler
	fetch  chattest.Fetch
}

func startSmall(t *testing.T, ctx context.Context, inbox chat.Inbox, handle bot.Handler, fetch chattest.Fetch) chattest.IntakeRun {
	s := &small{chat.NewIntake("small", inbox, 1, slog.New(slog.DiscardHandler)), handle, fetch}
	s.intake.Replay(ctx, func(key string, payload []byte) bool {
		var m chattest.Incoming
		if json.Unmarshal(payload, &m) != nil || m.N == 0 {
			return false
		}
		s.postpone(ctx, key, payload, m)
		return true
	})
	return chattest.IntakeRun{
		Deliver: func(m chattest.Incoming, done func(error)) { s.receive(ctx, m, done) },
		Wait:    s.intake.Wait,
	}
}

func (s *small) receive(ctx context.Context, m chattest.Incoming, done func(error)) {
	e := eventOf(m)
	s.intake.Quick.Do(chat.LaneOf(e), func() {
		var err error
		defer func() { done(err) }()
		key := string(e.ID)
		payload, _ := json.Marshal(m) // a struct of plain fields
		defer s.intake.Guard(key, func() { err = s.intake.Bury(ctx, "dead/"+key, payload, chat.ErrPanic) })
		if !m.File && !s.intake.Later.Busy(chat.LaneOf(e)) {
			limited, cancel := context.WithTimeout(ctx, smallPatience)
			defer cancel()
			if err = s.handle(limited, e); err == nil || limited.Err() == nil {
				return
			}
		}
		if err = s.intake.Record(ctx, key, payload); err == nil {
			s.postpone(ctx, key, payload, m)
		}
	})
}

func (s *small) postpone(ctx context.Context, key string, payload []byte, m chattest.Incoming) {
	e := eventOf(m)
	s.intake.Postpone(ctx, chat.LaneOf(e), key, payload, func(ctx context.Context) error {
		if m.File {
			e.Text, e.Unread = s.intake.Attached(ctx, e.Text, []string{"file"}, func(ctx context.Context, _ int) (string, error) { return s.fetch(ctx) })
		}
		return s.intake.Retry(ctx, "handle event", func(ctx context.Context) error { return s.handle(ctx, e) })
	})
}

func eventOf(m chattest.Incoming) bot.Message {
	return bot.Message{Head: bot.Head{ID: bot.EventID(fmt.Sprint("small/", m.N)), Thread: bot.Thread{Adapter: "small", Channel: m.Channel}}, Text: m.Text}
}

// An orphaned inbox is shared, and another process leaves an event after a while.
type orphaned struct {
	*store.MemoryInbox
	left atomic.Bool
}

func (o *orphaned) Shared() bool { return true }

func (o *orphaned) Adopt(ctx context.Context, yield func(key string, payload []byte) error) error {
	if !o.left.Swap(false) {
		return nil
	}
	return o.Replay(ctx, yield)
}

// TestEventsOfDeadProcess checks that a running process handles, once, the events that
// another one leaves when it dies.
func TestEventsOfDeadProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inbox := &orphaned{MemoryInbox: store.NewMemory().Inbox("test")}
		ctx, cancel := context.WithCancel(t.Context())
		intake := chat.NewIntake("test", inbox, 1, slog.New(slog.DiscardHandler))
		var handled atomic.Int64
		intake.Replay(ctx, func(key string, payload []byte) bool {
			intake.Postpone(ctx, "lane", key, payload, func(context.Context) error { handled.Add(1); return nil })
			return true
		})
		for _, want := range []int64{0, 1, 1} {
			time.Sleep(time.Minute)
			synctest.Wait()
			if got := handled.Load(); got != want {
				t.Errorf("%d events are handled, want %d", got, want)
			}
			if want == 0 {
				if err := inbox.Put(ctx, "key", nil); err != nil {
					t.Fatal(err)
				}
				inbox.left.Store(true)
			}
		}
		cancel()
		intake.Wait()
	})
}
