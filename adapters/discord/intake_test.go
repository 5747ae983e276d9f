package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// TestIntake checks the promise of chat.Intake.
func TestIntake(t *testing.T) {
	chattest.TestIntake(t, chattest.IntakeRig{Start: startIntake})
}

// startIntake runs an adapter without a connection.
func startIntake(t *testing.T, ctx context.Context, inbox chat.Inbox, handle bot.Handler, fetch chattest.Fetch) chattest.IntakeRun {
	d, err := New(Options{Token: func() string { return "test" }, Inbox: inbox})
	if err != nil {
		t.Fatal(err)
	}
	d.self, d.handle = identity{app: "1", user: "2"}, handle
	d.http.Transport = roundTripper(func(r *http.Request) (string, error) { return fetch(r.Context()) })
	threads := map[string]string{"A": "10", "B": "11"}
	for _, id := range threads {
		d.channels.learn("5", discordapi.Channel{ID: id, ParentID: "7", Type: new(discordapi.ChannelTypePublicThread)})
	}
	d.replay(ctx)
	return chattest.IntakeRun{
		Deliver: func(m chattest.Incoming, done func(error)) {
			fields := map[string]any{
				"id": fmt.Sprint(100 + m.N), "channel_id": threads[m.Channel], "guild_id": "5", "content": m.Text,
				"author": map[string]any{"id": "3", "username": "alex"},
			}
			if m.File {
				fields["attachments"] = []any{map[string]any{"id": "9", "filename": "a.log", "url": "https://cdn.discordapp.com/a.log"}}
			}
			data, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			d.receive(ctx, envelope{messageCreate, data, time.Now()}, func() { done(nil) })
		},
		Wait: d.intake.Wait,
	}
}

// A roundTripper responds with a body or an error.
type roundTripper func(*http.Request) (string, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := f(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
}
