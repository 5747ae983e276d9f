package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Response URLs: each command, shortcut and press comes with a URL that takes five
// messages within 30 minutes, in any channel and without a token. They are secrets,
// and kept in memory and, sealed, in an inbox, where other processes and the next run
// find them.

// errNoResponseURL says that there is no usable response URL.
var errNoResponseURL = errors.New("slack: no usable response URL")

// A responseURL is a URL and its remaining uses. Those by another process are not
// counted; Slack refuses a sixth.
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

// key is where the URL for a recipient is kept.
func (a recipient) key() string {
	t := a.thread
	return "to/" + short(strings.Join([]string{t.Workspace, t.Channel, t.Root, a.user}, "\n"))
}

// postKey is where the URL that can change an ephemeral post is kept.
func postKey(p bot.PostID) string { return "post/" + short(string(p)) }

// responseURLs keeps the newest response URL of each recipient, and of each
// ephemeral post that it can change. It is safe for concurrent use.
type responseURLs struct {
	inbox chat.Inbox // nil keeps them in memory alone

	mu  sync.Mutex
	all map[string]*responseURL // by key or postKey
}

func newResponseURLs(inbox chat.Inbox) *responseURLs {
	return &responseURLs{inbox: inbox, all: map[string]*responseURL{}}
}

// A keptURL is a record of the inbox.
type keptURL struct {
	URL   string    `json:"url"`
	Until time.Time `json:"until"`
}

// keep stores a URL that has just been received, under each of the keys, and removes
// expired ones.
func (l *responseURLs) keep(ctx context.Context, address string, keys ...string) error {
	one := &responseURL{address, responseURLUses, time.Now().Add(responseURLLife)}
	l.mu.Lock()
	for key, each := range l.all {
		if each.until.Before(time.Now()) {
			delete(l.all, key)
		}
	}
	for _, key := range keys {
		l.all[key] = one
	}
	l.mu.Unlock()
	if l.inbox == nil {
		return nil
	}
	record, err := json.Marshal(keptURL{one.url, one.until})
	for _, key := range keys {
		if err == nil {
			err = l.inbox.Put(ctx, key+"/"+short(address), record)
		}
	}
	return err
}

// take returns the URL of a key and counts one use.
func (l *responseURLs) take(ctx context.Context, key string) (address string, ok bool) {
	if address, ok := l.use(key); ok || l.inbox == nil {
		return address, ok
	}
	_ = l.inbox.Find(ctx, key+"/", func(_ string, record []byte) error { // without it there are other ways
		var kept keptURL
		if json.Unmarshal(record, &kept) == nil {
			l.learn(key, kept)
		}
		return nil
	})
	return l.use(key)
}

func (l *responseURLs) use(key string) (address string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.all[key]
	if one == nil || one.usesLeft == 0 || one.until.Before(time.Now()) {
		return "", false
	}
	one.usesLeft--
	return one.url, true
}

// learn stores a URL of the inbox, unless it is known.
func (l *responseURLs) learn(key string, kept keptURL) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.all[key]; old == nil || old.url != kept.URL {
		l.all[key] = &responseURL{kept.URL, responseURLUses, kept.Until}
	}
}

// clean removes expired URLs from the inbox, now and then until ctx ends.
func (l *responseURLs) clean(ctx context.Context) {
	for l.inbox != nil && ctx.Err() == nil {
		_ = l.inbox.Replay(ctx, func(key string, record []byte) error { // what is left is removed later
			var kept keptURL
			if json.Unmarshal(record, &kept) == nil && time.Now().Before(kept.Until) {
				return nil
			}
			return l.inbox.Done(ctx, key)
		})
		_ = chat.Sleep(ctx, cleanInterval)
	}
}

// cleanInterval is short compared with responseURLLife, and long compared with the
// milliseconds that it takes to read the URLs of half an hour.
const cleanInterval = 5 * time.Minute

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
// Slack's: a signed request must not make the bot connect to anything else. After
// errNoResponseURL nothing is shown; after other errors something may be.
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
