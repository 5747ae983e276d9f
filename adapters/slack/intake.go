package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// From receipt to acknowledgement.

// receive accepts envelopes in the order of their arrival and returns at once. It
// calls done once the envelope may be acknowledged, with the payload of the
// acknowledgement, or with an error if Slack has to redeliver it: chat.ErrBusy if
// too much is waiting. raw is the envelope as received.
func (s *Slack) receive(ctx context.Context, e envelope, raw []byte, done func(answer any, err error)) {
	if err := ctx.Err(); err != nil {
		done(nil, err)
		return
	}
	if s.busy(e.Kind) {
		done(nil, chat.ErrBusy)
		return
	}
	read, err := s.read(e)
	switch in := read.(type) {
	case inbound:
		s.receiveInbound(ctx, e, in, done)
	case optionsRequest:
		s.respond(e, in.user, done, func() any { return s.suggestOptions(ctx, in) })
	case invalidSubmission:
		s.respond(e, in.user, done, func() any { return s.rejectSubmission(ctx, in) })
	case urlVerification:
		done(map[string]string{"challenge": in.challenge}, nil)
	case modalRequest:
		done(nil, nil)
		s.show(ctx, "modal/"+in.user, "modal", func() error { return s.openModal(ctx, in) })
	case homeOpened:
		done(nil, nil)
		s.openHome(ctx, in)
	case appUninstalled:
		done(nil, nil)
		s.stop(in.why)
	case appRateLimited:
		done(nil, nil)
		s.log.Warn("slack: app_rate_limited", "effect", "Slack withholds events, because there were too many within an hour")
	default:
		s.receiveUnreadable(ctx, raw, err, done)
	}
}

// busy reports whether an envelope has to wait outside. Only events do: Slack does
// not redeliver what a user presses or types, which is rare.
func (s *Slack) busy(kind string) bool {
	return kind == kindEvent && (s.intake.Quick.Full() || s.intake.Later.Full() || s.intake.Pages.Full())
}

// respond acknowledges with a payload, in the order of the user's requests.
func (s *Slack) respond(e envelope, user string, done func(any, error), payload func() any) {
	s.intake.Quick.Do("respond/"+user, func() {
		var answer any
		defer func() { done(answer, nil) }()
		defer s.intake.Guard(e.Kind, func() {})
		answer = payload()
	})
}

// read parses an envelope. A panic costs only the envelope that caused it.
func (s *Slack) read(e envelope) (in parsed, err error) {
	defer s.intake.Guard(e.Kind, func() { err = chat.ErrUnknown })
	return s.me().read(e)
}

// receiveUnreadable acknowledges a payload that does not concern the bot, and
// keeps one that cannot be parsed as a dead letter.
func (s *Slack) receiveUnreadable(ctx context.Context, raw []byte, err error, done func(any, error)) {
	switch {
	case errors.Is(err, chat.ErrOtherApp):
		s.intake.WarnOnce("payload of another app ignored")
		done(nil, nil)
	case err != nil:
		s.intake.Quick.Do("dead", func() { done(nil, s.bury(ctx, "dead/"+short(string(raw)), raw, err)) })
	default:
		done(nil, nil)
	}
}

// rejectSubmission returns the response_action that shows an error under a block.
func (s *Slack) rejectSubmission(ctx context.Context, r invalidSubmission) any {
	text := s.words(ctx, r.team, r.user)[r.block+"_missing"]
	return map[string]any{"response_action": "errors", "errors": map[string]string{r.block: text}}
}

// bury keeps a payload that cannot be handled as a dead letter, so that it can be
// acknowledged: redelivering it would not help.
func (s *Slack) bury(ctx context.Context, key string, raw []byte, why error) error {
	ctx, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	return s.intake.Bury(ctx, key, raw, why)
}

