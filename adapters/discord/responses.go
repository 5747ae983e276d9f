package discord

import (
	"context"
	"errors"
	"fmt"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// notice returns a message with one of the adapter's own texts.
func (d *Discord) notice(lang, key string) draft {
	return d.draft(bot.Post{Reply: bot.Reply{Lang: lang, Blocks: []bot.Block{{Kind: bot.BlockText, Text: d.texts.In(lang)[key]}}}}, "")
}

// explainForbidden sends an ephemeral message to the user whose post the bot
// may not send, if a token of the user is valid. It returns err.
func (d *Discord) explainForbidden(ctx context.Context, p bot.Post, err error) error {
	key := ""
	switch _, direct := directUser(p.Thread.Channel); {
	case direct && discordapi.IsDMForbidden(err):
		key = "no_dms"
	case !direct && (discordapi.IsForbidden(err) || discordapi.Code(err) == discordapi.CodeThreadLocked || errors.Is(err, errForbidden)):
		key = "forbidden"
	default:
		return err
	}
	one, ok := d.tokens.get(recipient{p.Thread, p.To.ID})
	if p.Opens { // they asked for it in another conversation
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

// fillResponse replaces the "thinking…" placeholder of a command in a DM with
// the first post. ok is false if there is no such placeholder.
func (d *Discord) fillResponse(ctx context.Context, p bot.Post, pages []draft) (done bot.Delivery, ok bool, err error) {
	who := recipient{p.Thread, p.To.ID}
	if _, opens := directUser(p.Thread.Channel); opens || p.Thread.Root != "" { // elsewhere the responses to commands are ephemeral
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
		return bot.Delivery{}, false, err // a retry continues with the missing pages
	}
	return d.delivered(p, to), true, nil
}

// notSentError converts the error of a request that precedes the delivery.
func notSentError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*discordapi.Error](err); ok {
		return bot.NotDelivered(err, e.RetryAfter)
	}
	return bot.NotDelivered(err, 0)
}

// editResponse shows a post in the ephemeral response to a command. The
// response is one message, which is edited as the conversation continues: so
// repeating an edit does no harm, and its buttons identify the conversation. A
// post without buttons becomes a follow-up message. After the token has
// expired, the post is sent as a DM.
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

// postDirect sends a private post as a DM, where the conversation continues,
// because ephemeral messages are no longer possible. If the user accepts no
// DMs, a message in the channel asks them to use the command again. It reveals
// nothing about the question.
func (d *Discord) postDirect(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	if p.To.ID == "" {
		return bot.Delivery{}, bot.Refused(errors.New("discord: a private post has no recipient"))
	}
	there := p
	there.Private, there.Opens = false, true
	there.Thread.Channel, there.Thread.Root = bot.DirectChannel+p.To.ID, ""
	done, err := d.postMessage(ctx, there, d.texts.In(p.Reply.Lang)["late"])
	if _, notified := d.tokens.latest(p.To.ID); discordapi.IsDMForbidden(err) && !notified {
		here := p
		here.Private, here.Thread.Root = false, ""
		here.Reply.Blocks = []bot.Block{{Kind: bot.BlockText, Text: fmt.Sprintf(d.texts.In(p.Reply.Lang)["missed"], p.To.Name)}}
		done, err = d.postMessage(ctx, here, "")
	}
	done.Thread = p.Thread
	return done, err
}

// postEphemeral shows a post to one user of a shared thread, as a follow-up
// message to the user's last interaction. Without a valid token everyone sees
// it.
func (d *Discord) postEphemeral(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	who := recipient{p.Thread, p.To.ID}
	one, ok := d.findToken(ctx, who)
	if !ok {
		return d.postMessage(ctx, p, "")
	}
	thinking, err := one.justAcknowledged(), error(nil)
	if !thinking {
		thinking, err = d.isThinking(ctx, who, one)
	}
	switch {
	case err != nil:
		return bot.Delivery{}, notSentError(err)
	case thinking: // the response to a message command in the thread
		_, err = d.originalResponse(ctx, "PATCH", one.secret, d.draft(p, ""))
		d.tokens.setResponded(who, one.secret)
	default:
		body := d.draft(p, "")
		body.Flags |= discordapi.MessageFlagEphemeral
		err = d.createFollowup(ctx, one.secret, body)
	}
	switch {
	case discordapi.IsTokenExpired(err):
		d.tokens.drop(who, one.secret)
		return d.postMessage(ctx, p, "")
	case err != nil:
		return bot.Delivery{}, deliveryError("create followup message", err)
	}
	return bot.Delivery{Ref: ephemeralRef, Thread: p.Thread}, nil
}

// originalResponse gets, edits or deletes the original response to the
// interaction with the token.
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

// updateEphemeral edits or deletes the ephemeral response to a command if the
// token is still valid. If it is not, what has to be shown is a new message, and
// pressing an old button shows that it is out of date.
func (d *Discord) updateEphemeral(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	same := bot.Delivery{Ref: p.Ref, Thread: p.Thread}
	edited, err := d.editEphemeral(ctx, p)
	switch {
	case err != nil:
		return bot.Delivery{}, err
	case edited || p.Withdraw || p.Closes:
		return same, nil
	case isPrivate(p.Thread):
		return d.editResponse(ctx, p)
	}
	return d.postEphemeral(ctx, p)
}

// editEphemeral edits or deletes the response to a command. ok is false if that is
// not possible.
func (d *Discord) editEphemeral(ctx context.Context, p bot.Post) (ok bool, err error) {
	if !isPrivate(p.Thread) {
		return false, nil
	}
	who := recipient{p.Thread, p.To.ID}
	one, ok := d.findToken(ctx, who)
	if !ok {
		return false, nil
	}
	method, body := "PATCH", any(d.draft(p, ""))
	if p.Withdraw {
		method, body = "DELETE", nil
	}
	_, err = d.originalResponse(ctx, method, one.secret, body)
	if discordapi.IsTokenExpired(err) {
		d.tokens.drop(who, one.secret)
		return false, nil
	}
	if err != nil {
		return false, deliveryError("edit response", err)
	}
	d.tokens.setChosen(who, one.secret, choiceMade(p.Reply))
	return true, nil
}

// choiceMade returns the small print of a reply that names the choice and who made
// it: the first one, unless it is the source, which is linked.
func choiceMade(r bot.Reply) string {
	for _, b := range r.Blocks {
		if b.Kind == bot.BlockContext {
			if b.URL != "" {
				return ""
			}
			return b.Text
		}
	}
	return ""
}
