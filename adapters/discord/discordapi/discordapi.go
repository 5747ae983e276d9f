// Package discordapi is a client of Discord's HTTP API and Gateway. It knows
// nothing of the bot that uses it.
//
// [Client.Do] makes a request: rest.go sends it when ratelimit.go allows that, and
// errors.go classifies the response. [Client.Run] receives events: gateway.go
// connects, identifies or resumes, and reconnects; connection.go is one WebSocket
// with its heartbeats; session.go tracks and saves how far events are handled, so
// that a restarted process resumes there. payload.go has the types of payloads.
//
// Names are Discord's. https://docs.discord.com/developers
package discordapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Options configure a Client.
type Options struct {
	Token   func() string // the bot token, without "Bot "; called for every use
	APIURL  string        // "" is Discord's; with or without /v10 and a trailing slash
	Timeout time.Duration // of one HTTP request, including its response body
	Pace    Pace          // the zero value is DefaultPace
	Log     *slog.Logger  // nil discards; neither message content nor the token is logged

	// Events receives the events of the gateway in order, one at a time, with the
	// context of Run. While it blocks, no further events are read, and heartbeats
	// go on. It, or another goroutine, calls done when the event need not be
	// replayed: until then a resume after a restart replays the event and all later
	// ones.
	Events func(ctx context.Context, e Event, done func())
	// Connected is called when the gateway has a session, with true, and when that
	// connection ends; nil is none.
	Connected func(up bool)
	// Unauthorized is called before Do returns if Discord does not accept the
	// token. It may end the ctx of Run.
	Unauthorized func()
	Sessions     SessionStore // nil keeps the session in memory only
	Throttle     Throttle     // nil opens connections without a limit
}

// An Event is a Dispatch of the gateway.
type Event struct {
	Name     string // such as MESSAGE_CREATE
	Data     json.RawMessage
	Received time.Time
	Replayed bool // Discord sends it after a Resume, and may have sent it before
}

// A Throttle limits how many gateway connections are opened per minute.
type Throttle interface {
	// Take blocks until another connection may be opened, and calls onWait first
	// if it has to wait. It fails if ctx ends.
	Take(ctx context.Context, perMinute int, onWait func(time.Duration)) error
}

// A Client is an application's connection to Discord. It is safe for concurrent
// use, except that Run and SaveSession are for one goroutine.
type Client struct {
	o      Options
	log    *slog.Logger
	api    string // with the version, without a trailing slash
	http   *http.Client
	limits *limiter
	warned sync.Map // messages of warnOnce

	cursor     cursor
	saved      Session   // what Options.Sessions has
	identified time.Time // when Identify was last sent
}

// New returns a client. It fails if Options.APIURL is not a URL.
func New(o Options) (*Client, error) {
	api, err := apiURL(o.APIURL)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Pace == (Pace{}) {
		o.Pace = DefaultPace()
	}
	if o.Unauthorized == nil {
		o.Unauthorized = func() {}
	}
	if o.Connected == nil {
		o.Connected = func(bool) {}
	}
	c := &Client{o: o, log: o.Log, api: api, http: &http.Client{Timeout: o.Timeout, CheckRedirect: noRedirect}, limits: newLimiter()}
	c.cursor.begun = make(chan struct{}, 1)
	return c, nil
}

// warnOnce logs a warning only the first time, for conditions that others can
// cause at will.
func (c *Client) warnOnce(msg string, args ...any) {
	if _, again := c.warned.LoadOrStore(msg, true); !again {
		c.log.Warn("discord: "+msg+"; further ones are not logged", args...)
	}
}

// sleep waits, or returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
