package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Post delivers one post.
//
// Slack knows no idempotency key. Every message carries its Post.ID in its
// metadata, and a repeat looks for that first, so that a post is shown once.
// The window that remains: a message is not found if more than searchDepth
// others were written behind it meanwhile, if Slack does not yet tell of it,
// or if the app may not read the channel's history; it is then shown twice.
// What is shown to one person alone cannot be looked for at all and may be
// shown twice after a crash. Changes and withdrawals can be repeated freely.
func (s *Slack) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	select {
	case <-s.ready: // posts of an earlier run may be due before we know who we are
	case <-ctx.Done():
		return bot.Delivery{}, bot.NotDelivered(fmt.Errorf("slack: not connected yet: %w", ctx.Err()), 0)
	}
	switch {
	case p.Replaces != "" && (p.Ref != "" || p.Withdraw || len(p.Reply.Buttons()) == 0):
		return s.update(ctx, p)
	case p.Private:
		return s.postEphemeral(ctx, p)
	}
	return s.postMessage(ctx, p, s.content(p, ""))
}

// postMessage posts a message with the content.
func (s *Slack) postMessage(ctx context.Context, p bot.Post, content []slack.MsgOption) (bot.Delivery, error) {
	channel, err := s.channelOf(ctx, p)
	if err != nil {
		return bot.Delivery{}, err
	}
	const method = "chat.postMessage"
	wait, unsent := s.pacer.take(channel, p)
	if wait = max(wait, s.pacer.wait(method)); wait > maxInlineWait {
		s.pacer.reserve(channel, p, wait, unsent)
		return bot.Delivery{}, bot.NotDelivered(errPaced, wait)
	}
	if !unsent {
		ts, err := s.find(ctx, channel, p)
		if err != nil {
			return bot.Delivery{}, bot.NotDelivered(err, 0)
		}
		if ts != "" {
			return delivered(p, channel, ts), nil
		}
	}
	if err := chat.Sleep(ctx, wait); err != nil {
		return bot.Delivery{}, bot.NotDelivered(err, 0)
	}
	options := append(content, slack.MsgOptionMetadata(metadata(p)), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if ts := threadTS(p.Thread); ts != "" {
		options = append(options, slack.MsgOptionTS(ts))
	}
	_, ts, err := s.client.PostMessageContext(ctx, channel, options...)
	if err == nil {
		return delivered(p, channel, ts), nil
	}
	d := bot.Delivery{}
	if hasCode(err, notInChannel) && p.Opens && !isDirect(p) && p.Thread.Channel != s.o.EscalationChannel {
		d, err = s.postDirect(ctx, p)
	} else {
		err = s.deliveryError(ctx, method, err)
	}
	if e, ok := errors.AsType[*bot.DeliveryError](err); ok && !e.Final {
		s.pacer.reserve(channel, p, e.After, unsent)
	}
	return d, err
}

// isDirect reports whether a post goes to a direct conversation that may have to
// be opened.
func isDirect(p bot.Post) bool {
	_, direct := directUser(p.Thread.Channel)
	return direct
}

// postDirect posts to the person what the channel does not take.
func (s *Slack) postDirect(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	if p.To.ID == "" {
		return bot.Delivery{}, bot.Refused(errors.New("slack: the channel is closed to us, and nobody is named"))
	}
	there := p
	there.Thread.Channel, there.Thread.Root = bot.DirectChannel+p.To.ID, ""
	d, err := s.postMessage(ctx, there, s.content(p, s.texts.In(p.Reply.Lang)["not_in_channel"])) // its buttons stay those of p's thread
	if !p.Opens {
		d.Thread = p.Thread
	}
	return d, err
}

// channelOf is where a post goes: a direct conversation is opened first.
func (s *Slack) channelOf(ctx context.Context, p bot.Post) (string, error) {
	user, direct := directUser(p.Thread.Channel)
	if !direct {
		return p.Thread.Channel, nil
	}
	channel, err := s.directChannel(ctx, user)
	if err != nil {
		return "", s.deliveryError(ctx, "conversations.open", err)
	}
	return channel, nil
}

// directChannel is the channel of the direct conversation with a user.
func (s *Slack) directChannel(ctx context.Context, user string) (string, error) {
	if channel, ok := s.directs.Load(user); ok {
		return channel.(string), nil
	}
	c, _, _, err := s.client.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}, ReturnIM: true})
	if err != nil {
		return "", err
	}
	s.directs.Store(user, c.ID)
	return c.ID, nil
}

