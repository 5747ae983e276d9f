package discordapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
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

// Opcodes.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

// closeResumable is the code with which the client closes a connection: any but
// 1000 and 1001, which invalidate the session.
// https://docs.discord.com/developers/events/gateway#initiating-a-disconnect
const closeResumable = 4900

// maxPayload bounds a payload, in bytes. The largest, the GUILD_CREATE of a
// server with thousands of channels, has a few megabytes.
const maxPayload = 64 << 20

// A Pace says how patient the gateway connection is. Tests use shorter times.
type Pace struct {
	Handshake      time.Duration // from dialing to Hello, and from there to READY or RESUMED
	MinBackoff     time.Duration // after the first failure; doubles with each further one
	MaxBackoff     time.Duration
	InvalidSession time.Duration // after Invalid Session; the wait is random, up to five times as long
	Identify       time.Duration // between two Identify
	Opens          int           // connections per minute
}

// DefaultPace is the pace that Discord asks for: one Identify in 5 seconds
// (max_concurrency is 1 for all but very large bots), and a random wait of 1 to 5
// seconds after Invalid Session. The others are ours. Two connections a second
// for a minute are far more than Discord asks for, and do no harm.
// https://docs.discord.com/developers/events/gateway#session-start-limit-object
// https://docs.discord.com/developers/events/gateway-events#invalid-session
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
// It begins by resuming the session, if that has an ID, and identifies with the
// intents where there is none to resume. Call it again for other intents.
// https://docs.discord.com/developers/events/gateway#gateway-intents
func (c *Client) Run(ctx context.Context, intents int, restored Session) error {
	c.cursor.begin(restored)
	c.saved = restored
	saving, stop := context.WithCancel(ctx)
	var saver sync.WaitGroup
	saver.Go(func() { c.saveSessions(saving) })
	defer saver.Wait()
	defer stop()
	g := &gateway{c: c, intents: intents, restored: restored.ID != ""}
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

// A gateway is what Run knows of its connections.
type gateway struct {
	c        *Client
	intents  int
	failures int  // connections in a row that came to no session
	restored bool // the session is an earlier run's: another process may have it, too
	taken    int  // times that a restored session ended soon after it was resumed
}

// throttle waits until another connection may be opened.
func (g *gateway) throttle(ctx context.Context) error {
	if g.c.o.Throttle == nil {
		return nil
	}
	return g.c.o.Throttle.Take(ctx, g.c.o.Pace.Opens, func(wait time.Duration) {
		g.c.log.Warn("discord: too many connections within a minute", "wait", wait)
	})
}

// refused reports whether another connection would end in the same way.
func (g *gateway) refused(err error) bool {
	return afterClose(CloseCode(err)) == giveUp || HasStatus(err, http.StatusUnauthorized)
}

// takenTime is how soon a process that has the same session takes it back.
const takenTime = 10 * time.Second

// ended decides whether the next connection resumes the session of the one that
// has ended.
func (g *gateway) ended(err error, lasted time.Duration) {
	invalid, ok := errors.AsType[*invalidSession](err)
	lost := ok && !invalid.resumable || afterClose(CloseCode(err)) == identify
	if g.restored && lasted < takenTime && !errors.Is(err, errReconnect) {
		if g.taken++; g.taken > 1 { // two processes would take the session from each other forever
			lost, g.restored = true, false
		}
	}
	if lost {
		g.c.cursor.begin(Session{})
	}
	g.c.log.Info("discord: reconnecting to the gateway", "error", err)
}

// backOff waits before the next connection, longer after each failure, and by a
// random part longer, so that several programs do not come at once.
func (g *gateway) backOff(ctx context.Context, err error) error {
	p := g.c.o.Pace
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

// The ends of a connection that are no close codes.
var (
	errReconnect = errors.New("Discord asks to reconnect")
	errZombie    = errors.New("heartbeats are not acknowledged")
)

// An invalidSession is an Invalid Session of Discord.
type invalidSession struct{ resumable bool }

func (e *invalidSession) Error() string { return "the session is invalid" }

// resumeFailures is after how many failures in a row a session is resumed at the
// URL for new connections: "if the reconnect fails, you should open a new
// connection using the URL from the initial call to Get Gateway".
// https://docs.discord.com/developers/events/gateway#handling-a-disconnect
const resumeFailures = 3

// connect is the life of one connection. It returns why it ended.
func (g *gateway) connect(ctx context.Context) error {
	g.failures++ // until READY or RESUMED
	session, resume := g.c.cursor.resumable()
	address := session.ResumeURL
	if !resume || address == "" || g.failures > resumeFailures {
		var err error
		if address, err = g.url(ctx, !resume); err != nil {
			return err
		}
	}
	k, err := g.c.dial(ctx, address)
	if err != nil {
		return err
	}
	defer k.close()
	defer context.AfterFunc(ctx, k.close)()
	if err := k.hello(); err != nil {
		return err
	}
	beating, stop := context.WithCancel(ctx)
	var heart sync.WaitGroup
	heart.Go(func() { k.beat(beating) })
	defer heart.Wait()
	defer stop()
	if resume {
		err = k.send(opResume, map[string]any{"token": g.c.o.Token(), "session_id": session.ID, "seq": session.Seq})
	} else {
		err = g.identify(k)
	}
	if err != nil {
		return err
	}
	return g.read(k)
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
	if err := g.c.Do(ctx, Request{Method: "GET", Path: "/gateway/bot", Into: &info}); err != nil {
		return "", err
	}
	if !identifies {
		return info.URL, nil
	}
	wait := g.c.o.Pace.Identify - time.Since(g.c.identified)
	if left := info.Start.Remaining; left != nil && *left <= 0 {
		wait = time.Duration(info.Start.ResetAfter) * time.Millisecond
		g.c.log.Error("discord: session start limit reached, waiting; are other copies of this bot running?", "wait", wait)
	}
	return info.URL, sleep(ctx, wait)
}

func (g *gateway) identify(k *conn) error {
	g.c.identified, g.restored = time.Now(), false
	return k.send(opIdentify, map[string]any{
		"token": g.c.o.Token(), "intents": g.intents,
		"properties": map[string]string{"os": runtime.GOOS, "browser": program, "device": program},
	})
}

// A payload is what both sides send over the gateway.
// https://docs.discord.com/developers/events/gateway-events#payload-structure
type payload struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int             `json:"s"`
	Name string          `json:"t"`
}

// read handles payloads until the connection ends.
func (g *gateway) read(k *conn) error {
	for {
		_, data, err := k.ws.ReadMessage()
		if err != nil {
			return k.ended(err)
		}
		var p payload
		if err := decode(data, &p); err != nil {
			g.c.warnOnce("a gateway payload cannot be read", "bytes", len(data))
			continue
		}
		if err := g.receive(k, p); err != nil {
			return err
		}
	}
}

// receive handles one payload.
func (g *gateway) receive(k *conn, p payload) error {
	switch p.Op {
	case opDispatch:
		g.dispatch(k, p)
	case opHeartbeat:
		return k.heartbeat()
	case opHeartbeatACK:
		k.acked.Store(true)
	case opReconnect:
		return errReconnect
	case opInvalidSession:
		var resumable bool
		_ = json.Unmarshal(p.Data, &resumable) // anything but true is false
		return &invalidSession{resumable}
	}
	return nil
}

// dispatch hands an event on. READY is no event for others: it replaces the
// cursor's session.
func (g *gateway) dispatch(k *conn, p payload) {
	switch p.Name {
	case "READY":
		var ready struct {
			SessionID string `json:"session_id"`
			ResumeURL string `json:"resume_gateway_url"`
		}
		if err := decode(p.Data, &ready); err != nil || ready.SessionID == "" {
			g.c.warnOnce("READY has no session_id, so that the session cannot be resumed")
		}
		g.c.cursor.begin(Session{ID: ready.SessionID, ResumeURL: ready.ResumeURL, Seq: p.Seq, Intents: g.intents})
		g.connected(k, "new")
		return
	case "RESUMED":
		g.connected(k, "resumed")
	}
	g.c.o.Events(Event{p.Name, p.Data, time.Now()}, g.c.cursor.receive(p.Seq))
}

// connected notes that the connection has a session.
func (g *gateway) connected(k *conn, session string) {
	g.failures = 0
	k.ws.SetReadDeadline(time.Time{}) // heartbeats find out from now on
	g.c.log.Info("discord: connected to the gateway", "session", session, "intents", g.intents)
}

// A conn is one connection.
type conn struct {
	c        *Client
	ws       *websocket.Conn
	interval time.Duration // of heartbeats
	acked    atomic.Bool   // the last heartbeat was acknowledged
	zombie   atomic.Bool   // it was not, in time
	closing  sync.Once
	writing  sync.Mutex
}

// dial opens a connection.
func (c *Client) dial(ctx context.Context, address string) (*conn, error) {
	address, err := c.gatewayURL(address)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, c.o.Pace.Handshake)
	defer cancel()
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: c.o.Pace.Handshake}
	ws, response, err := dialer.DialContext(limited, address, http.Header{"User-Agent": {UserAgent}})
	if err != nil {
		if response != nil {
			return nil, &Error{Status: response.StatusCode}
		}
		return nil, withoutURL(err)
	}
	ws.SetReadLimit(maxPayload)
	ws.SetReadDeadline(time.Now().Add(c.o.Pace.Handshake))
	return &conn{c: c, ws: ws}, nil
}

