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

// From the receipt of an event to the point where Discord no longer needs to
// replay it.

// An envelope is an event of the gateway, in the form in which it is recorded.
type envelope struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
	At   time.Time       `json:"at"`
}

// interactionCreate is the event of an interaction.
const interactionCreate = "INTERACTION_CREATE"

// take receives an event, and measures it unless it is one of those that only
// update what is known of channels.
func (d *Discord) take(ctx context.Context, e envelope, replayed bool, done func()) {
	switch e.Kind {
	case messageCreate, messageUpdate, messageDelete, interactionCreate:
		if replayed {
			d.link.Redelivered()
		}
		if d.o.Acknowledged != nil {
			acknowledge := done
			done = func() {
				acknowledge()
				d.o.Acknowledged(time.Since(e.At))
			}
		}
	}
	d.receive(ctx, e, done)
}

// receive takes events in the order of the gateway. It waits while too much is
// waiting, so that further events stay at Discord, which redelivers none that it
// has sent. done is called once the event is handled or recorded.
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

// receiveMessage takes a message that was created, edited or deleted.
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
	if d.intake.Quick.Room(ctx) != nil {
		return // not done: the next run gets it again
	}
	at, _ := d.channels.get(m.ChannelID)
	d.intake.Quick.Do(d.laneOf(at, m.ChannelID), func() {
		defer d.intake.Guard(e.Kind, done)
		d.handleMessage(ctx, e, m, done)
	})
}

// laneOf returns the lane of a channel's events: threads share the lane of
// their channel, so that their order is kept. A thread whose parent was unknown
// when its first event arrived has its own lane until that is empty.
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
	if len(t.files) == 0 && !t.points() && !d.intake.Later.Busy(chat.LaneOf(t.event)) {
		if d.handleEvent(ctx, t.event) == nil {
			done()
		}
		return
	}
	key := string(t.event.About().ID)
	payload, err := json.Marshal(e)
	if err == nil {
		err = d.intake.Later.Room(ctx)
	}
	if err == nil {
		err = d.record(ctx, key, payload)
	}
	if err == nil {
		done()
		d.postpone(ctx, key, payload, t)
	}
}

// readMessage looks up the channel of a message and parses the message. ok is
// false if the message does not concern the bot or the run ends.
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
			d.channels.learn(at.guild, discordapi.Channel{ID: m.ChannelID, Type: &at.kind}) // do not look it up again
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

// assumedChannel is what the bot assumes about a channel that it cannot look
// up.
func assumedChannel(m discordapi.Message) channelInfo {
	if m.GuildID == "" {
		return channelInfo{kind: discordapi.ChannelTypeDM}
	}
	return channelInfo{guild: m.GuildID}
}

// handleEvent hands an event to the core and retries until that succeeds. It
// fails only if ctx ends, and the event then stays unacknowledged.
func (d *Discord) handleEvent(ctx context.Context, e bot.Event) error {
	return d.intake.Retry(ctx, "handle event", func(ctx context.Context) error { return d.handle(ctx, e) })
}

// receiveBulkDelete handles each message of a MESSAGE_DELETE_BULK.
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

// record puts an event into the inbox, and retries until that succeeds or ctx
// ends.
func (d *Discord) record(ctx context.Context, key string, payload []byte) error {
	return d.intake.Retry(ctx, "record event", func(ctx context.Context) error { return d.intake.Record(ctx, key, payload) })
}

// callAfter returns a function whose n-th call calls done.
func callAfter(n int, done func()) func() {
	var calls atomic.Int64
	return func() {
		if calls.Add(1) == int64(n) {
			done()
		}
	}
}
