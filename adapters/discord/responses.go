package discord

import (
	"context"
	"errors"
	"fmt"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// notice is a message of the adapter's own words.
func (d *Discord) notice(lang, key string) draft {
	return d.draft(bot.Post{Reply: bot.Reply{Lang: lang, Blocks: []bot.Block{{Kind: bot.BlockText, Text: d.in(lang)[key]}}}}, "")
}

// explainForbidden tells somebody for whom something could not be said why, where they
// asked for it, if they did so a short time ago.
func (d *Discord) explainForbidden(ctx context.Context, p bot.Post, err error) error {
	key := ""
	switch _, direct := directUser(p.Thread.Channel); {
	case direct && discordapi.IsDMForbidden(err):
		key = "closed"
	case !direct && (discordapi.IsForbidden(err) || discordapi.Code(err) == discordapi.CodeThreadLocked || errors.Is(err, errForbidden)):
		key = "barred"
	default:
		return err
	}
	one, ok := d.tokens.get(recipient{p.Thread, p.To.ID})
	if p.Opens { // they asked in another conversation
		one, ok = d.tokens.latest(p.To.ID)
	}
	if !ok {
		return err
	}
	body := d.notice(p.Reply.Lang, key)
	body.Flags |= discordapi.MessageFlagEphemeral
	if err := d.createFollowup(ctx, one.secret, body); err != nil {
		d.log.Info("discord: user not notified of missing permission", "error", err)
	}
	return err
}

// fillResponse writes the first answer to a command in a direct message, which takes the
// place of «thinking».
func (d *Discord) fillResponse(ctx context.Context, p bot.Post, pages []draft) (done bot.Delivery, ok bool, err error) {
	who := recipient{p.Thread, p.To.ID}
	if _, opens := directUser(p.Thread.Channel); opens || p.Thread.Root != "" { // commands are answered in private elsewhere
		return bot.Delivery{}, false, nil
	}
	one, ok := d.findToken(ctx, who)
	if !ok || !one.thinking && one.post != p.ID {
		return bot.Delivery{}, false, nil
	}
	if one.post != p.ID {
		thinking, err := d.isThinking(ctx, who, one)
		if err != nil || !thinking {
			return bot.Delivery{}, false, notSentError(err)
		}
		m, err := d.originalResponse(ctx, "PATCH", one.secret, pages[0])
		switch {
		case discordapi.IsTokenExpired(err):
			d.tokens.drop(who, one.secret)
			return bot.Delivery{}, false, nil
		case err != nil:
			return bot.Delivery{}, false, deliveryError("edit response", err)
		}
		one.message = m.ID
		d.tokens.setRespondedBy(who, one.secret, p.ID, m.ID)
	}
	to, err := d.createPages(ctx, p, ref{p.Thread.Channel, []string{one.message}}, "", pages)
	if err = deliveryError("create message", err); err != nil && !bot.IsRefused(err) {
		return bot.Delivery{}, false, err // it goes on there
	}
	return d.delivered(p, to), true, nil
}

// notSentError is an error of looking, before anything was sent.
func notSentError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*discordapi.Error](err); ok {
		return bot.NotDelivered(err, e.RetryAfter)
	}
	return bot.NotDelivered(err, 0)
}

// editResponse shows a post in the private answer to a command. That is one message,
// which changes as the conversation goes on: a repeat does no harm, and its
// buttons tell by themselves whose they are. What has no buttons comes beside it.
// Once Discord takes no more, the answer comes as a direct message.
func (d *Discord) editResponse(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	who := recipient{p.Thread, p.To.ID}
	one, ok := d.findToken(ctx, who)
	if !ok {
		return d.postDirect(ctx, p)
	}
	thinking, err := one.justAcknowledged(), error(nil)
	if !thinking {
		thinking, err = d.isThinking(ctx, who, one)
	}
	if err != nil {
		return bot.Delivery{}, notSentError(err)
	}
	if thinking || len(p.Reply.Buttons()) > 0 {
		_, err = d.originalResponse(ctx, "PATCH", one.secret, d.draft(p, one.chosen))
	} else {
		body := d.draft(p, "")
		body.Flags |= discordapi.MessageFlagEphemeral
		err = d.createFollowup(ctx, one.secret, body)
	}
	switch {
	case discordapi.IsTokenExpired(err):
		d.tokens.drop(who, one.secret)
		return d.postDirect(ctx, p)
	case err != nil:
		return bot.Delivery{}, deliveryError("edit response", err)
	}
	d.tokens.setResponded(who, one.secret)
	return bot.Delivery{Ref: ephemeralRef, Thread: p.Thread}, nil
}

