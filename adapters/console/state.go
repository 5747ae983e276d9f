package console

import (
	"fmt"
	"time"

	"mabsbot/bot"
)

// A state is the part of the workspace that a view shows, limited to what
// changed since an earlier state.
type state struct {
	rows    []row           // including rows that are gone
	earlier map[string]bool // the lists of which earlier rows were left out
	heard   map[string]int  // by channel: how many messages others wrote
	name    string          // of the workspace
	stamp   string
	seq     int
}

// id identifies the state, so that a stream can continue from it.
func (s state) id() string { return fmt.Sprintf("%s.%d", s.stamp, s.seq) }

// since collects what changed after seq; -1 collects everything.
func (c *Console) since(v view, seq int) state {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s := state{name: c.ws.name, stamp: c.stamp, seq: c.ws.seq, earlier: map[string]bool{}}
	r := reader{user: v.User.ID, heard: map[string]int{}, under: map[string]answers{}, asked: map[string]string{}}
	link := c.linker(v, c.ws.name)
	for _, m := range c.ws.messages {
		if !m.visible(v.User.ID) {
			continue
		}
		r.read(m)
		if m.changed <= seq || m.Channel != v.Channel {
			continue
		}
		made := row{message: new(*m), View: v, From: c.setup.user(m.User), About: r.about(m), Link: link}
		if m.Root == "" {
			made.List, made.Nth = channelList, r.nth(m)
			s.rows = append(s.rows, made)
		}
		if v.Root != "" && (m.ID == v.Root || m.Root == v.Root) {
			made.List, made.Nth = threadList, r.nthReply(m)
			s.rows = append(s.rows, made)
		}
		if seq < 0 && len(s.rows) > maxCollected {
			s.rows = newest(s.rows, v.Root, s.earlier)
		}
	}
	for i := range s.rows {
		s.rows[i].Answers = r.under[s.rows[i].ID]
	}
	s.heard = r.heard
	return s
}

// A reader goes through the messages that a user sees, oldest first, and keeps
// what the rows say about their neighbors.
type reader struct {
	user  string
	heard map[string]int     // by channel: how many messages others wrote so far
	under map[string]answers // by the root of a thread
	asked map[string]string  // by conversation: the latest message of a user
}

// answers summarize the thread under a message as one user sees it.
type answers struct {
	Count int
	Bot   bool      // one of them is by the bot
	Last  time.Time // when the last one was written
	Heard int       // how many others wrote
}

// read counts a message. Those of others count even if they were deleted, so
// that the number of a message never changes.
func (r *reader) read(m *message) {
	others := m.User != r.user
	if others {
		r.heard[m.Channel]++
	}
	if m.Root != "" {
		a := r.under[m.Root]
		if others {
			a.Heard++
		}
		if !m.Gone {
			a.Count++
			a.Bot = a.Bot || m.User == ""
			a.Last = m.At
		}
		r.under[m.Root] = a
	}
	if !m.explicable() {
		return
	}
	r.asked[conversation(m.Thread)] = m.ID
}

// conversation returns a key for the thread of a message, or for the direct
// conversation.
func conversation(t bot.Thread) string { return t.Channel + "/" + t.Root }

// about returns the user's message that a message of the bot most likely
// answers: the latest one in its conversation. It is "" for other messages.
func (r *reader) about(m *message) string {
	if m.User != "" || m.Gone {
		return ""
	}
	return r.asked[conversation(m.Thread)]
}

// nth returns the number of the message that was just read among those of
// others in its channel, or 0.
func (r *reader) nth(m *message) int {
	if m.User == r.user {
		return 0
	}
	return r.heard[m.Channel]
}

// nthReply returns the number of the message that was just read among those of
// others in its thread, or 0.
func (r *reader) nthReply(m *message) int {
	if m.User == r.user || m.Root == "" {
		return 0
	}
	return r.under[m.Root].Heard
}

// linker returns a function that returns the address of a thread of the
// workspace.
func (c *Console) linker(v view, name string) func(bot.Thread) string {
	return func(t bot.Thread) string {
		if t.Adapter != adapterName || t.Workspace != name || !c.open(v.User.ID, t.Channel, t.Root) {
			return ""
		}
		return v.In(t.Channel).Thread(t.Root).URL()
	}
}
