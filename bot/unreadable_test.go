package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A damaged store cannot read the walkthroughs of one thread, nor what is in
// lists beside them.
type damaged struct {
	*store.Memory
	thread bot.Thread
	err    error // of what is unreadable
}

func (d *damaged) Load(ctx context.Context, thread bot.Thread, user bot.UserKey) (bot.Walkthrough, string, error) {
	if thread == d.thread {
		return bot.Walkthrough{}, "", d.err
	}
	return d.Memory.Load(ctx, thread, user)
}

func (d *damaged) Walkthroughs(ctx context.Context, user bot.UserKey, limit int) ([]bot.Walkthrough, error) {
	all, err := d.Memory.Walkthroughs(ctx, user, limit)
	return all, errors.Join(err, d.err)
}

func (d *damaged) OpenCases(ctx context.Context, adapter, workspace string, limit int) ([]bot.Walkthrough, error) {
	all, err := d.Memory.OpenCases(ctx, adapter, workspace, limit)
	return all, errors.Join(err, d.err)
}

// TestUnreadable checks that an unreadable walkthrough keeps only what depends on
// it from being handled, and is logged, and that other errors of the store are
// not skipped.
func TestUnreadable(t *testing.T) {
	command := message("m2", "90002")
	command.Command, command.Thread.Root = true, "command m2"
	cases := message("m2", "open")
	cases.Command, cases.Thread.Root = true, "command m2"
	other := message("m2", lostPaste)
	reply := message("m2", "next")
	reply.InThread, reply.Thread.Root = true, "m1"
	unreadable := fmt.Errorf("row 7: %w", bot.ErrUnreadable)
	tests := []struct {
		name    string
		event   bot.Message
		err     error
		handled bool
	}{
		{"a command of the same user", command, unreadable, true},
		{"a look at the open cases", cases, unreadable, true},
		{"the same error in another thread", other, unreadable, true},
		{"a reply in the thread", reply, unreadable, false},
		{"a command, but the database fails", command, errors.New("the database fails"), false},
		{"the same error, but the database fails", other, errors.New("the database fails"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			d := &damaged{Memory: store.NewMemory()}
			base := testBase(t)
			b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), d, d, slog.New(slog.NewTextHandler(&log, nil)))
			handle := b.Handler(bottest.NewRecorder("test", everything))
			first := message("m1", lostPaste)
			if err := handle(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			d.thread, d.err = first.Thread, tt.err
			err := handle(t.Context(), tt.event)
			if tt.handled != (err == nil) || !tt.handled && !errors.Is(err, tt.err) {
				t.Errorf("handled: %v", err)
			}
			if tt.handled && !strings.Contains(log.String(), "row 7") {
				t.Errorf("log: %q", log.String())
			}
			posts, err := d.Claim(t.Context(), "test", 9, 9, 1)
			if err != nil || (len(posts) > 1) != tt.handled {
				t.Errorf("posts %v, %v", posts, err)
			}
		})
	}
}
