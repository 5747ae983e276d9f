package discord

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// What happens to an event between its arrival and the moment from which on it
// need not come again.

// An envelope is an event as it arrived.
type envelope struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
	At   time.Time       `json:"at"`
}

// interactionCreate is the event of a use.
const interactionCreate = "INTERACTION_CREATE"

// receive takes an event, in the order of arrival, and returns at once. done is
// called once all is recorded that must not be lost.
func (d *Discord) receive(ctx context.Context, e envelope, done func()) {
	defer d.intake.Guard(e.Kind, done)
	switch e.Kind {
	case messageCreate, messageUpdate, messageDelete:
		d.receiveMessage(ctx, e, done)
		return
	case "MESSAGE_DELETE_BULK":
		d.receiveBulkDelete(ctx, e, done)
		return
	case interactionCreate:
		d.receiveInteraction(ctx, e, done)
		return
	}
	d.updateCache(e)
	done()
}

// receiveMessage takes what somebody wrote, changed or took back.
func (d *Discord) receiveMessage(ctx context.Context, e envelope, done func()) {
	var m discordapi.Message
	if err := chat.Decode(e.Data, &m); err != nil || m.ID == "" || m.ChannelID == "" || m.Author == nil && e.Kind != messageDelete {
		d.intake.WarnOnce("incomplete message event ignored", "event", e.Kind)
		done()
		return
	}
	if at := m.ChannelType; at != nil {
		d.channels.learn(m.GuildID, discordapi.Channel{ID: m.ChannelID, Type: at})
	}
	at, _ := d.channels.get(m.ChannelID)
	d.intake.Quick.Do(d.laneOf(at, m.ChannelID), func() {
		defer d.intake.Guard(e.Kind, done)
		d.handleMessage(ctx, e, m, done)
	})
}

// laneOf is the lane of what happens in a channel: it is handled in order, that
// of its threads, too. A thread of which it was not known yet where it belongs has
// its own lane until that is empty.
func (d *Discord) laneOf(at channelInfo, channel string) string {
	if at.parent != "" && !d.intake.Quick.Busy(channel) {
		return at.parent
	}
	return channel
}

func (d *Discord) handleMessage(ctx context.Context, e envelope, m discordapi.Message, done func()) {
	t, ok := d.readMessage(ctx, e, m)
	if !ok {
		if ctx.Err() == nil {
			done()
		}
		return
	}
	if len(t.files) == 0 && !d.intake.Later.Busy(chat.LaneOf(t.event)) {
		if d.handleEvent(ctx, t.event) == nil {
			done()
		}
		return
	}
	key := string(t.event.About().ID)
	payload, err := json.Marshal(e)
	if err == nil {
		err = d.record(ctx, key, payload)
	}
	if err == nil {
		done()
		d.postpone(ctx, key, payload, t)
	}
}

// readMessage reads a message once it is known where it stands. ok is false where it
// is nothing to us, or will never be known.
func (d *Discord) readMessage(ctx context.Context, e envelope, m discordapi.Message) (t inbound, ok bool) {
	at, err := channelInfo{}, error(nil)
	_ = d.intake.Retry(ctx, "look up channel", func(ctx context.Context) error {
		if at, err = d.lookUpChannel(ctx, m.ChannelID); permanent(err) {
			return nil
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return inbound{}, false
	case err != nil:
		d.intake.WarnOnce("channel not found, assumed to be a text channel", "channel", m.ChannelID, "error", err)
		at = assumedChannel(m)
		if !errors.Is(err, chat.ErrIncomplete) {
			d.channels.learn(at.guild, discordapi.Channel{ID: m.ChannelID, Type: &at.kind}) // it is not asked again
		}
	}
	if e.Kind == messageUpdate && isStale(m, e.At) {
		return inbound{}, false
	}
	t, ok, err = d.me().readMessage(e.Kind, m, at, d.botRole(ctx, m, at.guild))
	if err != nil {
		d.intake.WarnOnce("unreadable message event ignored", "event", e.Kind, "error", err)
	}
	if message, is := t.event.(bot.Message); ok && is {
		message.From.Locale = d.locales.get(message.From.ID)
		t.event = message
	}
	return t, ok
}

// assumedChannel is where a message stands whose channel Discord does not tell of.
func assumedChannel(m discordapi.Message) channelInfo {
	if m.GuildID == "" {
		return channelInfo{kind: discordapi.ChannelTypeDM}
	}
	return channelInfo{guild: m.GuildID}
}

// handleEvent hands an event to the core, however long that takes: it is not told to
// Discord as received before. An error says that the run ends.
func (d *Discord) handleEvent(ctx context.Context, e bot.Event) error {
	return d.intake.Retry(ctx, "handle event", func(ctx context.Context) error { return d.handle(ctx, e) })
}

// receiveBulkDelete takes many deletions at once.
func (d *Discord) receiveBulkDelete(ctx context.Context, e envelope, done func()) {
	var bulk struct {
		IDs     []string `json:"ids"`
		Channel string   `json:"channel_id"`
		Guild   string   `json:"guild_id"`
	}
	if err := chat.Decode(e.Data, &bulk); err != nil || len(bulk.IDs) == 0 {
		done()
		return
	}
	left := callAfter(len(bulk.IDs), done)
	for _, id := range bulk.IDs {
		data, err := json.Marshal(discordapi.Message{ID: id, ChannelID: bulk.Channel, GuildID: bulk.Guild})
		if err != nil {
			left()
			continue
		}
		d.receiveMessage(ctx, envelope{messageDelete, data, e.At}, left)
	}
}

// record puts an event into the inbox, however long the database is away: Discord
// is told only after that.
func (d *Discord) record(ctx context.Context, key string, payload []byte) error {
	return d.intake.Retry(ctx, "record event", func(ctx context.Context) error { return d.intake.Record(ctx, key, payload) })
}

// callAfter calls done when it was called n times.
func callAfter(n int, done func()) func() {
	var calls atomic.Int64
	return func() {
		if calls.Add(1) == int64(n) {
			done()
		}
	}
}