// gatewayURL completes a URL that Discord gave. It is unencrypted only if the API
// is, too: the token goes there.
// https://docs.discord.com/developers/events/gateway#connecting-gateway-url-query-string-params
func (c *Client) gatewayURL(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", errors.New("Discord gave no URL of its gateway")
	}
	if api, err := url.Parse(c.api); err != nil || api.Scheme != "http" || u.Scheme != "ws" {
		u.Scheme = "wss"
	}
	if u.Path == "" {
		u.Path = "/"
	}
	q := u.Query()
	q.Set("v", apiVersion[2:])
	q.Set("encoding", "json")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// hello reads the first payload, which has the heartbeat interval.
// https://docs.discord.com/developers/events/gateway#hello-event
func (k *conn) hello() error {
	_, data, err := k.ws.ReadMessage()
	if err != nil {
		return fmt.Errorf("no Hello: %w", k.ended(err))
	}
	var p payload
	var hello struct {
		Interval float64 `json:"heartbeat_interval"` // ms
	}
	if decode(data, &p) != nil || p.Op != opHello || decode(p.Data, &hello) != nil || hello.Interval < 1 {
		return errors.New("no Hello")
	}
	k.interval = time.Duration(hello.Interval * float64(time.Millisecond))
	k.ws.SetReadDeadline(time.Now().Add(k.c.o.Pace.Handshake))
	return nil
}

