// Package discord connects the bot to Discord: one application, installed in any
// number of servers.
//
//	discordapi --envelope--> intake.go --events.go, interact.go--> bot.Event --> bot.Handler --> done
//	bot.Post --post.go, responses.go--> render.go --> discordapi
//
// Incoming: lead.go connects to the gateway while this process leads, gateway.go
// chooses the intents, and session.go saves the session of the gateway. intake.go
// takes events until Discord need not send them again, and interactions.go those of
// them that need a response within 3 seconds. inbox.go replays recorded events,
// files.go downloads attachments, and pointed.go reads what a message points at.
// events.go and interact.go parse payloads, and text.go removes and escapes their
// markdown.
//
// Outgoing: post.go sends messages to channels, and responses.go responds to
// interactions with the tokens that tokens.go keeps. threads.go finds the channel
// or thread, channels.go caches what is known of them, and forbidden.go remembers
// missing permissions. render.go turns replies into components and pages.go
// distributes them over messages, within limits.go and counted by split.go.
// modal.go shows suggestions and modals. errors.go classifies errors.
//
// At startup check.go looks up the application and checks permissions, and
// commands.go registers commands; diagnose.go checks an installation that does not
// run. words.go loads the adapter's own texts, id.go
// names things. adapters/chat has the parts that other chat platforms share.
package discord

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Library is the part of the core that the adapter queries outside of events.
type Library interface {
	Suggest(query, lang string, limit int) []bot.Suggestion
	Language(ctx context.Context, user bot.UserKey, locale string) (string, error)
}

// Options configure a Discord. Token, Inbox and Library are required.
type Options struct {
	Token             func() string // the bot token, without "Bot "; called for every use
	ApplicationID     string        // "" means that of the token's application
	APIURL            string        // "" is Discord's; with or without /v10 and a trailing slash
	CDNURL            string        // a URL whose host may serve attachments, too, or ""
	EscalationChannel func() string // the ID of the channel that gets escalations, or "", now; nil is none
	Register          bool          // register changed commands at startup
	Inbox             chat.Inbox
	Election          *bot.Election // of the process that connects to the gateway; nil if there is only one
	Library           Library
	Acknowledged      func(took time.Duration) // called when a message or interaction need not be sent again; nil is none
	Log               *slog.Logger             // nil discards; neither message content nor secrets are logged

	pace discordapi.Pace // the zero value is discordapi's default; tests use a faster one
}

// A Discord is the adapter of one application. Create it with New.
type Discord struct {
	o            Options
	log          *slog.Logger
	texts        chat.Texts
	thinkingTime time.Duration

	client     *discordapi.Client
	http       *http.Client // for attachments
	sessions   *sessionStore
	connecting *connecting
	channels   *channels
	tokens     *tokens
	locales    *locales
	forbidden  *forbidden
	directs    sync.Map // IDs of DM channels, by user

	link           chat.Link
	contentGranted bool // the application has the Message Content Intent
	leads          atomic.Bool

	intake *chat.Intake
	handle bot.Handler
	stop   func(why error) // ends Run
	ready  chan struct{}   // closed once the bot's identity is known
	ended  chan struct{}   // closed when Run ends

	mu   sync.Mutex
	self identity
}

var (
	_ bot.Reader    = (*Discord)(nil)
	_ bot.Standby   = (*Discord)(nil)
	_ bot.Connector = (*Discord)(nil)

	_ bot.ChannelChecker = (*Discord)(nil)
	_ bot.BotFinder      = (*Discord)(nil)
)

// pageJobs is how many interactions are responded to at once. Each waits for a
// request to Discord.
const pageJobs = 64

// New returns an adapter.
func New(o Options) (*Discord, error) {
	texts, err := loadTexts()
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.EscalationChannel == nil {
		o.EscalationChannel = func() string { return "" }
	}
	d := &Discord{
		o: o, log: o.Log, texts: texts, thinkingTime: thinkingTime,
		sessions: &sessionStore{inbox: o.Inbox}, connecting: &connecting{}, channels: newChannels(), tokens: newTokens(), locales: newLocales(), forbidden: newForbidden(),
		intake: chat.NewIntake(adapterName, eventInbox{o.Inbox}, pageJobs, o.Log),
		stop:   func(error) {}, ready: make(chan struct{}), ended: make(chan struct{}),
	}
	d.http = &http.Client{Timeout: fileTime, CheckRedirect: d.follow}
	d.client, err = discordapi.New(discordapi.Options{
		Token: o.Token, APIURL: o.APIURL, Timeout: apiTime, Pace: o.pace, Log: o.Log,
		Events: func(ctx context.Context, e discordapi.Event, done func()) {
			d.take(ctx, envelope{e.Name, e.Data, e.Received}, e.Replayed, done)
		},
		Connected: func(up bool) {
			if up {
				d.link.Opened()
			} else {
				d.link.Lost()
			}
		},
		Unauthorized: func() { d.stop(errToken) },
		Sessions:     d.sessions,
		Throttle:     d.connecting,
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Name implements bot.Adapter.
func (d *Discord) Name() string { return adapterName }

// Capabilities implements bot.Adapter. In a channel where the bot may not start
// threads, conversations continue as replies.
func (d *Discord) Capabilities() bot.Capabilities {
	return bot.Capabilities{DirectMessages: true, Private: true, Edits: true}
}

// Connection implements bot.Connector.
func (d *Discord) Connection() bot.Connection { return d.link.Connection() }

// StandsBy implements bot.Standby.
func (d *Discord) StandsBy() bool { return d.o.Election != nil && !d.leads.Load() }

// Run implements bot.Adapter. It ends if Discord rejects the token or the gateway
// connection for good. It must be called only once.
func (d *Discord) Run(ctx context.Context, handle bot.Handler) error {
	defer close(d.ended)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.handle, d.stop = handle, stop
	err := d.serve(ctx)
	if errors.Is(context.Cause(ctx), errToken) { // any request can find this out
		return errToken
	}
	return err
}

// serve does the work of Run. A process that stands by knows already that its token
// is valid.
func (d *Discord) serve(ctx context.Context) error {
	if err := d.authenticate(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	close(d.ready)
	return d.o.Election.Lead(ctx, d.lead)
}

// withGrace returns a context that ends some time after ctx, so that work in
// progress can be completed.
func withGrace(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return last, cancel
}

// me returns the bot's identity.
func (d *Discord) me() identity {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.self
}

// locales holds the locales of users' clients, which Discord sends only with
// interactions. It is safe for concurrent use.
type locales struct {
	mu  sync.Mutex
	all map[string]string
}

func newLocales() *locales { return &locales{all: map[string]string{}} }

// maxLocales bounds the memory of locales to a few megabytes.
const maxLocales = 50_000

func (l *locales) set(user, locale string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) > maxLocales {
		clear(l.all)
	}
	l.all[user] = locale
}

func (l *locales) get(user string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[user]
}
