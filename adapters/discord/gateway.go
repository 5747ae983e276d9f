package discord

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

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"mabsbot/adapters/chat"
)

// The gateway: a socket that Discord sends events over. One connection lives in
// one call of connect, which holds no lock and ends whenever the socket does, so
// that no order of events can bring it to a halt:
//
//	       ┌──── identify ──> READY ───┐
//	hello ─┤                           ├─ events, heartbeats ── end ── again, or for good
//	       └──── resume ──> RESUMED ───┘
//
// A session outlives its connections: what happened meanwhile comes after the
// resume. https://docs.discord.com/developers/events/gateway

// The operations.
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// closeToResume closes a socket in such a way that its session lives on; after
// 1000 and 1001 it would not.
const closeToResume = 4900

// A pace is how patient the link is. Tests have less time.
type pace struct {
	hello    time.Duration // from dialling to the first word, and from there to the session
	first    time.Duration // wait after the first failure; it doubles
	most     time.Duration // and is never longer
	invalid  time.Duration // wait after a session was refused; up to five times as long
	identify time.Duration // between two identifies
	opens    int           // most connections in a minute
}

// defaultPace: Discord asks for a random wait of 1 to 5 s after a session is
// refused, and takes one identify in 5 s. Two connections a second for a minute
// are far above what it asks for, and below what harms.
func defaultPace() pace {
	return pace{hello: 15 * time.Second, first: time.Second, most: time.Minute, invalid: time.Second, identify: 5 * time.Second, opens: 120}
}

// maxFrame is far above the largest event, in bytes: that of a server with
// thousands of channels.
const maxFrame = 64 << 20

// The ends of a connection after which the next one may come at once.
var (
	errReconnect = errors.New("Discord asks to connect again")
	errZombie    = errors.New("heartbeats are not answered")
)

// An invalidError is the end of a session.
type invalidError struct{ resumable bool }

func (e invalidError) Error() string { return "Discord does not take the session" }

// errToken is the end of a token.
var errToken = errors.New("Discord does not accept discord.token; copy the token of the application's page «Bot» once more")

// fatal is what a person has to do about a close code after which no attempt
// will succeed, or nil.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func fatal(code int) error {
	switch code {
	case 4004:
		return errToken
	case 4010, 4011:
		return errors.New("Discord wants this bot in several shards, as bots in more than 2,500 servers must be, and this one serves one")
	case 4012:
		return errors.New("Discord does not speak this version of the gateway any more; the bot needs an update")
	case 4013:
		return errors.New("Discord does not know the intents that the bot asks for; the bot needs an update")
	case 4014:
		return errors.New("Discord does not allow the intents that the bot asks for; switch «Message Content Intent» on, on the application's page «Bot»")
	}
	return nil
}

// intents are the events that are asked for. Those of servers tell where
// threads belong.
const (
	plainIntents  = int(discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages)
	contentIntent = int(discordgo.IntentMessageContent)
)

// A frame is what a socket carries.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int             `json:"s"`
	Type string          `json:"t"`
}

// A gateway is the state of the link.
type gateway struct {
	d          *Discord
	content    bool // messages come with their content; it is asked for until Discord refuses
	failures   int  // in a row
	adopted    bool // the session is an earlier run's
	lost       int  // how often it was lost soon after it was resumed
	breaker    chat.Throttle
	identified time.Time
}

// listen keeps the link up until ctx ends or Discord refuses for good.
func (d *Discord) listen(ctx context.Context, restored session) error {
	g := &gateway{d: d, content: true, adopted: restored.ID != ""}
	if restored.ID != "" && restored.Intents&contentIntent == 0 {
		if g.content = d.granted; g.content { // it was granted meanwhile, and a session keeps what was asked for
			restored, g.adopted = session{}, false
		}
	}
	d.progress.begin(restored)
	for ctx.Err() == nil {
		if err := g.breaker.Take(ctx, g.d.pace.opens, g.hurried); err != nil {
			return nil
		}
		began := time.Now()
		err := g.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := g.judge(err, time.Since(began)); err != nil {
			return err
		}
		if err := g.pause(ctx, err); err != nil {
			return nil
		}
	}
	return nil
}

// judge looks at the end of a connection. It returns an error where nothing is
// left to do.
func (g *gateway) judge(err error, lasted time.Duration) error {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		switch {
		case closed.Code == 4014 && g.content && !g.d.granted:
			g.content = false
			g.d.log.Warn("discord: " + withoutContent)
			return nil
		case fatal(closed.Code) != nil:
			return fatal(closed.Code)
		case closed.Code == 4003 || closed.Code == 4007 || closed.Code == 4009:
			g.d.progress.begin(session{}) // Discord says that it is over
		}
	}
	if invalid, ok := errors.AsType[invalidError](err); ok && !invalid.resumable {
		g.d.progress.begin(session{})
	}
	if isStatus(err, http.StatusUnauthorized) {
		return errToken
	}
	if g.adopted && lasted < stolenTime && !errors.Is(err, errReconnect) {
		if g.lost++; g.lost > 1 { // another process has the same session, and takes it back
			g.d.progress.begin(session{})
			g.adopted = false
		}
	}
	g.d.log.Info("discord: the connection ended, and is made again", "error", chat.WithoutURL(err))
	return nil
}

