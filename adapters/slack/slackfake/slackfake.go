// Package slackfake is a fake Slack for tests: one workspace with one app in it,
// on loopback. Only tests import it.
//
// A bot talks to it as to Slack. The Web API is at [Server.APIURL] (webapi.go;
// the methods are in chat.go, conversations.go, views.go, files.go, agents.go and
// users.go). It checks arguments, scopes, rate limits (ratelimit.go), message
// limits (limits.go) and Block Kit (blockkit.go, elements.go), and records every
// call (journal.go). The state of the workspace is in users.go, channels.go and
// message.go; restore.go loads that of an earlier run.
//
// Events (events.go) and interaction payloads with their trigger IDs
// (interactions.go) go out over Socket Mode (socketmode.go) or as signed HTTP
// requests (requesturl.go), and are redelivered if they are not acknowledged
// (delivery.go). The app may answer at a response URL (responseurl.go). A test
// makes calls fail with faults.go.
//
// A test plays the users. A [Person] (person.go) writes, edits and uploads
// (person_messages.go), uses slash commands and shortcuts (person_commands.go),
// blocks (person_actions.go), modals and the Home tab (person_views.go), and sees
// messages (visible.go) as plain text (plain.go). Text that a person types becomes
// mrkdwn and rich text as in Slack's client (mrkdwn.go).
//
// The durations in [Options] can be shortened because sockets do not work in a
// testing/synctest bubble.
package slackfake

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// Options configures a Server. The zero value behaves as Slack documents.
type Options struct {
	Enterprise string   // ID of the organization that owns the workspace; "" means no organization
	Scopes     []string // scopes of the bot token; nil means all that the fake knows
	Events     []string // bot events that the app subscribes to; nil means all

	AckTimeout        time.Duration   // time limit for an acknowledgement; 0 means 3 s
	RetryDelays       []time.Duration // delays before an event is redelivered; nil means 0, 1 min, 5 min
	TriggerTTL        time.Duration   // lifetime of a trigger ID; 0 means 3 s
	ResponseURLTTL    time.Duration   // lifetime of a response URL; 0 means 30 min
	PingInterval      time.Duration   // between pings on a socket; 0 means 10 s
	DisconnectWarning time.Duration   // between "warning" and "refresh_requested"; 0 means 10 s
	RateLimits        bool            // enforce rate limits
	Disorder          time.Duration   // events arrive up to this late and out of order, and every third of them twice; 0 means that they do not
}

// Time limits of Slack.
//
// https://docs.slack.dev/apis/events-api/#error-handling
// https://docs.slack.dev/interactivity/handling-user-interaction
const (
	ackTimeout        = 3 * time.Second
	triggerTTL        = 3 * time.Second
	responseURLTTL    = 30 * time.Minute
	pingInterval      = 10 * time.Second // undocumented; of this order in practice
	disconnectWarning = 10 * time.Second // "about ten seconds", as Slack's SDKs say
)

// A Server is a Slack with one workspace and one app. It is safe for concurrent
// use.
type Server struct {
	chatfake.Changes // notified of everything that a test may wait for

	Team, AppID, botID, botUser       string
	BotToken, AppToken, SigningSecret string

	options   Options
	http      *chatfake.Server
	host      *chatfake.Host
	validator *Validator
	methods   map[string]method
	faults    chatfake.Faults[Fault]
	journal   chatfake.Journal[Call]

	mu           sync.Mutex
	lastTS       int64 // newest ts, in microseconds
	lastID       int
	revoked      string // error code of every call once the token is revoked, else ""
	users        []*User
	channels     []*Channel
	messages     []*Message // in all channels, oldest first
	files        []*File
	views        []*View
	homes        map[string]*View // by user ID
	agents       map[string]agent // by channel and thread
	responseURLs map[string]*responseURL
	triggers     map[string]*trigger
	suggestions  map[string][]any // options last suggested, by user ID
	limits       limits

	sockets        []*socket
	socketsOpened  int // in total
	tickets        map[string]bool
	socketTurn     int // index of the socket that got the last payload
	muted          bool
	disabled       bool   // Socket Mode is turned off
	requestURL     string // of the app in HTTP mode; "" in Socket Mode
	unacknowledged map[string]*delivery
	deliveries     []*delivery
	unsettled      int // number of deliveries in progress
	strayAcks      int
}

