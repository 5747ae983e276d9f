package discordfake

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// plainIntents are the intents of most tests.
const plainIntents = intentGuilds | intentGuildMessages | intentGuildMessageReactions | intentDirectMessages | intentDirectMessageReactions | intentMessageContent

// A gatewayClient is the bot's end of a gateway connection.
type gatewayClient struct {
	*stage
	ws      *websocket.Conn
	stream  *bytes.Buffer // input of inflate; nil without transport compression
	inflate io.ReadCloser
	seq     float64
	session string
}

// dial opens a connection and reads hello.
func (g *stage) dial(url string) *gatewayClient {
	g.t.Helper()
	l := g.connect(url)
	if f := l.readFrame(); f["op"] != 10.0 || f["d"].(object)["heartbeat_interval"] != float64(g.s.options.HeartbeatInterval.Milliseconds()) {
		g.t.Fatalf("not hello: %v", f)
	}
	return l
}

func (g *stage) connect(url string) *gatewayClient {
	g.t.Helper()
	ws, _, err := websocket.DefaultDialer.DialContext(g.t.Context(), url, nil)
	g.must(err)
	g.t.Cleanup(func() { ws.Close() })
	return &gatewayClient{stage: g, ws: ws}
}

// startSession identifies with the intents and reads READY and the guilds.
func (g *stage) startSession(intents int) *gatewayClient {
	g.t.Helper()
	l := g.dial(g.s.gatewayURL() + "?v=10&encoding=json")
	l.identify(intents)
	l.readReady(intents)
	return l
}

func (l *gatewayClient) identify(intents int) {
	l.t.Helper()
	l.send(opIdentify, fmt.Sprintf(`{"token":%q,"intents":%d,"properties":{}}`, l.s.Token, intents))
}

// readReady reads READY and GUILD_CREATE.
func (l *gatewayClient) readReady(intents int) {
	l.t.Helper()
	l.session = l.readEvent("READY")["session_id"].(string)
	if intents&intentGuilds != 0 {
		l.readEvent("GUILD_CREATE")
	}
}

