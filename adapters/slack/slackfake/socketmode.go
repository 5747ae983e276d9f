package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Limits of Socket Mode.
//
// https://docs.slack.dev/apis/events-api/using-socket-mode
const (
	maxSockets = 10
	maxAck     = 20_000 // bytes, according to the source of slack-go; Slack silently drops a larger acknowledgement
)

// A socket is one WebSocket connection of the app.
type socket struct {
	s    *Server
	conn *websocket.Conn

	mu            sync.Mutex // guards queue
	queue         [][]byte
	wake          chan struct{}
	disconnecting bool // gets no new payloads; guarded by Server.mu
}

// connectionsOpen returns a WebSocket URL that is valid for one connection.
func (s *Server) connectionsOpen(c *call) (object, error) {
	ticket := s.newID("ticket")
	s.tickets[ticket] = true
	return object{"url": fmt.Sprintf("ws%s/link/?ticket=%s&app_id=%s", strings.TrimPrefix(c.base, "http"), ticket, s.AppID)}, nil
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.redeemTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c := &socket{s: s, conn: conn, wake: make(chan struct{}, 1)}
	conn.SetPingHandler(c.pong)
	s.addSocket(c)
	var writing sync.WaitGroup
	writing.Go(c.write)
	c.read()
	s.removeSocket(c)
	writing.Wait()
}

// redeemTicket uses up the ticket in a WebSocket URL.
func (s *Server) redeemTicket(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ok := s.tickets[ticket]
	delete(s.tickets, ticket)
	return ok && s.http.Context().Err() == nil
}

// addSocket sends hello, or disconnect if no more sockets are allowed.
func (s *Server) addSocket(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.Note()
	s.sockets = append(s.sockets, c)
	s.socketsOpened++
	switch {
	case s.disabled:
		c.disconnect("link_disabled")
	case len(s.sockets) > maxSockets:
		c.disconnect("too_many_websockets")
	default:
		c.send(object{
			"type": "hello", "num_connections": len(s.sockets), "connection_info": object{"app_id": s.AppID},
			"debug_info": object{"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060}, // as in the tests of Slack's SDKs
		})
	}
}

func (s *Server) removeSocket(c *socket) {
	c.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(each *socket) bool { return each == c })
	c.signal()
	s.Note()
}

// nextSocket returns the next socket in turn, or nil if there is none.
func (s *Server) nextSocket() *socket {
	var ready []*socket
	for _, c := range s.sockets {
		if !c.disconnecting {
			ready = append(ready, c)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	s.socketTurn++
	return ready[s.socketTurn%len(ready)]
}

// send queues a frame. The frames of a socket arrive in order.
func (c *socket) send(frame object) {
	text, err := json.Marshal(frame)
	if err != nil {
		panic(err) // frames are made of JSON
	}
	c.sendRaw(text)
}

func (c *socket) sendRaw(text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, text)
	c.signal()
}

func (c *socket) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// disconnect sends a disconnect message and then closes the socket.
func (c *socket) disconnect(reason string) {
	c.disconnecting = true
	c.send(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-fake"}})
	c.sendRaw(nil)
}

// write sends queued frames and pings. A nil frame closes the socket.
func (c *socket) write() {
	ping := time.NewTicker(c.s.options.PingInterval)
	defer ping.Stop()
	for {
		select {
		case <-c.wake:
		case <-ping.C:
			if !c.s.isMuted() {
				_ = c.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-fake"), time.Now().Add(time.Second))
			}
		case <-c.s.http.Context().Done():
			return
		}
		if !c.flush() {
			return
		}
	}
}

// flush writes the queue and reports whether the connection is still open.
func (c *socket) flush() bool {
	c.mu.Lock()
	queue := c.queue
	c.queue = nil
	c.mu.Unlock()
	for _, frame := range queue {
		if frame == nil {
			goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = c.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
			c.conn.Close()
			return false
		}
		if c.s.isMuted() {
			continue
		}
		if c.conn.WriteMessage(websocket.TextMessage, frame) != nil {
			return false
		}
	}
	return c.s.hasSocket(c)
}

func (s *Server) hasSocket(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.sockets, c)
}

func (s *Server) isMuted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.muted
}

func (c *socket) pong(data string) error {
	if !c.s.isMuted() {
		_ = c.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	}
	return nil
}

// read receives acknowledgements until the connection ends.
func (c *socket) read() {
	for {
		_, text, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		c.s.ack(c, text)
	}
}

// ack handles an acknowledgement.
func (s *Server) ack(c *socket, text []byte) {
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(text, &ack)
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.unacknowledged[ack.EnvelopeID]
	if err != nil || d == nil || d.socket != c || len(text) > maxAck {
		s.strayAcks++
		s.Note()
		return
	}
	s.acknowledged(d, ack.Payload)
}

// Sockets returns the number of open connections.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// SocketsOpened returns the number of connections that were ever opened.
func (s *Server) SocketsOpened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.socketsOpened
}

// waitForSocket waits until the app has a connection.
func (s *Server) waitForSocket(ctx context.Context) error {
	return s.Until(ctx, func() bool { return s.Sockets() > 0 })
}

// Refresh replaces all sockets as Slack does every few hours: disconnect with
// "warning", and with "refresh_requested" after Options.DisconnectWarning.
func (s *Server) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.send(object{"type": "disconnect", "reason": "warning", "debug_info": object{"host": "applink-fake"}})
		s.afterFunc(s.options.DisconnectWarning, func() { c.disconnect("refresh_requested") })
	}
}

// Disconnect disconnects all sockets at once with a reason such as
// refresh_requested.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.disconnect(reason)
	}
}

// CutSockets cuts all connections without a close frame.
func (s *Server) CutSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.conn.Close()
	}
}

// DisableSocketMode turns Socket Mode off or on, as an administrator can.
// Turning it off disconnects all sockets with link_disabled.
func (s *Server) DisableSocketMode(off bool) {
	s.mu.Lock()
	s.disabled = off
	s.mu.Unlock()
	if off {
		s.Disconnect("link_disabled")
	}
}

// Mute keeps sockets open but sends no payloads, pings or pongs.
func (s *Server) Mute(silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muted = silent
}

// SendFrame sends an arbitrary frame on one socket.
func (s *Server) SendFrame(frame []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.nextSocket()
	if c == nil {
		return errNotConnected
	}
	c.sendRaw(frame)
	return nil
}
