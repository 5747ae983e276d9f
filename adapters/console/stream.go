package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Pages are updated by server-sent events. Each event carries the messages that
// changed as HTML, and its ID is the state that the page then has. A browser
// that reconnects sends the last ID and receives what it missed. After a
// restart of the program or the workspace the IDs are invalid, and the browser
// is asked to reload the page.

// heartbeat keeps proxies from closing an idle stream, which most do after a
// minute, and detects browsers that disconnected silently.
const heartbeat = 15 * time.Second

// maxChanged is how many messages one event has at most. A page that missed more is
// rendered again.
const maxChanged = 2 * maxShown

// writeTimeout is how long a browser may take to read one event.
const writeTimeout = 30 * time.Second

// A push is the data of one event.
type push struct {
	Messages []fragment     `json:"messages"`
	Heard    map[string]int `json:"heard"` // by channel: how many messages others wrote
}

// A fragment is one message in one list. HTML is "" if it is gone.
type fragment struct {
	ID    string `json:"id"` // of the element
	Order int    `json:"order"`
	HTML  string `json:"html"`
}

func (c *Console) events(w http.ResponseWriter, r *http.Request) {
	if !c.streams.enter(maxStreams) {
		c.refuse(w, r, errStreams)
		return
	}
	defer c.streams.leave()
	v := c.view(r)
	stamp, seq := parseSince(r)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would buffer events
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the server's read timeout would end the stream; not every writer supports deadlines
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		wake := c.wake()
		s := c.since(v, seq)
		outdated := s.stamp != stamp || len(s.rows) > maxChanged // the page is rendered again
		text := ": still here\n\n"
		switch {
		case outdated:
			text = "event: reload\ndata: {}\n\n"
		case s.seq != seq:
			seq = s.seq
			text = c.change(v, s)
		}
		_ = out.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := fmt.Fprint(w, text); err != nil || out.Flush() != nil || outdated {
			return
		}
		if !wait(r.Context(), wake, tick.C, c.stopping) || !c.stays(r) || c.StandsBy() {
			return
		}
	}
}

// parseSince reads where a stream continues: where the browser lost it, or
// where the page was rendered.
func parseSince(r *http.Request) (stamp string, seq int) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("since")
	}
	stamp, number, _ := strings.Cut(id, ".")
	seq, err := strconv.Atoi(number)
	if err != nil {
		return "", 0
	}
	return stamp, seq
}

// wake returns a channel that is closed at the next change.
func (c *Console) wake() <-chan struct{} {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.changed
}

// wait waits for something to write. It returns false when the stream ends.
func wait(ctx context.Context, wake <-chan struct{}, tick <-chan time.Time, stopping <-chan struct{}) bool {
	select {
	case <-wake:
	case <-tick:
	case <-ctx.Done():
		return false
	case <-stopping:
		return false
	}
	return true
}

// change returns the event that updates a page from one state to the next.
func (c *Console) change(v view, s state) string {
	p := push{Messages: []fragment{}, Heard: s.heard}
	var mistakes []error
	for _, r := range s.rows {
		f := fragment{ID: r.List + "-" + r.ID, Order: r.Order}
		if !r.Dead() {
			var err error
			f.HTML, err = c.fragment(v.Lang, "message", r)
			mistakes = append(mistakes, err)
		}
		p.Messages = append(p.Messages, f)
	}
	data, err := json.Marshal(p)
	if err := errors.Join(append(mistakes, err)...); err != nil {
		c.log.Error("an event could not be written", "error", err)
	}
	return fmt.Sprintf("id: %s\nevent: change\ndata: %s\n\n", s.id(), data)
}

// fragment renders one template of a language.
func (c *Console) fragment(lang, name string, data any) (string, error) {
	var b bytes.Buffer
	if err := c.pages[lang].ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("console: %w", err)
	}
	return b.String(), nil
}
