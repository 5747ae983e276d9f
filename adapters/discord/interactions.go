package discord

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// receiveInteraction takes an interaction. Suggestions and modals are the
// response itself. Any other interaction is recorded, acknowledged with a
// deferred response, and then handled in the order of its channel's events.
func (d *Discord) receiveInteraction(ctx context.Context, e envelope, done func()) {
	var i discordapi.Interaction
	if err := chat.Decode(e.Data, &i); err != nil {
		d.intake.WarnOnce("unreadable interaction ignored")
		done()
		return
	}
	if d.intake.Quick.Room(ctx) != nil || d.intake.Pages.Room(ctx) != nil {
		return // not done: the next run gets it again
	}
	i = d.withChannel(i)
	read, err := d.me().readInteraction(i)
	switch in := read.(type) {
	case autocompleteRequest:
		d.locales.set(in.user, in.locale)
		d.intake.Pages.Do("typing/"+i.ID, func() { defer d.intake.Guard(e.Kind, done); d.suggestOptions(ctx, e, i, in); done() })
	case modalRequest:
		d.locales.set(in.user, in.locale)
		d.intake.Pages.Do("modal/"+i.ID, func() { defer d.intake.Guard(e.Kind, done); d.openModal(ctx, e, i, in); done() })
	case inboundInteraction:
		d.locales.set(in.event.About().From.ID, i.Locale)
		d.handleInteraction(ctx, e, i, in, done)
	default:
		if err != nil {
			d.intake.WarnOnce("interaction ignored", "type", i.Type, "error", err)
		} else {
			d.intake.Pages.Do("old/"+i.ID, func() { d.respond(ctx, e, i, deferredUpdate, nil) })
		}
		done()
	}
}

// withChannel caches the channel of an interaction, and completes it from the
// cache.
func (d *Discord) withChannel(i discordapi.Interaction) discordapi.Interaction {
	if i.Channel != nil {
		c := *i.Channel
		c.ID = channelOf(i)
		d.channels.learn(i.GuildID, c)
	}
	if at, known := d.channels.get(channelOf(i)); known {
		i.Channel = &discordapi.Channel{ID: channelOf(i), GuildID: at.guild, ParentID: at.parent, Type: &at.kind, Name: at.title}
	}
	return i
}

// handleInteraction records, acknowledges and handles an interaction.
func (d *Discord) handleInteraction(ctx context.Context, e envelope, i discordapi.Interaction, u inboundInteraction, done func()) {
	key := string(u.event.About().ID)
	payload, err := json.Marshal(e)
	if err != nil {
		d.log.Error("discord: interaction not recorded", "error", err)
		done()
		return
	}
	acknowledged := make(chan struct{})
	d.intake.Pages.Do("use/"+i.ID, func() {
		defer close(acknowledged)
		defer d.intake.Guard(e.Kind, done)
		last, cancel := withGrace(ctx, ackTime) // a received interaction is recorded even if the run ends
		defer cancel()
		u.event = d.withThreadRoot(last, i, u.event)
		if d.record(last, key, payload) != nil {
			return
		}
		done()
		d.acknowledge(last, e, i, u)
	})
	d.intake.Quick.Do(d.laneOf(channelInfoOf(i), channelOf(i)), func() {
		<-acknowledged
		d.handleRecorded(ctx, key, payload, e, u)
	})
}

// handleRecorded handles a recorded interaction. Attachments are downloaded in
// another lane, so that the channel's events do not wait for them.
func (d *Discord) handleRecorded(ctx context.Context, key string, payload []byte, e envelope, u inboundInteraction) {
	lost := func() { d.intake.Lost(ctx, key, payload) }
	defer d.intake.Guard(key, lost)
	if len(u.files) > 0 {
		files := u.inbound
		u.files = nil
		d.intake.Later.Do(chat.LaneOf(u.event), func() {
			defer d.intake.Guard(key, lost)
			u.event = d.withFiles(ctx, files)
			d.handleRecorded(ctx, key, payload, e, u)
		})
		return
	}
	if d.handleEvent(ctx, u.event) == nil {
		d.resolveThinking(ctx, u)
		time.AfterFunc(time.Until(e.At.Add(tokenLife)), func() { d.intake.Done(ctx, key) })
	}
}

// rootTime limits the look-up of a button's conversation, which comes before
// the acknowledgment. Together with recording it has to fit into ackTime.
const rootTime = time.Second

