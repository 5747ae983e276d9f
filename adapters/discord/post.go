package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// A draft is the body of a request that creates or edits a message. Every edit
// has to disallow mentions, too, because Discord parses them again.
// https://docs.discord.com/developers/resources/message#create-message
type draft struct {
	Components   []discordgo.MessageComponent `json:"components"`
	Flags        int                          `json:"flags"`
	Mentions     allowedMentions              `json:"allowed_mentions"`
	Reference    *messageReference            `json:"message_reference,omitempty"`
	Nonce        string                       `json:"nonce,omitempty"`
	EnforceNonce bool                         `json:"enforce_nonce,omitempty"`
}

// allowedMentions has the form that allows no mentions.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
type allowedMentions struct {
	Parse   []string `json:"parse"`
	Replied bool     `json:"replied_user"`
}

type messageReference struct {
	Message string `json:"message_id"`
	Must    bool   `json:"fail_if_not_exists"`
}

// draft returns a post as one message.
func (d *Discord) draft(p bot.Post, note string) draft { return d.drafts(p, note, 1)[0] }

// drafts returns a post as one or more messages, up to limit.
func (d *Discord) drafts(p bot.Post, note string, limit int) []draft {
	var all []draft
	for _, page := range d.render(p, note, limit) {
		all = append(all, draft{Components: page, Flags: discordapi.MessageFlagComponentsV2, Mentions: allowedMentions{Parse: []string{}}})
	}
	return all
}

// maxPages bounds the messages of a post: three have 12,000 characters, and
// Discord accepts five in 5 seconds.
const maxPages = 3

// Post implements bot.Adapter.
//
// Each new message has a nonce derived from Post.ID, and Discord returns the
// first message for a repeated nonce, so that a post is shown once. It may be
// shown twice in these cases: Discord forgets a nonce after a few minutes, so
// that a post is repeated if the process dies during its delivery and it is
// retried later than that. Follow-up messages have no nonce and may be repeated
// after a crash. So may the response to a command in a DM, because it replaces
// the "thinking…" placeholder. Edits, deletions and starting a thread are
// idempotent.
//
// An edit never adds messages: a reply that has become longer is cut.
func (d *Discord) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	select {
	case <-d.ready: // posts of an earlier run may be due before the identity is known
	case <-d.ended:
		return bot.Delivery{}, bot.NotDelivered(errors.New("discord: shutting down"), 0)
	case <-ctx.Done():
		return bot.Delivery{}, bot.NotDelivered(fmt.Errorf("discord: not connected yet: %w", ctx.Err()), 0)
	}
	switch {
	case p.Replaces != "" && (p.Ref != "" || p.Withdraw || p.Closes):
		return d.update(ctx, p)
	case p.Private && isPrivate(p.Thread):
		return d.editResponse(ctx, p)
	case p.Private:
		return d.postEphemeral(ctx, p)
	}
	return d.postMessage(ctx, p, "")
}

// postMessage sends a post as messages that everyone in the channel can read.
func (d *Discord) postMessage(ctx context.Context, p bot.Post, note string) (bot.Delivery, error) {
	pages := d.drafts(p, note, maxPages)
	if delivered, ok, err := d.fillResponse(ctx, p, pages); ok || err != nil {
		return delivered, err
	}
	at, err := d.destination(ctx, p)
	if err != nil {
		return bot.Delivery{}, d.explainForbidden(ctx, p, err)
	}
	done, err := d.createPages(ctx, p, ref{channel: at.channel}, at.reply, pages)
	if isForbidden(err) && at.channel == p.Thread.Root && len(done.messages) == 0 && !d.isForum(ctx, p.Thread.Channel) { // the channel itself may be allowed
		at = destination{p.Thread.Channel, p.Thread.Root}
		done, err = d.createPages(ctx, p, ref{channel: at.channel}, at.reply, pages)
	}
	switch {
	case discordapi.IsForbidden(err):
		d.log.Warn("discord: missing permission to send messages", "channel", at.channel, "permissions", "View Channel, Send Messages, Send Messages in Threads")
	case errors.Is(err, errForbidden):
		err = bot.Refused(err)
	}
	err = deliveryError("create message", err)
	if bot.IsRefused(err) && len(done.messages) > 0 { // the messages that were sent can be edited and deleted
		d.log.Warn("discord: reply sent in part", "channel", done.channel, "error", err)
		err = nil
	}
	if err != nil {
		return bot.Delivery{}, d.explainForbidden(ctx, p, err)
	}
	return d.delivered(p, done), nil
}

