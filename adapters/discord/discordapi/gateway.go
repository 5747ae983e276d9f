package discordapi

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"time"
)

// The Gateway is a WebSocket over which Discord sends events. One connection
// lives in one call of connect, which holds no lock and returns when the
// WebSocket ends, so that no order of events can deadlock it:
//
//	        ┌── Identify ──> READY ────┐
//	Hello ──┤                          ├── events, heartbeats ── closed ── again, or give up
//	        └── Resume ────> RESUMED ──┘
//
// A session outlives its connections: after a Resume, Discord replays what
// happened meanwhile. https://docs.discord.com/developers/events/gateway

// A Pace says how patient the gateway connection is. Tests use shorter times.
type Pace struct {
	Handshake      time.Duration // from dialing to Hello, and from there to READY or RESUMED
	MinBackoff     time.Duration // after the first failure; doubles with each further one
	MaxBackoff     time.Duration
	InvalidSession time.Duration // after Invalid Session; the wait is random, up to five times as long
	Identify       time.Duration // between two Identify
	Opens          int           // connections per minute
}

// DefaultPace returns the pace for Discord. It allows one Identify in 5 seconds
// (max_concurrency is 1 for all but very large bots), and waits for a random time
// of 1 to 5 seconds after Invalid Session, as Discord's documentation used to
// require. The other times are ours: 120 connections a minute are far more than
// Discord ever causes, and still harmless.
// https://docs.discord.com/developers/events/gateway#session-start-limit-object
// https://docs.discord.com/developers/events/gateway#resuming
func DefaultPace() Pace {
	return Pace{
		Handshake: 15 * time.Second, MinBackoff: time.Second, MaxBackoff: time.Minute,
		InvalidSession: time.Second, Identify: 5 * time.Second, Opens: 120,
	}
}

// Run connects to the gateway and hands events to Options.Events. It reconnects
// until ctx ends, and returns nil then, or until Discord refuses for good: the
// error is a *CloseError, or an *Error with the status 401.
//
// Run first resumes the restored session, unless that is the zero Session. It
// sends Identify with the intents whenever there is no session to resume.
// https://docs.discord.com/developers/events/gateway#gateway-intents
func (c *Client) Run(ctx context.Context, intents int, restored Session) error {
	c.cursor.begin(restored)
	c.saved = restored
	saving, stop := context.WithCancel(ctx)
	var saver sync.WaitGroup
	saver.Go(func() { c.saveSessions(saving) })
	defer saver.Wait()
	defer stop()
	g := &gateway{Client: c, intents: intents, restored: restored.ID != ""}
	for ctx.Err() == nil {
		if g.throttle(ctx) != nil {
			return nil
		}
		opened := time.Now()
		err := g.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if g.refused(err) {
			return err
		}
		g.ended(err, time.Since(opened))
		if g.backOff(ctx, err) != nil {
			return nil
		}
	}
	return nil
}

// A gateway is the state of Run.
type gateway struct {
	*Client
	intents  int
	failures int  // connections in a row without READY or RESUMED
	restored bool // the session is from an earlier run, so that another process may have it, too
	taken    int  // how often a restored session ended soon after it was resumed
}

// throttle waits until another connection may be opened.
func (g *gateway) throttle(ctx context.Context) error {
	if g.o.Throttle == nil {
		return nil
	}
	return g.o.Throttle.Take(ctx, g.o.Pace.Opens, func(wait time.Duration) {
		g.log.Warn("discord: too many connections within a minute", "wait", wait)
	})
}

// refused reports whether another connection would also be refused.
func (g *gateway) refused(err error) bool {
	return afterClose(CloseCode(err)) == mustStop || HasStatus(err, http.StatusUnauthorized)
}

// takenTime is within how long another process that has the same session takes it
// back: it reconnects at once, or after a backoff of a few seconds.
const takenTime = 10 * time.Second

// ended decides whether the next connection resumes the session of the one that
// has ended.
func (g *gateway) ended(err error, lasted time.Duration) {
	invalid, ok := errors.AsType[*invalidSession](err)
	lost := ok && !invalid.resumable || afterClose(CloseCode(err)) == mustIdentify
	if g.restored && g.failures == 0 && lasted < takenTime && !errors.Is(err, errReconnect) {
		if g.taken++; g.taken > 1 { // two processes would take the session from each other forever
			lost, g.restored = true, false
		}
	}
	if lost {
		g.cursor.begin(Session{})
	}
	g.o.Connected(false)
	g.log.Info("discord: reconnecting to the gateway", "error", err)
}

// backOff waits before the next connection, longer after each failure. It adds a
// random part, so that several processes do not connect at once.
func (g *gateway) backOff(ctx context.Context, err error) error {
	p := g.o.Pace
	wait := time.Duration(0)
	if g.failures > 0 {
		wait = min(p.MinBackoff<<min(g.failures-1, 16), p.MaxBackoff)
	}
	if _, ok := errors.AsType[*invalidSession](err); ok {
		wait = max(wait, p.InvalidSession+rand.N(4*p.InvalidSession))
	}
	if e, ok := errors.AsType[*Error](err); ok {
		wait = max(wait, e.RetryAfter)
	}
	return sleep(ctx, wait+rand.N(wait/4+1))
}