// beat sends heartbeats, the first after a random part of the interval. A
// connection that does not acknowledge one within half the interval is a zombie,
// and is closed.
// https://docs.discord.com/developers/events/gateway#sending-heartbeats
func (k *conn) beat(ctx context.Context) {
	wait := rand.N(k.interval)
	for sleep(ctx, wait) == nil {
		k.acked.Store(false)
		if k.heartbeat() != nil || sleep(ctx, k.interval/2) != nil {
			return // read returns the error
		}
		if !k.acked.Load() {
			k.zombie.Store(true)
			k.close()
			return
		}
		wait = k.interval - k.interval/2
	}
}

// heartbeat sends a heartbeat with the sequence number up to which all events are
// done, not the last one received: Discord may forget what it acknowledges, and a
// restarted program still resumes from there.
func (k *conn) heartbeat() error {
	seq := k.c.Session().Seq
	if seq == 0 {
		return k.send(opHeartbeat, nil)
	}
	return k.send(opHeartbeat, seq)
}

func (k *conn) send(op int, data any) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.ws.SetWriteDeadline(time.Now().Add(k.c.o.Pace.Handshake))
	return k.ws.WriteJSON(map[string]any{"op": op, "d": data})
}

func (k *conn) close() {
	k.closing.Do(func() {
		bye := websocket.FormatCloseMessage(closeResumable, "")
		_ = k.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // Discord may be gone
		_ = k.ws.Close()
	})
}

// ended returns why nothing more can be read.
func (k *conn) ended(err error) error {
	if k.zombie.Load() {
		return errZombie
	}
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		return &CloseError{closed.Code, closed.Text}
	}
	return err
}
