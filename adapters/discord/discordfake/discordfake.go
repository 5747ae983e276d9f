// Package discordfake is a fake Discord for tests: an application with its bot,
// and the guilds that the bot is in, on loopback. Only tests import it.
//
// A bot talks to it as to Discord. REST is at [Server.APIURL] (rest.go). The
// endpoints are listed in rest_routes.go and implemented in rest_application.go,
// rest_users.go, rest_guilds.go, rest_channels.go, rest_messages.go,
// rest_threads.go, rest_commands.go, rest_interactions.go and rest_webhooks.go.
// The fake checks permissions (permissions.go), rate limits (rest_ratelimit.go)
// and the form of every body (validate.go, validate_message.go,
// validate_embed.go, validate_components.go, validate_modal.go,
// validate_command.go). Given Discord's OpenAPI document, it checks every request
// against that, too (openapi.go). Errors carry Discord's JSON error codes
// (rest_errors.go). Every request is recorded (journal.go). The state is in
// guild.go, channel.go, user.go, message.go, components.go and interaction.go;
// attachments have a host of their own (attachment.go). A test can start with the
// state of an earlier one (restore.go).
//
// Events (gateway_events.go) go out over the gateway: connections in gateway.go,
// opcodes in gateway_opcodes.go, sessions in gateway_sessions.go. A test makes
// REST requests fail with faults.go and the gateway with gateway_faults.go.
//
// A test plays the users. A [Person] (person.go) writes, edits and uploads
// (person_messages.go), uses commands (person_commands.go), buttons and selects
// (person_components.go) and modals (person_modals.go), and sees messages
// (visible.go) as plain text (plain.go). mentions.go decides whom a message
// notifies.
//
// The durations in [Options] can be shortened because sockets do not work in a
// testing/synctest bubble.
package discordfake

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// An object is a JSON object.
type object = map[string]any

// Options configures a Server. The zero value behaves as Discord documents.
type Options struct {
	Spec string // file with Discord's OpenAPI document; "" for none

	Permissions      Permissions // of the bot in its guilds; 0 means DefaultPermissions
	NoMessageContent bool        // the application may not use the Message Content intent

	AckTimeout        time.Duration // time limit for the response to an interaction; 0 means 3 s
	TokenTTL          time.Duration // lifetime of an interaction token after the response; 0 means 15 min
	HeartbeatInterval time.Duration // 0 means 41.25 s

	RateLimits    bool // enforce the global limit, the limits of routes, and max_concurrency
	InvalidLimit  int  // invalid requests in 10 min before all requests are refused; 0 means 10,000
	IdentifyLimit int  // identifies per day before the token is reset; 0 means 1,000
	CommandLimit  int  // commands created per day and guild; 0 means 200
}

// Numbers of Discord.
//
// https://docs.discord.com/developers/interactions/receiving-and-responding
// https://docs.discord.com/developers/topics/rate-limits
// https://docs.discord.com/developers/events/gateway
const (
	ackTimeout        = 3 * time.Second
	tokenTTL          = 15 * time.Minute
	nonceTTL          = 5 * time.Minute          // "the past few minutes"
	heartbeatInterval = 41250 * time.Millisecond // undocumented; the usual value
	sessionTTL        = 2 * time.Minute          // "a few minutes"
	attachmentTTL     = 24 * time.Hour           // undocumented; the difference of the parameters ex and is
	invalidLimit      = 10_000
	identifyLimit     = 1_000
	commandLimit      = 200
)

// A Server is a Discord with one application. It is safe for concurrent use.
type Server struct {
	chatfake.Changes // notified of everything that a test may wait for

	AppID, BotID string
	Token        string // of the bot, without the prefix "Bot "
	Guild        string // ID of the initial guild

	options       Options
	http          *chatfake.Server
	api, cdn      *chatfake.Host
	spec          *spec
	endpoints     []route
	faults        chatfake.Faults[Fault]
	gatewayFaults chatfake.Faults[GatewayFault]
	journal       chatfake.Journal[Call]

	mu       sync.Mutex
	lastID   int64
	revoked  bool // the token is invalid
	users    []*User
	guilds   []*guild
	channels map[string]*Channel
	messages map[string]*Message
	shown    []*Message // visible messages, oldest first
	files    map[string]*File
	commands []*Command
	created  map[string]int // number of commands created, by guild
	nonces   map[string]sentNonce
	pings    []Ping

	interactions []*Interaction
	tokens       map[string]*Interaction
	modals       map[string]*modal // open modals, by user

	limits          map[string]*window
	invalidRequests window

	sessions            []*session
	conns               []*conn
	connections         []*Connection
	identifies          int
	lastIdentify        time.Time // time of the latest identify
	muted, withholdAcks bool
}

