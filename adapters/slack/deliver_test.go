package slack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
)

// TestAmbiguousError looks for a post that may have been delivered before sending
// it again.
func TestAmbiguousError(t *testing.T) {
	for name, fault := range map[string]slackfake.Fault{
		"cut after it was stored":   {Drop: true, After: true},
		"cut before":                {Drop: true},
		"500 after it was stored":   {Status: 500, After: true},
		"500 before":                {Status: 500},
		"fatal_error after":         {Error: "fatal_error", After: true},
		"internal_error before":     {Error: "internal_error"},
		"ratelimited by code":       {Error: "ratelimited"},
		"429":                       {RetryAfter: time.Second},
		"429 twice":                 {RetryAfter: time.Second, Times: 2},
		"503":                       {Status: 503},
		"service_unavailable":       {Error: "service_unavailable", Times: 2},
		"stored, then 429, then ok": {Status: 500, After: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, slackfake.Options{}, patient)
			fault.Method = "chat.postMessage"
			s.Fail(fault)
			if strings.Contains(name, "then 429") {
				s.Fail(slackfake.Fault{Method: "conversations.replies", RetryAfter: time.Second})
			}
			m := s.saysOne(1)
			s.answers([]slackfake.Message{m})
			s.presses(s.alex, "Same or trusted domain")
			s.sees(s.alex, "Step 1 of")
		})
	}
}

// TestRetryAfter calls a rate-limited method not before the time, and other methods
// meanwhile.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	s := newStage(t, slackfake.Options{}, patient, paced)
	s.Fail(slackfake.Fault{Method: "chat.postMessage", RetryAfter: 2 * time.Second})
	first, second := s.saysOne(1), s.saysOne(2)
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "백업 정책을 수정할 수 없음")
	s.answers([]slackfake.Message{first, second})
	calls := s.Calls("chat.postMessage")
	if private := s.Calls("response_url"); !private[0].At.Before(calls[1].At) {
		t.Errorf("a private answer waited for another method, %v", private[0].At.Sub(calls[0].At))
	}
	for _, c := range calls[1:] {
		if c.At.Sub(calls[0].At) < 2*time.Second {
			t.Errorf("called again after %v", c.At.Sub(calls[0].At))
		}
	}
}

// TestPacedPosts posts one message per second to a channel, and to another channel
// meanwhile.
func TestPacedPosts(t *testing.T) {
	t.Parallel()
	s := newStage(t, slackfake.Options{RateLimits: true}, patient, paced)
	other := s.AddChannel(slackfake.Channel{Name: "other", Members: []string{s.alex.ID}})
	var messages []slackfake.Message
	for i := range 5 {
		messages = append(messages, s.saysOne(i))
	}
	m := s.alex.Say(other.ID, chattest.Coordinator)
	s.until("the other channel is answered", func() bool { return len(s.Thread(m)) == 2 })
	s.answers(messages)
	var at []time.Time
	var between time.Time // when the other channel was answered
	for _, c := range s.Calls("chat.postMessage") {
		if c.Error != "" {
			t.Errorf("refused: %s", c.Error)
		}
		if c.Args["channel"] == s.channel.ID {
			at = append(at, c.At)
		} else {
			between = c.At
		}
	}
	last := at[len(at)-1]
	if !between.Before(last) {
		t.Errorf("the other channel waited %v longer", between.Sub(last))
	}
	// Less a second: calls are recorded when they arrive, on a busy machine.
	if took, least := last.Sub(at[0]), time.Duration(len(at)-2)*perChannel; took < least {
		t.Errorf("%d messages within %v", len(at), took)
	}
	if n := len(s.Calls("conversations.replies")); n > 0 {
		t.Errorf("%d searches for posts that only waited", n)
	}
}

// TestSlowChannel posts to other channels while a request is slow.
func TestSlowChannel(t *testing.T) {
	t.Parallel()
	s := newStage(t, slackfake.Options{}, patient)
	other := s.AddChannel(slackfake.Channel{Name: "other", Members: []string{s.alex.ID}})
	const slow = 4 * time.Second
	s.Fail(slackfake.Fault{Method: "chat.postMessage", Delay: slow, After: true})
	first := s.saysOne(0)
	s.until("the slow request is under way", func() bool { return len(s.Calls("chat.postMessage")) == 1 })
	began := time.Now()
	for range 3 {
		m := s.alex.Say(other.ID, chattest.Coordinator)
		s.until("the other channel is answered", func() bool { return len(s.Thread(m)) == 2 })
	}
	if took := time.Since(began); took > slow-time.Second {
		t.Errorf("the other channel waited %v", took)
	}
	s.answers([]slackfake.Message{first})
}

