package slackfake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// blocks returns a JSON array of blocks.
func blocks(block string) string { return "[" + block + "]" }

func section(n int) string {
	return fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":%q}}`, strings.Repeat("ㅎ", n))
}

// TestErrors calls methods with arguments that Slack rejects. $C is a channel
// that the bot is in, $M a message of kim there, $B one of the bot.
func TestErrors(t *testing.T) {
	g := newStage(t, Options{})
	g.s.AddChannelWithoutBot(Channel{ID: "CPUBLIC", Name: "public"})
	g.s.AddChannelWithoutBot(Channel{ID: "GSECRET", Name: "secret", Type: privateChannel})
	g.s.AddChannel(Channel{ID: "COLD", Name: "old", Archived: true})
	said := g.kim.Say(g.c.ID, "hello")
	posted, _ := g.call("chat.postMessage", "channel", g.c.ID, "text", "mine")["ts"].(string)
	long := strings.Repeat("x", 4001)
	for name, c := range map[string]struct {
		method, args, want string
	}{
		"unknown method":              {"chat.shout", "", "unknown_method"},
		"no channel":                  {"chat.postMessage", "text=hi", "channel_not_found"},
		"unknown channel":             {"chat.postMessage", "channel=CNONE&text=hi", "channel_not_found"},
		"private channel":             {"chat.postMessage", "channel=GSECRET&text=hi", "channel_not_found"},
		"channel without the bot":     {"chat.postMessage", "channel=CPUBLIC&text=hi", "not_in_channel"},
		"archived channel":            {"chat.postMessage", "channel=COLD&text=hi", "is_archived"},
		"no text":                     {"chat.postMessage", "channel=$C", "no_text"},
		"invalid blocks":              {"chat.postMessage", "channel=$C&text=hi&blocks=x", "invalid_blocks_format"},
		"unknown block":               {"chat.postMessage", "channel=$C&text=hi&blocks=" + blocks(`{"type":"shout"}`), "invalid_blocks"},
		"long section":                {"chat.postMessage", "channel=$C&text=hi&blocks=" + blocks(section(3001)), "invalid_blocks"},
		"51 blocks":                   {"chat.postMessage", "channel=$C&text=hi&blocks=" + blocks(strings.Repeat(`{"type":"divider"},`, 50)+`{"type":"divider"}`), "invalid_blocks"},
		"long header":                 {"chat.postMessage", "channel=$C&text=hi&blocks=" + blocks(`{"type":"header","text":{"type":"plain_text","text":"`+strings.Repeat("x", 151)+`"}}`), "invalid_blocks"},
		"duplicate block_id":          {"chat.postMessage", "channel=$C&text=hi&blocks=" + blocks(`{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`), "invalid_blocks"},
		"five long sections":          {"chat.postMessage", "channel=$C&text=hi&blocks=" + blocks(strings.Repeat(section(3000)+",", 4)+section(1201)), "msg_blocks_too_long"},
		"40,001 characters":           {"chat.postMessage", "channel=$C&text=" + strings.Repeat("x", 40001), "msg_too_long"},
		"unknown thread":              {"chat.postMessage", "channel=$C&text=hi&thread_ts=1.2", "thread_not_found"},
		"metadata without event_type": {"chat.postMessage", `channel=$C&text=hi&metadata={"event_payload":{}}`, "invalid_metadata_schema"},
		"ephemeral message to a user outside the channel": {"chat.postEphemeral", "channel=$C&text=hi&user=U404", "user_not_in_channel"},
		"update of a message of another user":             {"chat.update", "channel=$C&ts=$M&text=hi", "cant_update_message"},
		"update of an unknown message":                    {"chat.update", "channel=$C&ts=1.2&text=hi", "message_not_found"},
		"update with long text":                           {"chat.update", "channel=$C&ts=$B&text=" + long, "msg_too_long"},
		"deletion of a message of another user":           {"chat.delete", "channel=$C&ts=$M", "cant_delete_message"},
		"permalink of an unknown message":                 {"chat.getPermalink", "channel=$C&message_ts=1.2", "message_not_found"},
		"replies of an unknown thread":                    {"conversations.replies", "channel=$C&ts=1.2", "thread_not_found"},
		"history without the bot":                         {"conversations.history", "channel=CPUBLIC", "not_in_channel"},
		"invalid cursor":                                  {"conversations.history", "channel=$C&cursor=x", "invalid_cursor"},
		"invalid type":                                    {"conversations.list", "types=secret", "invalid_types"},
		"no users":                                        {"conversations.open", "", "users_list_not_supplied"},
		"unknown user":                                    {"users.info", "user=U404", "user_not_found"},
		"unknown bot":                                     {"bots.info", "bot=B404", "bot_not_found"},
		"unknown file":                                    {"files.info", "file=F404", "file_not_found"},
		"no trigger_id":                                   {"views.open", `view={"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`, "invalid_trigger_id"},
		"view without a title":                            {"views.open", `trigger_id=x&view={"type":"modal","blocks":[]}`, "invalid_arguments"},
		"view with a long title":                          {"views.open", `trigger_id=x&view={"type":"modal","title":{"type":"plain_text","text":"` + strings.Repeat("x", 25) + `"},"blocks":[]}`, "invalid_arguments"},
		"view with input but no submit":                   {"views.open", `trigger_id=x&view={"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"input","label":{"type":"plain_text","text":"l"},"element":{"type":"plain_text_input"}}]}`, "invalid_arguments"},
		"modal as Home tab":                               {"views.publish", `user_id=$U&view={"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`, "invalid_arguments"},
		"unknown view":                                    {"views.update", `view_id=V404&view={"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`, "not_found"},
		"reaction to an unknown message":                  {"reactions.add", "channel=$C&timestamp=1.2&name=eyes", "message_not_found"},
		"invalid agent status":                            {"agents.sessions.setStatus", "channel_id=$C&thread_ts=$M&status=happy", "invalid_status"},
		"agent status without a thread":                   {"agents.sessions.setStatus", "channel_id=$C&status=active", "thread_ts_required"},
		"rename without a session":                        {"agents.sessions.rename", "channel_id=$C&thread_ts=$M&title=x", "session_not_found"},
		"five prompts":                                    {"assistant.threads.setSuggestedPrompts", "channel_id=$C&prompts=[1,2,3,4,5]", "invalid_arguments"},
		"wrong token type":                                {"apps.connections.open", "", "not_allowed_token_type"},
	} {
		t.Run(name, func(t *testing.T) {
			known := strings.NewReplacer("$C", g.c.ID, "$M", said.TS, "$B", posted, "$U", g.kim.ID)
			var args []string
			for arg := range strings.SplitSeq(known.Replace(c.args), "&") {
				if key, value, ok := strings.Cut(arg, "="); ok {
					args = append(args, key, value)
				}
			}
			if answer := g.call(c.method, args...); answer["error"] != c.want || answer["ok"] != false {
				t.Errorf("%.300v, want %s", answer, c.want)
			}
		})
	}
}

