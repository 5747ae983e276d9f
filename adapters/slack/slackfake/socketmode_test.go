package slackfake

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A client is the app's end of a socket.
type client struct {
	g    *stage
	conn *websocket.Conn
}

// dial opens a socket and reads the first frame.
func (g *stage) dial() (*client, object) {
	g.t.Helper()
	address, _ := g.callAs(g.s.AppToken, "apps.connections.open")["url"].(string)
	conn, _, err := websocket.DefaultDialer.Dial(address, nil)
	g.must(err)
	g.t.Cleanup(func() { conn.Close() })
	w := &client{g, conn}
	return w, w.read()
}

func (w *client) read() object {
	w.g.t.Helper()
	var frame object
	w.g.must(w.conn.SetReadDeadline(time.Now().Add(10 * time.Second)))
	w.g.must(w.conn.ReadJSON(&frame))
	return frame
}

func (w *client) ack(frame object) {
	w.g.t.Helper()
	w.g.must(w.conn.WriteJSON(object{"envelope_id": frame["envelope_id"]}))
}

// eventSummary returns the text of the message event in an envelope and its
// retry fields.
func eventSummary(frame object) string {
	payload, _ := frame["payload"].(object)
	event, _ := payload["event"].(object)
	text, _ := event["text"].(string)
	return fmt.Sprintf("%s retry %v %v", text, frame["retry_attempt"], frame["retry_reason"])
}

func TestRedelivery(t *testing.T) {
	g := newStage(t, Options{AckTimeout: 50 * time.Millisecond, RetryDelays: []time.Duration{0, 0}})
	w, hello := g.dial()
	if hello["type"] != "hello" || hello["num_connections"] != 1.0 {
		t.Fatal(hello)
	}
	g.kim.Say(g.c.ID, "hi")
	var frames []object
	for i, want := range []string{"hi retry 0 ", "hi retry 1 timeout", "hi retry 2 timeout"} {
		frames = append(frames, w.read())
		if got := eventSummary(frames[i]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	w.ack(frames[0]) // too late for the first attempt
	w.ack(frames[2])
	g.until("not settled", g.s.Settled)
	w.ack(frames[2])
	g.until("late and repeated acknowledgements are not counted as stray", func() bool { return g.s.StrayAcks() == 2 })
	if d := g.settled()[0]; d.attempts != 3 || d.err != nil || d.payload["event_id"] == nil || len(g.s.AckTimes()) != 1 {
		t.Errorf("%+v", d)
	}
}

// TestGiveUp checks that an event is given up after its retries and a command
// at once.
func TestGiveUp(t *testing.T) {
	g := newStage(t, Options{AckTimeout: 20 * time.Millisecond, RetryDelays: []time.Duration{0}})
	if err := g.kim.Command(g.c.ID, "/mabs x"); !errors.Is(err, errNotConnected) {
		t.Error(err)
	}
	g.dial()
	if err := g.kim.Command(g.c.ID, "/mabs x"); !errors.Is(err, errTimeout) {
		t.Error(err)
	}
	g.kim.Say(g.c.ID, "hi")
	all := g.settled()
	if d := all[len(all)-1]; d.attempts != 2 || !errors.Is(d.err, errTimeout) {
		t.Errorf("%+v", d)
	}
}

// TestLateConnection checks that an event from before the connection arrives
// with a retry.
func TestLateConnection(t *testing.T) {
	g := newStage(t, Options{RetryDelays: []time.Duration{300 * time.Millisecond}})
	g.kim.Say(g.c.ID, "early")
	w, _ := g.dial()
	if got := eventSummary(w.read()); got != "early retry 1 connection_failed" {
		t.Error(got)
	}
}

// TestAckOnAnotherSocket checks that an acknowledgement counts only on the
// socket of the payload.
func TestAckOnAnotherSocket(t *testing.T) {
	g := newStage(t, Options{})
	one, _ := g.dial()
	two, _ := g.dial()
	g.kim.Say(g.c.ID, "first")
	g.kim.Say(g.c.ID, "second")
	a, b := one.read(), two.read()
	one.ack(b)
	two.ack(a)
	g.until("they are not counted as stray", func() bool { return g.s.StrayAcks() == 2 })
	one.ack(a)
	two.ack(b)
	g.until("not settled", g.s.Settled)
}

func TestRefresh(t *testing.T) {
	g := newStage(t, Options{DisconnectWarning: 30 * time.Millisecond})
	old, _ := g.dial()
	g.s.Refresh()
	if frame := old.read(); frame["reason"] != "warning" {
		t.Error(frame)
	}
	fresh, _ := g.dial()
	if frame := old.read(); frame["reason"] != "refresh_requested" {
		t.Error(frame)
	}
	g.kim.Say(g.c.ID, "after")
	if got := eventSummary(fresh.read()); got != "after retry 0 " {
		t.Error(got)
	}
	if _, _, err := old.conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Error(err)
	}
}

func TestTooManySockets(t *testing.T) {
	g := newStage(t, Options{})
	for range maxSockets {
		g.dial()
	}
	if _, first := g.dial(); first["reason"] != "too_many_websockets" {
		t.Error(first)
	}
}

func TestDisabledSocketMode(t *testing.T) {
	g := newStage(t, Options{})
	w, _ := g.dial()
	g.s.DisableSocketMode(true)
	if frame := w.read(); frame["reason"] != "link_disabled" {
		t.Error(frame)
	}
	if _, first := g.dial(); first["reason"] != "link_disabled" {
		t.Error(first)
	}
	g.s.DisableSocketMode(false)
	if _, first := g.dial(); first["type"] != "hello" {
		t.Error(first)
	}
}

// TestMute checks that a muted socket is open but sends no payloads, pings or
// pongs.
func TestMute(t *testing.T) {
	g := newStage(t, Options{PingInterval: 5 * time.Millisecond})
	w, _ := g.dial()
	pings, pongs := make(chan string, 1000), make(chan string, 1)
	w.conn.SetPingHandler(func(data string) error { pings <- data; return nil })
	w.conn.SetPongHandler(func(data string) error { pongs <- data; return nil })
	g.must(w.conn.SetReadDeadline(time.Time{}))
	read := make(chan error, 1)
	go func() { _, _, err := w.conn.ReadMessage(); read <- err }()
	<-pings
	g.must(w.conn.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(time.Second)))
	if got := <-pongs; got != "are you there" {
		t.Error(got)
	}
	g.s.Mute(true)
	g.must(w.conn.WriteControl(websocket.PingMessage, []byte("and now"), time.Now().Add(time.Second)))
	g.kim.Say(g.c.ID, "unheard")
	select {
	case got := <-pongs:
		t.Errorf("a muted socket answers with pong %q", got)
	case err := <-read:
		t.Error("a muted socket sends a frame or ends:", err)
	case <-time.After(100 * time.Millisecond):
	}
	g.s.CutSockets()
	if err := <-read; err == nil {
		t.Error("the socket is still open")
	}
}

