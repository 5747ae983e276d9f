package discordapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Requests to Discord. They are made here and not by discordgo's client, which
// sleeps without its caller's leave, repeats what may have been done, knows no
// nonce and speaks an older version of the API.

// apiVersion is the newest one.
const apiVersion = "/v10"

// UserAgent is in the form that Discord asks of bots: a library and its version,
// and what may follow.
// https://docs.discord.com/developers/reference#user-agent
const UserAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, 0.29.0) " + program

// program is how the client names itself.
const program = "mabsbot"

// A Request is one to make.
type Request struct {
	Method string
	Path   string   // with %s for each of args
	Args   []string // the first one names what limits are counted for
	Query  string
	Body   any // nil is none
	Into   any // what the answer is read into; nil is nothing
	// Hook: the address itself says who may use it, and the limit of all
	// requests does not hold.
	Hook bool
	// Waits: it waits for its turn however long that takes, for a part of what
	// it belongs to is done.
	Waits bool
	check bool // it asks whether the token is valid: see refused
}

// maxAnswer is far above the largest answer, in bytes.
const maxAnswer = 8 << 20

// patience is for how long a request waits for its turn where it stands. A
// longer wait is handed back to the caller: it holds none of its places.
const patience = 100 * time.Millisecond

// Do makes a request. An *Error is what Discord answered; an error that
// matches ErrRateLimited says that nothing was sent.
func (c *Client) Do(ctx context.Context, r Request) error {
	route, major := r.Method+" "+r.Path, r.Args
	if !r.Hook && len(major) > 1 {
		major = major[:1]
	}
	key := strings.Join(major, "/")
	b, wait := c.limits.take(route, key, r.Hook)
	for ; wait > 0; b, wait = c.limits.take(route, key, r.Hook) {
		if wait > patience && !r.Waits {
			return &Error{Status: http.StatusTooManyRequests, RetryAfter: wait, Unsent: true}
		}
		if err := sleep(ctx, wait); err != nil {
			return &Error{Status: http.StatusTooManyRequests, RetryAfter: wait, Unsent: true}
		}
	}
	answer, err := c.send(ctx, r)
	if err != nil {
		c.limits.learn(b, route, key, nil, nil)
		return withoutURL(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	failed := failureOf(answer, data)
	c.limits.learn(b, route, key, answer, failed)
	switch {
	case failed != nil:
		if failed.Status == http.StatusUnauthorized && !r.Hook && !r.check {
			if !c.refused(ctx) {
				return fmt.Errorf("%s: %w", route, errOneRefusal)
			}
			c.o.Unauthorized()
		}
		return failed
	case err != nil:
		return withoutURL(err)
	case r.Into == nil:
		return nil
	}
	return decode(data, r.Into)
}

// errOneRefusal is a 401 that says nothing of the token. The request may be
// repeated.
var errOneRefusal = errors.New("401 Unauthorized, although Discord did not refuse the token when asked again")

// refused asks Discord once more whether it refuses the token, because a single
// 401 must not end the adapter. It reports false if Discord does not answer.
func (c *Client) refused(ctx context.Context) bool {
	err := c.Do(ctx, Request{Method: "GET", Path: "/users/@me", check: true})
	return HasStatus(err, http.StatusUnauthorized)
}

func (c *Client) send(ctx context.Context, r Request) (*http.Response, error) {
	args := make([]any, len(r.Args))
	for i, a := range r.Args {
		args[i] = url.PathEscape(a)
	}
	address := c.api + fmt.Sprintf(r.Path, args...)
	if r.Query != "" {
		address += "?" + r.Query
	}
	var body io.Reader
	if r.Body != nil {
		data, err := json.Marshal(r.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	q, err := http.NewRequestWithContext(ctx, r.Method, address, body)
	if err != nil {
		return nil, err
	}
	q.Header.Set("User-Agent", UserAgent)
	if r.Body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if !r.Hook {
		q.Header.Set("Authorization", "Bot "+c.o.Token())
	}
	return c.http.Do(q)
}

// noRedirect keeps requests that carry the token where they were sent.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// apiURL brings the address of the API to the form that all paths are appended
// to.
func apiURL(address string) (string, error) {
	if address == "" {
		address = "https://discord.com/api"
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("discord: the address of the API is not one of http or https")
	}
	path := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), apiVersion), "/api")
	u.Path = path + "/api" + apiVersion
	return u.String(), nil
}

// decode reads JSON leniently: a field of another type counts as absent, for
// Discord adds fields and changes them at any time.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return nil // all fields of the right type were read
	}
	return err
}

// withoutURL removes the URL from an error of a request: it may have a token.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
