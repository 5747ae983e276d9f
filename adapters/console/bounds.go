package console

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// The bounds of what one request can make the console do, because it shares its
// process with the adapters of platforms.

const (
	// maxShown is how many messages of a list a page has: more than users read
	// before they search, and rendered in 50 ms.
	maxShown = 200
	// maxCollected is how many messages are collected for a page before earlier ones
	// are left out.
	maxCollected = 10 * maxShown
	// maxShownText is how much of a message a page has: four screens.
	maxShownText = 8 << 10
	// maxQuery is how much of a query is used: more than a line.
	maxQuery = 200
	// maxHeader is for the address and the headers of a request. A browser sends
	// about 2 kB.
	maxHeader = 32 << 10
	// maxStreams is more open windows than a team has.
	maxStreams = 200
)

// cutQuery cuts what users search for to maxQuery.
func cutQuery(q string) string { return strings.TrimSpace(q[:boundary(q, maxQuery)]) }

// newest keeps the last rows of each list, and the root of the open thread. It
// records in earlier which lists had more.
func newest(rows []row, root string, earlier map[string]bool) []row {
	left := map[string]int{channelList: maxShown, threadList: maxShown}
	var kept []row
	for _, r := range slices.Backward(rows) {
		if left[r.List] > 0 || r.List == threadList && r.ID == root {
			kept = append(kept, r)
		} else {
			earlier[r.List] = true
		}
		left[r.List]--
	}
	slices.Reverse(kept)
	return kept
}

// A counter counts what is open, up to a limit. It is safe for concurrent use.
type counter struct {
	mu   sync.Mutex
	open int
}

// enter reports whether one more may be open.
func (c *counter) enter(limit int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open >= limit {
		return false
	}
	c.open++
	return true
}

func (c *counter) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
}

// Whole reports whether the page has the whole text of the message.
func (r row) Whole() bool { return len(r.Text) <= maxShownText }

// Shown returns the beginning of a user's text, as Typed does.
func (r row) Shown() []span {
	m := *r.message
	m.Text = m.Text[:boundary(m.Text, maxShownText)]
	return m.Typed()
}

// text serves the whole text of a user's message, which pages show in part.
func (c *Console) text(w http.ResponseWriter, r *http.Request) {
	m := c.look(r.PathValue("id"))
	if m == nil || !m.explicable() || !m.visible(c.view(r).User.ID) {
		c.missing(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, m.Text) // the browser may have disconnected
}