// TestHTTP has a conversation, a command, a shortcut and a search in HTTP mode.
func TestHTTP(t *testing.T) {
	s := newStage(t, slackfake.Options{}, patient, func(s *stage) { s.options = func(o *Options) { o.Mode = HTTP } })
	s.useHTTP()
	m := s.alex.Say(s.channel.ID, "@mabsbot "+chattest.Coordinator)
	s.answers([]slackfake.Message{m})
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of 6")
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간을")
	s.presses(s.kim, "월별")
	s.sees(s.kim, "3단계 중 1단계")
	s.must(s.alex.Shortcut(searchShortcut))
	s.until("the search is open", func() bool { _, ok := s.alex.View(); return ok })
	found, err := s.alex.Suggest(s.slack.texts.In("en")["search"], "0x29834")
	if err != nil || len(found) == 0 {
		t.Fatalf("%q, %v", found, err)
	}
	if wrong, err := s.alex.Submit(); err != nil || wrong[searchBlock] == "" {
		t.Errorf("%v, %v", wrong, err)
	}
}

// useHTTP makes the fake send requests to the bot.
func (s *stage) useHTTP() {
	s.t.Helper()
	<-s.slack.ready
	s.must(s.UseHTTP("http://" + s.slack.Addr() + EventsPath))
}

// TestSignedRequests rejects requests without a recent signature of Slack's.
func TestSignedRequests(t *testing.T) {
	s := newStage(t, slackfake.Options{}, patient, func(s *stage) { s.options = func(o *Options) { o.Mode = HTTP } })
	s.useHTTP()
	now := time.Now()
	event := fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event":{"type":"message","channel":%q,"user":%q,"ts":"1900000000.000100","text":"ID 3106 Replica is inconsistent"}}`, s.Team, s.channel.ID, s.alex.ID)
	sign := func(at time.Time, body string) string { return slackfake.Sign(s.SigningSecret, at, []byte(body)) }
	form := url.Values{"payload": {`{"type":"shortcut","user":{"id":"U1"},"callback_id":"x"}`}}.Encode()
	for name, r := range map[string]struct {
		at        time.Time
		signature string
		kind      string
		body      string
		query     string
		method    string
		want      int
	}{
		"signed":               {at: now, body: event, want: 200},
		"replayed":             {at: now, body: event, want: 200}, // recent; the core recognizes the event
		"no signature":         {at: now, body: event, signature: "-", want: 401},
		"wrong signature":      {at: now, body: event, signature: "v0=" + strings.Repeat("0", 64), want: 401},
		"no hex":               {at: now, body: event, signature: "v0=zz", want: 401},
		"another version":      {at: now, body: event, signature: "v1" + sign(now, event)[2:], want: 401},
		"of another body":      {at: now, body: event + " ", signature: sign(now, event), want: 401},
		"too old":              {at: now.Add(-301 * time.Second), body: event, want: 401},
		"from the future":      {at: now.Add(305 * time.Second), body: event, want: 401},
		"too large":            {at: now, body: `{"x":"` + strings.Repeat("x", maxBody) + `"}`, want: 413},
		"no JSON":              {at: now, body: "{", want: 200}, // kept as a dead letter
		"another type":         {at: now, body: event, kind: "text/plain", want: 400},
		"no type":              {at: now, body: event, kind: ";", want: 400},
		"a form":               {at: now, body: form, kind: "application/x-www-form-urlencoded", want: 200},
		"a form of nothing":    {at: now, body: "a=b", kind: "application/x-www-form-urlencoded", want: 400},
		"a broken form":        {at: now, body: "payload=%zz", kind: "application/x-www-form-urlencoded", want: 400},
		"payload in the query": {at: now, body: "a=b", query: "?" + form, kind: "application/x-www-form-urlencoded", want: 400},
		"a certificate check":  {at: now, body: "ssl_check=1&token=x", kind: "application/x-www-form-urlencoded", want: 200},
		"read":                 {at: now, method: "GET", want: 405},
	} {
		method, kind, signature := r.method, r.kind, r.signature
		if method == "" {
			method = "POST"
		}
		if kind == "" {
			kind = "application/json"
		}
		if signature == "" {
			signature = sign(r.at, r.body)
		}
		request, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.slack.Addr()+EventsPath+r.query, strings.NewReader(r.body))
		s.must(err)
		request.Header.Set("Content-Type", kind)
		request.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(r.at.Unix(), 10))
		if signature != "-" {
			request.Header.Set("X-Slack-Signature", signature)
		}
		response, err := http.DefaultClient.Do(request)
		s.must(err)
		response.Body.Close()
		if response.StatusCode != r.want {
			t.Errorf("%s: %d, want %d", name, response.StatusCode, r.want)
		}
	}
	s.quiet()
	if n := len(s.Calls("chat.postMessage")); n != 1 {
		t.Errorf("%d answers, want 1", n)
	}
}

