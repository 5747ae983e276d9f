package discordfake

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A conn is a connection to the gateway.
type conn struct {
	s      *Server
	ws     *websocket.Conn
	record *Connection

	mu    sync.Mutex // guards queue
	queue []frame
	wake  chan struct{}

	stream *zlib.Writer // nil without transport compression
	buffer bytes.Buffer // output of stream

	// Guarded by Server.mu.
	session       *session
	sends         []time.Time // times of the sends in the last minute
	lastHeartbeat time.Time   // time of the latest heartbeat
}

// A frame is a queued text or close frame.
type frame struct {
	text []byte
	code int // close code; 0 for a text
}

// A Connection is the record of a connection to the gateway.
type Connection struct {
	At         time.Time
	Resume     bool   // opened at resume_gateway_url
	Query      string // of the URL
	Op         int    // first opcode: 2 identify, 6 resume, 0 neither
	Session    string // ID
	Heartbeats []time.Time
	Ended      time.Time // zero while it is open
	CloseCode  int       // from the bot; 0 if it sent none
}

func (s *Server) gatewayURL() string { return "ws" + s.url()[len("http"):] + "/gateway/" }

func (s *Server) resumeURL() string { return "ws" + s.url()[len("http"):] + "/resume/" }

// serveGateway serves a connection until it ends.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if compress := query.Get("compress"); compress != "" && compress != "zlib-stream" {
		http.Error(w, "the fake does not support "+compress, http.StatusBadRequest)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c := &conn{s: s, ws: ws, wake: make(chan struct{}, 1)}
	c.record = &Connection{At: time.Now(), Resume: r.Pattern == resumePattern, Query: r.URL.RawQuery}
	if query.Get("compress") != "" {
		c.stream = zlib.NewWriter(&c.buffer)
	}
	s.addConn(c, query)
	var writing sync.WaitGroup
	writing.Go(c.write)
	code := c.read()
	s.removeConn(c, code)
	writing.Wait()
}

// addConn sends hello.
func (s *Server) addConn(c *conn, query url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
	s.connections = append(s.connections, c.record)
	c.lastHeartbeat = time.Now()
	s.Note()
	switch v := query.Get("v"); {
	case v != "9" && v != "10":
		c.close(closeInvalidVersion)
	case query.Get("encoding") != "json":
		c.close(closeDecodeError) // the fake does not support etf
	case !s.applyGatewayFault(c, "connect"):
		c.send(opHello, object{"heartbeat_interval": s.options.HeartbeatInterval.Milliseconds(), "_trace": []any{"discordfake"}})
	}
}

// removeConn removes the connection. Close codes 1000 and 1001 from the bot
// also end its session.
func (s *Server) removeConn(c *conn, code int) {
	c.ws.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = slices.DeleteFunc(s.conns, func(each *conn) bool { return each == c })
	c.record.Ended, c.record.CloseCode = time.Now(), code
	if n := c.session; n != nil && n.conn == c {
		n.detach()
		if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway {
			s.endSession(n)
		}
	}
	c.signal()
	s.Note()
}

// read receives payloads until the connection ends and returns the bot's close
// code.
func (c *conn) read() int {
	for {
		_, text, err := c.ws.ReadMessage()
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok && closed.Code != websocket.CloseAbnormalClosure {
			return closed.Code
		}
		if err != nil {
			return 0
		}
		c.s.handleFrame(c, text)
	}
}

// write sends queued frames and checks for heartbeats.
func (c *conn) write() {
	watch := time.NewTicker(c.s.options.HeartbeatInterval)
	defer watch.Stop()
	for {
		select {
		case <-c.wake:
		case <-watch.C:
			c.s.checkHeartbeat(c)
		case <-c.s.http.Context().Done():
			return
		}
		if !c.flush() {
			return
		}
	}
}

// checkHeartbeat closes a connection that sends no heartbeats. Discord does not
// document the time limit; two intervals are the fake's choice.
func (s *Server) checkHeartbeat(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(c.lastHeartbeat) > 2*s.options.HeartbeatInterval {
		c.close(closeSessionTimedOut)
	}
}

// flush writes the queue and reports whether the connection is still open.
func (c *conn) flush() bool {
	c.mu.Lock()
	queue := c.queue
	c.queue = nil
	c.mu.Unlock()
	for _, f := range queue {
		if f.code != 0 {
			goodbye := websocket.FormatCloseMessage(f.code, closeReasons()[f.code])
			_ = c.ws.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
			c.ws.Close()
			return false
		}
		if !c.s.isMuted() && c.writeText(f.text) != nil {
			return false
		}
	}
	return c.s.isOpen(c)
}

// writeText writes a frame, compressed if the bot asked for it.
func (c *conn) writeText(text []byte) error {
	switch {
	case c.stream != nil:
		c.buffer.Reset()
		_, _ = c.stream.Write(text) // cannot fail in memory
		_ = c.stream.Flush()        // ends in 00 00 ff ff, the Z_SYNC_FLUSH suffix
		return c.ws.WriteMessage(websocket.BinaryMessage, c.buffer.Bytes())
	case len(text) > compressFrom && c.s.compresses(c):
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(text)
		_ = w.Close()
		return c.ws.WriteMessage(websocket.BinaryMessage, b.Bytes())
	}
	return c.ws.WriteMessage(websocket.TextMessage, text)
}

// compressFrom is the length from which payload compression applies. Discord
// does not document it; this is the fake's choice.
const compressFrom = 1024

func (s *Server) compresses(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.session != nil && c.session.compress
}

func (s *Server) isOpen(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.conns, c)
}

func (s *Server) isMuted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.muted
}

func (c *conn) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *conn) enqueue(f frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, f)
	c.signal()
}

func (c *conn) sendText(text []byte) { c.enqueue(frame{text: text}) }

// close queues a close frame.
func (c *conn) close(code int) { c.enqueue(frame{code: code}) }

// Connected waits until the bot has a connected session.
func (s *Server) Connected(ctx context.Context) error {
	return s.Until(ctx, func() bool {
		return slices.ContainsFunc(s.Sessions(), func(n Session) bool { return n.Connected })
	})
}

// Connections returns all connections so far, oldest first.
func (s *Server) Connections() []Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Connection
	for _, c := range s.connections {
		each := *c
		each.Heartbeats = slices.Clone(c.Heartbeats)
		all = append(all, each)
	}
	return all
}