func TestOversizedAck(t *testing.T) {
	g := newStage(t, Options{AckTimeout: 50 * time.Millisecond})
	w, _ := g.dial()
	done := make(chan error, 1)
	go func() { done <- g.kim.Command(g.c.ID, "/mabs x") }()
	frame := w.read()
	g.must(w.conn.WriteJSON(object{"envelope_id": frame["envelope_id"], "payload": object{"text": strings.Repeat("x", maxAck)}}))
	if err := <-done; !errors.Is(err, errTimeout) {
		t.Error(err)
	}
}

// TestTickets checks that a WebSocket URL is valid for one connection.
func TestTickets(t *testing.T) {
	g := newStage(t, Options{})
	address, _ := g.callAs(g.s.AppToken, "apps.connections.open")["url"].(string)
	for i, want := range []bool{true, false} {
		conn, _, err := websocket.DefaultDialer.Dial(address, nil)
		if (err == nil) != want {
			t.Errorf("connection %d: %v", i, err)
		}
		if err == nil {
			conn.Close()
		}
	}
}

func TestSendFrame(t *testing.T) {
	g := newStage(t, Options{})
	if err := g.s.SendFrame([]byte("{")); !errors.Is(err, errNotConnected) {
		t.Error(err)
	}
	w, _ := g.dial()
	g.must(g.s.SendFrame([]byte(`{"envelope_id":"e1","type":"news"}`)))
	if frame := w.read(); frame["type"] != "news" {
		t.Error(frame)
	}
}
