// Package discord connects the bot to Discord: one application, installed in any
// number of servers.
//
//	discordapi --envelope--> intake.go --events.go, interact.go--> bot.Event --> bot.Handler --> done
//	bot.Post --post.go, responses.go--> render.go --> discordapi
//
// Incoming: gateway.go chooses the intents, and session.go saves the session of the
// gateway. intake.go takes events until Discord need not send them again, and
// interactions.go those of them that need a response within 3 seconds. inbox.go
// replays recorded events, and files.go downloads attachments. events.go and
// interact.go parse payloads, and text.go removes and escapes their markdown.
//
// Outgoing: post.go sends messages to channels, and responses.go responds to
// interactions with the tokens that tokens.go keeps. threads.go finds the channel
// or thread, channels.go caches what is known of them, and forbidden.go remembers
// missing permissions. render.go turns replies into components and pages.go
// distributes them over messages, within limits.go and counted by split.go.
// modal.go shows suggestions and modals. errors.go classifies errors.
//
// At startup check.go looks up the application and checks permissions, and
// commands.go registers commands. words.go loads the adapter's own texts, id.go
// names things. adapters/chat has the parts that other chat platforms share.
package discord

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

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
	Inbox             chat.Inbox
	Library           Library
	Log               *slog.Logger // nil is silent; no text of a message and no secret is ever logged

	pace discordapi.Pace // tests have less time
}

// A Discord is the adapter of one application. Make it with New.
type Discord struct {
	o            Options
	log          *slog.Logger
	texts        chat.Texts
	thinkingTime time.Duration

	client    *discordapi.Client
	http      *http.Client // files
	sessions  *sessionStore
	channels  *channels
	tokens    *tokens
	locales   *locales
	forbidden *forbidden
	directs   sync.Map // channels of direct messages, by user

	contentGranted bool // Discord says that messages may come with their content

	intake *chat.Intake
	handle bot.Handler
	stop   func(why error) // ends Run
	ready  chan struct{}   // closed once we know who we are
	ended  chan struct{}   // closed when Run ends

	mu   sync.Mutex
	self identity
}

var _ bot.Adapter = (*Discord)(nil)

// pageJobs is how many interactions are answered at once. Each waits for Discord.
const pageJobs = 64

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
		o: o, log: o.Log, texts: texts, thinkingTime: thinkingTime,
		sessions: &sessionStore{inbox: o.Inbox}, channels: newChannels(), tokens: newTokens(), locales: newLocales(), forbidden: newForbidden(),
		intake: chat.NewIntake(adapterName, eventInbox{o.Inbox}, pageJobs, o.Log),
		stop:   func(error) {}, ready: make(chan struct{}), ended: make(chan struct{}),
	}
	d.http = &http.Client{Timeout: fileTime, CheckRedirect: d.follow}
	d.client, err = discordapi.New(discordapi.Options{
		Token: o.Token, APIURL: o.APIURL, Timeout: apiTime, Pace: o.pace, Log: o.Log,
		Events: func(ctx context.Context, e discordapi.Event, done func()) {
			d.receive(ctx, envelope{e.Name, e.Data, e.Received}, done)
		},
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
	d.handle, d.stop = handle, stop
	err := d.serve(ctx)
	if errors.Is(context.Cause(ctx), errToken) { // of any request, at any time
		return errToken
	}
	return err
}

// serve is Run in its order.
func (d *Discord) serve(ctx context.Context) error {
	if err := d.authenticate(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	close(d.ready)
	restored, err := d.sessions.restore(ctx)
	if err != nil && ctx.Err() == nil {
		d.log.Error("discord: inbox not fully read", "error", err)
	}
	d.replay(ctx)
	err = d.listen(ctx, restored)
	d.stop(err)
	d.intake.Wait()
	_ = d.client.SaveSession(ctx) // without it, events come again that are known
	return err
}

// withGrace returns a context that ends a time after ctx.
func withGrace(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
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

// Locales are the languages of people's clients, which Discord tells only when
// they use something. They are safe for concurrent use.
type locales struct {
	mu  sync.Mutex
	all map[string]string
}

func newLocales() *locales { return &locales{all: map[string]string{}} }

// maxLocales keeps what is remembered to a few megabytes.
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
