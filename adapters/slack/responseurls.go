package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Response URLs: each command, shortcut and press comes with a URL that takes five
// messages within 30 minutes, in any channel and without a token. They are
// secrets, and kept only in memory.

// errNoResponseURL says that there is no usable response URL.
var errNoResponseURL = errors.New("slack: no usable response URL")

// A responseURL is a URL and its remaining uses.
type responseURL struct {
	url      string
	usesLeft int
	until    time.Time
}

// A recipient is a user who can be answered privately in a thread.
type recipient struct {
	thread bot.Thread
	user   string
}

// responseURLs keeps the newest response URL of each recipient, and of each
// ephemeral post that it can change. It is safe for concurrent use.
type responseURLs struct {
	mu          sync.Mutex
	byRecipient map[recipient]*responseURL
	byPost      map[bot.PostID]*responseURL
}

func newResponseURLs() *responseURLs {
	return &responseURLs{byRecipient: map[recipient]*responseURL{}, byPost: map[bot.PostID]*responseURL{}}
}

// keep stores a URL that has just been received.
func (l *responseURLs) keep(a recipient, post bot.PostID, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.removeExpired()
	one := &responseURL{address, responseURLUses, time.Now().Add(responseURLLife)}
	l.byRecipient[a] = one
	if post != "" {
		l.byPost[post] = one
	}
}

// removeExpired removes expired URLs.
func (l *responseURLs) removeExpired() {
	now := time.Now()
	for a, one := range l.byRecipient {
		if one.until.Before(now) {
			delete(l.byRecipient, a)
		}
	}
	for p, one := range l.byPost {
		if one.until.Before(now) {
			delete(l.byPost, p)
		}
	}
}

// take returns the recipient's URL and counts one use.
func (l *responseURLs) take(a recipient) (address string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byRecipient[a].use()
}

// takeForPost returns the URL that can change a post and counts one use.
func (l *responseURLs) takeForPost(p bot.PostID) (address string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byPost[p].use()
}

func (one *responseURL) use() (address string, ok bool) {
	if one == nil || one.usesLeft == 0 || one.until.Before(time.Now()) {
		return "", false
	}
	one.usesLeft--
	return one.url, true
}

// A response is the body of a request to a response URL.
// https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
type response struct {
	Type    string        `json:"response_type,omitempty"`
	Replace bool          `json:"replace_original"`
	Delete  bool          `json:"delete_original,omitempty"`
	Thread  string        `json:"thread_ts,omitempty"`
	Text    string        `json:"text,omitempty"`
	Blocks  []slack.Block `json:"blocks,omitempty"`
}

// postResponse posts to a response URL, unless it leads to a host that is not
// Slack's: a signed request must not make the bot connect to anything else. After errNoResponseURL nothing is shown;
// after other errors something may be.
func (s *Slack) postResponse(ctx context.Context, address string, r response) error {
	if !s.trustedAddress(address) {
		return errNoResponseURL
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return errNoResponseURL
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := s.http.Do(request)
	if err != nil {
		return fmt.Errorf("slack: response URL: %w", chat.WithoutURL(err))
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, chat.MaxFile)) // so that the connection can be reused
	switch {
	case answer.StatusCode == http.StatusOK:
		return nil
	case answer.StatusCode >= 500:
		return slack.StatusCodeError{Code: answer.StatusCode, Status: answer.Status}
	}
	return errNoResponseURL // used up, expired or invalid
}
