package console

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// An arrival is one event of a stream.
type arrival struct{ id, kind, data string }

// A listener reads a stream.
type listener struct {
	t      *testing.T
	lines  *bufio.Scanner
	cancel func()
}

// listen opens a stream as a browser does.
func listen(t *testing.T, address, lastID string) *listener {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // a silent stream fails the test
	r, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("a stream of type %q", kind)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 4*maxText)
	l := &listener{t, lines, func() { cancel(); answer.Body.Close() }}
	t.Cleanup(l.cancel)
	return l
}

// next returns the next event, skipping comments.
func (l *listener) next() arrival {
	l.t.Helper()
	var a arrival
	for l.lines.Scan() {
		name, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch name {
		case "id":
			a.id = value
		case "event":
			a.kind = value
		case "data":
			a.data = value
		case "":
			if a.kind != "" {
				return a
			}
		}
	}
	l.t.Fatalf("the stream ended: %v", l.lines.Err())
	return a
}

// until reads changes until one contains the text, and returns it.
func (l *listener) until(text string) arrival {
	l.t.Helper()
	for {
		if a := l.next(); strings.Contains(a.data, text) {
			return a
		}
	}
}

func (s stage) stream(t *testing.T, home, query string) string {
	t.Helper()
	return home + "/events?" + query + "&since=" + s.since(view{User: s.setup.user("alex"), Lang: "en"}, -1).id()
}

func TestStreamTellsWhatChanges(t *testing.T) {
	s := newStage(t)
	home := serve(t, s)
	l := listen(t, s.stream(t, home, "as=alex"), "")
	top := s.says(t, "minji", SupportChannel, "", "about 319")

	change := l.until("1 reply")
	var p push
	if err := json.Unmarshal([]byte(change.data), &p); err != nil {
		t.Fatal(err)
	}
	if m := p.Messages[0]; m.ID != "c-"+top || !strings.Contains(m.HTML, "about 319") || p.Heard[SupportChannel] != 2 {
		t.Errorf("a change is %+v", p)
	}

	// Another user's private messages do not reach this stream, not even the
	// mark that a direct message arrived.
	s.says(t, "minji", "dm:minji", "", "secret")
	s.says(t, "minji", SupportChannel, "", "/mabs secret")
	if _, err := s.remove(t.Context(), s.setup.user("minji"), form{ID: top}); err != nil {
		t.Fatal(err)
	}
	for {
		a := l.next()
		if strings.Contains(a.data, "secret") || strings.Contains(a.data, "dm:minji") {
			t.Fatalf("a message of another user: %s", a.data)
		}
		if strings.Contains(a.data, `"html":""`) {
			return // the message is gone
		}
	}
}

func TestStreamOfAThread(t *testing.T) {
	s := newStage(t)
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	l := listen(t, s.stream(t, home, "as=alex&thread="+top), "")
	reply := s.says(t, "minji", SupportChannel, top, "same here")
	l.until(`"id":"t-` + reply)
}

func TestStreamGoesOnWhereItBroke(t *testing.T) {
	s := newStage(t)
	home := serve(t, s)
	l := listen(t, s.stream(t, home, "as=alex"), "")
	s.says(t, "alex", SupportChannel, "", "before")
	seen := l.until("before")
	l.cancel()
	s.says(t, "alex", SupportChannel, "", "meanwhile")
	again := listen(t, home+"/events?as=alex&since=old.1", seen.id)
	if a := again.next(); a.kind != "change" || !strings.Contains(a.data, "meanwhile") {
		t.Errorf("after a pause: %s %s", a.kind, a.data)
	}
}

func TestStreamReloadsAfterARestart(t *testing.T) {
	s := newStage(t)
	s.says(t, "alex", SupportChannel, "", "hello")
	old := s.since(view{User: s.setup.user("alex")}, -1).id()
	s = restart(t, s.journal)
	home := serve(t, s)
	for name, since := range map[string]string{"restart": old, "nonsense": "x.y.z", "nothing": ""} {
		if a := listen(t, home+"/events?as=alex&since="+since, "").next(); a.kind != "reload" {
			t.Errorf("after %s: %s %s", name, a.kind, a.data)
		}
	}
	l := listen(t, s.stream(t, home, "as=alex"), "")
	if _, err := s.startOver(t.Context(), s.setup.user("alex"), form{}); err != nil {
		t.Fatal(err)
	}
	if a := l.next(); a.kind != "reload" {
		t.Errorf("after starting over: %s %s", a.kind, a.data)
	}
}

// quiet is a ResponseWriter that records what is written, for streams in a
// synctest bubble.
type quiet struct {
	http.ResponseWriter
	text strings.Builder
}

func (q *quiet) Header() http.Header              { return http.Header{} }
func (q *quiet) Write(b []byte) (int, error)      { return q.text.Write(b) }
func (q *quiet) Flush()                           {}
func (q *quiet) SetWriteDeadline(time.Time) error { return nil }
func (q *quiet) SetReadDeadline(time.Time) error  { return nil }

func TestStreamBeatsAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, cancel := context.WithCancel(t.Context())
		w := &quiet{}
		r := request("GET", s.stream(t, "", "as=alex"), "").WithContext(ctx)
		done := make(chan struct{})
		go func() { defer close(done); s.Console.events(w, r) }()
		time.Sleep(3*heartbeat + time.Second)
		cancel()
		<-done
		if beats := strings.Count(w.text.String(), ": still here"); beats != 4 {
			t.Errorf("%d beats in three times the heartbeat, and at the start:\n%s", beats, w.text.String())
		}
	})
}
