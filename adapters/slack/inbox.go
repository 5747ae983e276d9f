package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// What needs the network before it can be judged (attached logs, the channel of a
// direct conversation) or more time than Slack gives: a very long text on a busy
// machine, a profile that Slack is slow to return. It is
// recorded, acknowledged, completed, handled, and taken out of the inbox. The
// core tells an event that it has handled already, so that doing it again after
// a crash does no harm.

// needsNetwork reports whether an event has to wait for the network.
func (s *Slack) needsNetwork(in inbound) bool {
	if len(in.files) > 0 {
		return true
	}
	_, known := s.directs.Load(in.event.About().From.ID)
	return in.direct && !known
}

// postpone completes and handles an event of the inbox, in its lane.
func (s *Slack) postpone(ctx context.Context, key string, payload []byte, in inbound) {
	s.intake.Postpone(ctx, chat.LaneOf(in.event), key, payload, func(ctx context.Context) error { return s.handleRecorded(ctx, in) })
}

// handleRecorded completes an event and handles it, however long that takes. What cannot
// be had is done without: an answer in another language is better than none.
func (s *Slack) handleRecorded(ctx context.Context, in inbound) error {
	user := in.event.About().From
	if in.direct {
		err := chat.Try(ctx, apiTime, permanent, func(ctx context.Context) error { _, err := s.directChannel(ctx, user.ID); return err })
		if err != nil && in.own {
			return explain(err)
		}
	}
	if m, ok := in.event.(bot.Message); ok {
		m.Text = s.withFiles(ctx, m.Text, in.files)
		in.event = m
	}
	err := s.intake.Retry(ctx, "handle event", func(ctx context.Context) error { return s.handle(ctx, s.complete(in)) })
	if err == nil {
		s.afterHandled(ctx, in)
	}
	return err
}

// withFiles is a text with that of files, as far as there is any.
func (s *Slack) withFiles(ctx context.Context, text string, files []file) string {
	var ids []string
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	return s.intake.Attached(ctx, text, ids, func(ctx context.Context, n int) (text string, err error) {
		err = chat.Try(ctx, apiTime, permanent, func(ctx context.Context) (err error) { text, err = s.readFile(ctx, files[n]); return err })
		return text, explain(err)
	})
}

// permanent reports that another attempt would fail in the same way.
func permanent(err error) bool {
	c := errorCode(err)
	status, _ := errors.AsType[slack.StatusCodeError](err)
	return c != "" && !hasCode(err, retryLater) && !hasCode(err, ambiguous) || 400 <= status.Code && status.Code < 500 && status.Code != http.StatusTooManyRequests ||
		errors.Is(err, errHost) || errors.Is(err, chat.ErrNoText) || errors.Is(err, chat.ErrTooLarge)
}

// replay handles what an earlier run acknowledged and did not handle.
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
		s.rememberReply(in)
		s.postpone(ctx, key, payload, in)
		return true
	})
}