// createPages sends the pages that done lacks. If the post opens a
// conversation, later pages reply to the first one, so that buttons and replies
// on any page belong to that conversation.
func (d *Discord) createPages(ctx context.Context, p bot.Post, done ref, reply string, pages []draft) (ref, error) {
	for n := len(done.messages); n < len(pages); n++ {
		body := pages[n]
		body.Nonce, body.EnforceNonce = nonce(p.ID, n), true
		if reply != "" {
			body.Reference = &messageReference{Message: reply}
		}
		m, err := d.createMessage(ctx, p.Thread, done.channel, body, n > 0)
		if err != nil {
			return done, err
		}
		done.messages = append(done.messages, m.ID)
		if p.Opens {
			reply = done.messages[0]
		}
	}
	return done, nil
}

// createMessage sends a message. Without the permission Read Message History
// the bot may not reply, and sends the message without a reference.
func (d *Discord) createMessage(ctx context.Context, t bot.Thread, channel string, body draft, wait bool) (m discordapi.Message, err error) {
	send := func() error {
		return d.client.Do(ctx, discordapi.Request{Method: "POST", Path: "/channels/%s/messages", Args: []string{channel}, Body: body, Into: &m, Wait: wait})
	}
	err = d.forbidden.try(ctx, d.sendAction(t, channel), discordapi.IsForbidden, func() error {
		if body.Reference == nil {
			return send()
		}
		noHistory := func(err error) bool { return discordapi.Code(err) == discordapi.CodeNoMessageHistory }
		err := d.forbidden.try(ctx, noReplies+channel, noHistory, send)
		if noHistory(err) {
			d.intake.WarnOnce("missing permission to reply, sending messages without a reference", "channel", channel, "permissions", "Read Message History")
		}
		if noHistory(err) || errors.Is(err, errForbidden) {
			body.Reference = nil
			return send()
		}
		return err
	})
	if err == nil && m.ID == "" {
		err = chat.ErrIncomplete
	}
	return m, err
}

// sendAction names, for forbidden, the action of sending a message to a channel
// or to one of its threads. A thread inherits the permissions of its channel.
// https://docs.discord.com/developers/topics/threads#permissions
func (d *Discord) sendAction(t bot.Thread, channel string) string {
	if channel == t.Root || d.channels.isThread(channel) {
		return noSending + t.Channel
	}
	return channel
}

// isForbidden reports whether the bot lacks a permission, according to a
// response or to an earlier one.
func isForbidden(err error) bool { return discordapi.IsForbidden(err) || errors.Is(err, errForbidden) }

// delivered returns the delivery of a post that became the messages.
func (d *Discord) delivered(p bot.Post, to ref) bot.Delivery {
	done := bot.Delivery{Ref: to.String(), Thread: p.Thread}
	if !p.Opens {
		return done
	}
	done.Thread.Channel, done.Thread.Root = to.channel, to.messages[0]
	if _, direct := directUser(p.Thread.Channel); direct {
		done.Thread.Root = "" // a DM channel is one conversation
	}
	if in, _ := d.channels.get(to.channel); in.isThread() {
		done.Thread.Channel, done.Thread.Root = in.parent, to.channel
	}
	return done
}

// update edits the messages of an earlier post, or deletes them. Messages that
// do not exist any more need no update.
func (d *Discord) update(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	old, ok := parseRef(p.Ref)
	if !ok {
		return d.updateEphemeral(ctx, p)
	}
	var pages []draft
	if !p.Withdraw {
		pages = d.drafts(p, "", len(old.messages))
	}
	for n, id := range old.messages {
		r := discordapi.Request{Method: "DELETE", Path: "/channels/%s/messages/%s", Args: []string{old.channel, id}}
		if n < len(pages) {
			r.Method, r.Body = "PATCH", pages[n]
		}
		err := d.client.Do(ctx, r)
		if discordapi.Code(err) == discordapi.CodeThreadArchived && d.unarchive(ctx, old.channel) == nil {
			err = d.client.Do(ctx, r)
		}
		if err != nil && !discordapi.IsGone(err) && discordapi.Code(err) != discordapi.CodeThreadArchived {
			return bot.Delivery{}, deliveryError("edit message", err)
		}
	}
	if !p.Withdraw {
		old.messages = old.messages[:len(pages)]
	}
	return bot.Delivery{Ref: old.String(), Thread: p.Thread}, nil
}

// unarchive reopens an archived thread, whose messages cannot be edited. It
// fails if the thread is locked.
func (d *Discord) unarchive(ctx context.Context, thread string) error {
	return d.client.Do(ctx, discordapi.Request{Method: "PATCH", Path: "/channels/%s", Args: []string{thread}, Body: map[string]any{"archived": false}})
}
