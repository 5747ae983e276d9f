package discordapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/adapters/discord/discordfake"
)

// testIntents: the fake sends the events of these tests whatever the intents are.
const testIntents = int(discordgo.IntentGuilds)

// A rig is a client on a fake Discord.
type rig struct {
	*discordfake.Server
	t       *testing.T
	client  *discordapi.Client
	options discordapi.Options
	ended   chan error // what Run returned
	stop    context.CancelFunc

	mu           sync.Mutex
	received     []string // numbers of the TEST events
	keep         bool     // events are not done
	saved        discordapi.Session
	unauthorized int
	log          bytes.Buffer
}

// newRig returns a rig whose client does not run yet.
func newRig(t *testing.T, o discordfake.Options) *rig {
	t.Helper()
	r := &rig{Server: discordfake.New(t, o), t: t}
	r.options = discordapi.Options{
		Token: func() string { return r.Token }, APIURL: r.APIURL(), Timeout: 5 * time.Second,
		Pace: discordapi.Pace{Handshake: time.Second, MinBackoff: time.Millisecond, MaxBackoff: 10 * time.Millisecond, InvalidSession: time.Millisecond},
		Log:  slog.New(slog.NewTextHandler(r, nil)), Events: r.event, Sessions: r,
		Unauthorized: func() { r.note(func() { r.unauthorized++ }) },
	}
	r.client = r.newClient()
	return r
}

func (r *rig) newClient() *discordapi.Client {
	r.t.Helper()
	c, err := discordapi.New(r.options)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// start runs the client until the test ends, beginning with a session.
func (r *rig) start(s discordapi.Session) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r.stop, r.ended = cancel, make(chan error, 1)
	go func() { r.ended <- r.client.Run(ctx, testIntents, s) }()
	r.t.Cleanup(cancel)
}

// end stops the client and checks that Run returns nil.
func (r *rig) end() {
	r.t.Helper()
	r.stop()
	if err := <-r.ended; err != nil {
		r.t.Errorf("Run: %v", err)
	}
}

func (r *rig) note(f func()) {
	r.mu.Lock()
	f()
	r.mu.Unlock()
	r.Note()
}

func (r *rig) event(_ context.Context, e discordapi.Event, done func()) {
	if e.Name != "TEST" {
		done()
		return
	}
	var data struct{ N int }
	if err := json.Unmarshal(e.Data, &data); err != nil {
		r.t.Error(err)
	}
	r.note(func() {
		r.received = append(r.received, fmt.Sprint(data.N))
		if !r.keep {
			done()
		}
	})
}

func (r *rig) Save(_ context.Context, s discordapi.Session) error {
	r.note(func() { r.saved = s })
	return nil
}

func (r *rig) Write(line []byte) (int, error) {
	r.note(func() { r.log.Write(line) })
	return len(line), nil
}

// send sends one event to every session.
func (r *rig) send(n int) { r.Dispatch("TEST", map[string]any{"n": n}) }

// gets waits until the events have been received that the numbers say, and no
// others.
func (r *rig) gets(want ...string) {
	r.t.Helper()
	r.Wait(r.t, fmt.Sprintf("want events %v, got %v", want, r.events()), func() bool { return len(r.events()) >= len(want) })
	if got := r.events(); !slices.Equal(got, want) {
		r.t.Errorf("got events %v, want %v", got, want)
	}
}

func (r *rig) events() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.received)
}

// connected waits for the nth connection to have a session. The session of the one
// before may look connected until the fake has read its end.
func (r *rig) connected(nth int) {
	r.t.Helper()
	r.Wait(r.t, fmt.Sprintf("no connection %d", nth), func() bool {
		return len(r.Connections()) >= nth && r.Connections()[nth-1].Op != 0 && slices.ContainsFunc(r.Sessions(), func(s discordfake.Session) bool { return s.Connected })
	})
}

func (r *rig) logs(text string) func() bool {
	return func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return strings.Contains(r.log.String(), text)
	}
}

