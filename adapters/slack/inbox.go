package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Events that are recorded before they are handled, because they need the network
// (attached logs, the channel of a direct message) or more time than Slack allows
// (a very long text on a busy machine, a slow profile). See chat.Intake.

// needsNetwork reports whether an event may need a file, a channel or another
// message that only the network can provide.
func (s *Slack) needsNetwork(in inbound) bool {
	if len(in.files) > 0 {
		return true
	}
	if in.points() {
		return true
	}
	_, known := s.directs.Load(in.event.About().From.ID)
	return in.direct && !known
}

// points reports whether an event points at messages.
func (t inbound) points() bool {
	switch e := t.event.(type) {
	case bot.Message:
		return len(e.Points) > 0
	case bot.Press:
		return len(e.Points) > 0
	}
	return false
}

// postpone handles a recorded event in its lane.
func (s *Slack) postpone(ctx context.Context, key string, payload []byte, in inbound) {
	s.intake.Postpone(ctx, chat.LaneOf(in.event), key, payload, func(ctx context.Context) error {
		defer s.reading.Delete(key)
		return s.handleRecorded(ctx, in)
	})
}

// handleRecorded completes an event and handles it, however long that takes. What
// cannot be fetched is left out, because an answer without it is better than none.
func (s *Slack) handleRecorded(ctx context.Context, in inbound) error {
	user := in.event.About().From
	if in.direct {
		err := chat.Try(ctx, apiTime, permanent, func(ctx context.Context) error { _, err := s.directChannel(ctx, user.ID); return err })
		if err != nil && in.own {
			return explain(err)
		}
	}
	if m, ok := in.event.(bot.Message); ok {
		m = s.withFiles(ctx, m, in.files)
		in.event = m
	}
	err := s.intake.Retry(ctx, "handle event", func(ctx context.Context) error { return s.handle(ctx, s.complete(in)) })
	if err == nil {
		s.afterHandled(ctx, in)
	}
	return err
}

// withFiles appends the text of attached files to a message.
func (s *Slack) withFiles(ctx context.Context, m bot.Message, files []file) bot.Message {
	var ids []string
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	text, failed := s.intake.Attached(ctx, m.Text, ids, func(ctx context.Context, n int) (text string, err error) {
		err = chat.Try(ctx, apiTime, permanent, func(ctx context.Context) (err error) { text, err = s.readFile(ctx, files[n]); return err })
		return text, explain(err)
	})
	m.Text, m.Unread = text, append(slices.Clip(m.Unread), failed...)
	return m
}

// permanent reports whether retrying is of no use.
func permanent(err error) bool {
	c := errorCode(err)
	status, _ := errors.AsType[slack.StatusCodeError](err)
	return c != "" && !hasCode(err, retryLater) && !hasCode(err, ambiguous) || 400 <= status.Code && status.Code < 500 && status.Code != http.StatusTooManyRequests ||
		errors.Is(err, errHost) || errors.Is(err, chat.ErrNoText) || errors.Is(err, chat.ErrTooLarge)
}

// replay postpones the events that an earlier run recorded and did not handle.
func (s *Slack) replay(ctx context.Context) {
	s.intake.Replay(ctx, func(key string, payload []byte) bool {
		var e envelope
		if json.Unmarshal(payload, &e) != nil {
			return false
		}
		read, err := s.read(e)
		in, ok := read.(inbound)
		if err != nil || !ok {
			return false
		}
		s.rememberDirect(in)
		s.rememberURL(ctx, in)
		s.postpone(ctx, key, payload, in)
		return true
	})
}
