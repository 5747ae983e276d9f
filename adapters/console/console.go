// Package console is the web console: a simulated support workspace with
// channels, threads, direct messages and commands, for two users who speak
// different languages. It is an adapter like those of chat platforms and also
// stores what a platform would store, so that the bot can be tried and shown
// without one.
//
//	form in the browser --events.go--> bot.Event --> bot.Handler
//	bot.Post --Post--> workspace (journal first) --render.go--> HTML, pushed by stream.go
//
// id.go makes IDs, workspace.go is the stored state, from which erase.go removes what
// was deleted, events.go turns user actions into events, pointed.go reads what they
// point at, view.go reads what a user is looking at, state.go collects it, render.go
// turns it into HTML, and stream.go pushes changes. why.go and search.go are the
// panels of match evidence and of the search in messages, library.go with due.go,
// cases.go, channels.go and shadow.go the pages of the knowledge base, of open cases, of the
// rules of channels, and of what shadow channels would have read, with votes on it; editor.go with editor_fields.go
// changes files of the knowledge base; audit.go lists who changed what; hits.go has how often entries are asked for; figures.go collects the figures that overview.go shows and
// exports with export.go, and dead.go lists what could not be sent. keys.go lists the keyboard shortcuts. server.go is the HTTP server,
// access.go knows who may do what, and login.go is the login, which attempts.go
// limits; lead.go serves in one of several processes; bounds.go limits the rest. setup.go reads the initial workspace
// from data/ and the texts of the pages from locale/, one file per language. The
// scripts in static/ begin with app.js.
//
// A page has its own file, a template in tmpl/, a route in server.go, a line in the
// navigation (tmpl/frame.html), and lines in everyPage of pages_test.go, whose pages are
// checked for accessibility.
package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"mabsbot/bot"
)

// A Journal stores the changes of the workspace in order.
type Journal interface {
	// Append adds one record. Once it returns nil, the record survives a crash.
	Append(ctx context.Context, record []byte) error
	// Replay yields every record in the order of Append and returns the first
	// error of yield, or a bot.ErrUnreadable about records that it skipped.
	Replay(ctx context.Context, yield func(record []byte) error) error
	// Rewrite calls change for each record, and stores what it returns in its
	// place; nil keeps the record.
	Rewrite(ctx context.Context, change func(record []byte) []byte) error
	// Reset removes every record.
	Reset(ctx context.Context) error
}

// Options configure a Console. Addr, Journal, Library and Operations are required.
type Options struct {
	Addr        string        // host:port; port 0 means any free port
	Password    func() string // of an administrator
	Users       []User        // who log in by name; without users, a password and a proxy, only loopback is served
	Proxy       Proxy
	Sessions    Sessions // required if there is a password or users
	NoWorkspace bool     // serve the pages alone; Journal and Election are not used
	Journal     Journal
	Library     bot.Library
	Operations  bot.Operations
	Editor      *bot.Editor     // of the knowledge base; without one it is read only
	Election    *bot.Election   // of the process that serves the workspace; nil if there is only one
	Ended       func() []string // the adapters that no longer serve; nil is none
	Log         *slog.Logger    // nil discards; the text of a message is never logged
}

// A Console serves the workspace. Create it with New.
type Console struct {
	addr       string
	access     access
	workspace  bool // the simulated workspace is served
	journal    Journal
	library    bot.Library
	operations bot.Operations
	editor     *bot.Editor
	election   *bot.Election
	ended      func() []string
	log        *slog.Logger
	setup      *setup
	pages      map[string]*template.Template // by language
	attempts   attempts
	streams    counter

	listener net.Listener
	stopping chan struct{}

	leads atomic.Bool
	term  *bot.Term // guarded by write

	write   sync.Mutex // held while reading and changing ws, including the journal write
	mu      sync.RWMutex
	ws      *workspace    // guarded by mu; changed only while write is also held
	stamp   string        // identifies ws and this run of the program
	changed chan struct{} // closed at the next change
	handle  bot.Handler   // guarded by mu; set by Run
}

var (
	_ bot.Simulator = (*Console)(nil)
	_ bot.Reader    = (*Console)(nil)
	_ bot.Standby   = (*Console)(nil)
)