// TestDisconnects checks for each way to lose a connection whether the next one
// resumes the session, and that a resume loses no event.
func TestDisconnects(t *testing.T) {
	t.Parallel()
	const resumes, identifies = 6, 2 // opcodes
	for name, tt := range map[string]struct {
		lose func(r *rig)
		next int
	}{
		"no close code":                 {func(r *rig) { r.CutConnections() }, resumes},
		"Reconnect":                     {func(r *rig) { r.Reconnect() }, resumes},
		"Invalid Session, resumable":    {func(r *rig) { r.Invalidate(true) }, resumes},
		"Invalid Session":               {func(r *rig) { r.Invalidate(false) }, identifies},
		"1001 going away":               {func(r *rig) { r.CloseConnections(1001) }, resumes},
		"4000 Unknown error":            {func(r *rig) { r.CloseConnections(4000) }, resumes},
		"4001 Unknown opcode":           {func(r *rig) { r.CloseConnections(4001) }, resumes},
		"4002 Decode error":             {func(r *rig) { r.CloseConnections(4002) }, resumes},
		"4003 Not authenticated":        {func(r *rig) { r.CloseConnections(4003) }, identifies},
		"4005 Already authenticated":    {func(r *rig) { r.CloseConnections(4005) }, resumes},
		"4007 Invalid seq":              {func(r *rig) { r.CloseConnections(4007) }, identifies},
		"4008 Rate limited":             {func(r *rig) { r.CloseConnections(4008) }, resumes},
		"4009 Session timed out":        {func(r *rig) { r.CloseConnections(4009) }, identifies},
		"4999, which Discord never had": {func(r *rig) { r.CloseConnections(4999) }, resumes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordfake.Options{})
			r.start(discordapi.Session{})
			r.connected(1)
			r.send(1)
			r.gets("1")
			tt.lose(r)
			r.Wait(t, "the connection does not end", func() bool { return !r.Connections()[0].Ended.IsZero() })
			r.send(2) // in the session that may be lost
			r.connected(2)
			if second := r.Connections()[1]; second.Op != tt.next || second.Resume != (tt.next == resumes) {
				t.Errorf("the next connection begins with opcode %d, at the resume URL: %v", second.Op, second.Resume)
			}
			if tt.next == resumes {
				r.gets("1", "2")
			}
			r.end()
			if last := r.Connections()[1]; last.CloseCode == 1000 || last.CloseCode == 1001 {
				t.Errorf("closed with %d, which invalidates the session", last.CloseCode)
			}
		})
	}
}

// TestFatalCloseCodes checks that Run ends without another attempt after the
// close codes that Discord's table marks as not to reconnect.
func TestFatalCloseCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []int{4004, 4010, 4011, 4012, 4013, 4014} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordfake.Options{})
			r.start(discordapi.Session{})
			r.connected(1)
			r.CloseConnections(code)
			if err := <-r.ended; discordapi.CloseCode(err) != code {
				t.Errorf("Run: %v", err)
			}
			if n := len(r.Connections()); n != 1 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// TestZombie checks that a connection is replaced after two heartbeats at most that
// are not acknowledged, and that it loses no event.
func TestZombie(t *testing.T) {
	t.Parallel()
	const interval = 400 * time.Millisecond
	r := newRig(t, discordfake.Options{HeartbeatInterval: interval})
	r.start(discordapi.Session{})
	r.connected(1)
	r.Wait(t, "no heartbeats", func() bool { return len(r.Connections()[0].Heartbeats) > 1 })
	r.WithholdAcks(true)
	before := len(r.Connections()[0].Heartbeats)
	r.Wait(t, "no other connection", func() bool { return len(r.Connections()) > 1 })
	if n := len(r.Connections()[0].Heartbeats) - before; n > 2 {
		t.Errorf("noticed after %d heartbeats without an acknowledgement", n)
	}
	r.WithholdAcks(false)
	r.connected(2)
	r.send(1)
	r.gets("1")
	if code := r.Connections()[0].CloseCode; code == 1000 || code == 1001 || r.Identifies() != 1 {
		t.Errorf("closed with %d, and %d sessions", code, r.Identifies())
	}
	r.end()
}

// TestRestart resumes a saved session in a new client, which receives again the
// events that were not done, and those after them.
func TestRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordfake.Options{})
	r.start(discordapi.Session{})
	r.connected(1)
	r.send(1)
	r.gets("1")
	r.mu.Lock()
	r.keep = true
	r.mu.Unlock()
	r.send(2)
	r.gets("1", "2")
	r.end()
	if err := r.client.SaveSession(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.send(3) // while no client runs
	r.client, r.keep = r.newClient(), false
	r.start(r.saved)
	r.gets("1", "2", "2", "3")
	if n := r.Identifies(); n != 1 {
		t.Errorf("%d sessions", n)
	}
	r.end()
}

