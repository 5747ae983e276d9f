package discord

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Recorded events: messages with attachments, which have to be downloaded, and
// interactions, whose tokens a restarted bot needs. The core ignores an event
// that it has handled already, so handling it again after a crash does no harm.

// postpone handles a recorded message in its conversation's lane, once its
// attachments are downloaded.
func (d *Discord) postpone(ctx context.Context, key string, payload []byte, t inbound) {
	d.intake.Postpone(ctx, chat.LaneOf(t.event), key, payload, func(ctx context.Context) error { return d.handleEvent(ctx, d.withFiles(ctx, t)) })
}

// withFiles returns the event with the text of its attachments. An attachment
// that cannot be read is left out.
func (d *Discord) withFiles(ctx context.Context, t inbound) bot.Event {
	m, ok := t.event.(bot.Message)
	if !ok {
		return t.event
	}
	return d.attached(ctx, m, t.files)
}

// attached appends the text of attachments to a message.
func (d *Discord) attached(ctx context.Context, m bot.Message, files []discordapi.Attachment) bot.Message {
	var ids []string
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	text, failed := d.intake.Attached(ctx, m.Text, ids, func(ctx context.Context, n int) (text string, err error) {
		err = chat.Try(ctx, apiTime, permanent, func(ctx context.Context) (err error) { text, err = d.readFile(ctx, files[n]); return err })
		return text, err
	})
	m.Text, m.Unread = text, append(slices.Clip(m.Unread), failed...)
	return m
}

// permanent reports whether another attempt would fail in the same way.
func permanent(err error) bool {
	return discordapi.IsPermanent(err) || errors.Is(err, errHost) || errors.Is(err, chat.ErrNoText) || errors.Is(err, chat.ErrTooLarge) || errors.Is(err, chat.ErrIncomplete)
}

// replay handles the events that an earlier run recorded and did not finish.
// They precede new events of their channel.
func (d *Discord) replay(ctx context.Context) {
	d.intake.Replay(ctx, func(key string, payload []byte) bool {
		var e envelope
		if json.Unmarshal(payload, &e) != nil {
			return false
		}
		if e.Kind == interactionCreate {
			return d.replayInteraction(ctx, key, payload, e)
		}
		return d.replayMessage(ctx, key, payload, e)
	})
}

func (d *Discord) replayMessage(ctx context.Context, key string, payload []byte, e envelope) bool {
	var m discordapi.Message
	if chat.Decode(e.Data, &m) != nil {
		return false
	}
	at, _ := d.channels.get(m.ChannelID)
	d.intake.Quick.Do(d.laneOf(at, m.ChannelID), func() {
		defer d.intake.Guard(key, func() { d.intake.Lost(ctx, key, payload) })
		if t, ok := d.readMessage(ctx, e, m); ok {
			d.postpone(ctx, key, payload, t)
		} else {
			d.intake.Done(ctx, key)
		}
	})
	return true
}

func (d *Discord) replayInteraction(ctx context.Context, key string, payload []byte, e envelope) bool {
	i, u, ok := d.readRecorded(e)
	if !ok {
		return false
	}
	d.intake.Quick.Do(d.laneOf(channelInfoOf(i), channelOf(i)), func() {
		defer d.intake.Guard(key, func() { d.intake.Lost(ctx, key, payload) })
		u.event = d.withThreadRoot(ctx, i, u.event)
		d.rememberToken(ctx, e, u, time.Time{})
		d.handleRecorded(ctx, key, payload, e, u)
	})
	return true
}

// readRecorded parses a recorded interaction.
func (d *Discord) readRecorded(e envelope) (i discordapi.Interaction, u inboundInteraction, ok bool) {
	if e.Kind != interactionCreate || chat.Decode(e.Data, &i) != nil {
		return i, u, false
	}
	i = d.withChannel(i)
	read, _ := d.me().readInteraction(i)
	u, ok = read.(inboundInteraction)
	return i, u, ok
}

// findToken returns the recipient's token. If it is not in memory, findToken
// looks for it in the inbox, because another process may have received the
// interaction first.
func (d *Discord) findToken(ctx context.Context, who recipient) (token, bool) {
	if one, ok := d.tokens.take(who); ok {
		return one, true
	}
	err := eventInbox{d.o.Inbox}.Replay(ctx, func(_ string, payload []byte) error {
		var e envelope
		if json.Unmarshal(payload, &e) != nil {
			return nil
		}
		i, u, ok := d.readRecorded(e)
		if !ok || u.recipient().user != who.user {
			return nil
		}
		if u.event = d.withThreadRoot(ctx, i, u.event); u.recipient() == who {
			d.tokens.keep(who, tokenFrom(e, u, time.Time{}))
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		d.log.Warn("discord: inbox not fully read", "error", err)
	}
	return d.tokens.take(who)
}
