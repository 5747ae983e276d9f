package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"mabsbot/adapters/chat"
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

// intake takes an event, in the order of arrival, and returns at once. done is
// called once all is recorded that must not be lost.
func (d *Discord) intake(e envelope, done func()) {
	defer d.survive(e, done)
	switch e.Kind {
	case messageCreate, messageUpdate, messageDelete:
		d.tookMessage(e, done)
		return
	case "MESSAGE_DELETE_BULK":
		d.tookBulk(e, done)
		return
	case interactionCreate:
		d.tookInteraction(e, done)
		return
	}
	d.news(e)
	done()
}

// survive keeps a mistake of the program to the one event that met it.
func (d *Discord) survive(e envelope, done func()) {
	if p := recover(); p != nil {
		d.log.Error("discord: panic", "event", e.Kind, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		done()
	}
}

// news are what servers and channels say of themselves.
func (d *Discord) news(e envelope) {
	switch e.Kind {
	case "GUILD_CREATE", "GUILD_UPDATE":
		var g guild
		if chat.Decode(e.Data, &g) == nil && g.ID != "" && !g.Away {
			d.places.learnGuild(g, d.me().user)
			d.closed.clear()
			if e.Kind == "GUILD_CREATE" {
				d.inspect(g)
			}
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		var c channel
		if chat.Decode(e.Data, &c) == nil {
			d.places.learn("", c)
			d.closed.open(c.ID)
		}
	case "CHANNEL_DELETE", "THREAD_DELETE":
		var c channel
		if chat.Decode(e.Data, &c) == nil {
			d.places.forget(c.ID)
		}
	case "THREAD_LIST_SYNC":
		var g guild
		var list struct {
			Guild   string    `json:"guild_id"`
			Threads []channel `json:"threads"`
		}
		if chat.Decode(e.Data, &list) == nil {
			g.ID, g.Threads = list.Guild, list.Threads
			d.places.learnGuild(g, "")
		}
	case "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE":
		d.closed.clear()
	}
}

// tookMessage takes what somebody wrote, changed or took back.
func (d *Discord) tookMessage(e envelope, done func()) {
	var m message
	if err := chat.Decode(e.Data, &m); err != nil || m.ID == "" || m.Channel == "" || m.Author == nil && e.Kind != messageDelete {
		d.once("an event about a message lacks what makes it one, and was ignored", "event", e.Kind)
		done()
		return
	}
	if at := m.ChannelType; at != nil {
		d.places.learn(m.Guild, channel{ID: m.Channel, Type: at})
	}
	at, _ := d.places.of(m.Channel)
	d.quick.Do(laneOf(at, m.Channel), func() {
		defer d.survive(e, done)
		d.handleMessage(e, m, done)
	})
}

// laneOf is the lane of what happens in a channel: it is handled in order, that
// of its threads, too.
func laneOf(at place, channel string) string {
	if at.parent != "" {
		return at.parent
	}
	return channel
}

func (d *Discord) handleMessage(e envelope, m message, done func()) {
	t, ok := d.placed(e.Kind, m)
	if !ok {
		if d.ctx.Err() == nil {
			done()
		}
		return
	}
	lane := fmt.Sprintf("%q", t.event.About().Thread)
	if len(t.files) == 0 && !d.later.Busy(lane) {
		if d.handled(t.event) == nil {
			done()
		}
		return
	}
	key := string(t.event.About().ID)
	record, err := json.Marshal(e)
	if err == nil {
		err = d.patiently(d.ctx, "record an event", func(ctx context.Context) error { return d.o.Inbox.Put(ctx, key, record) })
	}
	if err == nil {
		done()
		d.postpone(key, lane, t)
	}
}

// placed reads a message once it is known where it stands. ok is false where it
// is nothing to us, or will never be known.
func (d *Discord) placed(kind string, m message) (t talk, ok bool) {
	at, err := place{}, error(nil)
	_ = d.patiently(d.ctx, "ask for a channel", func(ctx context.Context) error {
		if at, err = d.place(ctx, m.Channel); hopeless(err) {
			return nil
		}
		return err
	})
	if err != nil {
		if d.ctx.Err() == nil {
			d.once("a channel does not say what it is, and what is written there is ignored", "channel", m.Channel, "error", err)
		}
		return talk{}, false
	}
	t, ok, err = d.me().readMessage(kind, m, at, d.places.role(at.guild))
	if err != nil {
		d.once("an event about a message cannot be read", "event", kind, "error", err)
	}
	if message, is := t.event.(bot.Message); ok && is {
		message.From.Locale = d.locales.of(message.From.ID)
		t.event = message
	}
	return t, ok
}

// handled hands an event to the core, however long that takes: it is not told to
// Discord as received before. An error says that the run ends.
func (d *Discord) handled(e bot.Event) error {
	return d.patiently(d.ctx, "handle an event", func(ctx context.Context) error { return d.handle(ctx, e) })
}

// tookBulk takes many deletions at once.
func (d *Discord) tookBulk(e envelope, done func()) {
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
		data, err := json.Marshal(message{ID: id, Channel: bulk.Channel, Guild: bulk.Guild})
		if err != nil {
			left()
			continue
		}
		d.tookMessage(envelope{messageDelete, data, e.At}, left)
	}
}

// tookInteraction takes a use. It is recorded, answered for the time being, and
// handled after that, in its place among what happens in the channel.
func (d *Discord) tookInteraction(e envelope, done func()) {
	var i interaction
	if err := chat.Decode(e.Data, &i); err != nil {
		d.once("an interaction cannot be read")
		done()
		return
	}
	i = d.located(i)
	read, err := d.me().readInteraction(i)
	switch in := read.(type) {
	case typing:
		d.locales.learn(in.user, in.locale)
		d.pages.Do("typing/"+i.ID, func() { defer d.survive(e, done); d.suggest(e, i, in); done() })
	case asked:
		d.locales.learn(in.user, in.locale)
		d.pages.Do("modal/"+i.ID, func() { defer d.survive(e, done); d.open(e, i, in); done() })
	case used:
		d.locales.learn(in.event.About().From.ID, i.Locale)
		d.use(e, i, in, done)
	default:
		if err != nil {
			d.once("an interaction was ignored", "type", i.Type, "error", err)
		} else {
			d.pages.Do("old/"+i.ID, func() { d.callback(e, i, answerUpdateLater, nil) })
		}
		done()
	}
}

// located learns where a use happened, or adds what is known of that.
func (d *Discord) located(i interaction) interaction {
	if i.Where != nil {
		c := *i.Where
		c.ID = i.where()
		d.places.learn(i.Guild, c)
	}
	if at, known := d.places.of(i.where()); known {
		i.Where = &channel{ID: i.where(), Guild: at.guild, Parent: at.parent, Type: &at.kind}
	}
	return i
}

// use takes what is for the core.
func (d *Discord) use(e envelope, i interaction, u used, done func()) {
	acknowledged := make(chan struct{})
	key := string(u.event.About().ID)
	d.pages.Do("use/"+i.ID, func() {
		defer close(acknowledged)
		defer d.survive(e, func() {})
		record, err := json.Marshal(e)
		if err == nil {
			err = d.patiently(d.ctx, "record a use", func(ctx context.Context) error { return d.o.Inbox.Put(ctx, key, record) })
		}
		if err != nil {
			return
		}
		done()
		d.acknowledge(e, i, u)
	})
	d.quick.Do(laneOf(i.place(), i.where()), func() {
		defer d.survive(e, func() {})
		<-acknowledged
		if len(u.files) > 0 {
			u.event = d.attached(u.talk)
		}
		if d.handled(u.event) == nil {
			d.hush(u)
			d.forget(key, time.Until(e.At.Add(tokenLife)))
		}
	})
}

// acknowledge gives a use its first answer, and keeps its token.
func (d *Discord) acknowledge(e envelope, i interaction, u used) {
	var data any
	if u.answer == answerLater && u.private {
		data = map[string]any{"flags": flagEphemeral}
	}
	if d.callback(e, i, u.answer, data) {
		d.remember(e, i, u, false)
	}
}

// remember keeps the token of a use.
func (d *Discord) remember(e envelope, i interaction, u used, unsure bool) {
	d.links.keep(u.asker(), link{token: i.Token, until: e.At.Add(tokenLife), empty: u.answer == answerLater, unsure: unsure})
}

func (u used) asker() asker {
	head := u.event.About()
	return asker{head.Thread, head.From.ID}
}

// callback answers a use for the first time, and reports whether its token is
// good. Another process of ours may have been first.
func (d *Discord) callback(e envelope, i interaction, kind int, data any) bool {
	ctx, cancel := context.WithTimeout(d.ctx, max(time.Until(e.At.Add(ackTime)), ackTime/2))
	defer cancel()
	body := map[string]any{"type": kind}
	if data != nil {
		body["data"] = data
	}
	err := d.call(ctx, request{method: "POST", path: "/interactions/%s/%s/callback", args: []string{i.ID, i.Token}, body: body, hook: true})
	if err != nil && code(err) != codeAcknowledged {
		d.log.Warn("discord: a use could not be answered in time", "type", i.Type, "error", err)
		return code(err) == 0 && !errors.Is(err, errRest) // it may have arrived
	}
	return true
}

// hushTime is for how long an answer may be «thinking» before it is taken for
// silence: the owner switched the channel off.
const hushTime = 8 * time.Second

// hush ends the «thinking» of a command that is answered by silence.
func (d *Discord) hush(u used) {
	if u.answer != answerLater {
		return
	}
	time.AfterFunc(d.hushTime, func() {
		if d.ctx.Err() != nil {
			return
		}
		one, ok := d.links.of(u.asker())
		if !ok || one.token != u.token {
			return
		}
		if waits, err := d.waiting(d.ctx, u.asker(), one); err == nil && waits {
			lang := d.lang(d.ctx, u.event.About().From.ID, u.event.About().From.Locale)
			d.log.Debug("discord: a command was answered by silence")
			d.original(d.ctx, "PATCH", one.token, d.notice(lang, "off"))
		}
	})
}

// counter calls done when it was called n times.
func counter(n int, done func()) func() {
	ticks := make(chan struct{}, n)
	return func() {
		ticks <- struct{}{}
		if len(ticks) == n {
			done()
		}
	}
}

// isPrivate reports whether a thread is the private answer to a command.
func isPrivate(t bot.Thread) bool { return strings.HasPrefix(t.Root, bot.CommandRoot) }
