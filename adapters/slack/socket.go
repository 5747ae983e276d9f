package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
)

// Socket Mode. One connection is the current one; Slack ends it every few hours
// and says so before. The next one is open before the old one is closed:
//
//	current ─────────── «warning» ──────────── reads on, acknowledges ── closed
//	                        └─ connections.open ── hello: current ──────────────
//
// The link is supervised: it opens no storm of connections, whatever Slack or
// the network does, and stops for good where only a person can help.
// https://docs.slack.dev/apis/events-api/using-socket-mode/

// A timing is how patient the link is. Tests have less time.
type timing struct {
	hello        time.Duration // from dialling to the first word
	ping         time.Duration // between our pings; Slack answers each
	silence      time.Duration // after which a socket counts as dead
	linger       time.Duration // for which a socket reads on, at most, after its successor is open
	firstRetry   time.Duration // wait after the first failure; it doubles
	maxRetry     time.Duration // and is never longer
	crowdedRetry time.Duration // wait where Slack counts too many sockets; it doubles, too
	maxOpens     int           // most connections in a minute
}

// defaultTiming: Slack's own SDKs ping every 5 to 30 s and give up after a few
// missing answers. A socket that is replaced is Slack's to end, 10 s after the
// warning: until then Slack may send on it, and what a person waits for is not
// sent again. Others of the app's ten sockets may be those of a process that just
// died, which Slack notices within a minute or so. Two opens a second for a
// minute are far above what Slack asks for, and below what harms.
func defaultTiming() timing {
	return timing{
		hello: 15 * time.Second, ping: 10 * time.Second, silence: 30 * time.Second, linger: 30 * time.Second,
		firstRetry: time.Second, maxRetry: time.Minute, crowdedRetry: time.Minute, maxOpens: 120,
	}
}

// The errors that end the link.
var (
	errDisabled = errors.New("the app's Socket Mode is switched off; switch it on in the app's settings, or use slack.mode http")
	errCrowded  = errors.New("the app has too many sockets already: ten is the most")
	errSilent   = errors.New("the socket is silent")
)

// maxFrame is far above the largest payload, in bytes: 1 MB of text whose every
// letter is escaped.
const maxFrame = 16 << 20

