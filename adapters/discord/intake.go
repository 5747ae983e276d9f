package discord

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
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
		d.tookMessage(ctx, e, done)
		return
	case "MESSAGE_DELETE_BULK":
		d.tookBulk(ctx, e, done)
		return
	case interactionCreate:
		d.tookInteraction(ctx, e, done)
		return
	}
	d.updateCache(e)
	done()
}

// updateCache handles events about servers and channels.
func (d *Discord) updateCache(e envelope) {
	switch e.Kind {
	case "GUILD_CREATE", "GUILD_UPDATE":
		var g discordapi.Guild
		if chat.Decode(e.Data, &g) == nil && g.ID != "" && !g.Unavailable {
			d.channels.learnGuild(g, d.me().user)
			d.forbidden.clear()
			if e.Kind == "GUILD_CREATE" {
				d.inspect(g)
			}
		}
	case "GUILD_DELETE":
		var g discordapi.Guild
		if chat.Decode(e.Data, &g) == nil && !g.Unavailable {
			d.channels.forgetGuild(g.ID)
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		var c discordapi.Channel
		if chat.Decode(e.Data, &c) == nil {
			d.channels.learn("", c)
			d.forbidden.remove(c.ID)
		}
	case "CHANNEL_DELETE", "THREAD_DELETE":
		var c discordapi.Channel
		if chat.Decode(e.Data, &c) == nil {
			d.channels.bury(c.ID)
		}
	case "THREAD_LIST_SYNC":
		var g discordapi.Guild
		var list struct {
			Guild   string               `json:"guild_id"`
			Threads []discordapi.Channel `json:"threads"`
		}
		if chat.Decode(e.Data, &list) == nil {
			g.ID, g.Threads = list.Guild, list.Threads
			d.channels.learnGuild(g, "")
		}
	case "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE":
		d.forbidden.clear()
	}
}

// tookMessage takes what somebody wrote, changed or took back.
func (d *Discord) tookMessage(ctx context.Context, e envelope, done func()) {
	var m discordapi.Message
	if err := chat.Decode(e.Data, &m); err != nil || m.ID == "" || m.ChannelID == "" || m.Author == nil && e.Kind != messageDelete {
		d.intake.WarnOnce("an event about a message lacks what makes it one, and was ignored", "event", e.Kind)
		done()
		return
	}
	if at := m.ChannelType; at != nil {
		d.channels.learn(m.GuildID, discordapi.Channel{ID: m.ChannelID, Type: at})
	}
	at, _ := d.channels.of(m.ChannelID)
	d.intake.Quick.Do(d.laneOf(at, m.ChannelID), func() {
		defer d.intake.Guard(e.Kind, done)
		d.handleMessage(ctx, e, m, done)
	})
}

// laneOf is the lane of what happens in a channel: it is handled in order, that
// of its threads, too. A thread of which it was not known yet where it belongs has
// its own lane until that is empty.
func (d *Discord) laneOf(at place, channel string) string {
	if at.parent != "" && !d.intake.Quick.Busy(channel) {
		return at.parent
	}
	return channel
}

func (d *Discord) handleMessage(ctx context.Context, e envelope, m discordapi.Message, done func()) {
	t, ok := d.placed(ctx, e, m)
	if !ok {
		if ctx.Err() == nil {
			done()
		}
		return
	}
	if len(t.files) == 0 && !d.intake.Later.Busy(chat.LaneOf(t.event)) {
		if d.handled(ctx, t.event) == nil {
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

// placed reads a message once it is known where it stands. ok is false where it
// is nothing to us, or will never be known.
func (d *Discord) placed(ctx context.Context, e envelope, m discordapi.Message) (t talk, ok bool) {
	at, err := place{}, error(nil)
	_ = d.intake.Retry(ctx, "look up channel", func(ctx context.Context) error {
		if at, err = d.place(ctx, m.ChannelID); hopeless(err) {
			return nil
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return talk{}, false
	case err != nil:
		d.intake.WarnOnce("a channel does not say what it is, and is taken for a plain one", "channel", m.ChannelID, "error", err)
		at = unknownPlace(m)
		if !errors.Is(err, chat.ErrIncomplete) {
			d.channels.learn(at.guild, discordapi.Channel{ID: m.ChannelID, Type: &at.kind}) // it is not asked again
		}
	}
	if e.Kind == messageUpdate && stale(m, e.At) {
		return talk{}, false
	}
	t, ok, err = d.me().readMessage(e.Kind, m, at, d.role(ctx, m, at.guild))
	if err != nil {
		d.intake.WarnOnce("an event about a message cannot be read", "event", e.Kind, "error", err)
	}
	if message, is := t.event.(bot.Message); ok && is {
		message.From.Locale = d.locales.of(message.From.ID)
		t.event = message
	}
	return t, ok
}

// unknownPlace is where a message stands whose channel Discord does not tell of.
func unknownPlace(m discordapi.Message) place {
	if m.GuildID == "" {
		return place{kind: discordapi.ChannelTypeDM}
	}
	return place{guild: m.GuildID}
}

// handled hands an event to the core, however long that takes: it is not told to
// Discord as received before. An error says that the run ends.
func (d *Discord) handled(ctx context.Context, e bot.Event) error {
	return d.intake.Retry(ctx, "handle event", func(ctx context.Context) error { return d.handle(ctx, e) })
}

// tookBulk takes many deletions at once.
func (d *Discord) tookBulk(ctx context.Context, e envelope, done func()) {
	var bulk struct {
		IDs     []string `json:"ids"`
		Channel string   `json:"channel_id"`
		Guild   string   `json:"guild_id"`
	}
	if err := chat.Decode(e.Data, &bulk); err != nil || len(bulk.IDs) == 0 {
		done()
		return
	}
	left := counter(len(bulk.IDs), done)
	for _, id := range bulk.IDs {
		data, err := json.Marshal(discordapi.Message{ID: id, ChannelID: bulk.Channel, GuildID: bulk.Guild})
		if err != nil {
			left()
			continue
		}
		d.tookMessage(ctx, envelope{messageDelete, data, e.At}, left)
	}
}

// tookInteraction takes a use. It is recorded, answered for the time being, and
// handled after that, in its place among what happens in the channel.
func (d *Discord) tookInteraction(ctx context.Context, e envelope, done func()) {
	var i discordapi.Interaction
	if err := chat.Decode(e.Data, &i); err != nil {
		d.intake.WarnOnce("an interaction cannot be read")
		done()
		return
	}
	i = d.located(i)
	read, err := d.me().readInteraction(i)
	switch in := read.(type) {
	case typing:
		d.locales.learn(in.user, in.locale)
		d.intake.Pages.Do("typing/"+i.ID, func() { defer d.intake.Guard(e.Kind, done); d.suggest(ctx, e, i, in); done() })
	case asked:
		d.locales.learn(in.user, in.locale)
		d.intake.Pages.Do("modal/"+i.ID, func() { defer d.intake.Guard(e.Kind, done); d.open(ctx, e, i, in); done() })
	case used:
		d.locales.learn(in.event.About().From.ID, i.Locale)
		d.use(ctx, e, i, in, done)
	default:
		if err != nil {
			d.intake.WarnOnce("an interaction was ignored", "type", i.Type, "error", err)
		} else {
			d.intake.Pages.Do("old/"+i.ID, func() { d.callback(ctx, e, i, answerUpdateLater, nil) })
		}
		done()
	}
}

// located learns where a use happened, or adds what is known of that.
func (d *Discord) located(i discordapi.Interaction) discordapi.Interaction {
	if i.Channel != nil {
		c := *i.Channel
		c.ID = channelOf(i)
		d.channels.learn(i.GuildID, c)
	}
	if at, known := d.channels.of(channelOf(i)); known {
		i.Channel = &discordapi.Channel{ID: channelOf(i), GuildID: at.guild, ParentID: at.parent, Type: &at.kind}
	}
	return i
}

// use takes what is for the core.
func (d *Discord) use(ctx context.Context, e envelope, i discordapi.Interaction, u used, done func()) {
	key := string(u.event.About().ID)
	payload, err := json.Marshal(e)
	if err != nil {
		d.log.Error("discord: a use cannot be recorded", "error", err)
		done()
		return
	}
	acknowledged := make(chan struct{})
	d.intake.Pages.Do("use/"+i.ID, func() {
		defer close(acknowledged)
		defer d.intake.Guard(e.Kind, done)
		last, cancel := outlive(ctx, ackTime) // what came is recorded and acknowledged
		defer cancel()
		u.event = d.withThreadRoot(last, i, u.event)
		if d.record(last, key, payload) != nil {
			return
		}
		done()
		d.acknowledge(last, e, i, u)
	})
	d.intake.Quick.Do(d.laneOf(placeOf(i), channelOf(i)), func() {
		<-acknowledged
		d.recorded(ctx, key, payload, e, u)
	})
}

// record puts an event into the inbox, however long the database is away: Discord
// is told only after that.
func (d *Discord) record(ctx context.Context, key string, payload []byte) error {
	return d.intake.Retry(ctx, "record event", func(ctx context.Context) error { return d.intake.Record(ctx, key, payload) })
}

// recorded handles a use that is recorded. Files are fetched elsewhere: what
// happens in the channel does not wait for them.
func (d *Discord) recorded(ctx context.Context, key string, payload []byte, e envelope, u used) {
	lost := func() { d.intake.Lost(ctx, key, payload) }
	defer d.intake.Guard(key, lost)
	if len(u.files) > 0 {
		files := u.talk
		u.files = nil
		d.intake.Later.Do(chat.LaneOf(u.event), func() {
			defer d.intake.Guard(key, lost)
			u.event = d.attached(ctx, files)
			d.recorded(ctx, key, payload, e, u)
		})
		return
	}
	if d.handled(ctx, u.event) == nil {
		d.resolveThinking(ctx, u)
		time.AfterFunc(time.Until(e.At.Add(tokenLife)), func() { d.intake.Done(ctx, key) })
	}
}

// rootTime is for looking where a button belongs, before it is acknowledged.
const rootTime = time.Second

// withThreadRoot returns a press with the root of its conversation. In a channel
// without threads, an ephemeral message references one of our messages, and only
// that one references the root.
func (d *Discord) withThreadRoot(ctx context.Context, i discordapi.Interaction, e bot.Event) bot.Event {
	p, ok := e.(bot.Press)
	if !ok || p.Direct || i.Message.Flags&discordapi.MessageFlagEphemeral == 0 || i.Message.MessageReference == nil || p.Thread.Root != i.Message.MessageReference.MessageID {
		return e
	}
	ctx, cancel := context.WithTimeout(ctx, rootTime)
	defer cancel()
	var ours discordapi.Message
	err := d.client.Do(ctx, discordapi.Request{Method: "GET", Path: "/channels/%s/messages/%s", Args: []string{p.Thread.Channel, p.Thread.Root}, Into: &ours})
	if err == nil && ours.MessageReference != nil && ours.MessageReference.MessageID != "" {
		p.Thread.Root = ours.MessageReference.MessageID
	}
	return p
}

// acknowledge gives a use its first answer, and keeps its token.
func (d *Discord) acknowledge(ctx context.Context, e envelope, i discordapi.Interaction, u used) {
	var data any
	if u.answer == answerLater && u.private {
		data = map[string]any{"flags": discordapi.MessageFlagEphemeral}
	}
	good, own := d.callback(ctx, e, i, u.answer, data)
	if !good {
		return
	}
	promised := time.Time{}
	if own {
		promised = time.Now()
	}
	d.remember(ctx, e, u, promised)
}

// tokenFrom is the token of a use, which this process acknowledged at the time
// promised, if it did.
func tokenFrom(e envelope, u used, promised time.Time) token {
	return token{secret: u.token, until: e.At.Add(tokenLife), empty: u.answer == answerLater, promised: promised}
}

// remember keeps the token of a use. Of two uses in a conversation the newer one's
// is used: the other's answer, if it is still «thinking», would be so for ever, and
// is taken away, unless something is on its way there.
func (d *Discord) remember(ctx context.Context, e envelope, u used, promised time.Time) {
	who := u.asker()
	other, ok := d.tokens.keep(who, tokenFrom(e, u, promised))
	if !ok || other.tried {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, apiTime)
	defer cancel()
	if waits, err := d.waiting(ctx, who, other); err != nil || !waits {
		return
	}
	if _, err := d.original(ctx, "DELETE", other.secret, nil); err != nil && !discordapi.IsTokenExpired(err) {
		d.log.Debug("discord: an answer that was promised stays", "error", err)
	}
}

func (u used) asker() asker {
	head := u.event.About()
	return asker{head.Thread, head.From.ID}
}

// callback answers a use for the first time, and reports whether its token is
// good, and whether this process was the first to answer.
func (d *Discord) callback(ctx context.Context, e envelope, i discordapi.Interaction, kind int, data any) (good, own bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(time.Until(e.At.Add(ackTime)), ackTime/2))
	defer cancel()
	body := map[string]any{"type": kind}
	if data != nil {
		body["data"] = data
	}
	err := d.client.Do(ctx, discordapi.Request{Method: "POST", Path: "/interactions/%s/%s/callback", Args: []string{i.ID, i.Token}, Body: body, Interaction: true})
	if err != nil && discordapi.Code(err) != discordapi.CodeAlreadyAcknowledged {
		d.log.Warn("discord: a use could not be answered in time", "type", i.Type, "error", err)
		return discordapi.Code(err) == 0 && !errors.Is(err, discordapi.ErrRateLimited), false // it may have arrived
	}
	return true, err == nil
}

// thinkingTime is how long a response may be "thinking..." before the bot has
// nothing to say, because its owner switched the channel off.
const thinkingTime = 8 * time.Second

// resolveThinking replaces the "thinking..." placeholder when the bot has nothing
// to say.
func (d *Discord) resolveThinking(ctx context.Context, u used) {
	if u.answer != answerLater {
		return
	}
	time.AfterFunc(d.thinkingTime, func() {
		if ctx.Err() != nil {
			return
		}
		one, ok := d.tokens.of(u.asker())
		if !ok || one.secret != u.token || one.tried {
			return
		}
		if waits, err := d.waiting(ctx, u.asker(), one); err != nil || !waits {
			return
		}
		lang := d.lang(ctx, u.event.About().From.ID, u.event.About().From.Locale)
		if _, err := d.original(ctx, "PATCH", one.secret, d.notice(lang, "off")); err != nil {
			d.log.Info("discord: a command was answered by silence, and that could not be said", "error", err)
		}
	})
}

// counter calls done when it was called n times.
func counter(n int, done func()) func() {
	var calls atomic.Int64
	return func() {
		if calls.Add(1) == int64(n) {
			done()
		}
	}
}

// isPrivate reports whether a thread is the private answer to a command.
func isPrivate(t bot.Thread) bool { return strings.HasPrefix(t.Root, bot.CommandRoot) }