// receiveInbound handles an event for the core in its lane.
func (s *Slack) receiveInbound(ctx context.Context, e envelope, in inbound, done func(any, error)) {
	s.rememberDirect(in)
	s.subscription.observe(in, s.warnNotSubscribed)
	arrived, lane := time.Now(), chat.LaneOf(in.event)
	handle := func() {
		var err error
		defer func() { done(nil, err) }()
		if e.Kind == kindEvent && time.Since(arrived) > lastAck { // Slack has begun to redeliver it
			err = chat.ErrBusy
			return
		}
		id := string(in.event.About().ID)
		defer s.intake.Guard(id, func() { err = s.bury(ctx, id, e.Payload, chat.ErrPanic) })
		err = s.handleOrRecord(ctx, e, in)
	}
	if e.Kind != kindEvent {
		s.intake.Quick.Do(lane, handle)
	} else if !s.intake.Quick.Offer(lane, len(e.Payload), handle) {
		done(nil, chat.ErrBusy)
	}
}

// rememberURL stores the response URL before the event is handled, so that whichever
// process posts what follows finds it.
func (s *Slack) rememberURL(ctx context.Context, in inbound) {
	if in.responseURL == "" {
		return
	}
	head := in.event.About()
	keys := []string{recipient{head.Thread, head.From.ID}.key()}
	if in.replaces != "" {
		keys = append(keys, postKey(in.replaces))
	}
	if err := s.responseURLs.keep(ctx, in.responseURL, keys...); err != nil {
		s.log.Warn("slack: response URL not recorded, only this process can use it", "error", err)
	}
}

// rememberDirect stores the channel of the sender's direct message.
func (s *Slack) rememberDirect(in inbound) {
	head := in.event.About()
	if m, ok := in.event.(bot.Message); ok && head.Direct && !in.own && !m.From.Bot {
		s.directs.Store(head.From.ID, head.Thread.Channel)
	}
}

// handleOrRecord handles an event, or records it if it needs the network or takes
// longer than Slack waits. Events behind a recorded one of the same conversation
// are recorded, too.
func (s *Slack) handleOrRecord(ctx context.Context, e envelope, in inbound) error {
	limited, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	s.rememberURL(limited, in)
	if !s.intake.Later.Busy(chat.LaneOf(in.event)) && !s.needsNetwork(in) {
		err := s.handle(limited, s.complete(in))
		if err == nil {
			s.afterHandled(ctx, in)
		}
		if err == nil || limited.Err() == nil {
			return err
		}
	}
	return s.record(ctx, e, in)
}

// record puts an event into the inbox and postpones it. If that takes too long,
// Slack redelivers the event, and the core ignores the second delivery.
func (s *Slack) record(ctx context.Context, e envelope, in inbound) error {
	limited, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	if e.Kind == kindEvent && s.intake.Later.Full() {
		return chat.ErrBusy
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return err
	}
	key := string(in.event.About().ID)
	if in.points() { // a mention arrives twice; read what it points at once
		if _, twice := s.reading.LoadOrStore(key, true); twice {
			return nil
		}
	}
	if err := s.intake.Record(limited, key, payload); err != nil {
		s.reading.Delete(key)
		return err
	}
	s.postpone(ctx, key, payload, in)
	return nil
}

// afterHandled refreshes the sender's home page if the event may have changed it.
func (s *Slack) afterHandled(ctx context.Context, in inbound) {
	if head := in.event.About(); in.home {
		s.refreshHome(ctx, head.Thread.Workspace, head.From.ID)
	}
}

// complete adds the sender's profile and channel to an event.
func (s *Slack) complete(in inbound) bot.Event {
	switch e := in.event.(type) {
	case bot.Message:
		e.Head = s.completeHead(in, e.Head)
		return e
	case bot.Press:
		e.Head = s.completeHead(in, e.Head)
		return e
	}
	return in.event
}

func (s *Slack) completeHead(in inbound, h bot.Head) bot.Head {
	if !h.From.Bot {
		p := s.profiles.known(h.From.ID)
		h.From.Locale = p.locale
		if p.name != "" {
			h.From.Name = p.name
		}
	}
	channel, ok := s.directs.Load(h.From.ID)
	if in.direct && ok && (in.own || channel == h.Thread.Channel) {
		h.Direct = true
		h.Thread.Channel, h.Thread.Root = channel.(string), ""
	}
	return h
}