// delivered is what the core wants to know of a message.
func delivered(p bot.Post, channel, ts string) bot.Delivery {
	d := bot.Delivery{Ref: ref{channel, ts}.String(), Thread: p.Thread}
	if !p.Opens {
		return d
	}
	d.Thread.Channel, d.Thread.Root = channel, ts
	if isDirect(p) {
		d.Thread.Root = "" // one conversation
	}
	return d
}

// content are the content of a post, with a note before it where there is
// something to explain.
func (s *Slack) content(p bot.Post, note string) []slack.MsgOption {
	m := s.render(p)
	if note != "" {
		m.blocks = append([]slack.Block{slack.NewContextBlock("", markdown(escape(note)))}, m.blocks...)
		m.text = escape(note) + "\n" + m.text
	}
	return []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...)}
}

// postEphemeral shows a post to one person alone: by the address that their last use
// of something came with, which works in every channel; else as an ephemeral
// message; else, where the channel is closed to us, in a direct message.
func (s *Slack) postEphemeral(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	m := s.render(p)
	if address, ok := s.responseURLs.take(recipient{p.Thread, p.To.ID}); ok {
		err := s.postResponse(ctx, address, response{Type: "ephemeral", Thread: threadTS(p.Thread), Text: m.text, Blocks: m.blocks})
		if err == nil {
			return bot.Delivery{Ref: ephemeralRef, Thread: p.Thread}, nil
		}
		if !errors.Is(err, errNoResponseURL) {
			return bot.Delivery{}, err
		}
	}
	const method = "chat.postEphemeral"
	if wait := s.pacer.wait(method); wait > 0 {
		return bot.Delivery{}, bot.NotDelivered(errPaced, wait)
	}
	options := s.content(p, "")
	if ts := threadTS(p.Thread); ts != "" {
		options = append(options, slack.MsgOptionTS(ts))
	}
	_, err := s.client.PostEphemeralContext(ctx, p.Thread.Channel, p.To.ID, options...)
	switch {
	case err == nil:
		return bot.Delivery{Ref: ephemeralRef, Thread: p.Thread}, nil
	case hasCode(err, notInChannel):
		return s.postDirect(ctx, p)
	}
	return bot.Delivery{}, s.deliveryError(ctx, method, err)
}

// update puts a post in the place of an earlier one, or takes that away. What is
// not there any more needs no change.
func (s *Slack) update(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	same := bot.Delivery{Ref: p.Ref, Thread: p.Thread}
	old, ok := parseRef(p.Ref)
	if !ok {
		return same, s.updateEphemeral(ctx, p)
	}
	method := "chat.update"
	if p.Withdraw {
		method = "chat.delete"
	}
	if wait := s.pacer.wait(method); wait > 0 {
		return bot.Delivery{}, bot.NotDelivered(errPaced, wait)
	}
	var err error
	if p.Withdraw {
		_, _, err = s.client.DeleteMessageContext(ctx, old.channel, old.ts)
	} else {
		_, _, _, err = s.client.UpdateMessageContext(ctx, old.channel, old.ts, s.content(p, "")...)
	}
	if err != nil && !hasCode(err, messageGone) {
		return bot.Delivery{}, s.deliveryError(ctx, method, err)
	}
	return same, nil
}

// updateEphemeral changes what one person sees, as long as they have just used it.
// Later there is no way, and the buttons say themselves that they are overtaken.
func (s *Slack) updateEphemeral(ctx context.Context, p bot.Post) error {
	address, ok := s.responseURLs.takeForPost(p.Replaces)
	if !ok {
		return nil
	}
	m := s.render(p)
	r := response{Replace: true, Text: m.text, Blocks: m.blocks}
	if p.Withdraw {
		r = response{Delete: true}
	}
	if err := s.postResponse(ctx, address, r); err != nil && !errors.Is(err, errNoResponseURL) {
		return err
	}
	return nil
}