// New returns a console with the workspace stored in the journal. It fails if
// other machines can reach the address and there is no password, and if the
// database of the journal fails.
func New(ctx context.Context, o Options) (*Console, error) {
	c := &Console{
		addr: o.Addr, access: newAccess(o), workspace: !o.NoWorkspace, journal: o.Journal, library: o.Library, operations: o.Operations, editor: o.Editor, election: o.Election, ended: o.Ended, log: o.Log,
		stopping: make(chan struct{}), ws: newWorkspace(), stamp: newID(), changed: make(chan struct{}),
		term: &bot.Term{},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if !c.access.locked() && !loopback(c.addr) {
		return nil, fmt.Errorf("console: %s is open to other machines: set a password", c.addr)
	}
	var err error
	if c.setup, err = loadSetup(); err != nil {
		return nil, err
	}
	if c.pages, err = loadPages(c.setup); err != nil {
		return nil, err
	}
	if c.election != nil || !c.workspace {
		return c, nil // lead restores it
	}
	if c.ws, err = c.replay(ctx); err != nil {
		return nil, err
	}
	c.erase(ctx)
	return c, nil
}

// replay returns the workspace of the journal. A record that is damaged costs
// what it changed, and not the workspace: a platform that is served by the same
// program must not stop because of it.
func (c *Console) replay(ctx context.Context) (*workspace, error) {
	ws := newWorkspace()
	err := c.journal.Replay(ctx, func(record []byte) error {
		if err := ws.apply(record); err != nil {
			c.log.Error("console: skipping a record of the journal", "error", err)
		}
		return nil
	})
	if errors.Is(err, bot.ErrUnreadable) {
		c.log.Error("console: skipping unreadable records of the journal; \"Start over\" removes them", "error", err)
		return ws, nil
	}
	if err != nil {
		return nil, fmt.Errorf("console: journal: %w", err)
	}
	return ws, nil
}

// loopback reports whether only this machine can reach the address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Name implements bot.Adapter.
func (c *Console) Name() string { return adapterName }

// Capabilities implements bot.Adapter. The console can show everything.
func (c *Console) Capabilities() bot.Capabilities {
	return bot.Capabilities{DirectMessages: true, Private: true, Unprompted: true, Edits: true}
}

// Simulated implements bot.Simulator.
func (c *Console) Simulated() bool { return true }

// Listen opens the address, so that Addr is known before Run. Run calls it if
// it was not called before.
func (c *Console) Listen() error {
	if c.listener != nil {
		return nil
	}
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	c.listener = l
	return nil
}

// Addr returns the address that Listen opened, as host:port.
func (c *Console) Addr() string { return c.listener.Addr().String() }

// URL returns an address that a browser on this machine can open. If the
// console listens on all addresses, that is localhost.
func (c *Console) URL() string {
	host, port, err := net.SplitHostPort(c.Addr())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// shutdownTimeout bounds how long Run waits for requests in progress when it
// ends. Handling an event takes milliseconds.
const shutdownTimeout = 5 * time.Second

// Run serves the workspace until ctx ends, or while it is elected. It first redelivers the messages
// that the bot had not taken when the program ended.
func (c *Console) Run(ctx context.Context, handle bot.Handler) error {
	if err := c.Listen(); err != nil {
		return err
	}
	c.mu.Lock()
	c.handle = handle
	c.mu.Unlock()
	var leading sync.WaitGroup
	defer leading.Wait()
	switch {
	case !c.workspace:
	case c.election == nil:
		c.redeliver(ctx)
	default:
		leading.Go(func() { _ = c.election.Lead(ctx, c.lead) }) // lead returns no error
	}
	s := &http.Server{
		Handler:           c.handler(),
		ReadHeaderTimeout: 5 * time.Second,  // a browser sends its headers in one packet
		ReadTimeout:       30 * time.Second, // a megabyte over a slow line
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(c.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("console: %w", err)
	case <-ctx.Done():
	}
	close(c.stopping) // ends the streams, which Shutdown would wait for
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := s.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("console: shutdown: %w", err), s.Close())
	}
	return nil
}

// Post shows a post in the workspace exactly once, however often it is called
// with the same Post.ID: the post is in the journal before it is visible, and a
// repeat after a crash finds it there. A post to a place that does not exist is
// Refused, as is every post without the workspace; while the journal fails, posts are NotDelivered.
func (c *Console) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	c.write.Lock()
	defer c.write.Unlock()
	if d, ok := c.ws.sent[p.ID]; ok {
		return d, nil
	}
	if !c.workspace {
		return bot.Delivery{}, bot.Refused(errors.New("console: the workspace is not served (console.workspace)"))
	}
	if err := c.ws.check(p, c.setup.known); err != nil {
		return bot.Delivery{}, bot.Refused(err)
	}
	p.Asked, p.Trace = time.Time{}, "" // the outbox has them, no page shows them
	if err := c.commit(ctx, record{Op: opPosted, ID: newID(), Post: &p}); err != nil {
		return bot.Delivery{}, bot.NotDelivered(err, 0)
	}
	return c.ws.sent[p.ID], nil
}

// commit writes a record to the journal and then applies it. The caller holds
// write.
func (c *Console) commit(ctx context.Context, r record) error {
	r.At = time.Now().UTC()
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("console: journal: %w", err)
	}
	if err := c.term.Confirm(ctx); err != nil { // another process would not see the record
		return fmt.Errorf("console: %w", err)
	}
	if err := c.journal.Append(ctx, data); err != nil {
		return fmt.Errorf("console: journal: %w", err)
	}
	c.update(func(w *workspace) {
		err = w.apply(data)
		if m := w.byID[r.ID]; m != nil && m.Taken < m.Version {
			m.busy = true // deliver follows
		}
	})
	if err == nil && r.erases() {
		c.erase(ctx)
	}
	return err
}

// update changes the workspace and wakes the streams.
func (c *Console) update(change func(*workspace)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c.ws)
	close(c.changed)
	c.changed = make(chan struct{})
}

// startOver empties the workspace and renames it, so that the bot does not find
// its state of the old threads. If a crash loses the new name, the bot may link
// to a thread that is gone, for as long as it links to earlier answers.
func (c *Console) startOver(ctx context.Context, _ bot.User, _ form) (id string, err error) {
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.term.Confirm(ctx); err != nil {
		return "", fmt.Errorf("console: %w", err)
	}
	if err := c.journal.Reset(ctx); err != nil {
		return "", fmt.Errorf("console: journal: %w", err)
	}
	c.mu.Lock()
	c.ws, c.stamp = newWorkspace(), newID()
	c.mu.Unlock()
	return "", c.commit(ctx, record{Op: opBegun, ID: newName()})
}
