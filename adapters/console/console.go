// Package console is a small support workspace in the browser: channels,
// threads, direct messages and commands, for two people who speak different
// languages. It is an adapter like that of any chat platform and keeps what a
// platform would keep, so that the bot can be tried, and shown, without one.
//
//	form in the browser --events.go--> bot.Event --> bot.Handler
//	bot.Post --Post--> workspace (journal first) --render.go--> HTML, pushed by stream.go
//
// The files: id.go names things, workspace.go is what is kept, events.go turns
// what people do into events, view.go says what one person looks at, render.go
// turns that into HTML, stream.go keeps it fresh. why.go, library.go and
// shadow.go show the matcher's reasons, the knowledge base, and what was not
// said. server.go and login.go guard the door. setup.go reads what the
// workspace begins with from data/, and the texts of the pages from locale/,
// one file a language.
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
	"time"

	"mabsbot/bot"
)

// DefaultAddr is where the console listens unless told otherwise.
const DefaultAddr = "127.0.0.1:8080"

// A Journal keeps the changes of the workspace, in order.
type Journal interface {
	// Append adds one record. Once it has returned nil the record is there
	// after a crash.
	Append(ctx context.Context, record []byte) error
	// Replay yields every record in the order of Append, and returns the
	// first error of yield.
	Replay(ctx context.Context, yield func(record []byte) error) error
	// Reset removes every record.
	Reset(ctx context.Context) error
}

// Options are what a console needs. Journal and Library are required.
type Options struct {
	Addr     string        // host:port; "" is DefaultAddr, port 0 is any free one
	Password func() string // nil, or one that returns "", asks for none and serves loopback only
	Journal  Journal
	Library  bot.Library
	Log      *slog.Logger // nil is silent; no text of a message is ever logged
}

// A Console serves the workspace. Make one with New.
type Console struct {
	addr     string
	password string
	journal  Journal
	library  bot.Library
	log      *slog.Logger
	setup    *setup
	pages    map[string]*template.Template // by language
	sessions sessions

	listener net.Listener
	stopping chan struct{}

	write   sync.Mutex // held from looking at ws to changing it, the journal's write included
	mu      sync.RWMutex
	ws      *workspace    // guarded by mu; changed only with write held, too
	stamp   string        // names ws and this run of the program
	changed chan struct{} // closed at the next change
	handle  bot.Handler   // guarded by mu; set by Run
}

var _ bot.Adapter = (*Console)(nil)

// New returns a console with the workspace that the journal holds. It fails
// where other machines reach the address and there is no password, and where
// the journal cannot be read.
func New(ctx context.Context, o Options) (*Console, error) {
	c := &Console{
		addr: o.Addr, journal: o.Journal, library: o.Library, log: o.Log,
		stopping: make(chan struct{}), ws: newWorkspace(), stamp: newID(), changed: make(chan struct{}),
	}
	if c.addr == "" {
		c.addr = DefaultAddr
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if o.Password != nil {
		c.password = o.Password()
	}
	if c.password == "" && !loopback(c.addr) {
		return nil, fmt.Errorf("console: %s is open to other machines: set a password", c.addr)
	}
	var err error
	if c.setup, err = loadSetup(); err != nil {
		return nil, err
	}
	if c.pages, err = loadPages(c.setup); err != nil {
		return nil, err
	}
	if err := c.journal.Replay(ctx, c.ws.apply); err != nil {
		return nil, fmt.Errorf("console: journal: %w", err)
	}
	return c, nil
}

// loopback reports whether only this machine reaches the address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Name is "console".
func (c *Console) Name() string { return adapterName }

// Capabilities: the console can show everything.
func (c *Console) Capabilities() bot.Capabilities {
	return bot.Capabilities{DirectMessages: true, Private: true, Edits: true}
}

// Listen opens the address, so that Addr can tell it before Run. Run calls it
// where nobody did.
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

// Addr is the address that Listen opened, as host:port.
func (c *Console) Addr() string { return c.listener.Addr().String() }

// lastWait is what Run leaves to requests that are under way when it ends:
// time for many events, which take milliseconds each.
const lastWait = 5 * time.Second

// Run serves the workspace until ctx ends. What the bot has not taken yet, for
// the program ended before, it is handed first.
func (c *Console) Run(ctx context.Context, handle bot.Handler) error {
	if err := c.Listen(); err != nil {
		return err
	}
	c.mu.Lock()
	c.handle = handle
	c.mu.Unlock()
	c.redeliver(ctx)
	s := &http.Server{
		Handler:           c.handler(),
		ReadHeaderTimeout: 5 * time.Second,  // headers of a browser come in one packet
		ReadTimeout:       30 * time.Second, // a megabyte over a slow line
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
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
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWait)
	defer cancel()
	if err := s.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("console: shutdown: %w", err), s.Close())
	}
	return nil
}

// Post shows a post in the workspace, once, however often it is called with
// the same Post.ID. The journal knows of the post before anybody sees it, and
// a repeat after a crash finds it there: no window remains in which a post
// could be shown twice or be lost. A post to a place that does not exist, or
// no longer, is Refused; while the journal fails, posts are NotDelivered.
func (c *Console) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	c.write.Lock()
	defer c.write.Unlock()
	if d, ok := c.ws.sent[p.ID]; ok {
		return d, nil
	}
	if err := c.ws.check(p, c.setup.known); err != nil {
		return bot.Delivery{}, bot.Refused(err)
	}
	if err := c.commit(ctx, record{Op: opPosted, ID: newID(), Post: &p}); err != nil {
		return bot.Delivery{}, bot.NotDelivered(err, 0)
	}
	return c.ws.sent[p.ID], nil
}

// commit writes a record to the journal and then makes its change. The caller
// holds write.
func (c *Console) commit(ctx context.Context, r record) error {
	r.At = time.Now().UTC()
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("console: journal: %w", err)
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

// startOver empties the workspace. Its new name keeps what the bot remembers
// of the old threads from being met again; if a crash loses the name, the bot
// may link to a thread that is gone, for as long as it links to earlier
// answers.
func (c *Console) startOver(ctx context.Context, _ bot.User, _ form) (id string, err error) {
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.journal.Reset(ctx); err != nil {
		return "", fmt.Errorf("console: journal: %w", err)
	}
	c.mu.Lock()
	c.ws, c.stamp = newWorkspace(), newID()
	c.mu.Unlock()
	return "", c.commit(ctx, record{Op: opBegun, ID: newName()})
}
