package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// A sender shows messages.
type sender interface {
	PostMessageContext(ctx context.Context, channel string, options ...slack.MsgOption) (string, string, error)
	PostEphemeralContext(ctx context.Context, channel, user string, options ...slack.MsgOption) (string, error)
	UpdateMessageContext(ctx context.Context, channel, ts string, options ...slack.MsgOption) (string, string, string, error)
	DeleteMessageContext(ctx context.Context, channel, ts string) (string, string, error)
	OpenConversationContext(ctx context.Context, params *slack.OpenConversationParameters) (*slack.Channel, bool, bool, error)
}

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
		return s.change(ctx, p)
	case p.Private:
		return s.whisper(ctx, p)
	}
	return s.say(ctx, p, s.options(p, ""))
}

// say posts a message with the content.
func (s *Slack) say(ctx context.Context, p bot.Post, content []slack.MsgOption) (bot.Delivery, error) {
	channel, err := s.channel(ctx, p)
	if err != nil {
		return bot.Delivery{}, err
	}
	const method = "chat.postMessage"
	wait, unsent := s.turns.take(channel, p)
	if wait = max(wait, s.turns.free(method)); wait > patience {
		s.turns.keep(channel, p, wait, unsent)
		return bot.Delivery{}, bot.NotDelivered(errTurn, wait)
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
	_, ts, err := s.sender.PostMessageContext(ctx, channel, options...)
	if err == nil {
		return delivered(p, channel, ts), nil
	}
	d := bot.Delivery{}
	if isOne(err, outside) && p.Opens && !direct(p) && p.Thread.Channel != s.o.EscalationChannel {
		d, err = s.sayDirectly(ctx, p)
	} else {
		err = s.failed(ctx, method, err)
	}
	if e, ok := errors.AsType[*bot.DeliveryError](err); ok && !e.Final {
		s.turns.keep(channel, p, e.After, unsent)
	}
	return d, err
}

// direct reports whether a post goes to a direct conversation that may have to
// be opened.
func direct(p bot.Post) bool {
	_, direct := directUser(p.Thread.Channel)
	return direct
}

// sayDirectly posts to the person what the channel does not take.
func (s *Slack) sayDirectly(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	if p.To.ID == "" {
		return bot.Delivery{}, bot.Refused(errors.New("slack: the channel is closed to us, and nobody is named"))
	}
	there := p
	there.Thread.Channel, there.Thread.Root = bot.DirectChannel+p.To.ID, ""
	d, err := s.say(ctx, there, s.options(p, s.in(p.Reply.Lang)["not_in_channel"])) // its buttons stay those of p's thread
	if !p.Opens {
		d.Thread = p.Thread
	}
	return d, err
}

// channel is where a post goes: a direct conversation is opened first.
func (s *Slack) channel(ctx context.Context, p bot.Post) (string, error) {
	user, direct := directUser(p.Thread.Channel)
	if !direct {
		return p.Thread.Channel, nil
	}
	channel, err := s.directWith(ctx, user)
	if err != nil {
		return "", s.failed(ctx, "conversations.open", err)
	}
	return channel, nil
}

// directWith is the channel of the direct conversation with a user.
func (s *Slack) directWith(ctx context.Context, user string) (string, error) {
	if channel, ok := s.directs.Load(user); ok {
		return channel.(string), nil
	}
	c, _, _, err := s.sender.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}, ReturnIM: true})
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
	if direct(p) {
		d.Thread.Root = "" // one conversation
	}
	return d
}

// options are the content of a post, with a note before it where there is
// something to explain.
func (s *Slack) options(p bot.Post, note string) []slack.MsgOption {
	m := s.render(p)
	if note != "" {
		m.blocks = append([]slack.Block{slack.NewContextBlock("", markdown(escape(note)))}, m.blocks...)
		m.text = escape(note) + "\n" + m.text
	}
	return []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...)}
}

// whisper shows a post to one person alone: by the address that their last use
// of something came with, which works in every channel; else as an ephemeral
// message; else, where the channel is closed to us, in a direct message.
func (s *Slack) whisper(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	m := s.render(p)
	if address, ok := s.links.of(asker{p.Thread, p.To.ID}); ok {
		err := s.respond(ctx, address, response{Type: "ephemeral", Thread: threadTS(p.Thread), Text: m.text, Blocks: m.blocks})
		if err == nil {
			return bot.Delivery{Ref: shownOnce, Thread: p.Thread}, nil
		}
		if !errors.Is(err, errNoLink) {
			return bot.Delivery{}, err
		}
	}
	const method = "chat.postEphemeral"
	if wait := s.turns.free(method); wait > 0 {
		return bot.Delivery{}, bot.NotDelivered(errTurn, wait)
	}
	options := s.options(p, "")
	if ts := threadTS(p.Thread); ts != "" {
		options = append(options, slack.MsgOptionTS(ts))
	}
	_, err := s.sender.PostEphemeralContext(ctx, p.Thread.Channel, p.To.ID, options...)
	switch {
	case err == nil:
		return bot.Delivery{Ref: shownOnce, Thread: p.Thread}, nil
	case isOne(err, outside):
		return s.sayDirectly(ctx, p)
	}
	return bot.Delivery{}, s.failed(ctx, method, err)
}

// change puts a post in the place of an earlier one, or takes that away. What is
// not there any more needs no change.
func (s *Slack) change(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	same := bot.Delivery{Ref: p.Ref, Thread: p.Thread}
	old, ok := parseRef(p.Ref)
	if !ok {
		return same, s.changeOnce(ctx, p)
	}
	method := "chat.update"
	if p.Withdraw {
		method = "chat.delete"
	}
	if wait := s.turns.free(method); wait > 0 {
		return bot.Delivery{}, bot.NotDelivered(errTurn, wait)
	}
	var err error
	if p.Withdraw {
		_, _, err = s.sender.DeleteMessageContext(ctx, old.channel, old.ts)
	} else {
		_, _, _, err = s.sender.UpdateMessageContext(ctx, old.channel, old.ts, s.options(p, "")...)
	}
	if err != nil && !isOne(err, absent) {
		return bot.Delivery{}, s.failed(ctx, method, err)
	}
	return same, nil
}

// changeOnce changes what one person sees, as long as they have just used it.
// Later there is no way, and the buttons say themselves that they are overtaken.
func (s *Slack) changeOnce(ctx context.Context, p bot.Post) error {
	address, ok := s.links.ofPost(p.Replaces)
	if !ok {
		return nil
	}
	m := s.render(p)
	r := response{Replace: true, Text: m.text, Blocks: m.blocks}
	if p.Withdraw {
		r = response{Delete: true}
	}
	if err := s.respond(ctx, address, r); err != nil && !errors.Is(err, errNoLink) {
		return err
	}
	return nil
}
