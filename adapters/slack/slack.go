// Package slack connects the bot to a workspace of Slack, over Socket Mode or
// the HTTP Events API.
//
//	socket.go, http.go --envelope--> intake.go --events.go, interact.go--> bot.Event --> bot.Handler --> acknowledged
//	bot.Post --post.go--> render.go --> Web API
//
// An event that needs the network before it can be handled, because of an attached
// log or an unknown profile, is recorded and acknowledged first: see inbox.go.
//
// Events: payload.go declares what Slack sends, events.go and interact.go turn it
// into bot.Event, text.go removes Slack's markup, id.go names events and threads,
// and profiles.go, files.go and pointed.go fetch what a payload lacks. subscription.go notices
// missing event subscriptions, verify.go checks the signatures of requests, and
// connections.go bounds their connections.
//
// Posts: render.go writes Block Kit within the limits of limits.go and split.go.
// post.go posts, find.go looks for an earlier attempt, pace.go keeps to Slack's
// rate limits, responseurls.go keeps the URLs for private answers, and errors.go
// classifies errors. home.go and modal.go show pages and modals, with the texts of
// words.go.
//
// Setup: check.go checks the tokens and scopes at startup, diagnose.go an
// installation that does not run, and manifest.go writes the manifest of the app. What Slack shares with Discord is in adapters/chat.
package slack

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// The modes of Options.Mode.
const (
	Socket = "socket" // Socket Mode: the bot connects to Slack
	HTTP   = "http"   // Slack sends requests to the bot
)

// Library is the part of the core that the adapter queries outside of events.
type Library interface {
	Suggest(query, lang string, limit int) []bot.Suggestion
	Language(ctx context.Context, user bot.UserKey, locale string) (string, error)
	Languages() (tags, names []string)
	Unfinished(ctx context.Context, user bot.UserKey, lang string, limit int) ([]bot.Unfinished, error)
}

// Options configure the adapter. A function that returns a secret is called
// whenever the secret is needed.
type Options struct {
	Mode              string        // Socket or HTTP
	BotToken          func() string // xoxb-…
	AppToken          func() string // xapp-…; Socket only
	SigningSecret     func() string // HTTP only
	APIURL            string        // "" is Slack's; with or without /api and a trailing slash
	Addr              string        // HTTP only: host:port to listen on
	EscalationChannel func() string // the ID of the channel for users who need a person, or "", now; nil is none
	Inbox             chat.Inbox
	ResponseURLs      chat.Inbox // shared with other processes; nil keeps them in memory alone
	Library           Library
	Acknowledged      func(took time.Duration) // called after the acknowledgement of a payload; nil is none
	Log               *slog.Logger             // nil discards; neither message text nor secrets are logged
}

// A Slack is the adapter of one workspace. Create it with New.
type Slack struct {
	o      Options
	log    *slog.Logger
	texts  chat.Texts
	apiURL string // of the Web API, with a trailing slash
	timing timing

	client   *slack.Client // the Web API
	http     *http.Client  // response URLs and files
	profiles *profiles

	responseURLs *responseURLs
	pacer        *pacer
	link         chat.Link
	subscription *subscriptionCheck
	directs      sync.Map // the channel of the direct message, by user
	reading      sync.Map // the keys of recorded messages whose pointers are followed

	intake   *chat.Intake
	handle   bot.Handler
	stop     func(why error) // ends Run
	ready    chan struct{}   // closed once self is known
	listener net.Listener

	mu   sync.Mutex
	self identity
}

var (
	_ bot.Profiler  = (*Slack)(nil)
	_ bot.Reader    = (*Slack)(nil)
	_ bot.Connector = (*Slack)(nil)

	_ bot.ChannelChecker = (*Slack)(nil)
	_ bot.BotFinder      = (*Slack)(nil)
)

// pageJobs is how many home pages and modals are published at once. Each takes one
// or two calls of the Web API.
const pageJobs = 16

// New returns an adapter.
func New(o Options) (*Slack, error) {
	texts, err := loadTexts()
	if err != nil {
		return nil, err
	}
	apiURL, err := parseAPIURL(o.APIURL)
	if err != nil {
		return nil, err
	}
	if o.EscalationChannel == nil {
		o.EscalationChannel = func() string { return "" }
	}
	web := &http.Client{Timeout: apiTime, CheckRedirect: noRedirect}
	client := slack.New(o.BotToken(), slack.OptionAPIURL(apiURL), slack.OptionHTTPClient(web), slack.OptionAppLevelToken(reveal(o.AppToken)))
	s := &Slack{
		o: o, log: o.Log, texts: texts, apiURL: apiURL, timing: defaultTiming(), client: client, http: web, profiles: newProfiles(client),
		responseURLs: newResponseURLs(o.ResponseURLs), pacer: newPacer(), subscription: newSubscriptionCheck(), ready: make(chan struct{}), stop: func(error) {},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.o.Acknowledged == nil {
		s.o.Acknowledged = func(time.Duration) {}
	}
	s.intake = chat.NewIntake(adapterName, o.Inbox, pageJobs, s.log)
	return s, nil
}

func reveal(secret func() string) string {
	if secret == nil {
		return ""
	}
	return secret()
}

// noRedirect does not follow redirects, because requests may carry the token.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// parseAPIURL returns the URL of the Web API to which method names are appended.
func parseAPIURL(address string) (string, error) {
	if address == "" {
		return slack.APIURL, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("slack: the URL of the Web API is not http or https")
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/api") + "/api/"
	return u.String(), nil
}

// Name returns "slack".
func (s *Slack) Name() string { return adapterName }

// Capabilities implements bot.Adapter.
func (s *Slack) Capabilities() bot.Capabilities {
	return bot.Capabilities{DirectMessages: true, Private: true, Unprompted: true, Edits: true}
}

// Connection implements bot.Connector.
func (s *Slack) Connection() bot.Connection { return s.link.Connection() }

// Run connects, replays the events that an earlier run recorded, and serves until
// ctx ends or Slack refuses for good: a token is invalid, the app was uninstalled,
// or Socket Mode is off.
func (s *Slack) Run(ctx context.Context, handle bot.Handler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.handle, s.stop = handle, cancel
	if s.o.Mode == HTTP {
		if err := s.Listen(); err != nil {
			return err
		}
	}
	err := s.authenticate(ctx)
	if err == nil {
		close(s.ready)
		go s.responseURLs.clean(ctx)
		s.replay(ctx)
		serve := s.listen
		if s.o.Mode == HTTP {
			serve = s.serveWeb
		}
		err = serve(ctx)
		s.link.Lost()
	}
	cancel(err)
	s.intake.Wait()
	if why := context.Cause(ctx); err == nil && !errors.Is(why, context.Canceled) {
		err = why
	}
	return err
}

// me returns the bot's identity.
func (s *Slack) me() identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.self
}

// setApp records the app ID, which Slack sends over the socket.
func (s *Slack) setApp(app string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if app != "" {
		s.self.app = app
	}
}