// TestResumeURLRefuses resumes a saved session although its URL cannot be reached
// for a while: a proxy asks for a login. The session is not lost, and a 401 in the
// handshake says nothing about the token.
func TestResumeURLRefuses(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	defer proxy.Close()
	r := newRig(t, discordfake.Options{})
	r.start(discordapi.Session{})
	r.connected(1)
	r.send(1)
	r.gets("1")
	r.end()
	if err := r.client.SaveSession(t.Context()); err != nil {
		t.Fatal(err)
	}
	saved := r.saved
	saved.ResumeURL = "ws" + strings.TrimPrefix(proxy.URL, "http")
	r.send(2) // while no client runs
	r.client = r.newClient()
	r.start(saved)
	r.gets("1", "2")
	if n := r.Identifies(); n != 1 {
		t.Errorf("%d sessions, want the saved one to be resumed", n)
	}
	r.end()
}

// TestTakenSession runs two clients with one saved session: instead of taking it
// from each other forever, one of them identifies.
func TestTakenSession(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordfake.Options{})
	r.start(discordapi.Session{})
	r.connected(1)
	r.send(1)
	r.gets("1")
	r.end()
	if err := r.client.SaveSession(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c := r.newClient()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx, testIntents, r.saved) }()
		defer func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Run: %v", err)
			}
		}()
	}
	r.Wait(t, "neither client identifies", func() bool {
		return r.Identifies() == 2 && !slices.ContainsFunc(r.Sessions(), func(s discordfake.Session) bool { return !s.Connected })
	})
}

// TestSessionStartLimit does not identify more often than Discord allows in a day,
// after which Discord would reset the token.
func TestSessionStartLimit(t *testing.T) {
	t.Parallel()
	const limit = 3
	r := newRig(t, discordfake.Options{IdentifyLimit: limit})
	r.start(discordapi.Session{})
	for n := 1; n < limit; n++ {
		r.connected(n)
		r.Invalidate(false)
		r.Wait(t, "no other session", func() bool { return r.Identifies() == n+1 })
	}
	r.connected(limit)
	r.Invalidate(false)
	r.Wait(t, "the wait is not logged", r.logs("session start limit reached"))
	if n := r.Identifies(); n != limit {
		t.Errorf("%d sessions", n)
	}
	if err := r.get("/users/@me"); err != nil {
		t.Errorf("the token: %v", err)
	}
	r.end()
}

// get makes a GET request.
func (r *rig) get(path string, args ...string) error {
	return r.client.Do(r.t.Context(), discordapi.Request{Method: "GET", Path: path, Args: args})
}

// TestRetryAfter checks which requests wait after a 429 of each scope, without
// being sent.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scope          string
		other, webhook bool // requests for another channel, and with the token of an interaction, are sent
		invalid        int
	}{
		{"user", true, true, 1},
		{"shared", true, true, 0},
		{"global", false, true, 1},
	} {
		t.Run(tt.scope, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordfake.Options{})
			one, two := r.AddChannel(discordfake.Channel{Name: "one"}), r.AddChannel(discordfake.Channel{Name: "two"})
			r.Fail(discordfake.Fault{Route: discordfake.GetChannel, RetryAfter: time.Minute, Scope: tt.scope})
			err := r.get("/channels/%s", one.ID)
			if e, ok := errors.AsType[*discordapi.Error](err); !ok || e.RetryAfter != time.Minute || e.Unsent || e.Global != (tt.scope == "global") {
				t.Errorf("the first request: %#v", err)
			}
			if err := r.get("/channels/%s", one.ID); !errors.Is(err, discordapi.ErrRateLimited) || !discordapi.NotSent(err) {
				t.Errorf("the same channel: %v", err)
			}
			if err := r.get("/channels/%s", two.ID); errors.Is(err, discordapi.ErrRateLimited) == tt.other {
				t.Errorf("another channel: %v", err)
			}
			if n := r.InvalidRequests(); n != tt.invalid {
				t.Errorf("Discord counts %d invalid requests, want %d", n, tt.invalid)
			}
			err = r.client.Do(t.Context(), discordapi.Request{
				Method: "GET", Path: "/webhooks/%s/%s/messages/@original", Args: []string{r.AppID, "token"}, Interaction: true,
			})
			if errors.Is(err, discordapi.ErrRateLimited) == tt.webhook {
				t.Errorf("an interaction: %v", err)
			}
			if n := len(r.Calls(discordfake.GetChannel)); n != 1 && !tt.other || n != 2 && tt.other {
				t.Errorf("%d requests for channels were sent", n)
			}
		})
	}
}

