package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
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
	e, ok := errors.AsType[*discordapi.Error](err)
	return ok && 400 <= e.Status && e.Status < 500 && e.Status != http.StatusTooManyRequests ||
		errors.Is(err, errHost) || errors.Is(err, chat.ErrNoText) || errors.Is(err, chat.ErrTooLarge) || errors.Is(err, errIncomplete)
}

// patiently repeats what must succeed until ctx ends: the database comes back.
func (d *Discord) patiently(ctx context.Context, what string, f func(context.Context) error) error {
	return chat.RetryForever(ctx, func(err error) {
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
			var newer session
			if err := json.Unmarshal(record, &newer); err != nil {
				return d.o.Inbox.Bury(ctx, key, record)
			}
			old := s
			s, s.key = newer, key
			return d.outlived(ctx, old)
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

// outlived takes a session out of the inbox that nobody can resume any more. A
// younger one may be that of another process.
func (d *Discord) outlived(ctx context.Context, s session) error {
	if s.key == "" || time.Since(s.At) < sessionLife {
		return nil
	}
	return d.o.Inbox.Done(ctx, s.key)
}

// again handles one event of an earlier run, before anything that happens there
// now.
func (d *Discord) again(ctx context.Context, key string, e envelope, record []byte) error {
	lost := func() { d.forget(key, 0) }
	if e.Kind != interactionCreate {
		var m discordapi.Message
		if err := chat.Decode(e.Data, &m); err != nil {
			return d.o.Inbox.Bury(ctx, key, record)
		}
		at, _ := d.places.of(m.ChannelID)
		d.quick.Do(d.laneOf(at, m.ChannelID), func() {
			defer d.survive(e, lost)
			if t, ok := d.placed(e, m); ok {
				d.postpone(key, threadLane(t.event), t)
			} else {
				d.forget(key, 0)
			}
		})
		return nil
	}
	i, u, ok := d.useOf(e)
	if !ok {
		return d.o.Inbox.Bury(ctx, key, record)
	}
	d.quick.Do(d.laneOf(placeOf(i), channelOf(i)), func() {
		defer d.survive(e, lost)
		u.event = d.rooted(i, u.event)
		d.remember(e, u, time.Time{})
		d.recorded(key, e, u)
	})
	return nil
}

// useOf reads a use that was recorded.
func (d *Discord) useOf(e envelope) (i discordapi.Interaction, u used, ok bool) {
	if e.Kind != interactionCreate || chat.Decode(e.Data, &i) != nil {
		return i, u, false
	}
	i = d.located(i)
	read, _ := d.me().readInteraction(i)
	u, ok = read.(used)
	return i, u, ok
}

// tokenOf is the asker's token. Where it is not known it is looked for among what
// is recorded: another process may have been told of a use earlier than this one.
func (d *Discord) tokenOf(ctx context.Context, who asker) (link, bool) {
	if one, ok := d.links.take(who); ok {
		return one, true
	}
	err := d.o.Inbox.Replay(ctx, func(key string, record []byte) error {
		var e envelope
		if strings.HasPrefix(key, sessionKey) || json.Unmarshal(record, &e) != nil {
			return nil
		}
		i, u, ok := d.useOf(e)
		if !ok || u.asker().user != who.user {
			return nil
		}
		if u.event = d.rooted(i, u.event); u.asker() == who {
			d.links.keep(who, linkOf(e, u, time.Time{}))
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		d.log.Warn("discord: not all of the inbox can be read", "error", err)
	}
	return d.links.take(who)
}