// New starts a server and closes it at the end of the test. It validates
// requests with Discord's OpenAPI document if that is available.
func New(t testing.TB, options Options) *Server {
	t.Helper()
	if options.Spec == "" {
		options.Spec = findSpec("discord-openapi.json")
	}
	s, err := start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// start starts a server.
func start(options Options) (*Server, error) {
	s := newServer(options.withDefaults())
	var err error
	if s.spec, err = loadSpec(options.Spec); err != nil {
		return nil, err
	}
	if s.api, err = s.http.Listen(); err != nil {
		return nil, fmt.Errorf("discordfake: %w", err)
	}
	if s.cdn, err = s.http.Listen(); err != nil {
		s.http.Close()
		return nil, fmt.Errorf("discordfake: %w", err)
	}
	s.http.Serve(s.api, s.routes())
	s.http.Serve(s.cdn, http.HandlerFunc(s.serveFile))
	return s, nil
}

// withDefaults replaces zero values with Discord's values.
func (o Options) withDefaults() Options {
	for _, d := range []struct {
		at      *time.Duration
		discord time.Duration
	}{
		{&o.AckTimeout, ackTimeout}, {&o.TokenTTL, tokenTTL},
		{&o.HeartbeatInterval, heartbeatInterval},
	} {
		if *d.at == 0 {
			*d.at = d.discord
		}
	}
	for _, n := range []struct {
		at      *int
		discord int
	}{{&o.InvalidLimit, invalidLimit}, {&o.IdentifyLimit, identifyLimit}, {&o.CommandLimit, commandLimit}} {
		if *n.at == 0 {
			*n.at = n.discord
		}
	}
	if o.Permissions == 0 {
		o.Permissions = DefaultPermissions
	}
	return o
}

func newServer(options Options) *Server {
	s := &Server{
		options: options, http: chatfake.NewServer(), endpoints: endpoints(), channels: map[string]*Channel{}, messages: map[string]*Message{},
		files: map[string]*File{}, created: map[string]int{}, nonces: map[string]sentNonce{}, tokens: map[string]*Interaction{},
		modals: map[string]*modal{}, limits: map[string]*window{},
	}
	s.AppID = s.id()
	s.BotID = s.AppID // applications created before 2016 have two IDs
	s.Token = "fake." + s.BotID + ".bot-token"
	s.users = []*User{{ID: s.BotID, Name: "mabsbot", Locale: "en-US", Bot: true}}
	s.Guild = s.newGuild(guild{name: "Backup Support"}).id
	return s
}

// close stops the server and cuts all connections.
func (s *Server) close() {
	s.http.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.ws.Close()
	}
}

// url returns the address of REST and the gateway, without a slash at the end.
func (s *Server) url() string { return s.api.URL }

// APIURL returns the base URL of REST without the version.
func (s *Server) APIURL() string { return s.url() + "/api" }

// CDNURL returns the address of attachments, without a slash at the end.
func (s *Server) CDNURL() string { return s.cdn.URL }

// epoch is the first millisecond of snowflakes, in Unix time.
//
// https://docs.discord.com/developers/reference#snowflakes
const epoch = 1420070400000

// id returns a new snowflake, larger than all before. The caller holds s.mu.
func (s *Server) id() string {
	s.lastID = max(s.lastID+1, (time.Now().UnixMilli()-epoch)<<22)
	return strconv.FormatInt(s.lastID, 10)
}

// snowflakeTime returns the creation time of a snowflake.
func snowflakeTime(id string) time.Time {
	n, _ := strconv.ParseInt(id, 10, 64)
	return time.UnixMilli(n>>22 + epoch).UTC()
}

// timestamp formats a time as Discord does.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }
