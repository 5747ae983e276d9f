package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot"
)

// TestIntake checks that no event is lost that was acknowledged to Slack.
func TestIntake(t *testing.T) {
	chattest.TestIntake(t, chattest.IntakeRig{Start: startIntake, Patience: lastAck})
}

// startIntake runs an adapter without a connection.
func startIntake(t *testing.T, ctx context.Context, inbox chat.Inbox, handle bot.Handler, fetch chattest.Fetch) chattest.IntakeRun {
	s, err := New(Options{BotToken: func() string { return "xoxb-test" }, Inbox: inbox})
	if err != nil {
		t.Fatal(err)
	}
	s.self, s.handle = self, handle
	s.http.Transport = roundTripper(func(r *http.Request) (string, error) {
		if strings.HasSuffix(r.URL.Path, "/users.info") {
			return `{"ok":true,"user":{"id":"U1","name":"alex"}}`, nil
		}
		return fetch(r.Context())
	})
	s.replay(ctx)
	return chattest.IntakeRun{
		Deliver: func(m chattest.Incoming, done func(error)) {
			fields := fmt.Sprintf(`{"type":"message","channel":"C%s","user":"U1","ts":"1.%d","thread_ts":"1.0","text":%q`, m.Channel, m.N, m.Text)
			if m.File {
				fields += `,"subtype":"file_share","files":[{"id":"F1","name":"a.log","url_private":"https://files.slack.com/a.log"}]`
			}
			e := event([]byte(fields + "}"))
			raw, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			s.receive(ctx, e, raw, func(_ any, err error) { done(err) })
		},
		Wait: s.intake.Wait,
	}
}

// A roundTripper answers requests with a body, or an error.
type roundTripper func(*http.Request) (string, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := f(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
}
