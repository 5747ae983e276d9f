package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Socket Mode. Slack refreshes the connection every few hours and warns about 10 s
// before. The next connection is open before the old one is closed:
//
//	current ───── disconnect: warning ───── still reads and acknowledges ── closed
//	                        └─ apps.connections.open ── hello: current ───────────
//
// connectionLoop limits how often it opens connections, whatever Slack or the
// network does, and stops if only an administrator can help.
// https://docs.slack.dev/apis/events-api/using-socket-mode/

// timing holds the timeouts of connections. Tests use shorter ones.
type timing struct {
	hello        time.Duration // from dialing to hello
	ping         time.Duration // between pings, each of which Slack answers
	silence      time.Duration // without any frame, after which a connection is dead
	linger       time.Duration // for which a replaced connection still reads, at most
	firstRetry   time.Duration // after the first failure; doubles with each further one
	maxRetry     time.Duration
	crowdedRetry time.Duration // after too_many_websockets; doubles, too
	maxOpens     int           // connections per minute
}

// defaultTiming returns the timeouts of production. Slack's own SDKs ping every 5
// to 30 s and reconnect after a few missing answers. A replaced connection is left
// for Slack to close, 10 s after the warning: until then Slack may send an
// interaction over it, which it does not redeliver. After a crash, Slack counts the
// dead process's connections among the app's ten for about a minute. Opening two
// connections per second for a minute is far more than Slack ever asks for, and
// harmless.
func defaultTiming() timing {
	return timing{
		hello: 15 * time.Second, ping: 10 * time.Second, silence: 30 * time.Second, linger: 30 * time.Second,
		firstRetry: time.Second, maxRetry: time.Minute, crowdedRetry: time.Minute, maxOpens: 120,
	}
}

// The errors that end a connection.
var (
	errDisabled = errors.New("slack has Socket Mode disabled; enable it in the app's settings, or set slack.mode to http")
	errCrowded  = errors.New("too_many_websockets: an app may have ten connections")
	errSilent   = errors.New("the connection is silent")
)

// maxFrame is larger than any payload, in bytes: 1 MB of text in which every
// letter is escaped.
const maxFrame = 16 << 20