// A frame is what a socket carries.
type frame struct {
	Type     string          `json:"type"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
	Reason   string          `json:"reason"`
	Info     struct {
		App string `json:"app_id"`
	} `json:"connection_info"`
}

// A socketReport is what a socket tells the link.
type socketReport struct {
	from *socket
	err  error // nil: it will end soon and wants a successor
}

// listen keeps the link up until ctx ends or Slack refuses for good.
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

// A connectionLoop is the state of the link.
type connectionLoop struct {
	s        *Slack
	receive  receiver
	reports  chan socketReport
	sockets  sync.WaitGroup
	current  *socket
	old      *socket // reads on until its successor is open
	failures int     // in a row
	crowded  int     // likewise
	refused  bool    // Slack refused the app token at the last attempt
	throttle chat.Throttle
}

// handle follows a report. It returns an error where nothing is left to do.
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
	if ctx.Err() == nil && !errors.Is(r.err, errCrowded) {
		l.s.log.Info("slack: the socket ended, and is replaced", "error", r.err)
	}
	if time.Since(r.from.since) > l.s.timing.maxRetry {
		l.failures = 0
	}
	return l.backOff(ctx, r.err)
}

// backOff waits after a failure: longer after each, and longest where there are
// too many sockets.
func (l *connectionLoop) backOff(ctx context.Context, err error) error {
	p := l.s.timing
	wait := p.firstRetry << min(l.failures, 16)
	l.failures++
	wait = min(wait, p.maxRetry)
	if errors.Is(err, errCrowded) {
		wait = p.crowdedRetry << min(l.crowded, 3)
		l.crowded++
		l.s.log.Warn("slack: the app has too many sockets; are other copies of the bot running?", "wait", wait)
	}
	if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		wait = max(wait, e.RetryAfter)
	}
	wait += rand.N(wait/4 + 1) // so that several copies do not come at once
	_ = chat.Sleep(ctx, wait)  // the caller looks at ctx
	return nil
}

// connect opens a socket, however long it takes. It returns an error where Slack
// refuses for good.
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
		l.refused = refused // it is asked again before that counts
		if ctx.Err() == nil {
			l.s.log.Warn("slack: no socket", "error", explain(err))
		}
		_ = l.backOff(ctx, err)
	}
	return nil
}

// throttled tells why nothing is opened for a while.
func (l *connectionLoop) throttled(wait time.Duration) {
	l.s.log.Warn("slack: too many new sockets within a minute", "wait", wait)
}

// replace makes a socket the current one. The old one, if it still reads, goes
// on for what is under way.
func (l *connectionLoop) replace(ctx context.Context, next *socket) {
	if old := l.old; old != nil {
		l.old = nil
		l.sockets.Go(func() {
			select {
			case <-ctx.Done(): // read closes it, once what is under way is acknowledged
			case <-old.ended:
			case <-time.After(l.s.timing.linger):
				old.close()
			}
		})
	}
	l.current = next
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

// A receiver takes an envelope, as Slack.receive does.
type receiver func(e envelope, raw []byte, done func(answer any, err error))

// A socket is one connection.
type socket struct {
	s        *Slack
	deliver  receiver
	conn     *websocket.Conn
	since    time.Time
	started  chan struct{} // closed once retiring is set
	retiring func()        // tells the link that a successor is wanted
	ended    chan struct{} // closed by close
	closing  sync.Once
	writing  sync.Mutex
}

// dial opens a socket and waits for its hello.
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

// socketAddress is the address as Slack gave it, plain only where the Web API is
// plain, too: what stands in for Slack may know itself by another name.
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

// greet reads the first frame, which says that the socket works, or why not.
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
	k.receive(data) // an event came before the greeting
	return nil
}

// disconnected is the error for a reason to disconnect, or nil where the socket
// is only to be replaced.
func disconnected(reason string) error {
	switch reason {
	case "link_disabled":
		return errDisabled
	case "too_many_websockets":
		return errCrowded
	}
	return fmt.Errorf("Slack disconnects: %q", chat.CutBytes(reason, 40))
}

// read takes frames until the socket ends, and says why it did.
func (k *socket) read(ctx context.Context) error {
	<-k.started
	stop := context.AfterFunc(ctx, func() {
		k.s.intake.Quick.Wait() // what is under way is acknowledged
		k.close()
	})
	defer stop()
	alive := func() { k.conn.SetReadDeadline(time.Now().Add(k.s.timing.silence)) }
	alive()
	k.conn.SetPongHandler(func(string) error { alive(); return nil })
	k.conn.SetPingHandler(func(data string) error {
		alive()
		_ = k.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second)) // a dead socket is noticed by its silence
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
		alive()
		if err := k.receive(data); err != nil {
			return err
		}
	}
}

// keepAlive pings, so that silence means something.
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

// envelopeID finds the id of an envelope that is no JSON.
var envelopeID = regexp.MustCompile(`"envelope_id"\s*:\s*"([\w-]{1,100})"`)

// receive takes one frame. What cannot be read is acknowledged all the same, for
// Slack would only send it again.
func (k *socket) receive(data []byte) error {
	var f frame
	if err := chat.Decode(data, &f); err != nil {
		if m := envelopeID.FindSubmatch(data); m != nil {
			f.Envelope = string(m[1])
		}
	}
	switch {
	case f.Envelope != "":
		arrived := time.Now()
		k.deliver(envelope{f.Type, f.Payload}, data, func(answer any, err error) { k.acknowledge(f, arrived, answer, err) })
	case f.Type == "disconnect" && (f.Reason == "link_disabled" || f.Reason == "too_many_websockets"):
		return disconnected(f.Reason)
	case f.Type == "disconnect":
		go k.retiring()
	case f.Type != "hello":
		k.s.log.Warn("slack: a frame was not understood", "bytes", len(data))
	}
	return nil
}

// acknowledge tells Slack that an envelope is recorded. After an error it does
// not: Slack sends the event again.
func (k *socket) acknowledge(f frame, arrived time.Time, answer any, err error) {
	took := time.Since(arrived)
	if err != nil || took > lastAck {
		k.s.log.Warn("slack: not acknowledged, Slack will send it again", "envelope", f.Envelope, "took", took, "error", err)
		return
	}
	ack := map[string]any{"envelope_id": f.Envelope}
	if answer != nil {
		ack["payload"] = answer
	}
	data, err := json.Marshal(ack)
	if err != nil || len(data) > maxAck {
		k.s.log.Error("slack: an answer cannot be sent", "bytes", len(data), "error", err)
		return
	}
	k.writing.Lock()
	defer k.writing.Unlock()
	k.conn.SetWriteDeadline(time.Now().Add(lastAck))
	if err := k.conn.WriteMessage(websocket.TextMessage, data); err != nil {
		k.s.log.Info("slack: an acknowledgement came too late for its socket", "envelope", f.Envelope, "error", err)
	}
}