// stolenTime is how soon a session that was resumed is taken back by the process
// that has it, too.
const stolenTime = 10 * time.Second

// pause waits before the next connection, longer after each that came to
// nothing.
func (g *gateway) pause(ctx context.Context, err error) error {
	p := g.d.pace
	wait := time.Duration(0)
	if g.failures > 0 {
		wait = min(p.first<<min(g.failures-1, 16), p.most)
	}
	if _, ok := errors.AsType[invalidError](err); ok {
		wait = max(wait, p.invalid+rand.N(4*p.invalid))
	}
	if e, ok := errors.AsType[*apiError](err); ok {
		wait = max(wait, e.after)
	}
	return chat.Sleep(ctx, wait+rand.N(wait/4+1)) // so that several copies do not come at once
}

// hurried tells why nothing is opened for a while.
func (g *gateway) hurried(wait time.Duration) {
	g.d.log.Warn("discord: too many connections within a minute", "wait", wait)
}

// connect is the whole life of one connection. It returns why it ended.
func (g *gateway) connect(ctx context.Context) error {
	g.failures++ // until there is a session
	known, resumes := g.d.progress.resumable()
	address := known.URL
	if !resumes || address == "" || g.failures > 3 { // the address may be what fails
		var err error
		if address, err = g.ask(ctx, !resumes); err != nil {
			return err
		}
	}
	k, err := g.d.dial(ctx, address)
	if err != nil {
		return err
	}
	defer k.close()
	stop := context.AfterFunc(ctx, k.close)
	defer stop()
	if err := k.hello(); err != nil {
		return err
	}
	beating, end := context.WithCancel(ctx)
	var hearts sync.WaitGroup
	hearts.Go(func() { k.beat(beating) })
	defer hearts.Wait()
	defer end()
	if resumes {
		err = k.send(opResume, map[string]any{"token": g.d.o.Token(), "session_id": known.ID, "seq": known.Seq})
	} else {
		err = g.identify(k)
	}
	if err != nil {
		return err
	}
	return g.read(k)
}

// ask asks Discord where the gateway is, and waits where no session may be begun
// now. begins says that one will be.
func (g *gateway) ask(ctx context.Context, begins bool) (string, error) {
	var answer struct {
		URL   string `json:"url"`
		Limit struct {
			Remaining *int  `json:"remaining"`
			Reset     int64 `json:"reset_after"` // ms
		} `json:"session_start_limit"`
	}
	limited, cancel := context.WithTimeout(ctx, apiTime)
	defer cancel()
	if err := g.d.call(limited, request{method: "GET", path: "/gateway/bot", into: &answer}); err != nil {
		return "", err
	}
	if !begins {
		return answer.URL, nil
	}
	wait := g.d.pace.identify - time.Since(g.identified)
	if left := answer.Limit.Remaining; left != nil && *left <= 0 {
		wait = time.Duration(answer.Limit.Reset) * time.Millisecond
		g.d.log.Error("discord: the bot began too many sessions today, and waits; are other copies of it running?", "wait", wait)
	}
	return answer.URL, chat.Sleep(ctx, wait)
}

// intents are what a session is begun with.
func (g *gateway) intents() int {
	if g.content {
		return plainIntents | contentIntent
	}
	return plainIntents
}

func (g *gateway) identify(k *socket) error {
	g.identified, g.adopted = time.Now(), false
	return k.send(opIdentify, map[string]any{
		"token": g.d.o.Token(), "intents": g.intents(),
		"properties": map[string]string{"os": runtime.GOOS, "browser": "mabsbot", "device": "mabsbot"},
	})
}

// read takes frames until the connection ends.
func (g *gateway) read(k *socket) error {
	for {
		_, data, err := k.conn.ReadMessage()
		if err != nil {
			if k.dead.Load() {
				return errZombie
			}
			return err
		}
		var f frame
		if err := chat.Decode(data, &f); err != nil {
			g.d.once("a frame of the gateway cannot be read", "bytes", len(data))
			continue
		}
		if err := g.receive(k, f); err != nil {
			return err
		}
	}
}

