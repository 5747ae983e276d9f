package console

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabsbot/bot"
)

// A workspace is the simulated support workspace: what a chat platform would
// store. It changes only by records, so that replaying the journal restores it.
type workspace struct {
	name     string // bot.Thread.Workspace
	seq      int    // incremented with every change
	messages []*message
	byID     map[string]*message
	byPost   map[bot.PostID]*message     // the message that shows or showed a post
	sent     map[bot.PostID]bot.Delivery // the result of each post
}

// A message was written by a user or the bot.
type message struct {
	ID      string
	Order   int // position among all messages
	Channel string
	Root    string // the root message of the thread; "" for a root and in direct messages
	Thread  bot.Thread
	At      time.Time
	User    string // "" means the bot
	Only    string // the only user who sees it; "" means every member of the channel

	Text    string // as typed by a user
	Command bool
	Version int // 1, incremented with each edit
	Taken   int // the latest version that the bot has taken
	Gone    bool

	Post  bot.PostID // by the bot: the latest post shown here
	Reply bot.Reply

	changed int  // the seq of the last change
	busy    bool // the bot is taking it right now
}

// The operations of records, with the fields that each uses.
const (
	opBegun   = "begun"   // ID: the name of the workspace that was started over
	opSaid    = "said"    // ID, User, Channel, Root, Text, Command
	opEdited  = "edited"  // ID, Text, Version
	opTaken   = "taken"   // ID, Version
	opDeleted = "deleted" // ID
	opPosted  = "posted"  // ID, Post
)

