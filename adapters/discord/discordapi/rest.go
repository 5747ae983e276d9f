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

// Requests to the HTTP API. They are made here and not by discordgo's client,
// which sleeps without regard for its context, repeats requests that may have
// been carried out, has no nonce, and speaks an older version of the API.

// apiVersion is the newest version.
// https://docs.discord.com/developers/reference#api-versioning
const apiVersion = "/v10"

// UserAgent has the form that Discord requires: a library's URL and version, then
// anything. https://docs.discord.com/developers/reference#user-agent
const UserAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, 0.29.0) " + program

// program is how the client names itself.
const program = "mabsbot"

// A Request is a request to the HTTP API.
type Request struct {
	Method string
	Path   string   // with a %s for each of Args
	Args   []string // the first is the top-level resource: a channel, guild or webhook
	Query  string
	Body   any // marshaled as JSON; nil is no body
	Into   any // decoded from the response; nil discards it

	// Interaction says that the path has the token of an interaction: the bot
	// token is not sent, and the global rate limit does not apply.
	Interaction bool
	// Wait waits for the rate limit however long that takes. It is for a request
	// whose first half is done, such as the second message of an answer.
	Wait bool
}

// maxResponse bounds a response, in bytes, far above the largest one.
const maxResponse = 8 << 20

// maxWait is how long a request without Wait waits for the rate limit. A longer
// wait is returned to the caller, which may have other requests to make.
const maxWait = 100 * time.Millisecond

// Do makes a request. The error is an *Error if Discord refuses the request. It
// matches ErrRateLimited if the request was not sent.
func (c *Client) Do(ctx context.Context, r Request) error {
	data, err := c.roundTrip(ctx, r)
	if HasStatus(err, http.StatusUnauthorized) && !r.Interaction {
		if !c.tokenRefused(ctx) {
			return fmt.Errorf("%s %s: %w", r.Method, r.Path, errStrayUnauthorized)
		}
		c.o.Unauthorized()
	}
	if err != nil || r.Into == nil {
		return err
	}
	return decode(data, r.Into)
}

// errStrayUnauthorized replaces a 401 that says nothing about the token: proxies
// and Discord's edge answer so when they are in trouble. The request may be
// repeated.
var errStrayUnauthorized = errors.New("401 Unauthorized, although Discord did not refuse the token when asked again")

// tokenRefused asks Discord whether it accepts the token. It returns false if
// Discord does not answer.
func (c *Client) tokenRefused(ctx context.Context) bool {
	_, err := c.roundTrip(ctx, Request{Method: "GET", Path: "/users/@me"})
	return HasStatus(err, http.StatusUnauthorized)
}

// roundTrip sends a request once the rate limits allow it, and returns the body
// of a response that is no error.
func (c *Client) roundTrip(ctx context.Context, r Request) ([]byte, error) {
	b, err := c.admit(ctx, r)
	if err != nil {
		return nil, err
	}
	response, err := c.send(ctx, r)
	if err != nil {
		c.limits.learn(b, r.route(), r.resource(), nil, nil)
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	refused := parseError(response, data)
	c.limits.learn(b, r.route(), r.resource(), response, refused)
	if refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, withoutURL(err)
	}
	return data, nil
}

// admit waits until the rate limits allow the request, and returns its bucket.
func (c *Client) admit(ctx context.Context, r Request) (*bucket, error) {
	for {
		b, wait := c.limits.take(r.route(), r.resource(), r.Interaction)
		if wait == 0 {
			return b, nil
		}
		if wait > maxWait && !r.Wait || sleep(ctx, wait) != nil {
			return nil, &Error{Status: http.StatusTooManyRequests, RetryAfter: wait, Unsent: true}
		}
	}
}

// route is what Discord assigns buckets to.
func (r Request) route() string { return r.Method + " " + r.Path }

// resource is what has a bucket of its own within a route: a channel, a guild, or
// a webhook with its token.
func (r Request) resource() string {
	if !r.Interaction && len(r.Args) > 1 {
		return r.Args[0]
	}
	return strings.Join(r.Args, "/")
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
	if !r.Interaction {
		q.Header.Set("Authorization", "Bot "+c.o.Token())
	}
	return c.http.Do(q)
}

// noRedirect keeps requests with the token from following redirects to other
// hosts.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Address returns the URL that all paths are appended to.
func (c *Client) Address() string { return c.api }

// apiURL returns the URL of the API, with its version, for a configured address.
func apiURL(address string) (string, error) {
	if address == "" {
		address = "https://discord.com/api"
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("discord: the API URL is not an http or https URL")
	}
	path := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), apiVersion), "/api")
	u.Path = path + "/api" + apiVersion
	return u.String(), nil
}

// decode reads JSON leniently: a field of an unexpected type counts as absent,
// because Discord adds and changes fields at any time.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return nil // all fields of the expected type were read
	}
	return err
}

// withoutURL removes the URL from an error of net/http, because an interaction's
// URL has its token.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