// receive takes one frame.
func (g *gateway) receive(k *socket, f frame) error {
	switch f.Op {
	case opDispatch:
		g.dispatch(k, f)
	case opHeartbeat:
		return k.heartbeat()
	case opAck:
		k.acked.Store(true)
	case opReconnect:
		return errReconnect
	case opInvalid:
		var resumable bool
		_ = json.Unmarshal(f.Data, &resumable) // what is no truth value is no
		return invalidError{resumable}
	}
	return nil
}

// dispatch takes an event.
func (g *gateway) dispatch(k *socket, f frame) {
	switch f.Type {
	case "READY":
		var ready struct {
			Session string `json:"session_id"`
			URL     string `json:"resume_gateway_url"`
		}
		if err := chat.Decode(f.Data, &ready); err != nil || ready.Session == "" {
			g.d.once("Discord began a session without telling its name")
		}
		g.d.progress.begin(session{ID: ready.Session, URL: ready.URL, Seq: f.Seq, Intents: g.intents()})
		g.joined(k, "begun")
		return
	case "RESUMED":
		g.joined(k, "resumed")
	}
	g.d.intake(envelope{f.Type, f.Data, time.Now()}, g.d.progress.take(f.Seq))
}

// joined notes that there is a session.
func (g *gateway) joined(k *socket, how string) {
	g.failures = 0
	k.conn.SetReadDeadline(time.Time{}) // heartbeats see to it from now on
	g.d.log.Info("discord: connected", "session", how, "content", g.content)
}

// A socket is one connection.
type socket struct {
	d       *Discord
	conn    *websocket.Conn
	every   time.Duration // between heartbeats
	acked   atomic.Bool   // the last one was answered
	dead    atomic.Bool   // it was not, in time
	closing sync.Once
	writing sync.Mutex
}

// dial opens a socket.
func (d *Discord) dial(ctx context.Context, address string) (*socket, error) {
	address, err := d.gatewayAddress(address)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, d.pace.hello)
	defer cancel()
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: d.pace.hello}
	conn, answer, err := dialer.DialContext(limited, address, http.Header{"User-Agent": {userAgent}})
	if err != nil {
		if answer != nil {
			return nil, &apiError{status: answer.StatusCode}
		}
		return nil, chat.WithoutURL(err)
	}
	conn.SetReadLimit(maxFrame)
	conn.SetReadDeadline(time.Now().Add(d.pace.hello))
	return &socket{d: d, conn: conn}, nil
}

// gatewayAddress completes an address of the gateway. It is plain only where the
// API is plain, too: the token goes there.
func (d *Discord) gatewayAddress(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", errors.New("Discord does not say where its gateway is")
	}
	if api, err := url.Parse(d.api); err != nil || api.Scheme != "http" || u.Scheme != "ws" {
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

// hello reads the first frame, which tells how often the heart beats.
func (k *socket) hello() error {
	_, data, err := k.conn.ReadMessage()
	if err != nil {
		return fmt.Errorf("no hello: %w", err)
	}
	var f frame
	var hello struct {
		Interval float64 `json:"heartbeat_interval"` // ms
	}
	if chat.Decode(data, &f) != nil || f.Op != opHello || chat.Decode(f.Data, &hello) != nil || hello.Interval < 1 {
		return errors.New("no hello")
	}
	k.every = time.Duration(hello.Interval * float64(time.Millisecond))
	k.conn.SetReadDeadline(time.Now().Add(k.d.pace.hello))
	return nil
}

// beat sends heartbeats, the first after a random part of the interval. One that
// is not answered within half an interval ends the connection.
func (k *socket) beat(ctx context.Context) {
	wait := rand.N(k.every)
	for chat.Sleep(ctx, wait) == nil {
		k.acked.Store(false)
		if k.heartbeat() != nil || chat.Sleep(ctx, k.every/2) != nil {
			return // the reader notices
		}
		if !k.acked.Load() {
			k.dead.Store(true)
			k.close()
			return
		}
		wait = k.every - k.every/2
	}
}

// heartbeat tells Discord how far events are handled, not how far they came: what
// lies behind that may be dropped there.
func (k *socket) heartbeat() error {
	s := k.d.progress.safe()
	if s.Seq == 0 {
		return k.send(opHeartbeat, nil)
	}
	return k.send(opHeartbeat, s.Seq)
}

func (k *socket) send(op int, data any) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.conn.SetWriteDeadline(time.Now().Add(k.d.pace.hello))
	return k.conn.WriteJSON(map[string]any{"op": op, "d": data})
}

func (k *socket) close() {
	k.closing.Do(func() {
		bye := websocket.FormatCloseMessage(closeToResume, "")
		_ = k.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // the other side may be gone
		_ = k.conn.Close()
	})
}

// isStatus reports whether an answer had the status.
func isStatus(err error, status int) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && e.status == status
}