func (l *gatewayClient) send(op int, data string) {
	l.t.Helper()
	l.must(l.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"op":%d,"d":%s}`, op, data)))
}

// readFrame reads a frame.
func (l *gatewayClient) readFrame() object {
	l.t.Helper()
	f, err := l.read()
	l.must(err)
	return f
}

func (l *gatewayClient) read() (object, error) {
	l.t.Helper()
	l.must(l.ws.SetReadDeadline(time.Now().Add(20 * time.Second)))
	kind, text, err := l.ws.ReadMessage()
	if err != nil {
		return nil, err
	}
	if kind == websocket.BinaryMessage {
		text = l.inflated(text)
	}
	var f object
	l.must(json.Unmarshal(text, &f))
	if seq, ok := f["s"].(float64); ok {
		if seq <= l.seq {
			l.t.Errorf("sequence number %v after %v", seq, l.seq)
		}
		l.seq = seq
	}
	return f, nil
}

// inflated decompresses a frame, with transport compression if stream is set.
func (l *gatewayClient) inflated(text []byte) []byte {
	l.t.Helper()
	if l.stream == nil {
		r, err := zlib.NewReader(bytes.NewReader(text))
		l.must(err)
		plain, err := io.ReadAll(r)
		l.must(err)
		return plain
	}
	if !bytes.HasSuffix(text, []byte{0, 0, 0xff, 0xff}) {
		l.t.Fatalf("the frame does not end with a Z_SYNC_FLUSH: %x", text)
	}
	l.stream.Write(text)
	if l.inflate == nil {
		r, err := zlib.NewReader(l.stream)
		l.must(err)
		l.inflate = r
	}
	plain := make([]byte, 1<<20)
	n := 0
	for {
		m, err := l.inflate.Read(plain[n:])
		n += m
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			l.t.Fatal(err)
		}
		if json.Valid(plain[:n]) {
			return plain[:n]
		}
	}
}

// readEvent reads the next event, which must have the given type.
func (l *gatewayClient) readEvent(name string) object {
	l.t.Helper()
	f := l.readFrame()
	if f["op"] != 0.0 || f["t"] != name {
		l.t.Fatalf("got op %v, event %v, want %s", f["op"], f["t"], name)
	}
	d, _ := f["d"].(object)
	return d
}

// closeCode reads until the connection ends and returns its close code.
func (l *gatewayClient) closeCode() int {
	l.t.Helper()
	for {
		_, err := l.read()
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
			return closed.Code
		}
		if err != nil {
			l.t.Fatal(err)
		}
	}
}

// resume resumes the session of another connection.
func (l *gatewayClient) resume(from *gatewayClient) {
	l.t.Helper()
	l.send(opResume, fmt.Sprintf(`{"token":%q,"session_id":%q,"seq":%v}`, l.s.Token, from.session, from.seq))
}

// dialResume opens a connection at resume_gateway_url.
func (l *gatewayClient) dialResume() *gatewayClient {
	l.t.Helper()
	return l.dial(l.s.resumeURL() + "?v=10&encoding=json")
}

// TestCloseCodes checks that mistakes of the bot close the connection.
func TestCloseCodes(t *testing.T) {
	identify := func(fields string) func(l *gatewayClient) {
		return func(l *gatewayClient) { l.send(opIdentify, fmt.Sprintf(`{"token":%q,%s}`, l.s.Token, fields)) }
	}
	for name, c := range map[string]struct {
		query string
		do    func(l *gatewayClient)
		want  int
	}{
		"version 8":                       {query: "?v=8&encoding=json", want: 4012},
		"unsupported encoding":            {query: "?v=10&encoding=etf", want: 4002},
		"no JSON":                         {do: func(l *gatewayClient) { l.must(l.ws.WriteMessage(websocket.TextMessage, []byte("{"))) }, want: 4002},
		"a long frame":                    {do: func(l *gatewayClient) { l.send(opPresence, `"`+letters(1400)+`"`) }, want: 4002},
		"an unknown opcode":               {do: func(l *gatewayClient) { l.send(99, "null") }, want: 4001},
		"presence update before identify": {do: func(l *gatewayClient) { l.send(opPresence, "{}") }, want: 4003},
		"empty identify":                  {do: func(l *gatewayClient) { l.send(opIdentify, "null") }, want: 4002},
		"invalid token":                   {do: func(l *gatewayClient) { l.send(opIdentify, `{"token":"x","intents":1}`) }, want: 4004},
		"invalid token in resume":         {do: func(l *gatewayClient) { l.send(opResume, `{"token":"x","session_id":"x","seq":1}`) }, want: 4004},
		"no intents":                      {do: identify(`"properties":{}`), want: 4013},
		"unknown intents":                 {do: identify(`"intents":1073741824`), want: 4013},
		"disallowed intents":              {do: identify(`"intents":256`), want: 4014},
		"invalid shard":                   {do: identify(`"intents":1,"shard":[1,1]`), want: 4010},
		"two identifies":                  {do: func(l *gatewayClient) { l.identify(1); l.identify(1) }, want: 4005},
		"invalid sequence number":         {do: func(l *gatewayClient) { from := l.startSession(1); from.seq = 99; l.resume(from) }, want: 4007},
		"121 frames": {do: func(l *gatewayClient) {
			for range 121 {
				l.send(opHeartbeat, "null")
			}
		}, want: 4008},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			if c.query != "" {
				if got := g.connect(g.s.gatewayURL() + c.query).closeCode(); got != c.want {
					t.Errorf("%d, want %d", got, c.want)
				}
				return
			}
			l := g.dial(g.s.gatewayURL() + "?v=9&encoding=json")
			c.do(l)
			if got := l.closeCode(); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

// TestNoContentIntent checks that an unapproved Message Content intent closes
// the connection.
func TestNoContentIntent(t *testing.T) {
	g := newStage(t, Options{NoMessageContent: true})
	l := g.dial(g.s.gatewayURL() + "?v=10&encoding=json")
	l.identify(plainIntents)
	if got := l.closeCode(); got != 4014 {
		t.Errorf("%d", got)
	}
	g.startSession(plainIntents &^ intentMessageContent)
}

// TestHeartbeats checks acknowledgements, and that a connection without
// heartbeats is closed.
func TestHeartbeats(t *testing.T) {
	g := newStage(t, Options{HeartbeatInterval: 200 * time.Millisecond})
	l := g.startSession(intentGuilds)
	l.send(opHeartbeat, "1")
	if f := l.readFrame(); f["op"] != 11.0 {
		t.Fatalf("%v", f)
	}
	g.s.RequestHeartbeats()
	if f := l.readFrame(); f["op"] != 1.0 {
		t.Fatalf("%v", f)
	}
	g.s.WithholdAcks(true)
	l.send(opHeartbeat, "1")
	if got := l.closeCode(); got != 4009 {
		t.Errorf("%d", got)
	}
	c := g.s.Connections()[0]
	if len(c.Heartbeats) != 2 || c.Session != l.session || c.Op != opIdentify {
		t.Errorf("%+v", c)
	}
}

// TestResume checks that missed events are replayed in order.
func TestResume(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	g.kim.Say(g.c.ID, "one")
	g.kim.Say(g.c.ID, "two")
	l.readEvent("MESSAGE_CREATE")
	g.s.CutConnections()
	g.until("the session is still connected", func() bool { return !g.s.Sessions()[0].Connected })
	g.kim.Say(g.c.ID, "three")
	next := l.dialResume()
	next.seq = l.seq
	next.resume(l)
	for _, want := range []string{"two", "three"} {
		if got := next.readEvent("MESSAGE_CREATE"); got["content"] != want {
			t.Errorf("%v, want %s", got["content"], want)
		}
	}
	next.readEvent("RESUMED")
	g.kim.Say(g.c.ID, "four")
	if got := next.readEvent("MESSAGE_CREATE"); got["content"] != "four" {
		t.Errorf("%v", got)
	}
	all := g.s.Connections()
	if len(all) != 2 || all[0].Resume || !all[1].Resume || all[1].Op != opResume || g.s.Identifies() != 1 {
		t.Errorf("%+v", all)
	}
}

// TestResumeElsewhere checks that a session moves to the connection that
// resumes it.
func TestResumeElsewhere(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	next := l.dialResume()
	next.resume(l)
	next.readEvent("RESUMED")
	if got := l.closeCode(); got != 4000 {
		t.Errorf("%d", got)
	}
	g.kim.Say(g.c.ID, "hi")
	next.readEvent("MESSAGE_CREATE")
}

// TestSessionsEnd checks what ends a session: a close with 1000 or 1001, the
// time limit, ForgetSessions.
func TestSessionsEnd(t *testing.T) {
	for name, end := range map[string]func(l *gatewayClient){
		"1000": func(l *gatewayClient) {
			l.must(l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second)))
		},
		"forgotten": func(l *gatewayClient) {
			l.ws.Close()
			l.until("the session is still connected", func() bool { return !l.s.Sessions()[0].Connected })
			l.s.ForgetSessions()
		},
		"late": func(l *gatewayClient) {
			l.s.CutConnections()
			l.until("the session is still connected", func() bool { return !l.s.Sessions()[0].Connected })
			l.s.mu.Lock()
			l.s.sessions[0].detachedAt = time.Now().Add(-time.Hour)
			l.s.mu.Unlock()
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			l := g.startSession(intentGuilds)
			end(l)
			g.until("the connection is still open", func() bool { return !g.s.Connections()[0].Ended.IsZero() })
			next := l.dialResume()
			next.resume(l)
			if f := next.readFrame(); f["op"] != 9.0 || f["d"] != false {
				t.Errorf("%v", f)
			}
			next.identify(intentGuilds) // like discordgo
			next.readReady(intentGuilds)
		})
	}
}

// TestSessionSurvives checks that close codes except 1000 and 1001 keep the
// session.
func TestSessionSurvives(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(intentGuilds)
	l.must(l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4900, ""), time.Now().Add(time.Second)))
	g.until("the connection is still open", func() bool { return !g.s.Connections()[0].Ended.IsZero() })
	if c := g.s.Connections()[0]; c.CloseCode != 4900 {
		t.Errorf("%+v", c)
	}
	next := l.dialResume()
	next.resume(l)
	next.readEvent("RESUMED")
}

// TestGatewayFaults checks every fault at every point.
func TestGatewayFaults(t *testing.T) {
	begin := map[string]func(l *gatewayClient){
		"identify":  func(l *gatewayClient) { l.identify(intentGuilds) },
		"resume":    func(l *gatewayClient) { l.resume(&gatewayClient{session: "x"}) },
		"heartbeat": func(l *gatewayClient) { l.send(opHeartbeat, "null") },
	}
	for on, do := range begin {
		for what, c := range map[string]struct {
			fault GatewayFault
			want  string
		}{
			"op 7":                 {GatewayFault{Reconnect: true}, "7 <nil>"},
			"op 9 true":            {GatewayFault{Invalid: new(true)}, "9 true"},
			"op 9 false":           {GatewayFault{Invalid: new(false)}, "9 false"},
			"code 4000":            {GatewayFault{Code: 4000}, "websocket: close 4000: Unknown error."},
			"a dropped connection": {GatewayFault{Drop: true}, "websocket: close 1006 (abnormal closure): unexpected EOF"},
			"two times":            {GatewayFault{Times: 2, Reconnect: true}, "7 <nil>"},
		} {
			t.Run(on+" "+what, func(t *testing.T) {
				g := newStage(t, Options{})
				c.fault.On = on
				l := g.dial(g.s.gatewayURL() + "?v=10&encoding=json")
				g.s.FailGateway(c.fault)
				do(l)
				f, err := l.read()
				got := fmt.Sprint(f["op"], " ", f["d"])
				if err != nil {
					got = err.Error()
				}
				if got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				left := 0
				for _, ok := g.s.gatewayFaults.Take(on); ok; _, ok = g.s.gatewayFaults.Take(on) {
					left++
				}
				if left != max(0, c.fault.Times-1) {
					t.Errorf("%d faults remain", left)
				}
			})
		}
	}
	g := newStage(t, Options{})
	g.s.FailGateway(GatewayFault{On: "connect", Code: 4000})
	if got := g.connect(g.s.gatewayURL() + "?v=10&encoding=json").closeCode(); got != 4000 {
		t.Errorf("%d", got)
	}
}

// TestServerDisconnects checks what a test can do to connections.
func TestServerDisconnects(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(intentGuilds)
	g.s.Reconnect()
	if f := l.readFrame(); f["op"] != 7.0 {
		t.Errorf("%v", f)
	}
	g.s.SendFrame(`{"op":0,"s":99,"t":"NEWS","d":null}`)
	l.readEvent("NEWS")
	g.s.Invalidate(false)
	if f := l.readFrame(); f["op"] != 9.0 || f["d"] != false || len(g.s.Sessions()) != 0 {
		t.Errorf("%v", f)
	}
	g.s.CloseConnections(4001)
	if got := l.closeCode(); got != 4001 {
		t.Errorf("%d", got)
	}
	l = g.startSession(intentGuilds)
	g.s.Revoke()
	if got := l.closeCode(); got != 4004 {
		t.Errorf("%d", got)
	}
	if status, _ := g.call(GetCurrentUser, ""); status != 401 {
		t.Errorf("%d", status)
	}
}

// TestMute checks that a muted connection receives nothing and a resume replays
// everything.
func TestMute(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	g.s.mute(true)
	g.kim.Say(g.c.ID, "hi")
	l.send(opHeartbeat, "null")
	g.until("no heartbeat", func() bool { return len(g.s.Connections()[0].Heartbeats) == 1 })
	l.ws.Close()
	g.until("the session is still connected", func() bool { return !g.s.Sessions()[0].Connected })
	g.s.mute(false)
	next := l.dialResume()
	next.resume(l)
	if got := next.readEvent("MESSAGE_CREATE"); got["content"] != "hi" {
		t.Errorf("%v", got)
	}
}

// TestIdentifyLimit checks that too many identifies reset the token.
func TestIdentifyLimit(t *testing.T) {
	g := newStage(t, Options{IdentifyLimit: 2})
	first := g.startSession(intentGuilds)
	g.startSession(intentGuilds)
	_, start := g.call(GetGatewayBot, "")
	if limit := start.(object)["session_start_limit"].(object); limit["remaining"] != 0.0 || limit["total"] != 2.0 {
		t.Errorf("%v", limit)
	}
	l := g.dial(g.s.gatewayURL() + "?v=10&encoding=json")
	l.identify(intentGuilds)
	if l.closeCode() != 4004 || first.closeCode() != 4004 {
		t.Error("the connections do not end")
	}
	if status, _ := g.call(GetCurrentUser, ""); status != 401 || g.s.Identifies() != 3 {
		t.Errorf("%d, %d", status, g.s.Identifies())
	}
}

// TestIdentifyConcurrency checks max_concurrency.
func TestIdentifyConcurrency(t *testing.T) {
	g := newStage(t, Options{RateLimits: true})
	g.startSession(intentGuilds)
	l := g.dial(g.s.gatewayURL() + "?v=10&encoding=json")
	l.identify(intentGuilds)
	if f := l.readFrame(); f["op"] != 9.0 || f["d"] != false {
		t.Errorf("%v", f)
	}
}

// TestCompression checks transport and payload compression.
func TestCompression(t *testing.T) {
	g := newStage(t, Options{})
	l := g.connect(g.s.gatewayURL() + "?v=10&encoding=json&compress=zlib-stream")
	l.stream = &bytes.Buffer{}
	if f := l.readFrame(); f["op"] != 10.0 {
		t.Fatalf("%v", f)
	}
	l.identify(plainIntents)
	l.readReady(plainIntents)
	for i := range 20 {
		g.kim.Say(g.c.ID, fmt.Sprint("hello ", i))
	}
	for i := range 20 {
		if got := l.readEvent("MESSAGE_CREATE")["content"]; got != fmt.Sprint("hello ", i) {
			t.Errorf("%v", got)
		}
	}
	single := g.dial(g.s.gatewayURL() + "?v=9&encoding=json")
	single.send(opIdentify, fmt.Sprintf(`{"token":"Bot %s","intents":%d,"compress":true}`, g.s.Token, plainIntents))
	single.readReady(plainIntents)
	_, _, err := websocket.DefaultDialer.Dial(g.s.gatewayURL()+"?v=10&encoding=json&compress=zstd-stream", nil)
	if !errors.Is(err, websocket.ErrBadHandshake) {
		t.Errorf("zstd: %v", err)
	}
}

// TestIntents checks that a session receives only the events of its intents.
func TestIntents(t *testing.T) {
	g := newStage(t, Options{})
	none, guild, direct := g.startSession(0), g.startSession(intentGuildMessages), g.startSession(intentDirectMessages)
	said := g.kim.Say(g.c.ID, "in the channel")
	g.kim.DM("in private")
	g.must(g.kim.react(said, "👍"))
	g.s.Dispatch("NEWS", object{"x": 1})
	if got := guild.readEvent("MESSAGE_CREATE"); got["id"] != said.ID || got["content"] != "" {
		t.Errorf("%v", got)
	}
	if got := direct.readEvent("MESSAGE_CREATE"); got["content"] != "in private" || got["guild_id"] != nil || got["member"] != nil {
		t.Errorf("%v", got)
	}
	for _, l := range []*gatewayClient{none, guild, direct} {
		l.readEvent("NEWS")
	}
}

// TestMessageContent checks which content is visible without the Message
// Content intent.
func TestMessageContent(t *testing.T) {
	g := newStage(t, Options{})
	own := g.post(`{"content":"mine"}`)
	l := g.startSession(plainIntents &^ intentMessageContent)
	lee := g.s.Person(User{Name: "lee"})
	secret := g.kim.Say(g.c.ID, "secret")
	for _, c := range []struct {
		say     func()
		content string
		replied any // content of the referenced message
	}{
		{func() { g.kim.Upload(g.c.ID, "secret", File{Name: "x.txt"}) }, "", nil},
		{func() { g.kim.Say(g.c.ID, "@mabsbot hi") }, "<@" + g.s.BotID + "> hi", nil},
		{func() { g.kim.Reply(own, "hi") }, "hi", "mine"},
		{func() { g.kim.Reply(secret, "@mabsbot look") }, "<@" + g.s.BotID + "> look", ""},
		{func() { lee.DM("secret") }, "secret", nil},
		{func() { g.post(`{"content":"mine again"}`) }, "mine again", nil},
		{func() { g.kim.Say(g.c.ID, "`@mabsbot`") }, "", nil},
	} {
		l.drain()
		c.say()
		got := l.readEvent("MESSAGE_CREATE")
		replied, _ := got["referenced_message"].(object)
		if got["content"] != c.content || c.content == "" && len(got["attachments"].([]any)) > 0 || replied["content"] != c.replied {
			t.Errorf("%v, %v; want %q, %v", got["content"], replied["content"], c.content, c.replied)
		}
	}
}

// drain reads everything that was sent.
func (l *gatewayClient) drain() {
	l.t.Helper()
	l.s.Dispatch("MARK", nil)
	for l.readFrame()["t"] != "MARK" {
	}
}

// TestTwoConnections checks that two sessions receive the same events.
func TestTwoConnections(t *testing.T) {
	g := newStage(t, Options{})
	one, two := g.startSession(plainIntents), g.startSession(plainIntents)
	said := g.kim.Say(g.c.ID, "hi")
	if one.readEvent("MESSAGE_CREATE")["id"] != said.ID || two.readEvent("MESSAGE_CREATE")["id"] != said.ID {
		t.Error("the sessions receive different events")
	}
}

// TestShards checks that events go to the shard of the guild, and direct
// messages to shard 0.
func TestShards(t *testing.T) {
	g := newStage(t, Options{})
	for shardOf(g.s.Guild, 2) == 0 { // direct messages need the other shard
		g.s.Guild = g.s.addGuild(guild{name: "another"}).id
	}
	c := g.s.AddChannel(Channel{Name: "there"})
	var shards [2]*gatewayClient
	for i := range shards {
		shards[i] = g.dial(g.s.gatewayURL() + "?v=10&encoding=json")
		shards[i].send(opIdentify, fmt.Sprintf(`{"token":%q,"intents":%d,"shard":[%d,2]}`, g.s.Token, intentGuildMessages|intentDirectMessages|intentMessageContent, i))
		shards[i].readReady(0)
	}
	g.kim.Say(c.ID, "there")
	g.kim.DM("private")
	for i, want := range []string{"private", "there"} {
		if got := shards[i].readEvent("MESSAGE_CREATE")["content"]; got != want {
			t.Errorf("shard %d receives %v", i, got)
		}
	}
}
