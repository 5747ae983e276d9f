package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// What needs the network before it can be judged (attached logs, the language of
// somebody who was not seen yet, the channel of their direct conversation) or
// more time than Slack gives: a very long text on a busy machine. It is
// recorded, acknowledged, completed, handled, and taken out of the inbox. The
// core tells an event that it has handled already, so that doing it again after
// a crash does no harm.

const (
	// maxProfileWait is how long a profile is asked for before an event is recorded for
	// want of it: users.info takes 100 to 200 ms, and an event should be
	// acknowledged within 500.
	maxProfileWait = 250 * time.Millisecond

	// maxGlanced is the longest text, in bytes, that is looked at for whether its
	// sender's language will matter: a longer one tells its own.
	maxGlanced = 4 << 10

	// maxUtterance is the longest text that can steer a conversation, in
	// characters. Who writes more talks to people.
	maxUtterance = 120
)

// lacks reports whether an event has to wait for the network.
func (s *Slack) lacks(ctx context.Context, t inbound) bool {
	head := t.event.About()
	if len(t.files) > 0 {
		return true
	}
	if _, known := s.directs.Load(head.From.ID); t.direct && !known {
		return true
	}
	m, ok := t.event.(bot.Message)
	if !ok || m.From.Bot || m.Change == bot.ChangeDeleted || s.profiles.fresh(m.From.ID) {
		return false
	}
	meant := m.Addressed || m.Command || len(m.Text) <= maxGlanced && len(s.o.Library.Explain(m.Text, false).Hits) > 0
	if !meant && (!m.InThread || utf8.RuneCountInString(m.Text) > maxUtterance) {
		return false
	}
	return !s.tryProfile(ctx, m.From.ID) && meant
}

// tryProfile asks for a profile, for a moment, and reports whether it is there.
func (s *Slack) tryProfile(ctx context.Context, user string) bool {
	if s.profiles.fresh(user) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, maxProfileWait)
	defer cancel()
	return s.profiles.fetch(ctx, user) == nil
}

// postpone completes and handles an event of the inbox, in its lane.
func (s *Slack) postpone(ctx context.Context, key string, payload []byte, t inbound) {
	s.intake.Postpone(ctx, chat.LaneOf(t.event), key, payload, func(ctx context.Context) error { return s.handleRecorded(ctx, t) })
}

// handleRecorded completes an event and handles it, however long that takes. What cannot
// be had is done without: an answer in another language is better than none.
func (s *Slack) handleRecorded(ctx context.Context, t inbound) error {
	user := t.event.About().From
	if t.direct {
		err := chat.Try(ctx, apiTime, permanent, func(ctx context.Context) error { _, err := s.directChannel(ctx, user.ID); return err })
		if err != nil && t.own {
			return explain(err)
		}
	}
	if m, ok := t.event.(bot.Message); ok {
		m.Text = s.withFiles(ctx, m.Text, t.files)
		t.event = m
		if m.From.ID != "" && !m.From.Bot && !s.profiles.fresh(m.From.ID) {
			if err := chat.Try(ctx, apiTime, permanent, func(ctx context.Context) error { return s.profiles.fetch(ctx, m.From.ID) }); err != nil {
				s.log.Warn("slack: somebody's profile cannot be read", "error", explain(err))
			}
		}
	}
	err := s.intake.Retry(ctx, "handle event", func(ctx context.Context) error { return s.handle(ctx, s.complete(t)) })
	if err == nil {
		s.afterHandled(ctx, t)
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
		in, err := s.read(e)
		t, ok := in.(inbound)
		if err != nil || !ok {
			return false
		}
		s.rememberReply(t)
		s.postpone(ctx, key, payload, t)
		return true
	})
}