// A frame is a WebSocket message.
type frame struct {
	Type     string          `json:"type"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
	Reason   string          `json:"reason"`
	Retry    int             `json:"retry_attempt"` // of an event; 0 for the first delivery
	Info     struct {
		App string `json:"app_id"`
	} `json:"connection_info"`
}

// A socketReport is sent by a socket to the connection loop.
type socketReport struct {
	from *socket
	err  error // why it ended, or nil if Slack warns that it will end
}

// listen keeps a connection open until ctx ends or Slack refuses for good.
func (s *Slack) listen(ctx context.Context) error {
	receive := func(e envelope, raw []byte, done func(any, error)) { s.receive(ctx, e, raw, done) }
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &connectionLoop{s: s, receive: receive, reports: make(chan socketReport)}
	defer l.sockets.Wait()
	defer cancel()
	for {
		if l.current == nil {
			if err := l.connect(ctx); err != nil || ctx.Err() != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case r := <-l.reports:
			if err := l.handle(ctx, r); err != nil {
				return err
			}
		}
	}
}

// A connectionLoop opens and replaces connections.
type connectionLoop struct {
	s        *Slack
	receive  receiver
	reports  chan socketReport
	sockets  sync.WaitGroup
	current  *socket
	old      *socket // still reads, until its successor is open
	failures int     // in a row
	crowded  int     // likewise
	refused  bool    // Slack rejected the app token at the last attempt
	throttle chat.Throttle
}

// handle handles a report. It returns an error if retrying is of no use.
func (l *connectionLoop) handle(ctx context.Context, r socketReport) error {
	switch {
	case errors.Is(r.err, errDisabled):
		return errDisabled
	case r.from != l.current:
		return nil
	case r.err == nil:
		l.current, l.old = nil, r.from
		return nil
	}
	l.current = nil
	l.s.link.Lost()
	if ctx.Err() == nil && !errors.Is(r.err, errCrowded) {
		l.s.log.Info("slack: connection ended, reconnecting", "error", r.err)
	}
	if time.Since(r.from.since) > l.s.timing.maxRetry {
		l.failures = 0
	}
	return l.backOff(ctx, r.err)
}

// backOff waits after a failure: longer after each, and longest after
// too_many_websockets.
func (l *connectionLoop) backOff(ctx context.Context, err error) error {
	p := l.s.timing
	wait := p.firstRetry << min(l.failures, 16)
	l.failures++
	wait = min(wait, p.maxRetry)
	if errors.Is(err, errCrowded) {
		wait = p.crowdedRetry << min(l.crowded, 3)
		l.crowded++
		l.s.log.Warn("slack: too many connections; are other copies of the bot running?", "wait", wait)
	}
	if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		wait = max(wait, e.RetryAfter)
	}
	wait += rand.N(wait/4 + 1) // so that several copies do not reconnect at once
	_ = chat.Sleep(ctx, wait)  // the caller looks at ctx
	return nil
}

// connect opens a connection, however long that takes. It returns an error if
// Slack refuses for good.
func (l *connectionLoop) connect(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := l.throttle.Take(ctx, l.s.timing.maxOpens, l.throttled); err != nil {
			return nil
		}
		next, err := l.s.dial(ctx, l.receive)
		if err == nil {
			l.failures, l.crowded, l.refused = max(l.failures-1, 0), 0, false
			l.replace(ctx, next)
			return nil
		}
		if errors.Is(err, errDisabled) {
			return err
		}
		refused := hasCode(err, tokenErrors) || hasCode(err, socketErrors)
		if refused && l.refused {
			return errInvalidAppToken(errorCode(err))
		}
		l.refused = refused // a single refusal may be a mistake of Slack's
		l.s.link.Lost()     // the connection that was to be replaced ends within seconds
		if ctx.Err() == nil {
			l.s.log.Warn("slack: cannot connect", "error", explain(err))
		}
		_ = l.backOff(ctx, err)
	}
	return nil
}

// throttled logs why no connection is opened for a while.
func (l *connectionLoop) throttled(wait time.Duration) {
	l.s.log.Warn("slack: too many new connections within a minute", "wait", wait)
}

// replace makes a connection the current one. The old one still reads until Slack
// closes it.
func (l *connectionLoop) replace(ctx context.Context, next *socket) {
	if old := l.old; old != nil {
		l.old = nil
		l.sockets.Go(func() {
			select {
			case <-ctx.Done(): // read closes it, after the last acknowledgement
			case <-old.ended:
			case <-time.After(l.s.timing.linger):
				old.close()
			}
		})
	}
	l.current = next
	l.s.link.Opened()
	l.sockets.Go(func() {
		err := next.read(ctx)
		next.close()
		l.send(ctx, socketReport{next, err})
	})
	l.sockets.Go(func() { next.keepAlive(ctx) })
	next.retiring = func() { l.send(ctx, socketReport{next, nil}) }
	close(next.started)
}

func (l *connectionLoop) send(ctx context.Context, r socketReport) {
	select {
	case l.reports <- r:
	case <-ctx.Done():
	}
}

// A receiver receives an envelope, see Slack.receive.
type receiver func(e envelope, raw []byte, done func(answer any, err error))

// A socket is one connection.
type socket struct {
	s        *Slack
	deliver  receiver
	conn     *websocket.Conn
	since    time.Time
	started  chan struct{} // closed once retiring is set
	retiring func()        // reports that a successor is needed
	ended    chan struct{} // closed by close
	closing  sync.Once
	writing  sync.Mutex
}

// dial opens a connection and waits for hello.
func (s *Slack) dial(ctx context.Context, deliver receiver) (*socket, error) {
	limited, cancel := context.WithTimeout(ctx, s.timing.hello)
	defer cancel()
	_, address, err := s.client.StartSocketModeContext(limited)
	if err != nil {
		return nil, err
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: s.timing.hello}
	conn, response, err := dialer.DialContext(limited, s.socketAddress(address), nil)
	if err != nil {
		if response != nil {
			return nil, slack.StatusCodeError{Code: response.StatusCode, Status: response.Status}
		}
		return nil, chat.WithoutURL(err)
	}
	conn.SetReadLimit(maxFrame)
	k := &socket{s: s, deliver: deliver, conn: conn, since: time.Now(), started: make(chan struct{}), ended: make(chan struct{})}
	if err := k.greet(); err != nil {
		k.close()
		return nil, err
	}
	return k, nil
}

// socketAddress returns the URL that Slack returned, with wss instead of ws unless
// the Web API is unencrypted, too. The host may differ from that of the API.
func (s *Slack) socketAddress(address string) string {
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "ws" {
		if api, err := url.Parse(s.apiURL); err != nil || api.Scheme != "http" {
			u.Scheme = "wss"
			return u.String()
		}
	}
	return address
}

// greet reads the first frame, which should be hello.
func (k *socket) greet() error {
	k.conn.SetReadDeadline(time.Now().Add(k.s.timing.hello))
	_, data, err := k.conn.ReadMessage()
	if err != nil {
		return fmt.Errorf("no hello: %w", err)
	}
	var f frame
	if err := chat.Decode(data, &f); err != nil {
		return fmt.Errorf("no hello: %w", chat.ErrUnknown)
	}
	switch f.Type {
	case "hello":
		k.s.setApp(f.Info.App)
		return nil
	case "disconnect":
		return disconnected(f.Reason)
	}
	k.receive(data, time.Now()) // an event arrived before hello
	return nil
}

// disconnected returns the error for the reason of a disconnect frame.
func disconnected(reason string) error {
	switch reason {
	case "link_disabled":
		return errDisabled
	case "too_many_websockets":
		return errCrowded
	}
	return fmt.Errorf("disconnect: %q", chat.CutBytes(reason, 40))
}

// read receives frames until the connection ends, and returns why it did.
func (k *socket) read(ctx context.Context) error {
	<-k.started
	stop := context.AfterFunc(ctx, func() {
		k.s.intake.Quick.Wait() // so that events being handled are acknowledged
		k.close()
	})
	defer stop()
	alive := func() { k.conn.SetReadDeadline(time.Now().Add(k.s.timing.silence)) }
	alive()
	k.conn.SetPongHandler(func(string) error { alive(); return nil })
	k.conn.SetPingHandler(func(data string) error {
		alive()
		_ = k.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second)) // a dead connection is noticed by its silence
		return nil
	})
	for {
		_, data, err := k.conn.ReadMessage()
		if err != nil {
			var timeout interface{ Timeout() bool }
			if errors.As(err, &timeout) && timeout.Timeout() {
				return errSilent
			}
			return fmt.Errorf("read: %w", err)
		}
		arrived := time.Now()
		k.hold(ctx)
		alive()
		if err := k.receive(data, arrived); err != nil {
			return err
		}
	}
}

// hold waits while too much is waiting. Meanwhile Slack's frames wait in the
// connection, and nothing of them takes memory here. It ends when the frame that
// was read can no longer be acknowledged in time.
func (k *socket) hold(ctx context.Context) {
	if !k.s.busy(kindEvent) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lastAck)
	defer cancel()
	for _, l := range []*chat.Lanes{k.s.intake.Quick, k.s.intake.Later, k.s.intake.Pages} {
		_ = l.Room(ctx) // without room, receive refuses the event
	}
}

// keepAlive pings, so that a dead connection is noticed by its silence.
func (k *socket) keepAlive(ctx context.Context) {
	tick := time.NewTicker(k.s.timing.ping)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.ended:
			return
		case <-tick.C:
			_ = k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
	}
}

func (k *socket) close() {
	k.closing.Do(func() {
		close(k.ended)
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = k.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // so that Slack sends nothing more here
		_ = k.conn.Close()                                                                // it may be closed already
	})
}

// envelopeID finds the ID of an envelope that is not valid JSON.
var envelopeID = regexp.MustCompile(`"envelope_id"\s*:\s*"([\w-]{1,100})"`)

// receive handles a frame. One that cannot be parsed is acknowledged, too, because
// Slack would only redeliver it.
func (k *socket) receive(data []byte, arrived time.Time) error {
	var f frame
	if err := chat.Decode(data, &f); err != nil {
		if m := envelopeID.FindSubmatch(data); m != nil {
			f.Envelope = string(m[1])
		}
	}
	switch {
	case f.Envelope != "":
		if f.Retry > 0 {
			k.s.link.Redelivered()
		}
		k.deliver(envelope{f.Type, f.Payload}, data, func(answer any, err error) { k.acknowledge(f, arrived, answer, err) })
	case f.Type == "disconnect" && (f.Reason == "link_disabled" || f.Reason == "too_many_websockets"):
		return disconnected(f.Reason)
	case f.Type == "disconnect":
		go k.retiring()
	case f.Type != "hello":
		k.s.log.Warn("slack: frame not understood", "bytes", len(data))
	}
	return nil
}

// acknowledge acknowledges an envelope, unless there is an error or it is too
// late: then Slack redelivers the event.
func (k *socket) acknowledge(f frame, arrived time.Time, answer any, err error) {
	took := time.Since(arrived)
	if errors.Is(err, chat.ErrBusy) || err == nil && took > lastAck {
		k.s.intake.Refused()
		return
	}
	if err != nil {
		k.s.log.Log(context.Background(), bot.FailureLevel(err, slog.LevelWarn), "slack: not acknowledged, Slack will redeliver", "envelope", f.Envelope, "took", took, "error", err)
		return
	}
	ack := map[string]any{"envelope_id": f.Envelope}
	if answer != nil {
		ack["payload"] = answer
	}
	data, err := json.Marshal(ack)
	if err != nil || len(data) > maxAck {
		k.s.log.Error("slack: acknowledgement not sent", "bytes", len(data), "error", err)
		return
	}
	k.writing.Lock()
	defer k.writing.Unlock()
	k.conn.SetWriteDeadline(time.Now().Add(lastAck))
	if err := k.conn.WriteMessage(websocket.TextMessage, data); err != nil {
		k.s.log.Info("slack: connection closed before the acknowledgement", "envelope", f.Envelope, "error", err)
		return
	}
	k.s.o.Acknowledged(took)
}