// New starts a server and closes it at the end of the test.
func New(t testing.TB, options Options) *Server {
	t.Helper()
	s, err := start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// start starts a server.
func start(options Options) (*Server, error) {
	checker, err := NewValidator()
	if err != nil {
		return nil, err
	}
	s := newServer(options.withDefaults())
	s.validator, s.methods = checker, methods()
	if s.host, err = s.http.Listen(); err != nil {
		return nil, fmt.Errorf("slackfake: %w", err)
	}
	s.http.Serve(s.host, s.routes())
	return s, nil
}

// withDefaults replaces zero values with Slack's values.
func (o Options) withDefaults() Options {
	for _, d := range []struct {
		at    *time.Duration
		slack time.Duration
	}{
		{&o.AckTimeout, ackTimeout}, {&o.TriggerTTL, triggerTTL}, {&o.ResponseURLTTL, responseURLTTL},
		{&o.PingInterval, pingInterval}, {&o.DisconnectWarning, disconnectWarning},
	} {
		if *d.at == 0 {
			*d.at = d.slack
		}
	}
	if o.RetryDelays == nil {
		o.RetryDelays = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if o.Scopes == nil {
		o.Scopes = allScopes()
	}
	return o
}

func newServer(options Options) *Server {
	s := &Server{
		Team: "T0FAKE", AppID: "A0FAKE", botID: "B0FAKE", botUser: "U0FAKEBOT",
		BotToken: "xoxb-fake-bot-token", AppToken: "xapp-1-fake-app-token", SigningSecret: "fake-signing-secret",
		options: options, http: chatfake.NewServer(), homes: map[string]*View{}, agents: map[string]agent{},
		responseURLs: map[string]*responseURL{}, triggers: map[string]*trigger{}, tickets: map[string]bool{}, unacknowledged: map[string]*delivery{},
		limits: limits{}, suggestions: map[string][]any{},
	}
	s.users = []*User{{ID: s.botUser, Name: "mabsbot", RealName: "mabsbot", Team: s.Team, Locale: "en-US", Bot: true}}
	return s
}

// close stops the server and cuts all connections.
func (s *Server) close() {
	s.http.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.conn.Close()
	}
}

// URL returns the address of the server, without a slash at the end.
func (s *Server) URL() string { return s.host.URL }

// APIURL returns the base URL of the Web API, with a slash at the end.
func (s *Server) APIURL() string { return s.URL() + "/api/" }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("POST /respond/{id}", s.serveResponse)
	mux.HandleFunc("GET /files-pri/{path...}", s.serveFile)
	mux.HandleFunc("GET /link/", s.serveSocket)
	return mux
}

// epoch is when users, channels and bots were created, in Unix seconds. Nothing
// depends on the value.
const epoch = 1700000000

// afterFunc calls f with s.mu held after d, unless the server is closed first.
func (s *Server) afterFunc(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.http.Context().Err() == nil {
			f()
		}
	})
}

// newTS returns a new timestamp, which identifies a message. The caller holds
// s.mu.
func (s *Server) newTS() string {
	s.lastTS = max(s.lastTS+1, time.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

// newID returns a new ID with the prefix. The caller holds s.mu.
func (s *Server) newID(prefix string) string {
	s.lastID++
	return fmt.Sprintf("%s%08X", prefix, s.lastID)
}

// An object is a JSON object.
type object = map[string]any

// find returns the first element that matches, or nil.
func find[T any](all []*T, match func(*T) bool) *T {
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i]
	}
	return nil
}
