package slack

import (
	"context"
	"encoding/json"
	"errors"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// What happens to a payload between its arrival and its acknowledgement.

// receive takes an envelope, in the order of arrival, and returns at once. done is
// called with what to answer Slack once all is recorded that must not be lost,
// or with an error after which Slack must not be told so. raw is the envelope as
// it came.
func (s *Slack) receive(ctx context.Context, e envelope, raw []byte, done func(answer any, err error)) {
	if err := ctx.Err(); err != nil {
		done(nil, err)
		return
	}
	read, err := s.read(e)
	switch in := read.(type) {
	case talk:
		s.talked(ctx, e, in, done)
	case typing:
		s.intake.Quick.Do("typing/"+in.user, func() { done(s.suggest(ctx, in), nil) })
	case refusal:
		s.intake.Quick.Do("typing/"+in.user, func() { done(s.refused(ctx, in), nil) })
	case knock:
		done(map[string]string{"challenge": in.challenge}, nil)
	case asked:
		done(nil, nil)
		s.show(ctx, "modal/"+in.user, "a window", func() error { return s.open(ctx, in) })
	case opened:
		done(nil, nil)
		s.enter(ctx, in)
	case ending:
		done(nil, nil)
		s.stop(in.why)
	case lag:
		done(nil, nil)
		s.log.Warn("slack: Slack holds events back, for there were too many in this hour")
	default:
		s.unread(ctx, raw, err, done)
	}
}

// read reads an envelope. A mistake of the program is kept to the one payload
// that met it.
func (s *Slack) read(e envelope) (in any, err error) {
	defer s.intake.Guard(e.Kind, func() { err = chat.ErrUnknown })
	return s.me().read(e)
}

// unread takes what is nothing, or cannot be read.
func (s *Slack) unread(ctx context.Context, raw []byte, err error, done func(any, error)) {
	switch {
	case errors.Is(err, chat.ErrOtherApp):
		s.intake.WarnOnce("a payload of another app was ignored")
		done(nil, nil)
	case err != nil:
		s.intake.Quick.Do("dead", func() { done(nil, s.bury(ctx, raw, err)) })
	default:
		done(nil, nil)
	}
}

// refused tells somebody what is wrong with what they submitted.
func (s *Slack) refused(ctx context.Context, r refusal) any {
	text := s.words(ctx, r.team, r.user)[r.block+"_missing"]
	return map[string]any{"response_action": "errors", "errors": map[string]string{r.block: text}}
}

// bury keeps what cannot be read. Once it is kept, Slack need not send it again.
func (s *Slack) bury(ctx context.Context, raw []byte, why error) error {
	ctx, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	return s.intake.Bury(ctx, "dead/"+short(string(raw)), raw, why)
}

// talked takes what is for the core.
func (s *Slack) talked(ctx context.Context, e envelope, t talk, done func(any, error)) {
	s.remember(t)
	s.ears.hear(t, s.deaf)
	s.intake.Quick.Do(chat.LaneOf(t.event), func() {
		var err error
		defer func() { done(nil, err) }()
		defer s.intake.Guard(string(t.event.About().ID), func() { err = s.bury(ctx, e.Payload, chat.ErrPanic) })
		err = s.take(ctx, e, t)
	})
}

// remember keeps what was handed to us for an answer.
func (s *Slack) remember(t talk) {
	head := t.event.About()
	if t.link != "" {
		s.links.keep(asker{head.Thread, head.From.ID}, t.replaces, t.link)
	}
	if m, ok := t.event.(bot.Message); ok && head.Direct && !t.own && !m.From.Bot {
		s.directs.Store(head.From.ID, head.Thread.Channel)
	}
}

// take handles an event or, where it lacks something that the network has to
// give or takes longer than Slack waits, records it for later. Whatever comes
// behind one that waits, waits with it.
func (s *Slack) take(ctx context.Context, e envelope, t talk) error {
	limited, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	if !s.intake.Later.Busy(chat.LaneOf(t.event)) && !s.lacks(limited, t) {
		err := s.handle(limited, s.complete(t))
		if err == nil {
			s.handled(ctx, t)
		}
		if err == nil || limited.Err() == nil {
			return err
		}
	}
	return s.record(ctx, e, t)
}

// record keeps an event in the inbox, and has it handled later. Slack may have
// given it up by then.
func (s *Slack) record(ctx context.Context, e envelope, t talk) error {
	limited, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	payload, err := json.Marshal(e)
	if err != nil {
		return err
	}
	key := string(t.event.About().ID)
	if err := s.intake.Record(limited, key, payload); err != nil {
		return err
	}
	s.postpone(ctx, key, payload, t)
	return nil
}

// handled shows what an event that the core has handled changed on the home page.
func (s *Slack) handled(ctx context.Context, t talk) {
	if head := t.event.About(); t.home {
		s.refresh(ctx, head.Thread.Workspace, head.From.ID)
	}
}

// complete puts in what is known of the sender.
func (s *Slack) complete(t talk) bot.Event {
	switch e := t.event.(type) {
	case bot.Message:
		e.Head = s.located(t, e.Head)
		return e
	case bot.Press:
		e.Head = s.located(t, e.Head)
		return e
	}
	return t.event
}

func (s *Slack) located(t talk, h bot.Head) bot.Head {
	if !h.From.Bot {
		p := s.users.known(h.From.ID)
		h.From.Locale = p.locale
		if p.name != "" {
			h.From.Name = p.name
		}
	}
	channel, ok := s.directs.Load(h.From.ID)
	if t.direct && ok && (t.own || channel == h.Thread.Channel) {
		h.Direct = true
		h.Thread.Channel, h.Thread.Root = channel.(string), ""
	}
	return h
}
