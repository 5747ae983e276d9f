// Package slack connects the bot to a workspace of Slack, over Socket Mode or
// the HTTP Events API.
//
//	socket.go, http.go --envelope--> intake.go --events.go, interact.go--> bot.Event --> bot.Handler --> acknowledged
//	bot.Post --post.go--> render.go --> Web API
//
// What needs the network before it can be judged (an attached log, somebody's
// language) is recorded first, acknowledged, and handled after that: inbox.go.
//
// The files: payload.go is what Slack sends, events.go and interact.go what it
// means, text.go its markup undone. render.go writes Block Kit within limits.go,
// split.go says what counts for them. post.go delivers, find.go looks for earlier
// attempts, pace.go keeps to Slack's rate limits, responseurls.go keeps the
// addresses for private answers, errors.go classifies errors. profiles.go and
// files.go fetch what a payload lacks. home.go and modal.go are Slack's own pages,
// words.go what stands on them. verify.go checks signatures, check.go the app's
// permissions, subscription.go what arrives, manifest.go describes the app to
// Slack, id.go names things. What it has in common with other chat platforms
// is in adapters/chat.
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

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// The modes of Options.Mode.
const (
	Socket = "socket" // Socket Mode: the bot connects to Slack
	HTTP   = "http"   // Slack sends requests to the bot
)

// A Library is what the adapter asks the core besides.
type Library interface {
	Suggest(query, lang string, limit int) []bot.Suggestion
	Language(ctx context.Context, user bot.UserKey, locale string) (string, error)
	Languages() (tags, names []string)
	Unfinished(ctx context.Context, user bot.UserKey, lang string, limit int) ([]bot.Unfinished, error)
}

// Options are what the adapter needs. All functions that return secrets are
// called when the secret is used.
type Options struct {
	Mode              string        // Socket or HTTP
	BotToken          func() string // xoxb-…
	AppToken          func() string // xapp-…; Socket only
	SigningSecret     func() string // HTTP only
	APIURL            string        // "" is Slack's; with or without /api and a slash at its end
	Addr              string        // HTTP only: where requests are taken, as host:port
	EscalationChannel string        // the channel where people are asked for, or ""
	Inbox             chat.Inbox
	Library           Library
	Log               *slog.Logger // nil is silent; no text of a message and no secret is ever logged
}

// A Slack is the adapter of one workspace. Make it with New.
type Slack struct {
	o      Options
	log    *slog.Logger
	texts  chat.Texts
	apiURL string // of the Web API, with a slash at its end
	timing timing

	client   *slack.Client // the Web API
	http     *http.Client  // response URLs and files
	profiles *profiles

	responseURLs *responseURLs
	pacer        *pacer
	subscription *subscriptionCheck
	directs      sync.Map // channels of direct conversations, by user

	intake   *chat.Intake
	handle   bot.Handler
	stop     func(why error) // ends Run
	ready    chan struct{}   // closed once we know who we are
	listener net.Listener

	mu   sync.Mutex
	self identity
}

var (
	_ bot.Adapter  = (*Slack)(nil)
	_ bot.Profiler = (*Slack)(nil)
)

// pageJobs is how many pages and modals are shown at once.
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
	web := &http.Client{Timeout: apiTime, CheckRedirect: noRedirect}
	client := slack.New(o.BotToken(), slack.OptionAPIURL(apiURL), slack.OptionHTTPClient(web), slack.OptionAppLevelToken(reveal(o.AppToken)))
	s := &Slack{
		o: o, log: o.Log, texts: texts, apiURL: apiURL, timing: defaultTiming(), client: client, http: web, profiles: newProfiles(client),
		responseURLs: newResponseURLs(), pacer: newPacer(), subscription: newSubscriptionCheck(), ready: make(chan struct{}), stop: func(error) {},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
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

// noRedirect keeps requests that may carry the token where they were sent.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// parseAPIURL brings the address of the Web API to the form that all methods are
// appended to.
func parseAPIURL(address string) (string, error) {
	if address == "" {
		return slack.APIURL, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("slack: the address of the Web API is not one of http or https")
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/api") + "/api/"
	return u.String(), nil
}

// Name is "slack".
func (s *Slack) Name() string { return adapterName }

// Capabilities: Slack can show everything.
func (s *Slack) Capabilities() bot.Capabilities {
	return bot.Capabilities{DirectMessages: true, Private: true, Edits: true}
}

// Run connects, handles first what an earlier run left, and serves until ctx
// ends or Slack refuses for good: the token is not valid, the app was removed,
// Socket Mode was switched off.
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
		s.replay(ctx)
		serve := s.listen
		if s.o.Mode == HTTP {
			serve = s.serveWeb
		}
		err = serve(ctx)
	}
	cancel(err)
	s.intake.Wait()
	if why := context.Cause(ctx); err == nil && !errors.Is(why, context.Canceled) {
		err = why
	}
	return err
}

// me is who we are.
func (s *Slack) me() identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.self
}

// setApp notes which app the socket is of.
func (s *Slack) setApp(app string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if app != "" {
		s.self.app = app
	}
}