// A record is one change of the workspace, as stored in the journal.
type record struct {
	Op      string    `json:"op"`
	At      time.Time `json:"at"`
	ID      string    `json:"id"`
	User    string    `json:"user,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Root    string    `json:"root,omitempty"`
	Text    string    `json:"text,omitempty"`
	Command bool      `json:"command,omitempty"`
	Version int       `json:"version,omitempty"`
	Post    *bot.Post `json:"post,omitempty"`
}

func newWorkspace() *workspace {
	return &workspace{
		name:   firstName,
		byID:   map[string]*message{},
		byPost: map[bot.PostID]*message{},
		sent:   map[bot.PostID]bot.Delivery{},
	}
}

// apply applies one record. A change to something that does not exist, or that
// was applied before, has no effect: the journal may contain a record twice if
// writing it seemed to fail.
func (w *workspace) apply(data []byte) error {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return fmt.Errorf("console: journal record: %w", err)
	}
	m := w.byID[r.ID]
	switch r.Op {
	case opBegun:
		w.name = r.ID
	case opSaid:
		w.said(r)
	case opPosted:
		w.posted(r)
	case opEdited, opTaken, opDeleted:
		if m != nil {
			m.change(r)
			w.touch(m)
		}
	default:
		return fmt.Errorf("console: journal record: operation %q is unknown", r.Op)
	}
	return nil
}

func (m *message) change(r record) {
	switch r.Op {
	case opEdited:
		m.Text, m.Version = r.Text, r.Version
	case opTaken:
		m.Taken = max(m.Taken, r.Version)
	case opDeleted:
		m.Gone, m.Text = true, ""
	}
}

func (w *workspace) said(r record) {
	m := &message{
		ID: r.ID, Channel: r.Channel, Root: r.Root, At: r.At,
		User: r.User, Text: r.Text, Command: r.Command, Version: 1,
	}
	if r.Command {
		m.Only = r.User
	}
	m.Thread = threadOf(w.name, m)
	w.add(m)
}

// posted shows a post once.
func (w *workspace) posted(r record) {
	p := r.Post
	if p == nil {
		return
	}
	if _, repeated := w.sent[p.ID]; repeated {
		return
	}
	m := w.byPost[p.Replaces]
	switch {
	case p.Withdraw && m == nil: // never shown
		w.sent[p.ID] = bot.Delivery{Thread: p.Thread}
		return
	case p.Withdraw:
		m.Gone, m.Reply = true, bot.Reply{}
		w.touch(m)
	case m != nil && !m.Gone:
		m.Post, m.Reply = p.ID, p.Reply
		w.touch(m)
	default:
		m = w.fresh(r)
		w.add(m)
	}
	w.byPost[p.ID] = m
	w.sent[p.ID] = bot.Delivery{Ref: m.ID, Thread: m.Thread}
}

// fresh returns the message of a post that replaces no other. A reply to a
// command appears where the command was typed, for the same user.
func (w *workspace) fresh(r record) *message {
	p := r.Post
	m := &message{ID: r.ID, Channel: p.Thread.Channel, Thread: p.Thread, At: r.At, Post: p.ID, Reply: p.Reply}
	if p.Private {
		m.Only = p.To.ID
	}
	if p.Opens || isNotice(p) {
		m.Thread = threadOf(w.name, m)
		return m
	}
	m.Root = p.Thread.Root
	if c := w.command(p.Thread.Root); c != nil {
		m.Root, m.Only = c.Root, c.Only
	}
	return m
}

func (w *workspace) add(m *message) {
	if w.byID[m.ID] != nil {
		return
	}
	m.Order = len(w.messages)
	w.messages = append(w.messages, m)
	w.byID[m.ID] = m
	if m.Post != "" {
		w.byPost[m.Post] = m
	}
	w.touch(m)
}

// touch marks a message as changed, and with it the root of its thread, which
// shows the number of replies.
func (w *workspace) touch(m *message) {
	w.seq++
	m.changed = w.seq
	if top := w.byID[m.Root]; top != nil {
		top.changed = w.seq
	}
}

// command returns the command message that a root refers to, or nil.
func (w *workspace) command(root string) *message {
	if id, ok := cutCommand(root); ok {
		return w.byID[id]
	}
	return nil
}

// check returns why a post cannot be shown, or nil.
func (w *workspace) check(p bot.Post, known func(channel string) bool) error {
	t := p.Thread
	switch {
	case p.ID == "":
		return fmt.Errorf("console: a post without an ID")
	case p.Private && p.To.ID == "" && w.command(t.Root) == nil:
		return fmt.Errorf("console: post %s: private to nobody", p.ID)
	case t.Adapter != adapterName || !known(t.Channel):
		return fmt.Errorf("console: post %s: there is no channel %q", p.ID, t.Channel)
	case p.Opens:
		return nil
	case t.Workspace != w.name:
		return fmt.Errorf("console: post %s: workspace %q was started over", p.ID, t.Workspace)
	case t.Root == "" && isDirect(t.Channel), isNotice(&p), w.command(t.Root) != nil, w.byID[t.Root] != nil:
		return nil
	}
	return fmt.Errorf("console: post %s: there is no thread %q", p.ID, t.Root)
}

// isNotice reports whether a post is shown to one user of a channel, outside of
// threads.
func isNotice(p *bot.Post) bool {
	return p.Private && p.Thread.Root == "" && !isDirect(p.Thread.Channel)
}

// visible reports whether the user sees the message and its channel.
func (m *message) visible(user string) bool {
	if owner, direct := directUser(m.Channel); direct && owner != user {
		return false
	}
	return m.Only == "" || m.Only == user
}

// exists reports whether a thread still exists: its root does, or a reply that
// the user sees.
func (w *workspace) exists(top *message, user string) bool {
	return !top.Gone || slices.ContainsFunc(w.messages, func(m *message) bool {
		return m.Root == top.ID && !m.Gone && m.visible(user)
	})
}

// waiting returns the messages whose latest version the bot has not taken,
// oldest first.
func (w *workspace) waiting() []*message {
	return slices.DeleteFunc(slices.Clone(w.messages), func(m *message) bool {
		return m.User == "" || m.Gone || m.Taken >= m.Version
	})
}
