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

// A conn is a connection of the gateway.
type conn struct {
	s      *Server
	ws     *websocket.Conn
	record *Connection

	mu    sync.Mutex // guards queue
	queue []frame
	wake  chan struct{}

	stream *zlib.Writer // nil unless the whole connection is compressed
	buffer bytes.Buffer // what stream has written

	// guarded by Server.mu
	session       *session
	sends         []time.Time // of the last minute
	lastHeartbeat time.Time   // the latest heartbeat
}

// A frame is one that waits to be written: a text, or the end of the connection.
type frame struct {
	text []byte
	code int // with which to close; 0 is a text
}

// A Connection is one of the gateway, as it was kept.
type Connection struct {
	At         time.Time
	Resume     bool   // it was opened at the URL for resuming
	Query      string // what stood behind the URL
	Op         int    // how it began: 2 identify, 6 resume, 0 neither
	Session    string // id
	Heartbeats []time.Time
	Ended      time.Time // zero while it is open
	CloseCode  int       // with which the bot closed it; 0 where it did not
}

func (s *Server) gatewayURL() string { return "ws" + s.url()[len("http"):] + "/gateway/" }

func (s *Server) resumeURL() string { return "ws" + s.url()[len("http"):] + "/resume/" }

// serveGateway takes a connection until it ends.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if compress := query.Get("compress"); compress != "" && compress != "zlib-stream" {
		http.Error(w, "the fake has no "+compress, http.StatusBadRequest)
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

// addConn says hello.
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
		c.close(closeDecodeError) // etf is not there
	case !s.applyGatewayFault(c, "connect"):
		c.send(opHello, object{"heartbeat_interval": s.options.HeartbeatInterval.Milliseconds(), "_trace": []any{"discordfake"}})
	}
}

// removeConn forgets the connection. With 1000 and 1001 the bot ends its session, too.
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

// read takes what the bot sends until the connection ends, and returns the code
// that it closed with.
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

// write sends what is queued, and watches for heartbeats.
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

// checkHeartbeat ends a connection from which no heartbeat comes. Discord does not say
// how long it waits; two intervals are the fake's own.
func (s *Server) checkHeartbeat(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(c.lastHeartbeat) > 2*s.options.HeartbeatInterval {
		c.close(closeSessionTimedOut)
	}
}

// flush writes the queue and reports whether the connection lives on.
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

// writeText writes a frame, compressed where the bot asked for it.
func (c *conn) writeText(text []byte) error {
	switch {
	case c.stream != nil:
		c.buffer.Reset()
		_, _ = c.stream.Write(text) // into memory
		_ = c.stream.Flush()        // ends in 00 00 ff ff, as the bot waits for
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

// compressFrom is from which length on frames are compressed one by one, where
// the bot wants that. Discord does not say; this is the fake's own.
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

// close ends the connection after what is queued.
func (c *conn) close(code int) { c.enqueue(frame{code: code}) }

// Connected waits until the bot has a session with a connection.
func (s *Server) Connected(ctx context.Context) error {
	return s.Until(ctx, func() bool {
		return slices.ContainsFunc(s.Sessions(), func(n Session) bool { return n.Connected })
	})
}

// Connections are all that were ever opened, oldest first.
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
