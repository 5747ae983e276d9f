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

// A draft is a message to be written, as Discord takes it. No text of it may
// mention anybody, on every change anew: Discord reads mentions again then.
// https://docs.discord.com/developers/resources/message#create-message
type draft struct {
	Components   []discordgo.MessageComponent `json:"components"`
	Flags        int                          `json:"flags"`
	Mentions     allowedMentions              `json:"allowed_mentions"`
	Reference    *messageReference            `json:"message_reference,omitempty"`
	Nonce        string                       `json:"nonce,omitempty"`
	EnforceNonce bool                         `json:"enforce_nonce,omitempty"`
}

// Allowed mentions are none.
type allowedMentions struct {
	Parse   []string `json:"parse"`
	Replied bool     `json:"replied_user"`
}

type messageReference struct {
	Message string `json:"message_id"`
	Must    bool   `json:"fail_if_not_exists"`
}

// draft is the message of a post that is shown in one.
func (d *Discord) draft(p bot.Post, note string) draft { return d.drafts(p, note, 1)[0] }

// drafts are the messages of a post, at most so many.
func (d *Discord) drafts(p bot.Post, note string, limit int) []draft {
	var all []draft
	for _, page := range d.render(p, note, limit) {
		all = append(all, draft{Components: page, Flags: discordapi.MessageFlagComponentsV2, Mentions: allowedMentions{Parse: []string{}}})
	}
	return all
}

// maxPages keeps a post to what Discord takes within the time of one, and to
// what anybody reads: three are 12,000 characters.
const maxPages = 3

// Post delivers one post.
//
// Every message that is created carries a nonce made of Post.ID, and Discord
// returns the first one for a repeat, so that a post is shown once. The windows
// that remain: Discord forgets a nonce after a few minutes, so that a post whose
// delivery was in doubt when the bot died, and which is tried again later than
// that, is shown twice. One that is changed never takes more messages than it did
// at first: what is too long then is cut. What is shown to one person alone beside the answer to
// their command takes no nonce and may be shown twice after a crash; so may the
// first answer to a command in a direct message, for it fills the place that
// Discord keeps for it. Changes, withdrawals and threads can be repeated freely.
func (d *Discord) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	select {
	case <-d.ready: // posts of an earlier run may be due before we know who we are
	case <-d.ended:
		return bot.Delivery{}, bot.NotDelivered(errors.New("discord: shutting down"), 0)
	case <-ctx.Done():
		return bot.Delivery{}, bot.NotDelivered(fmt.Errorf("discord: not connected yet: %w", ctx.Err()), 0)
	}
	switch {
	case p.Replaces != "" && (p.Ref != "" || p.Withdraw || len(p.Reply.Buttons()) == 0):
		return d.update(ctx, p)
	case p.Private && isPrivate(p.Thread):
		return d.editResponse(ctx, p)
	case p.Private:
		return d.postEphemeral(ctx, p)
	}
	return d.postMessage(ctx, p, "")
}

// postMessage writes a post for all to read.
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
	if isForbidden(err) && at.channel == p.Thread.Root && len(done.messages) == 0 && !d.isForum(ctx, p.Thread.Channel) { // the thread is closed to us, the channel may not be
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
	if bot.IsRefused(err) && len(done.messages) > 0 { // what stands can be changed and taken away
		d.log.Warn("discord: reply sent in part", "channel", done.channel, "error", err)
		err = nil
	}
	if err != nil {
		return bot.Delivery{}, d.explainForbidden(ctx, p, err)
	}
	return d.delivered(p, done), nil
}

// createPages writes the pages of a post that are not among done yet, and adds them
// there. Those after the first one that opens a conversation reply to that, so
// that buttons and people's replies lead there from any of them.
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

// createMessage writes a message. Where the bot may not read what was said it may not
// reply to it either, and writes without that.
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

// sendAction is the action, as forbidden names it, of sending a message in a channel
// or in a thread of it. A thread has the permissions of its channel.
// https://docs.discord.com/developers/topics/threads#permissions
func (d *Discord) sendAction(t bot.Thread, channel string) string {
	if channel == t.Root || d.channels.isThread(channel) {
		return noSending + t.Channel
	}
	return channel
}

// isForbidden reports whether the bot lacks a permission, as Discord said now or a
// short time ago.
func isForbidden(err error) bool { return discordapi.IsForbidden(err) || errors.Is(err, errForbidden) }

// delivered is what the core wants to know of a post.
func (d *Discord) delivered(p bot.Post, to ref) bot.Delivery {
	done := bot.Delivery{Ref: to.String(), Thread: p.Thread}
	if !p.Opens {
		return done
	}
	done.Thread.Channel, done.Thread.Root = to.channel, to.messages[0]
	if _, direct := directUser(p.Thread.Channel); direct {
		done.Thread.Root = "" // one conversation
	}
	if in, _ := d.channels.get(to.channel); in.isThread() {
		done.Thread.Channel, done.Thread.Root = in.parent, to.channel
	}
	return done
}

// update puts a post in the place of an earlier one, or takes that away. What is
// not there any more needs no change.
func (d *Discord) update(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	old, ok := parseRef(p.Ref)
	if !ok {
		return bot.Delivery{Ref: p.Ref, Thread: p.Thread}, d.updateEphemeral(ctx, p)
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

// unarchive takes a thread out of the archive, where nothing can be changed. One that
// is locked stays there.
func (d *Discord) unarchive(ctx context.Context, thread string) error {
	return d.client.Do(ctx, discordapi.Request{Method: "PATCH", Path: "/channels/%s", Args: []string{thread}, Body: map[string]any{"archived": false}})
}
