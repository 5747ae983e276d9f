package discordapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

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

// closeResumable is the close code that the client sends. Any code but 1000 and
// 1001 keeps the session alive; this one is not Discord's.
// https://docs.discord.com/developers/events/gateway#initiating-a-disconnect
const closeResumable = 4900

// maxPayload bounds a payload, in bytes, far above the largest one: the
// GUILD_CREATE of a server with thousands of channels.
const maxPayload = 64 << 20

// A payload is what both sides send over the gateway.
// https://docs.discord.com/developers/events/gateway-events#payload-structure
type payload struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int             `json:"s"`
	Name string          `json:"t"`
}

// A connection is one WebSocket to the gateway.
type connection struct {
	c        *Client
	ws       *websocket.Conn
	interval time.Duration // of heartbeats
	acked    atomic.Bool   // something was read since the last heartbeat
	blocked  atomic.Bool   // nothing is read, because Options.Events has not returned
	zombie   atomic.Bool   // it was not, in time
	replays  bool          // Discord replays events, because the session is resumed
	closing  sync.Once
	writing  sync.Mutex
}

// dial opens a connection.
func (c *Client) dial(ctx context.Context, address string) (*connection, error) {
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
			// No *Error: the token is judged after Identify, with a close code, so that
			// a 401 is that of a proxy.
			return nil, fmt.Errorf("the gateway refuses the connection: %s", response.Status)
		}
		return nil, withoutURL(err)
	}
	ws.SetReadLimit(maxPayload)
	ws.SetReadDeadline(time.Now().Add(c.o.Pace.Handshake))
	return &connection{c: c, ws: ws}, nil
}

// gatewayURL completes a URL that Discord gave. It is unencrypted only if the API
// is, too: the token goes there.
// https://docs.discord.com/developers/events/gateway#connecting-gateway-url-query-string-params
func (c *Client) gatewayURL(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", errors.New("discord gave no URL of its gateway")
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
func (conn *connection) hello() error {
	_, data, err := conn.ws.ReadMessage()
	if err != nil {
		return fmt.Errorf("no Hello: %w", conn.ended(err))
	}
	var p payload
	var hello struct {
		Interval float64 `json:"heartbeat_interval"` // ms
	}
	if decode(data, &p) != nil || p.Op != opHello || decode(p.Data, &hello) != nil || hello.Interval < 1 {
		return errors.New("no Hello")
	}
	conn.interval = time.Duration(hello.Interval * float64(time.Millisecond))
	conn.ws.SetReadDeadline(time.Now().Add(conn.c.o.Pace.Handshake))
	return nil
}

// beat sends heartbeats, the first after a random part of the interval. If nothing
// arrives within half the interval, not even the acknowledgement, the connection is
// a zombie: beat closes it. If nothing was read, that is not known.
// https://docs.discord.com/developers/events/gateway#sending-heartbeats
func (conn *connection) beat(ctx context.Context) {
	wait := rand.N(conn.interval)
	for sleep(ctx, wait) == nil {
		conn.acked.Store(false)
		if conn.heartbeat() != nil || sleep(ctx, conn.interval/2) != nil {
			return // read returns the error
		}
		if !conn.acked.Load() && !conn.blocked.Load() {
			conn.zombie.Store(true)
			conn.close()
			return
		}
		wait = conn.interval - conn.interval/2
	}
}

// heartbeat sends a heartbeat. Its sequence number is not the last one received,
// but the one up to which all events are done: Discord may drop events before it,
// and a restarted process still has to receive the others again.
func (conn *connection) heartbeat() error {
	seq := conn.c.Session().Seq
	if seq == 0 {
		return conn.send(opHeartbeat, nil)
	}
	return conn.send(opHeartbeat, seq)
}

func (conn *connection) send(op int, data any) error {
	conn.writing.Lock()
	defer conn.writing.Unlock()
	conn.ws.SetWriteDeadline(time.Now().Add(conn.c.o.Pace.Handshake))
	return conn.ws.WriteJSON(map[string]any{"op": op, "d": data})
}

func (conn *connection) close() {
	conn.closing.Do(func() {
		bye := websocket.FormatCloseMessage(closeResumable, "")
		_ = conn.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // Discord may be gone
		_ = conn.ws.Close()
	})
}

// ended returns why reading failed.
func (conn *connection) ended(err error) error {
	if conn.zombie.Load() {
		return errZombie
	}
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		return &CloseError{closed.Code, closed.Text}
	}
	return err
}
