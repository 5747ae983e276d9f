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
// Slack has no idempotency key. Every message carries its Post.ID in its
// metadata, and a retry looks for that first, so that the post appears once. It
// may still appear twice: if more than searchDepth messages were posted after it,
// if Slack's history does not show it yet, or if the app may not read the
// channel's history. Ephemeral messages cannot be searched for and may appear
// twice after a crash. Updates and deletions can be repeated freely.
func (s *Slack) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	select {
	case <-s.ready: // posts of an earlier run may be due before self is known
	case <-ctx.Done():
		return bot.Delivery{}, bot.NotDelivered(fmt.Errorf("slack: not connected yet: %w", ctx.Err()), 0)
	}
	switch {
	case p.Replaces != "" && (p.Ref != "" || p.Withdraw || p.Closes):
		return s.update(ctx, p)
	case p.Private:
		return s.postEphemeral(ctx, p)
	}
	return s.postMessage(ctx, p, s.content(p, ""))
}

// postMessage posts a message to a channel or a direct message.
func (s *Slack) postMessage(ctx context.Context, p bot.Post, content []slack.MsgOption) (bot.Delivery, error) {
	channel, err := s.channelOf(ctx, p)
	if err != nil {
		return bot.Delivery{}, err
	}
	const method = "chat.postMessage"
	wait, unsent := s.pacer.take(channel, p)
	if wait > maxInlineWait {
		s.pacer.hold(channel, p, unsent)
		return bot.Delivery{}, bot.ChannelBusy(errPaced, wait)
	}
	blocked := s.pacer.wait(method)
	if blocked > maxInlineWait {
		s.pacer.hold(channel, p, unsent)
		return bot.Delivery{}, bot.NotDelivered(errPaced, blocked)
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
	if err := chat.Sleep(ctx, max(wait, blocked)); err != nil {
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
	if hasCode(err, notInChannel) && p.Opens && !isDirect(p) && !p.Team && p.Thread.Channel != s.o.EscalationChannel() { // an earlier version stored posts without Team
		d, err = s.postDirect(ctx, p)
	} else {
		err = s.deliveryError(ctx, method, err)
	}
	if e, ok := errors.AsType[*bot.DeliveryError](err); ok && !e.Final {
		s.pacer.hold(channel, p, unsent)
	}
	return d, err
}

// isDirect reports whether a post goes to a direct message that may have to be
// opened.
func isDirect(p bot.Post) bool {
	_, direct := directUser(p.Thread.Channel)
	return direct
}

// postDirect posts to the user directly because the bot is not in the channel.
func (s *Slack) postDirect(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	if p.To.ID == "" {
		return bot.Delivery{}, bot.Refused(errors.New("slack: the bot is not in the channel, and the post has no recipient"))
	}
	there := p
	there.Thread.Channel, there.Thread.Root = bot.DirectChannel+p.To.ID, ""
	d, err := s.postMessage(ctx, there, s.content(p, s.texts.In(p.Reply.Lang)["not_in_channel"])) // its buttons belong to p's thread
	if !p.Opens {
		d.Thread = p.Thread
	}
	return d, err
}

// channelOf returns the channel of a post, and opens a direct message if needed.
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

// directChannel returns the channel of the direct message with a user.
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

// delivered returns the Delivery of a message.
func delivered(p bot.Post, channel, ts string) bot.Delivery {
	d := bot.Delivery{Ref: ref{channel, ts}.String(), Thread: p.Thread}
	if !p.Opens {
		return d
	}
	d.Thread.Channel, d.Thread.Root = channel, ts
	if isDirect(p) {
		d.Thread.Root = "" // a direct message is one conversation
	}
	return d
}

// content renders a post, below a note if there is one.
func (s *Slack) content(p bot.Post, note string) []slack.MsgOption {
	m := s.render(p)
	if note != "" {
		m.blocks = append([]slack.Block{slack.NewContextBlock("", markdown(escape(note)))}, m.blocks...)
		m.text = escape(note) + "\n" + m.text
	}
	return []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...)}
}

// postEphemeral shows a post to one user only: by the response URL of their last
// interaction, which works in every channel, otherwise with chat.postEphemeral,
// or directly if the bot is not in the channel.
func (s *Slack) postEphemeral(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	m := s.render(p)
	if address, ok := s.responseURLs.take(ctx, recipient{p.Thread, p.To.ID}.key()); ok {
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

// update replaces or deletes an earlier post. A message that no longer exists
// needs no change.
func (s *Slack) update(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	same := bot.Delivery{Ref: p.Ref, Thread: p.Thread}
	old, ok := parseRef(p.Ref)
	if !ok {
		return s.updateEphemeral(ctx, p)
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

// updateEphemeral changes an ephemeral message while the response URL of its last
// use is valid. After that Slack offers no way: what has to be shown is a new message,
// and the core answers a press on the old one by saying that it is outdated.
func (s *Slack) updateEphemeral(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	err := errNoResponseURL
	if address, ok := s.responseURLs.take(ctx, postKey(p.Replaces)); ok {
		m := s.render(p)
		r := response{Replace: true, Text: m.text, Blocks: m.blocks}
		if p.Withdraw {
			r = response{Delete: true}
		}
		err = s.postResponse(ctx, address, r)
	}
	switch {
	case !errors.Is(err, errNoResponseURL):
		return bot.Delivery{Ref: p.Ref, Thread: p.Thread}, err
	case p.Withdraw || p.Closes:
		return bot.Delivery{Ref: p.Ref, Thread: p.Thread}, nil
	}
	return s.postEphemeral(ctx, p)
}