// Why a connection ended, if not with a close code.
var (
	errReconnect = errors.New("discord asks to reconnect")
	errZombie    = errors.New("heartbeats are not acknowledged")
)

// An invalidSession is an Invalid Session of Discord.
type invalidSession struct{ resumable bool }

func (e *invalidSession) Error() string { return "the session is invalid" }

// resumeFailures is how often a resume at resume_gateway_url may fail in a row
// before the URL for new connections is used, as Discord's documentation says to.
// https://docs.discord.com/developers/events/gateway#handling-a-disconnect
const resumeFailures = 3

// connect opens one connection and serves it until it ends. It returns why.
func (g *gateway) connect(ctx context.Context) error {
	g.failures++ // until READY or RESUMED
	session, resume := g.cursor.resumable()
	address := session.ResumeURL
	if !resume || address == "" || g.failures > resumeFailures {
		var err error
		if address, err = g.url(ctx, !resume); err != nil {
			return err
		}
	}
	conn, err := g.dial(ctx, address)
	if err != nil {
		return err
	}
	defer conn.close()
	defer context.AfterFunc(ctx, conn.close)()
	if err := conn.hello(); err != nil {
		return err
	}
	beating, stop := context.WithCancel(ctx)
	var heart sync.WaitGroup
	heart.Go(func() { conn.beat(beating) })
	defer heart.Wait()
	defer stop()
	conn.replays = resume
	if resume {
		err = conn.send(opResume, map[string]any{"token": g.o.Token(), "session_id": session.ID, "seq": session.Seq})
	} else {
		err = g.identify(conn)
	}
	if err != nil {
		return err
	}
	return g.read(ctx, conn)
}

// url asks Discord for the URL of the gateway. Before an Identify it also waits
// until one is allowed: after 1,000 in a day, Discord resets the token.
// https://docs.discord.com/developers/events/gateway#get-gateway-bot
func (g *gateway) url(ctx context.Context, identifies bool) (string, error) {
	var info struct {
		URL   string `json:"url"`
		Start struct {
			Remaining  *int  `json:"remaining"`
			ResetAfter int64 `json:"reset_after"` // ms
		} `json:"session_start_limit"`
	}
	if err := g.Do(ctx, Request{Method: "GET", Path: "/gateway/bot", Into: &info}); err != nil {
		return "", err
	}
	if !identifies {
		return info.URL, nil
	}
	wait := g.o.Pace.Identify - time.Since(g.identified)
	if left := info.Start.Remaining; left != nil && *left <= 0 {
		wait = time.Duration(info.Start.ResetAfter) * time.Millisecond
		g.log.Error("discord: session start limit reached, waiting; are other copies of this bot running?", "wait", wait)
	}
	return info.URL, sleep(ctx, wait)
}

func (g *gateway) identify(conn *connection) error {
	g.identified, g.restored = time.Now(), false
	return conn.send(opIdentify, map[string]any{
		"token": g.o.Token(), "intents": g.intents,
		"properties": map[string]string{"os": runtime.GOOS, "browser": program, "device": program},
	})
}

// read handles payloads until the connection ends.
func (g *gateway) read(ctx context.Context, conn *connection) error {
	for {
		_, data, err := conn.ws.ReadMessage()
		if err != nil {
			return conn.ended(err)
		}
		var p payload
		if err := decode(data, &p); err != nil {
			g.warnOnce("a gateway payload cannot be read", "bytes", len(data))
			continue
		}
		conn.acked.Store(true) // any payload is a sign of life: behind many events, the acknowledgement comes late
		conn.blocked.Store(true)
		err = g.receive(ctx, conn, p)
		conn.blocked.Store(false)
		if err != nil {
			return err
		}
	}
}

// receive handles one payload.
func (g *gateway) receive(ctx context.Context, conn *connection, p payload) error {
	switch p.Op {
	case opDispatch:
		g.dispatch(ctx, conn, p)
	case opHeartbeat:
		return conn.heartbeat()
	case opReconnect:
		return errReconnect
	case opInvalidSession:
		var resumable bool
		_ = json.Unmarshal(p.Data, &resumable) // anything but true is false
		return &invalidSession{resumable}
	}
	return nil
}

// dispatch handles READY, and hands all other events to Options.Events.
func (g *gateway) dispatch(ctx context.Context, conn *connection, p payload) {
	switch p.Name {
	case "READY":
		var ready struct {
			SessionID string `json:"session_id"`
			ResumeURL string `json:"resume_gateway_url"`
		}
		if err := decode(p.Data, &ready); err != nil || ready.SessionID == "" {
			g.warnOnce("READY has no session_id, so that the session cannot be resumed")
		}
		g.cursor.begin(Session{ID: ready.SessionID, ResumeURL: ready.ResumeURL, Seq: p.Seq, Intents: g.intents})
		g.connected(conn, "new")
		return
	case "RESUMED":
		conn.replays = false
		g.connected(conn, "resumed")
	}
	g.o.Events(ctx, Event{p.Name, p.Data, time.Now(), conn.replays}, g.cursor.receive(p.Seq))
}

// connected is called when the connection has a session.
func (g *gateway) connected(conn *connection, session string) {
	g.failures = 0
	g.o.Connected(true)
	conn.ws.SetReadDeadline(time.Time{}) // from now on, heartbeats notice a dead connection
	g.log.Info("discord: connected to the gateway", "session", session, "intents", g.intents)
}
