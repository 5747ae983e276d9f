package discord

import (
	"context"
	"encoding/json"
	"errors"
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
func (d *Discord) postpone(ctx context.Context, key string, payload []byte, t talk) {
	d.intake.Postpone(ctx, chat.LaneOf(t.event), key, payload, func(ctx context.Context) error { return d.handled(ctx, d.attached(ctx, t)) })
}

// attached is the event of a talk with the text of its files, as far as there is
// any.
func (d *Discord) attached(ctx context.Context, t talk) bot.Event {
	m, ok := t.event.(bot.Message)
	if !ok {
		return t.event
	}
	var ids []string
	for _, f := range t.files {
		ids = append(ids, f.ID)
	}
	m.Text = d.intake.Attached(ctx, m.Text, ids, func(ctx context.Context, n int) (text string, err error) {
		err = chat.Try(ctx, apiTime, hopeless, func(ctx context.Context) (err error) { text, err = d.readFile(ctx, t.files[n]); return err })
		return text, err
	})
	return m
}

// hopeless reports that another attempt would fail in the same way.
func hopeless(err error) bool {
	return discordapi.IsPermanent(err) || errors.Is(err, errHost) || errors.Is(err, chat.ErrNoText) || errors.Is(err, chat.ErrTooLarge) || errors.Is(err, chat.ErrIncomplete)
}

// replay handles what an earlier run recorded and did not finish, before anything
// that happens there now.
func (d *Discord) replay(ctx context.Context) {
	d.intake.Replay(ctx, func(key string, payload []byte) bool {
		var e envelope
		if json.Unmarshal(payload, &e) != nil {
			return false
		}
		if e.Kind == interactionCreate {
			return d.replayUse(ctx, key, payload, e)
		}
		return d.replayMessage(ctx, key, payload, e)
	})
}

func (d *Discord) replayMessage(ctx context.Context, key string, payload []byte, e envelope) bool {
	var m discordapi.Message
	if chat.Decode(e.Data, &m) != nil {
		return false
	}
	at, _ := d.channels.of(m.ChannelID)
	d.intake.Quick.Do(d.laneOf(at, m.ChannelID), func() {
		defer d.intake.Guard(key, func() { d.intake.Lost(ctx, key, payload) })
		if t, ok := d.placed(ctx, e, m); ok {
			d.postpone(ctx, key, payload, t)
		} else {
			d.intake.Done(ctx, key)
		}
	})
	return true
}

func (d *Discord) replayUse(ctx context.Context, key string, payload []byte, e envelope) bool {
	i, u, ok := d.useOf(e)
	if !ok {
		return false
	}
	d.intake.Quick.Do(d.laneOf(placeOf(i), channelOf(i)), func() {
		defer d.intake.Guard(key, func() { d.intake.Lost(ctx, key, payload) })
		u.event = d.withThreadRoot(ctx, i, u.event)
		d.remember(ctx, e, u, time.Time{})
		d.recorded(ctx, key, payload, e, u)
	})
	return true
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
func (d *Discord) tokenOf(ctx context.Context, who asker) (token, bool) {
	if one, ok := d.tokens.take(who); ok {
		return one, true
	}
	err := eventInbox{d.o.Inbox}.Replay(ctx, func(_ string, payload []byte) error {
		var e envelope
		if json.Unmarshal(payload, &e) != nil {
			return nil
		}
		i, u, ok := d.useOf(e)
		if !ok || u.asker().user != who.user {
			return nil
		}
		if u.event = d.withThreadRoot(ctx, i, u.event); u.asker() == who {
			d.tokens.keep(who, tokenFrom(e, u, time.Time{}))
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		d.log.Warn("discord: not all of the inbox can be read", "error", err)
	}
	return d.tokens.take(who)
}