// TestValidationMessages checks that an error points to its place in the
// blocks.
func TestValidationMessages(t *testing.T) {
	g := newStage(t, Options{})
	answer := g.call("chat.postMessage", "channel", g.c.ID, "text", "hi", "blocks", blocks(`{"type":"divider"},`+section(3001)))
	metadata, _ := answer["response_metadata"].(object)
	if got := fmt.Sprint(metadata["messages"]); !strings.Contains(got, "[json-pointer:/blocks/1/text") {
		t.Error(got)
	}
}

func TestTokens(t *testing.T) {
	s := New(t, Options{Scopes: []string{"chat:write"}})
	call := func(method, header, body string) (object, http.Header) {
		r, err := http.NewRequest(http.MethodPost, s.APIURL()+method, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if header != "" {
			r.Header.Set("Authorization", "Bearer "+header)
		}
		return do(t, r)
	}
	for _, c := range []struct{ method, token, want string }{
		{"auth.test", "", "not_authed"},
		{"auth.test", "xoxb-other", "invalid_auth"},
		{"auth.test", s.AppToken, "not_allowed_token_type"},
		{"users.info", s.BotToken, "missing_scope"},
		{"auth.test", s.BotToken, ""},
		{"apps.connections.open", s.AppToken, ""},
	} {
		answer, header := call(c.method, c.token, `{"user":"U404","token":null}`)
		if code, _ := answer["error"].(string); code != c.want || answer["ok"] != (c.want == "") {
			t.Errorf("%s with %q: %v, want %s", c.method, c.token, answer, c.want)
		}
		if got := header.Get("X-OAuth-Scopes"); got != "chat:write" {
			t.Errorf("X-OAuth-Scopes = %q", got)
		}
		if c.want == "missing_scope" && (answer["needed"] != "users:read" || answer["provided"] != "chat:write") {
			t.Errorf("%v", answer)
		}
	}
	s.RevokeTokens(false)
	if answer, _ := call("auth.test", s.BotToken, ""); answer["error"] != "token_revoked" {
		t.Errorf("%v", answer)
	}
	for _, c := range s.Calls("") {
		if strings.Contains(fmt.Sprint(c), s.BotToken) {
			t.Errorf("the journal contains a token: %v", c)
		}
	}
}

func do(t *testing.T, r *http.Request) (object, http.Header) {
	t.Helper()
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	return decodedBody(t, w), w.Header
}

// TestChatUpdate checks what chat.update keeps and what it removes.
func TestChatUpdate(t *testing.T) {
	g := newStage(t, Options{})
	ts, _ := g.call("chat.postMessage", "channel", g.c.ID, "text", "one", "blocks", blocks(section(3)), "metadata", `{"event_type":"t","event_payload":{"id":"p1"}}`)["ts"].(string)
	g.call("chat.update", "channel", g.c.ID, "ts", ts, "text", "two", "blocks", blocks(`{"type":"divider"}`))
	m := g.s.Messages(g.c.ID)[0]
	if m.Text != "two" || len(m.Blocks) != 1 || m.Edited != "" || m.Metadata == nil {
		t.Errorf("%+v", m)
	}
	g.call("chat.update", "channel", g.c.ID, "ts", ts, "text", "three")
	m = g.s.Messages(g.c.ID)[0]
	if m.Text != "three" || len(m.Blocks) != 0 || m.Edited == "" {
		t.Errorf("%+v", m)
	}
}

// TestMessageMetadata checks that metadata is returned only on request.
func TestMessageMetadata(t *testing.T) {
	g := newStage(t, Options{})
	root := g.kim.Say(g.c.ID, "hello")
	g.call("chat.postMessage", "channel", g.c.ID, "thread_ts", root.TS, "text", "one", "metadata", `{"event_type":"t","event_payload":{"id":"p1"}}`)
	for _, method := range []string{"conversations.replies", "conversations.history"} {
		if got := fmt.Sprint(g.call(method, "channel", g.c.ID, "ts", root.TS)); strings.Contains(got, "p1") {
			t.Errorf("%s returns metadata: %s", method, got)
		}
	}
	if got := fmt.Sprint(g.call("conversations.replies", "channel", g.c.ID, "ts", root.TS, "include_all_metadata", "true", "oldest", root.TS, "limit", "5")); !strings.Contains(got, "p1") {
		t.Error(got)
	}
}

// TestPages reads a history page by page.
func TestPages(t *testing.T) {
	g := newStage(t, Options{})
	for i := range 5 {
		g.kim.Say(g.c.ID, fmt.Sprint("m", i))
	}
	var texts []string
	for cursor := ""; ; {
		answer := g.call("conversations.history", "channel", g.c.ID, "limit", "2", "cursor", cursor)
		for _, m := range answer["messages"].([]any) {
			texts = append(texts, textOf(m))
		}
		if cursor, _ = answer["response_metadata"].(object)["next_cursor"].(string); cursor == "" {
			break
		}
	}
	if got := strings.Join(texts, " "); got != "m4 m3 m2 m1 m0" {
		t.Error(got)
	}
}

// TestRateLimits checks that the limit of chat.postMessage is per channel.
func TestRateLimits(t *testing.T) {
	g := newStage(t, Options{RateLimits: true})
	other := g.s.AddChannel(Channel{Name: "other"})
	for range postBurst {
		if answer := g.call("chat.postMessage", "channel", g.c.ID, "text", "x"); answer["ok"] != true {
			t.Fatal(answer)
		}
	}
	r, err := http.NewRequest(http.MethodPost, g.s.APIURL()+"chat.postMessage", strings.NewReader("channel="+g.c.ID+"&text=x&token="+g.s.BotToken))
	g.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if answer, header := do(t, r); answer["error"] != "ratelimited" || header.Get("Retry-After") != "1" {
		t.Error(answer, header)
	}
	if answer := g.call("chat.postMessage", "channel", other.ID, "text", "x"); answer["ok"] != true {
		t.Error(answer)
	}
}

func TestBucket(t *testing.T) {
	var b bucket
	now := time.Unix(1000, 0)
	for i, want := range []time.Duration{0, 0, time.Second, time.Second} { // a rejected call takes no token
		if got := b.take(now, time.Second, 2); got != want {
			t.Errorf("call %d waits %v, want %v", i, got, want)
		}
	}
	if got := b.take(now.Add(time.Second), time.Second, 2); got != 0 {
		t.Errorf("after a second: %v", got)
	}
}