// postDirect sends a private answer as a direct message, where the conversation
// goes on: nothing can be shown to one user alone any more. Who takes no direct
// messages is told in the channel to ask again, without a word of what they asked.
func (d *Discord) postDirect(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	if p.To.ID == "" {
		return bot.Delivery{}, bot.Refused(errors.New("discord: a private post has no recipient"))
	}
	there := p
	there.Private, there.Opens = false, true
	there.Thread.Channel, there.Thread.Root = bot.DirectChannel+p.To.ID, ""
	done, err := d.postMessage(ctx, there, d.in(p.Reply.Lang)["late"])
	if _, told := d.tokens.latest(p.To.ID); discordapi.IsDMForbidden(err) && !told {
		here := p
		here.Private, here.Thread.Root = false, ""
		here.Reply.Blocks = []bot.Block{{Kind: bot.BlockText, Text: fmt.Sprintf(d.in(p.Reply.Lang)["missed"], p.To.Name)}}
		done, err = d.postMessage(ctx, here, "")
	}
	done.Thread = p.Thread
	return done, err
}

// postEphemeral shows a post to one person of a thread that others read, too: beside
// what they have just used. Where they used nothing, it is said for all.
func (d *Discord) postEphemeral(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	who := recipient{p.Thread, p.To.ID}
	one, ok := d.findToken(ctx, who)
	if !ok {
		return d.postMessage(ctx, p, "")
	}
	body := d.draft(p, "")
	body.Flags |= discordapi.MessageFlagEphemeral
	err := d.createFollowup(ctx, one.secret, body)
	switch {
	case discordapi.IsTokenExpired(err):
		d.tokens.drop(who, one.secret)
		return d.postMessage(ctx, p, "")
	case err != nil:
		return bot.Delivery{}, deliveryError("create followup message", err)
	}
	return bot.Delivery{Ref: ephemeralRef, Thread: p.Thread}, nil
}

// originalResponse reads, changes or deletes the message that a token is for.
func (d *Discord) originalResponse(ctx context.Context, method, token string, body any) (m discordapi.Message, err error) {
	r := discordapi.Request{Method: method, Path: "/webhooks/%s/%s/messages/@original", Args: []string{d.me().app, token}, Body: body, Interaction: true}
	if method != "DELETE" {
		r.Into = &m
	}
	return m, d.client.Do(ctx, r)
}

func (d *Discord) createFollowup(ctx context.Context, token string, body draft) error {
	return d.client.Do(ctx, discordapi.Request{Method: "POST", Path: "/webhooks/%s/%s", Args: []string{d.me().app, token}, Body: body, Interaction: true})
}

// updateEphemeral changes the private answer to a command, as long as its user has
// just used it. Later there is no way, and its buttons say themselves that they
// are overtaken.
func (d *Discord) updateEphemeral(ctx context.Context, p bot.Post) error {
	if !isPrivate(p.Thread) {
		return nil
	}
	who := recipient{p.Thread, p.To.ID}
	one, ok := d.findToken(ctx, who)
	if !ok {
		return nil
	}
	method, body := "PATCH", any(d.draft(p, ""))
	if p.Withdraw {
		method, body = "DELETE", nil
	}
	_, err := d.originalResponse(ctx, method, one.secret, body)
	if discordapi.IsTokenExpired(err) {
		d.tokens.drop(who, one.secret)
		return nil
	}
	if err != nil {
		return deliveryError("edit response", err)
	}
	d.tokens.setChosen(who, one.secret, lastContext(p.Reply))
	return nil
}

// lastContext is the small print with which a reply ends that was retired: what
// was chosen, and by whom.
func lastContext(r bot.Reply) string {
	if n := len(r.Blocks); n > 0 && r.Blocks[n-1].Kind == bot.BlockContext && r.Blocks[n-1].URL == "" {
		return r.Blocks[n-1].Text
	}
	return ""
}