// TestWait makes a request that waits for the rate limit.
func TestWait(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordfake.Options{})
	channel := r.AddChannel(discordfake.Channel{Name: "one"})
	r.Fail(discordfake.Fault{Route: discordfake.GetChannel, RetryAfter: 300 * time.Millisecond})
	if err := r.get("/channels/%s", channel.ID); err == nil {
		t.Error("no 429")
	}
	from := time.Now()
	var got discordapi.Channel
	err := r.client.Do(t.Context(), discordapi.Request{Method: "GET", Path: "/channels/%s", Args: []string{channel.ID}, Into: &got, Wait: true})
	if err != nil || got.Name != "one" {
		t.Errorf("%+v, %v", got, err)
	}
	if waited := time.Since(from); waited < 200*time.Millisecond {
		t.Errorf("waited %v", waited)
	}
}

// TestUnauthorized reports that the token is not valid if Discord says so twice.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	unauthorized := discordfake.Fault{Route: "GET /applications/@me", Status: http.StatusUnauthorized}
	for name, tt := range map[string]struct {
		fail func(r *rig)
		want int
	}{
		"once": {func(r *rig) { r.Fail(unauthorized) }, 0},
		"and then no answer": {func(r *rig) {
			r.Fail(unauthorized)
			r.Fail(discordfake.Fault{Route: discordfake.GetCurrentUser, Drop: true})
		}, 0},
		"the token is really revoked": {func(r *rig) { r.Revoke() }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, discordfake.Options{})
			tt.fail(r)
			err := r.get("/applications/@me")
			if err == nil || r.unauthorized != tt.want || discordapi.HasStatus(err, http.StatusUnauthorized) != (tt.want > 0) {
				t.Errorf("%v; Unauthorized was called %d times", err, r.unauthorized)
			}
		})
	}
}

// TestUnauthorizedGateway ends Run if the token is revoked.
func TestUnauthorizedGateway(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordfake.Options{})
	r.Revoke()
	r.start(discordapi.Session{})
	if err := <-r.ended; !discordapi.HasStatus(err, http.StatusUnauthorized) || r.unauthorized != 1 {
		t.Errorf("Run: %v; Unauthorized was called %d times", err, r.unauthorized)
	}
}

// TestErrors checks what an error says: the code, and of each field that is not
// valid its path and not its value.
func TestErrors(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordfake.Options{})
	channel := r.AddChannel(discordfake.Channel{Name: "one"})
	err := r.client.Do(t.Context(), discordapi.Request{
		Method: "POST", Path: "/channels/%s/messages", Args: []string{channel.ID}, Body: map[string]any{"content": strings.Repeat("secret ", 300)},
	})
	if err == nil || discordapi.Code(err) != 50035 || !discordapi.IsPermanent(err) || !strings.Contains(err.Error(), "content ") || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
	r.Deny(channel.ID, discordfake.ViewChannel)
	if err := r.get("/channels/%s", channel.ID); !discordapi.IsForbidden(err) {
		t.Errorf("%v", err)
	}
	r.options.APIURL = "http://127.0.0.1:1"
	r.client = r.newClient()
	if err := r.get("/users/@me"); err == nil || !discordapi.NotSent(err) || strings.Contains(err.Error(), "users") {
		t.Errorf("no server: %v", err)
	}
}

// TestAPIURL accepts the URL of the API with and without its version.
func TestAPIURL(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordfake.Options{})
	for _, suffix := range []string{"", "/", "/v10", "/v10/"} {
		r.options.APIURL = r.APIURL() + suffix
		r.client = r.newClient()
		if err := r.get("/users/@me"); err != nil {
			t.Errorf("%q: %v", suffix, err)
		}
	}
	for _, bad := range []string{"discord.com/api", "ftp://discord.com", "://"} {
		if _, err := discordapi.New(discordapi.Options{APIURL: bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
