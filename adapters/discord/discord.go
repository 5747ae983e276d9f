// Package discord connects the bot to Discord: one application, in as many
// servers as invited it.
//
//	discordapi --envelope--> intake.go --events.go, interact.go--> bot.Event --> bot.Handler --> need not come again
//	bot.Post --post.go--> render.go --> discordapi
//
// The files: gateway.go says what is asked of Discord's gateway, session.go keeps
// its session. events.go and interact.go say what Discord's payloads mean, text.go
// undoes their markup and makes foreign text safe, places.go knows where channels
// and threads belong. intake.go acknowledges, inbox.go finds what was recorded,
// files.go fetches logs. render.go writes components within limits.go, split.go
// says what counts for them, modal.go asks and suggests. post.go delivers,
// thread.go says where to, links.go keeps the tokens of uses. errors.go says
// what an error means for a post. commands.go registers commands, check.go looks
// at permissions, words.go is what the adapter says itself, id.go names things. What
// it has in common with other chat platforms stands in adapters/chat.
package discord

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// An Inbox keeps what was recorded and is not done yet.
type Inbox interface {
	// Put records a payload under its key. Once it has returned nil the payload
	// is there after a crash. A known key changes nothing.
	Put(ctx context.Context, key string, payload []byte) error
	// Done removes a payload.
	Done(ctx context.Context, key string) error
	// Bury keeps a payload that cannot be handled, for people to look at.
	Bury(ctx context.Context, key string, payload []byte) error
	// Replay yields every payload that is not done, oldest first.
	Replay(ctx context.Context, yield func(key string, payload []byte) error) error
}

// A Library is what the adapter asks the core besides.
type Library interface {
	Suggest(query, lang string, limit int) []bot.Suggestion
	Language(ctx context.Context, user bot.UserKey, locale string) (string, error)
}

// Options are what the adapter needs.
type Options struct {
	Token             func() string // of the bot, without the word Bot before it; called whenever it is used
	ApplicationID     string        // "" is asked from Discord
	APIURL            string        // "" is Discord's; with or without /v10 and a slash at its end
	CDNURL            string        // a host besides Discord's own that attachments may come from, or ""
	EscalationChannel string        // the channel where people are asked for, or ""
	Register          bool          // commands are registered at the start
	Inbox             Inbox
	Library           Library
	Log               *slog.Logger // nil is silent; no text of a message and no secret is ever logged

	pace discordapi.Pace // tests have less time
}

// A Discord is the adapter of one application. Make it with New.
type Discord struct {
	o        Options
	log      *slog.Logger
	texts    chat.Texts
	hushTime time.Duration

	client   *discordapi.Client
	sessions *sessionStore
	places   *places
	links    *links
	locales  *locales
	closed   *closed
	directs  sync.Map // channels of direct messages, by user

	granted bool // Discord says that messages may come with their content

	quick, later, pages *chat.Lanes // what is handled in order, what waits for files, and what answers at once
	handle              bot.Handler
	ctx                 context.Context // of Run
	last                context.Context // outlasts it by ackTime: what came is recorded and acknowledged
	stop                func(why error) // ends Run
	ready               chan struct{}   // closed once we know who we are
	ended               chan struct{}   // closed when Run ends
	said                sync.Map        // what once has logged

	mu   sync.Mutex
	self identity
}

var _ bot.Adapter = (*Discord)(nil)

// How much is done at once. Handling is a transaction of a millisecond or two;
// the others wait for the network.
const (
	quickJobs = 32
	slowJobs  = 16
	pageJobs  = 64
)

// New returns an adapter.
func New(o Options) (*Discord, error) {
	texts, err := loadWords()
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Discord{
		o: o, log: o.Log, texts: texts, hushTime: hushTime,
		sessions: &sessionStore{inbox: o.Inbox}, places: newPlaces(), links: newLinks(), locales: newLocales(), closed: newClosed(),
		quick: chat.NewLanes(quickJobs), later: chat.NewLanes(slowJobs), pages: chat.NewLanes(pageJobs),
		ctx: context.Background(), last: context.Background(), stop: func(error) {}, ready: make(chan struct{}), ended: make(chan struct{}),
	}
	d.client, err = discordapi.New(discordapi.Options{
		Token: o.Token, APIURL: o.APIURL, Timeout: apiTime, Pace: o.pace, Log: o.Log,
		Events:       func(e discordapi.Event, done func()) { d.intake(envelope{e.Name, e.Data, e.Received}, done) },
		Unauthorized: func() { d.stop(errToken) },
		Sessions:     d.sessions,
		Throttle:     &chat.Throttle{},
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Name is "discord".
func (d *Discord) Name() string { return adapterName }

// Capabilities: Discord can show everything. Where a server does not let the bot
// begin threads, a conversation goes on by replies.
func (d *Discord) Capabilities() bot.Capabilities {
	return bot.Capabilities{DirectMessages: true, Private: true, Edits: true}
}

// Run connects, handles first what an earlier run left, and serves until ctx
// ends or Discord refuses for good, above all the token. It is called once.
func (d *Discord) Run(ctx context.Context, handle bot.Handler) error {
	defer close(d.ended)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	last, cancel := outlive(ctx, ackTime)
	defer cancel()
	d.ctx, d.last, d.handle, d.stop = ctx, last, handle, stop
	err := d.serve(ctx)
	if errors.Is(context.Cause(ctx), errToken) { // of any request, at any time
		return errToken
	}
	return err
}

// serve is Run in its order.
func (d *Discord) serve(ctx context.Context) error {
	if err := d.meet(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	close(d.ready)
	err := d.listen(ctx, d.replay(ctx))
	d.stop(err)
	d.pages.Wait()
	d.quick.Wait()
	d.later.Wait()
	_ = d.client.SaveSession(ctx) // without it, events come again that are known
	return err
}

// outlive returns a context that ends a time after ctx.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return last, cancel
}

// me is who we are.
func (d *Discord) me() identity {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.self
}

// once logs what others can make happen as often as they like.
func (d *Discord) once(what string, args ...any) {
	if _, again := d.said.LoadOrStore(what, true); !again {
		d.log.Warn("discord: "+what+"; further ones are not logged", args...)
	}
}

// Locales are the languages of people's clients, which Discord tells only when
// they use something. They are safe for concurrent use.
type locales struct {
	mu  sync.Mutex
	all map[string]string
}

func newLocales() *locales { return &locales{all: map[string]string{}} }

// maxLocales keeps what is remembered to a few megabytes.
const maxLocales = 50_000

func (l *locales) learn(user, locale string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) > maxLocales {
		clear(l.all)
	}
	l.all[user] = locale
}

func (l *locales) of(user string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[user]
}
