package discord

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

	"mabsbot/adapters/chat"
)

// Requests to Discord. They are made here and not by discordgo's client, which
// sleeps without its caller's leave, repeats what may have been done, knows no
// nonce and speaks an older version of the API.

// apiVersion is the newest one.
const apiVersion = "/v10"

// userAgent is in the form that Discord asks of bots: a library and its version,
// and what may follow.
// https://docs.discord.com/developers/reference#user-agent
const userAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, 0.29.0) mabsbot"

// A request is one to make.
type request struct {
	method string
	path   string   // with %s for each of args
	args   []string // the first one names what limits are counted for
	query  string
	body   any // nil is none
	into   any // what the answer is read into; nil is nothing
	// hook: the address itself says who may use it, and the limit of all
	// requests does not hold.
	hook bool
	// waits: it waits for its turn however long that takes, for a part of what
	// it belongs to is done.
	waits bool
	check bool // it asks whether the token is valid: see refused
}

// maxAnswer is far above the largest answer, in bytes.
const maxAnswer = 8 << 20

// patience is for how long a request waits for its turn where it stands. A
// longer wait is handed back to the outbox: it holds none of its places.
const patience = 100 * time.Millisecond

// call makes a request. An *apiError is what Discord answered; an error that
// matches errRest says that nothing was sent.
func (d *Discord) call(ctx context.Context, r request) error {
	route, major := r.method+" "+r.path, r.args
	if !r.hook && len(major) > 1 {
		major = major[:1]
	}
	key := strings.Join(major, "/")
	b, wait := d.limits.take(route, key, r.hook)
	for ; wait > 0; b, wait = d.limits.take(route, key, r.hook) {
		if wait > patience && !r.waits {
			return &apiError{status: http.StatusTooManyRequests, after: wait, unsent: true}
		}
		if err := chat.Sleep(ctx, wait); err != nil {
			return &apiError{status: http.StatusTooManyRequests, after: wait, unsent: true}
		}
	}
	answer, err := d.send(ctx, r)
	if err != nil {
		d.limits.learn(b, route, key, nil, nil)
		return chat.WithoutURL(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	failed := failureOf(answer, data)
	d.limits.learn(b, route, key, answer, failed)
	switch {
	case failed != nil:
		if failed.status == http.StatusUnauthorized && !r.hook && !r.check {
			if !d.refused(ctx) {
				return fmt.Errorf("%s: %w", route, errOneRefusal)
			}
			d.stop(errToken)
		}
		return failed
	case err != nil:
		return chat.WithoutURL(err)
	case r.into == nil:
		return nil
	}
	return chat.Decode(data, r.into)
}

// errOneRefusal is a 401 that says nothing of the token. The request may be
// repeated.
var errOneRefusal = errors.New("401 Unauthorized, although Discord did not refuse the token when asked again")

// refused asks Discord once more whether it refuses the token, because a single
// 401 must not end the adapter. It reports false if Discord does not answer.
func (d *Discord) refused(ctx context.Context) bool {
	err := d.call(ctx, request{method: "GET", path: "/users/@me", check: true})
	return isStatus(err, http.StatusUnauthorized)
}

func (d *Discord) send(ctx context.Context, r request) (*http.Response, error) {
	args := make([]any, len(r.args))
	for i, a := range r.args {
		args[i] = url.PathEscape(a)
	}
	address := d.api + fmt.Sprintf(r.path, args...)
	if r.query != "" {
		address += "?" + r.query
	}
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	q, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	q.Header.Set("User-Agent", userAgent)
	if r.body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if !r.hook {
		q.Header.Set("Authorization", "Bot "+d.o.Token())
	}
	return d.client.Do(q)
}

// stay keeps requests that carry the token where they were sent.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

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