// TestVerify verifies the example in Slack's documentation.
func TestVerify(t *testing.T) {
	const secret, at, want = "8f742231b10e8888abcd99yyyzzz85a5", 1531420618, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	body := []byte("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow" +
		"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
		"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
		"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c")
	header := http.Header{"X-Slack-Request-Timestamp": {strconv.Itoa(at)}, "X-Slack-Signature": {want}}
	for offset, ok := range map[time.Duration]error{0: nil, 300 * time.Second: nil, -300 * time.Second: nil, 301 * time.Second: errOld, -301 * time.Second: errOld} {
		if err := verify(secret, header, body, time.Unix(at, 0).Add(offset)); !errors.Is(err, ok) {
			t.Errorf("after %v: %v, want %v", offset, err, ok)
		}
	}
	for name, tt := range map[string]struct {
		secret, at, signature string
	}{
		"another signature": {secret, strconv.Itoa(at), want[:len(want)-1] + "4"},
		"no timestamp":      {secret, "", want},
		"an odd timestamp":  {secret, "1e9", want},
		"an empty secret":   {"", strconv.Itoa(at), want},
	} {
		header := http.Header{"X-Slack-Request-Timestamp": {tt.at}, "X-Slack-Signature": {tt.signature}}
		if err := verify(tt.secret, header, body, time.Unix(at, 0)); !errors.Is(err, errUnsigned) {
			t.Errorf("%s: %v, want %v", name, err, errUnsigned)
		}
	}
}

// TestInboxSurvives restarts the bot before it has handled what it acknowledged.
func TestInboxSurvives(t *testing.T) {
	t.Parallel()
	s := newStage(t, slackfake.Options{}, patient)
	s.Fail(slackfake.Fault{Method: "file", Hang: true, Times: -1})
	m := s.alex.Upload(s.channel.ID, "", "look", slackfake.File{Name: "a.log", Content: []byte("Replica is inconsistent (ID: 3106)")})
	s.until("it is acknowledged", s.Settled)
	behind := s.alex.Reply(m, "anybody?") // waits behind the file
	s.until("so is what came behind", s.Settled)
	if n := len(s.Thread(behind)); n != 1 && len(s.Thread(m)) != 2 {
		t.Fatalf("answered without the file: %d", n)
	}
	s.must(s.End())
	s.Heal()
	s.start()
	s.sees(s.alex, "ID 3106")
	s.quiet()
	left := 0
	s.must(s.DB.Inbox("slack").Replay(t.Context(), func(string, []byte) error { left++; return nil }))
	if left != 0 {
		t.Errorf("%d payloads are left in the inbox", left)
	}
}

// TestLog finds no secret and nothing that users wrote in the log.
func TestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newStage(t, slackfake.Options{}, patient, func(s *stage) {
		s.options = func(o *Options) {
			o.Log = slog.New(slog.NewTextHandler(io.MultiWriter(&log, os.Stderr), &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	})
	const secret = "SRV-GEHEIM-7"
	for _, method := range []string{"chat.postMessage", "users.info", "response_url", "chat.postEphemeral", "file", "views.open", "conversations.open", "chat.update", "views.publish"} {
		s.Fail(slackfake.Fault{Method: method, Drop: true})
		s.Fail(slackfake.Fault{Method: method, Status: 500})
	}
	s.alex.Say(s.channel.ID, strings.ReplaceAll(chattest.Coordinator, "FS-11", secret))
	s.must(s.kim.Command(s.channel.ID, "/mabs 319 "+secret))
	s.alex.Upload(s.channel.ID, "", secret, slackfake.File{Name: secret + ".log", Content: []byte(secret)})
	s.must(s.alex.Shortcut(searchShortcut))
	s.alex.OpenHome()
	s.must(s.SendFrame([]byte(`{"envelope_id":"b-1","type":"events_api","payload":{"text":"` + secret + `"`)))
	s.sees(s.alex, secret+".corp.example in?")
	s.quiet()
	s.must(s.End())
	for _, word := range []string{secret, s.BotToken, s.AppToken, s.SigningSecret, "/respond/", "ticket="} {
		if strings.Contains(log.String(), word) {
			t.Errorf("%q is logged:\n%s", word, log.String())
		}
	}
}

// TestMissingScopes finds the scopes that are not granted.
func TestMissingScopes(t *testing.T) {
	all := len(scopes())
	for granted, want := range map[string]int{
		strings.Join(scopeNames(), ","):      0,
		"":                                   0, // Slack does not return them
		"chat:write, commands":               all - 2,
		"files:write,users:read.email":       all,
		strings.Join(scopeNames()[1:], ", "): 1,
	} {
		if got := missingScopes(granted); len(got) != want {
			t.Errorf("%q: %d scopes are missing, want %d: %v", granted, len(got), want, got)
		}
	}
}

func TestAPIURL(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "https://slack.com/api/",
		"http://127.0.0.1:9000":           "http://127.0.0.1:9000/api/",
		"http://127.0.0.1:9000/":          "http://127.0.0.1:9000/api/",
		"http://127.0.0.1:9000/api":       "http://127.0.0.1:9000/api/",
		"https://slack-gov.com/api/":      "https://slack-gov.com/api/",
		"https://proxy.example/slack/api": "https://proxy.example/slack/api/",
		"slack.com":                       "",
		"ftp://slack.com":                 "",
		"http://[::1":                     "",
	} {
		got, err := parseAPIURL(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
}