// withThreadRoot returns a press with the root of its conversation. In a
// channel without threads, an ephemeral message references one of the bot's
// messages, and only that one references the root.
func (d *Discord) withThreadRoot(ctx context.Context, i discordapi.Interaction, e bot.Event) bot.Event {
	p, ok := e.(bot.Press)
	if !ok || p.Direct || i.Message == nil || i.Message.Flags&discordapi.MessageFlagEphemeral == 0 || i.Message.MessageReference == nil || p.Thread.Root != i.Message.MessageReference.MessageID {
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

// acknowledge sends the deferred response to an interaction and keeps its
// token.
func (d *Discord) acknowledge(ctx context.Context, e envelope, i discordapi.Interaction, u inboundInteraction) {
	var data any
	if u.callback == deferredMessage && u.ephemeral {
		data = map[string]any{"flags": discordapi.MessageFlagEphemeral}
	}
	valid, first := d.respond(ctx, e, i, u.callback, data)
	if !valid {
		return
	}
	acknowledged := time.Time{}
	if first {
		acknowledged = time.Now()
	}
	d.rememberToken(ctx, e, u, acknowledged)
}

// tokenFrom returns the token of an interaction. acknowledged is when this
// process acknowledged it, or zero if another process did.
func tokenFrom(e envelope, u inboundInteraction, acknowledged time.Time) token {
	return token{secret: u.token, until: e.At.Add(tokenLife), thinking: u.callback == deferredMessage, acknowledged: acknowledged}
}

// rememberToken keeps the token of an interaction. If a user has two in one
// conversation, only the newer one is used. The response to the older one is
// deleted if it is still "thinking…" and no post is on its way there.
func (d *Discord) rememberToken(ctx context.Context, e envelope, u inboundInteraction, acknowledged time.Time) {
	who := u.recipient()
	other, ok := d.tokens.keep(who, tokenFrom(e, u, acknowledged))
	if !ok || other.claimed {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, apiTime)
	defer cancel()
	if thinking, err := d.isThinking(ctx, who, other); err != nil || !thinking {
		return
	}
	if _, err := d.originalResponse(ctx, "DELETE", other.secret, nil); err != nil && !discordapi.IsTokenExpired(err) {
		d.log.Debug("discord: deferred response not deleted", "error", err)
	}
}

func (u inboundInteraction) recipient() recipient {
	head := u.event.About()
	return recipient{head.Thread, head.From.ID}
}

// respond creates the first response to an interaction. valid reports whether
// the token can be used, and first whether this process was the first to
// respond.
func (d *Discord) respond(ctx context.Context, e envelope, i discordapi.Interaction, kind int, data any) (valid, first bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(time.Until(e.At.Add(ackTime)), ackTime/2))
	defer cancel()
	body := map[string]any{"type": kind}
	if data != nil {
		body["data"] = data
	}
	err := d.client.Do(ctx, discordapi.Request{Method: "POST", Path: "/interactions/%s/%s/callback", Args: []string{i.ID, i.Token}, Body: body, Interaction: true})
	if err != nil && discordapi.Code(err) != discordapi.CodeAlreadyAcknowledged {
		d.log.Warn("discord: interaction not responded to in time", "type", i.Type, "error", err)
		return discordapi.Code(err) == 0 && !errors.Is(err, discordapi.ErrRateLimited), false // without a response of Discord's, the request may have arrived
	}
	return true, err == nil
}

// thinkingTime is how long a response is "thinking…" before the bot explains
// that it may be switched off in the channel. A post that comes later replaces
// the explanation.
const thinkingTime = 8 * time.Second

// resolveThinking replaces the "thinking…" placeholder if the bot has nothing
// to say.
func (d *Discord) resolveThinking(ctx context.Context, u inboundInteraction) {
	if u.callback != deferredMessage {
		return
	}
	time.AfterFunc(d.thinkingTime, func() {
		if ctx.Err() != nil {
			return
		}
		one, ok := d.tokens.get(u.recipient())
		if !ok || one.secret != u.token || one.claimed {
			return
		}
		if thinking, err := d.isThinking(ctx, u.recipient(), one); err != nil || !thinking {
			return
		}
		lang := d.language(ctx, u.event.About().From.ID, u.event.About().From.Locale)
		if _, err := d.originalResponse(ctx, "PATCH", one.secret, d.notice(lang, "off")); err != nil {
			d.log.Info("discord: deferred response not edited", "error", err)
		}
	})
}

// isPrivate reports whether a thread is the private conversation that a command
// started.
func isPrivate(t bot.Thread) bool { return strings.HasPrefix(t.Root, bot.CommandRoot) }
