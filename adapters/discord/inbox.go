package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// What was recorded before it was handled: messages with files, which have to be
// fetched, and uses, whose tokens a restarted bot needs. The core tells an event
// that it has handled already, so that doing it again after a crash does no
// harm.

// postpone completes and handles an event of the inbox, in its lane.
func (d *Discord) postpone(key, lane string, t talk) {
	d.later.Do(lane, func() {
		defer d.survive(envelope{Kind: key}, func() { d.forget(key, 0) })
		if d.handled(d.attached(t)) == nil {
			d.forget(key, 0)
		}
	})
}

// forget takes an event out of the inbox after a time.
func (d *Discord) forget(key string, after time.Duration) {
	if after > 0 {
		time.AfterFunc(after, func() { d.forget(key, 0) })
		return
	}
	if d.ctx.Err() != nil {
		return // the next run finds it, and does nothing
	}
	_ = d.patiently(d.ctx, "take an event out of the inbox", func(ctx context.Context) error { return d.o.Inbox.Done(ctx, key) })
}

// attached is the event of a talk with the text of its files, as far as there is
// any. What a file that cannot be had would add is done without.
func (d *Discord) attached(t talk) bot.Event {
	m, ok := t.event.(bot.Message)
	if !ok {
		return t.event
	}
	parts := []string{m.Text}
	for _, f := range t.files {
		var text string
		err := chat.Try(d.ctx, apiTime, hopeless, func(ctx context.Context) (err error) { text, err = d.readFile(ctx, f); return err })
		if err != nil {
			d.log.Warn("discord: an attached file is not read", "file", f.ID, "error", err)
		}
		parts = append(parts, text)
	}
	m.Text = chat.CutBytes(strings.TrimSpace(strings.Join(parts, "\n")), maxMessageText)
	return m
}

// hopeless reports that another attempt would fail in the same way.
func hopeless(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && 400 <= e.status && e.status < 500 && e.status != http.StatusTooManyRequests ||
		errors.Is(err, errHost) || errors.Is(err, chat.ErrNoText) || errors.Is(err, chat.ErrTooLarge) || errors.Is(err, errIncomplete)
}

// patiently repeats what must succeed until ctx ends: the database comes back.
func (d *Discord) patiently(ctx context.Context, what string, f func(context.Context) error) error {
	return chat.Patiently(ctx, func(err error) {
		if errors.Is(err, bot.ErrConflict) {
			d.log.Debug("discord: " + what + ": busy")
		} else {
			d.log.Warn("discord: to "+what+" failed, and is tried again", "error", err)
		}
	}, f)
}

// replay handles what an earlier run recorded and did not finish, and finds its
// session. It returns where that stood.
func (d *Discord) replay(ctx context.Context) (s session) {
	n := 0
	err := d.o.Inbox.Replay(ctx, func(key string, record []byte) error {
		if strings.HasPrefix(key, sessionKey) {
			s = session{}
			if err := json.Unmarshal(record, &s); err != nil {
				return d.o.Inbox.Bury(ctx, key, record)
			}
			s.key = key
			return nil
		}
		var e envelope
		if err := json.Unmarshal(record, &e); err != nil {
			return d.o.Inbox.Bury(ctx, key, record)
		}
		n++
		return d.again(ctx, key, e, record)
	})
	if err != nil && ctx.Err() == nil {
		d.log.Error("discord: not all of the inbox can be read", "error", err)
	}
	if n > 0 {
		d.log.Info("discord: events of an earlier run are looked at", "events", n)
	}
	return s
}

// again handles one event of an earlier run.
func (d *Discord) again(ctx context.Context, key string, e envelope, record []byte) error {
	if e.Kind != interactionCreate {
		var m message
		if err := chat.Decode(e.Data, &m); err != nil {
			return d.o.Inbox.Bury(ctx, key, record)
		}
		d.later.Do(m.Channel, func() {
			t, ok := d.placed(e.Kind, m)
			if !ok {
				d.forget(key, 0)
				return
			}
			d.postpone(key, fmt.Sprintf("%q", t.event.About().Thread), t)
		})
		return nil
	}
	var i interaction
	err := chat.Decode(e.Data, &i)
	i = d.located(i)
	read, _ := d.me().readInteraction(i)
	u, ok := read.(used)
	if err != nil || !ok {
		return d.o.Inbox.Bury(ctx, key, record)
	}
	d.remember(e, i, u, true)
	d.later.Do(laneOf(i.place(), i.where()), func() {
		defer d.survive(e, func() { d.forget(key, 0) })
		if d.handled(d.attached(u.talk)) == nil {
			d.hush(u)
			d.forget(key, time.Until(e.At.Add(tokenLife)))
		}
	})
	return nil
}
