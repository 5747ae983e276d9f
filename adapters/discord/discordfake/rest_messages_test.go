package discordfake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestErrors checks the error codes of invalid requests.
func TestErrors(t *testing.T) {
	const hello = `{"content":"x"}`
	embed := `{"embeds":[{"title":"x"}]}`
	for name, c := range map[string]struct {
		prepare func(g *stage, m Message) // m is a message of the bot
		route   string
		body    string
		args    func(g *stage, m Message) []any
		want    string
	}{
		"an unknown channel":                            {nil, CreateMessage, hello, func(*stage, Message) []any { return []any{1} }, "404 10003"},
		"an unknown message":                            {nil, EditMessage, hello, func(g *stage, _ Message) []any { return []any{g.c.ID, 1} }, "404 10008"},
		"sending without VIEW_CHANNEL":                  {func(g *stage, _ Message) { g.s.Deny(g.c.ID, ViewChannel) }, CreateMessage, hello, nil, "403 50001"},
		"reading without VIEW_CHANNEL":                  {func(g *stage, _ Message) { g.s.Deny(g.c.ID, ViewChannel) }, GetChannel, "", nil, "403 50001"},
		"without SEND_MESSAGES":                         {func(g *stage, _ Message) { g.s.Deny(g.c.ID, SendMessages) }, CreateMessage, hello, nil, "403 50013"},
		"embeds only, without EMBED_LINKS":              {func(g *stage, _ Message) { g.s.Deny(g.c.ID, embedLinks) }, CreateMessage, embed, nil, "403 50013"},
		"content only, without EMBED_LINKS":             {func(g *stage, _ Message) { g.s.Deny(g.c.ID, embedLinks) }, CreateMessage, hello, nil, "200"},
		"without READ_MESSAGE_HISTORY":                  {func(g *stage, _ Message) { g.s.Deny(g.c.ID, ReadMessageHistory) }, getChannelMessage, "", theMessage, "403 50013"},
		"without CREATE_PUBLIC_THREADS":                 {func(g *stage, _ Message) { g.s.Deny(g.c.ID, CreatePublicThreads) }, StartThreadFromMessage, `{"name":"x"}`, theMessage, "403 50013"},
		"without ADD_REACTIONS":                         {func(g *stage, _ Message) { g.s.Deny(g.c.ID, AddReactions) }, createReaction, "", theReaction, "403 50013"},
		"without permissions in the guild":              {func(g *stage, _ Message) { g.s.setPermissions(ViewChannel) }, CreateMessage, hello, nil, "403 50013"},
		"a channel of a guild the bot was removed from": {func(g *stage, _ Message) { g.s.kickBot(g.s.Guild) }, CreateMessage, hello, nil, "403 50001"},
		"a guild the bot was removed from":              {func(g *stage, _ Message) { g.s.kickBot(g.s.Guild) }, getGuild, "", theGuild, "403 50001"},
		"an unavailable guild":                          {func(g *stage, _ Message) { g.s.SetUnavailable(g.s.Guild, true) }, getGuild, "", theGuild, "500 0"},
		"a guild available again":                       {func(g *stage, _ Message) { g.s.SetUnavailable(g.s.Guild, true); g.s.SetUnavailable(g.s.Guild, false) }, getGuild, "", theGuild, "200"},
		"an unknown guild":                              {nil, getGuild, "", func(*stage, Message) []any { return []any{1} }, "404 10004"},
		"an unknown user":                               {nil, getUser, "", func(*stage, Message) []any { return []any{1} }, "404 10013"},
		"an unknown member": {nil, getGuildMember, "", func(g *stage, _ Message) []any {
			return []any{g.s.Guild, g.s.Person(User{Name: "x", Guilds: []string{}}).ID}
		}, "404 10007"},
		"an edit of a user's message":    {nil, EditMessage, hello, func(g *stage, _ Message) []any { return []any{g.c.ID, g.kim.Say(g.c.ID, "x").ID} }, "403 50005"},
		"a deletion of a user's message": {nil, DeleteMessage, "", func(g *stage, _ Message) []any { return []any{g.c.ID, g.kim.Say(g.c.ID, "x").ID} }, "403 50013"},
		"a deletion as a moderator": {func(g *stage, _ Message) { g.s.setPermissions(DefaultPermissions | manageMessages) }, DeleteMessage, "",
			func(g *stage, _ Message) []any { return []any{g.c.ID, g.kim.Say(g.c.ID, "x").ID} }, "204"},
		"an edit of a system message":       {nil, EditMessage, hello, func(g *stage, _ Message) []any { return []any{g.c.ID, g.kim.join(g.c.ID).ID} }, "403 50021"},
		"a thread from a system message":    {nil, StartThreadFromMessage, `{"name":"x"}`, func(g *stage, _ Message) []any { return []any{g.c.ID, g.kim.join(g.c.ID).ID} }, "403 50021"},
		"an edit to no content":             {nil, EditMessage, `{"content":""}`, theMessage, "400 50006"},
		"a message in a forum":              {nil, CreateMessage, hello, func(g *stage, _ Message) []any { return []any{g.s.AddChannel(Channel{Type: GuildForum}).ID} }, "400 40058"},
		"a message in a category":           {nil, CreateMessage, hello, func(g *stage, _ Message) []any { return []any{g.s.AddChannel(Channel{Type: guildCategory}).ID} }, "400 50008"},
		"a direct message to a closed user": {func(g *stage, _ Message) { g.kim.CloseDMs(true) }, CreateMessage, hello, func(g *stage, _ Message) []any { return []any{g.kim.DMChannel()} }, "403 50007"},
		"a direct message to an open user":  {func(g *stage, _ Message) { g.kim.CloseDMs(true); g.kim.CloseDMs(false) }, CreateMessage, hello, func(g *stage, _ Message) []any { return []any{g.kim.DMChannel()} }, "200"},
		"a reply without READ_MESSAGE_HISTORY": {func(g *stage, _ Message) { g.s.Deny(g.c.ID, ReadMessageHistory) }, CreateMessage,
			`{"content":"x","message_reference":{"message_id":"1"}}`, nil, "403 160002"},
		"a thread without SEND_MESSAGES_IN_THREADS": {func(g *stage, _ Message) { g.s.Deny(g.c.ID, SendMessagesInThreads) }, CreateMessage, hello,
			func(g *stage, m Message) []any { return []any{g.kim.StartThread(m, "x").ID} }, "403 50001"},
		"a deletion in an archived thread": {nil, DeleteMessage, "", func(g *stage, m Message) []any {
			thread := g.kim.StartThread(m, "x").ID
			_, said := g.call(CreateMessage, hello, thread)
			g.s.Archive(thread, true, false)
			return []any{thread, said.(map[string]any)["id"]}
		}, "400 50083"},
		"a nonce of a deleted message": {func(g *stage, _ Message) {
			_, said := g.call(CreateMessage, `{"content":"x","nonce":"1","enforce_nonce":true}`, g.c.ID)
			g.call(DeleteMessage, "", g.c.ID, said.(map[string]any)["id"])
		}, CreateMessage, `{"content":"x","nonce":"1","enforce_nonce":true}`, nil, "404 10008"},
		"an unsupported API version":          {func(g *stage, _ Message) { g.version = "v8" }, getGateway, "", func(*stage, Message) []any { return nil }, "400 50041"},
		"an unknown route":                    {nil, "GET /nothing", "", func(*stage, Message) []any { return nil }, "404 0"},
		"a direct message to an unknown user": {nil, createDM, `{"recipient_id":"1"}`, func(*stage, Message) []any { return nil }, "400 50033"},
		"a direct message channel":            {nil, GetChannel, "", func(g *stage, _ Message) []any { return []any{g.s.Person(User{Name: "x"}).DMChannel()} }, "200"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			m := g.post(hello)
			if c.prepare != nil {
				c.prepare(g, m)
			}
			args := []any{g.c.ID}
			if c.args != nil {
				args = c.args(g, m)
			}
			if got := statusOf(g.call(c.route, c.body, args...)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if refused := len(g.s.Refused()); (refused == 1) != (len(c.want) > 3 && !strings.HasSuffix(c.want, " 0")) {
				t.Errorf("got %d refused calls", refused)
			}
		})
	}
}

func theMessage(g *stage, m Message) []any  { return []any{g.c.ID, m.ID} }
func theReaction(g *stage, m Message) []any { return []any{g.c.ID, m.ID, "👍"} }
func theGuild(g *stage, _ Message) []any    { return []any{g.s.Guild} }

// TestHeaders checks Authorization, User-Agent and Content-Type.
func TestHeaders(t *testing.T) {
	g := newStage(t, Options{})
	for name, c := range map[string]struct {
		header, value string
		want          int
	}{
		"valid headers":               {"X-None", "", 200},
		"no token":                    {"Authorization", "", 401},
		"a wrong token":               {"Authorization", "Bot x", 401},
		"a Bearer token":              {"Authorization", "Bearer " + g.s.Token, 401},
		"a User-Agent of a library":   {"User-Agent", "Go-http-client/1.1", 403},
		"an unsupported Content-Type": {"Content-Type", "text/plain", 400},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.s.APIURL()+"/v10/channels/"+g.c.ID+"/messages", strings.NewReader(`{"content":"x"}`))
		g.must(err)
		for key, value := range map[string]string{"Authorization": "Bot " + g.s.Token, "User-Agent": agent, "Content-Type": "application/json", c.header: c.value} {
			r.Header.Set(key, value)
		}
		w, err := http.DefaultClient.Do(r)
		g.must(err)
		w.Body.Close()
		if w.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, w.StatusCode, c.want)
		}
	}
}

// TestNonce checks that enforce_nonce prevents a second message.
func TestNonce(t *testing.T) {
	for name, c := range map[string]struct {
		bodies [2]string
		wait   time.Duration
		want   int // number of messages
	}{
		"enforced":                 {[2]string{`{"content":"a","nonce":"1","enforce_nonce":true}`, `{"content":"b","nonce":"1","enforce_nonce":true}`}, 0, 1},
		"enforced the second time": {[2]string{`{"content":"a","nonce":"1"}`, `{"content":"b","nonce":"1","enforce_nonce":true}`}, 0, 1},
		"not enforced":             {[2]string{`{"content":"a","nonce":"1","enforce_nonce":true}`, `{"content":"b","nonce":"1"}`}, 0, 2},
		"different nonces":         {[2]string{`{"content":"a","nonce":"1","enforce_nonce":true}`, `{"content":"b","nonce":"2","enforce_nonce":true}`}, 0, 2},
		"a number":                 {[2]string{`{"content":"a","nonce":1,"enforce_nonce":true}`, `{"content":"b","nonce":1,"enforce_nonce":true}`}, 0, 1},
		"after nonceTTL":           {[2]string{`{"content":"a","nonce":"1","enforce_nonce":true}`, `{"content":"b","nonce":"1","enforce_nonce":true}`}, nonceTTL + 1, 2},
		"enforced without a nonce": {[2]string{`{"content":"a","enforce_nonce":true}`, `{"content":"b","enforce_nonce":true}`}, 0, 2},
		"a repeat without content": {[2]string{`{"content":"a","nonce":"1","enforce_nonce":true}`, `{"nonce":"1","enforce_nonce":true}`}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			_, one := g.call(CreateMessage, c.bodies[0], g.c.ID)
			g.s.mu.Lock()
			for key, k := range g.s.nonces {
				g.s.nonces[key] = sentNonce{k.message, k.at.Add(-c.wait)}
			}
			g.s.mu.Unlock()
			status, two := g.call(CreateMessage, c.bodies[1], g.c.ID)
			same := one.(object)["id"] == two.(object)["id"]
			if n := len(g.s.Messages(g.c.ID)); n != c.want || status != 200 || same != (c.want == 1) {
				t.Errorf("got %d messages, %d %v", n, status, two)
			}
		})
	}
}

// TestNonceElsewhere checks that a nonce applies to all channels.
func TestNonceElsewhere(t *testing.T) {
	g := newStage(t, Options{})
	other := g.s.AddChannel(Channel{Name: "other"})
	const body = `{"content":"a","nonce":"1","enforce_nonce":true}`
	m := g.post(body)
	if _, o := g.call(CreateMessage, body, other.ID); o.(object)["id"] != m.ID || o.(object)["nonce"] != "1" {
		t.Errorf("%v", o)
	}
}

// TestAllowedMentions checks who is pinged.
func TestAllowedMentions(t *testing.T) {
	const both = `"content":"<@KIM> <@LEE> <@&ROLE> @everyone"`
	for name, c := range map[string]struct {
		body     string
		everyone bool   // the bot has MENTION_EVERYONE
		want     string // users and types of pings
	}{
		"by default":                        {`{` + both + `}`, false, "kim user, lee role, lee user"},
		"by default, with MENTION_EVERYONE": {`{` + both + `}`, true, "kim everyone, kim user, lee everyone, lee role, lee user"},
		"none":                              {`{` + both + `,"allowed_mentions":{"parse":[]}}`, true, ""},
		"null":                              {`{` + both + `,"allowed_mentions":{"parse":null}}`, true, ""},
		"users":                             {`{` + both + `,"allowed_mentions":{"parse":["users"]}}`, true, "kim user, lee user"},
		"one user":                          {`{` + both + `,"allowed_mentions":{"users":["KIM"]}}`, true, "kim user"},
		"roles":                             {`{` + both + `,"allowed_mentions":{"parse":["roles"]}}`, false, "lee role"},
		"one role":                          {`{` + both + `,"allowed_mentions":{"roles":["ROLE"]}}`, false, "lee role"},
		"everyone":                          {`{` + both + `,"allowed_mentions":{"parse":["everyone"]}}`, true, "kim everyone, lee everyone"},
		"everyone without MENTION_EVERYONE": {`{` + both + `,"allowed_mentions":{"parse":["everyone"]}}`, false, ""},
		"a user who is not mentioned":       {`{"content":"<@LEE>","allowed_mentions":{"users":["KIM"]}}`, true, ""},
		"in code":                           {"{\"content\":\"`<@KIM>` ```@everyone <@LEE>```\"}", true, ""},
		"in an embed":                       {`{"embeds":[{"title":"<@KIM> @everyone"}]}`, true, ""},
		"in components v2":                  {`{"flags":32768,"components":[{"type":10,"content":"<@KIM>"}]}`, false, "kim user"},
		"a reply":                           {`{"content":"x","message_reference":{"message_id":"SAID"}}`, false, "kim reply"},
		"a reply without replied_user":      {`{"content":"x","message_reference":{"message_id":"SAID"},"allowed_mentions":{"parse":[]}}`, false, ""},
		"a reply with replied_user":         {`{"content":"x","message_reference":{"message_id":"SAID"},"allowed_mentions":{"parse":[],"replied_user":true}}`, false, "kim reply"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			if c.everyone {
				g.s.setPermissions(DefaultPermissions | MentionEveryone)
			}
			role := g.s.addRole(g.s.Guild, role{name: "engineers", mentionable: true})
			lee := g.s.Person(User{Name: "lee", Roles: []string{role.id}})
			said := g.kim.Say(g.c.ID, "help")
			g.post(strings.NewReplacer("KIM", g.kim.ID, "LEE", lee.ID, "ROLE", role.id, "SAID", said.ID).Replace(c.body))
			names := map[string]string{g.kim.ID: "kim", lee.ID: "lee"}
			var got []string
			for _, p := range g.s.Pings() {
				got = append(got, names[p.User]+" "+p.How)
			}
			slices.Sort(got)
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// TestMentionsByEdit checks the default of allowed_mentions in edits and in
// interaction responses.
func TestMentionsByEdit(t *testing.T) {
	g := newStage(t, Options{})
	m := g.post(`{"content":"<@` + g.kim.ID + `>","allowed_mentions":{"parse":[]}}`)
	g.call(EditMessage, `{"content":"<@`+g.kim.ID+`> again"}`, g.c.ID, m.ID)
	if p := g.s.Pings(); len(p) != 1 || !p[0].Edit || p[0].User != g.kim.ID || len(g.kim.pinged()) != 0 {
		t.Errorf("%+v", p)
	}
	i := g.answerCommand(`{"type":4,"data":{"content":"@everyone <@` + g.kim.ID + `>"}}`)
	if m := i.message; m.MentionEveryone || !slices.Equal(m.Mentions, []string{g.kim.ID}) {
		t.Errorf("an interaction response pings by default: %+v", m)
	}
}

// TestEdit checks that an edit keeps the fields that the body does not have.
func TestEdit(t *testing.T) {
	for name, c := range map[string]struct{ before, edit, want string }{
		"the content":            {`{"content":"a","embeds":[{"title":"b"}]}`, `{"content":"c"}`, "200 c\n# b"},
		"the embeds":             {`{"content":"a","embeds":[{"title":"b"}]}`, `{"embeds":[]}`, "200 a"},
		"the components":         {withButtons, `{"components":[]}`, "200 choose"},
		"null":                   {`{"content":"a","embeds":[{"title":"b"}]}`, `{"content":null}`, "200 # b"},
		"nothing":                {`{"content":"a"}`, `{}`, "200 a"},
		"to v2":                  {`{"content":"a"}`, `{"flags":32768,"content":null,"components":[{"type":10,"content":"b"}]}`, "200 b"},
		"to v2 with old content": {`{"content":"a"}`, `{"flags":32768,"components":[{"type":10,"content":"b"}]}`, "400 50035 a"},
		"back from v2":           {`{"flags":32768,"components":[{"type":10,"content":"b"}]}`, `{"flags":0,"content":"a","components":[]}`, "400 50035 b"},
		"within v2":              {`{"flags":32768,"components":[{"type":10,"content":"b"}]}`, `{"components":[{"type":10,"content":"c"}]}`, "200 c"},
		"too long":               {`{"content":"a"}`, `{"content":"` + letters(2001) + `"}`, "400 50035 a"},
	} {
		g := newStage(t, Options{})
		m := g.post(c.before)
		got := statusOf(g.call(EditMessage, c.edit, g.c.ID, m.ID)) + " " + g.s.messageByID(m.ID).Plain()
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestNoEmbeds checks that embeds are dropped without EMBED_LINKS, unless the
// message has nothing else.
func TestNoEmbeds(t *testing.T) {
	g := newStage(t, Options{})
	before := g.post(`{"content":"a"}`)
	g.s.Deny(g.c.ID, embedLinks)
	if got := g.post(`{"content":"a","embeds":[{"title":"b"}]}`).Plain(); got != "a" {
		t.Error(got)
	}
	if got := statusOf(g.call(EditMessage, `{"embeds":[{"title":"b"}]}`, g.c.ID, before.ID)); got != "200" || g.s.messageByID(before.ID).Plain() != "a" {
		t.Error(got)
	}
	if got := statusOf(g.call(EditMessage, `{"content":"","embeds":[{"title":"b"}]}`, g.c.ID, before.ID)); got != "400 50006" {
		t.Error(got)
	}
}

// TestListMessages checks the order and the parameters before and after.
func TestListMessages(t *testing.T) {
	g := newStage(t, Options{})
	var ids []string
	for i := range 5 {
		ids = append(ids, g.kim.Say(g.c.ID, fmt.Sprint(i)).ID)
	}
	for query, want := range map[string]string{
		"": "43210", "?limit=2": "43", "?before=" + ids[2]: "10", "?after=" + ids[2]: "43", "?after=" + ids[0] + "&limit=2": "21", "?before=" + ids[4] + "&limit=1": "3",
	} {
		status, list := g.call("GET /channels/"+g.c.ID+"/messages"+query, "")
		var got strings.Builder
		for _, m := range list.([]any) {
			got.WriteString(m.(object)["content"].(string))
		}
		if status != 200 || got.String() != want {
			t.Errorf("%s: %q, want %q", query, got.String(), want)
		}
	}
	if got := statusOf(g.call("GET /channels/"+g.c.ID+"/messages?limit=101", "")); got != "400 50035" {
		t.Error(got)
	}
	g.s.Deny(g.c.ID, ReadMessageHistory)
	if _, list := g.call(GetChannelMessages, "", g.c.ID); len(list.([]any)) != 0 {
		t.Error("history is readable without READ_MESSAGE_HISTORY")
	}
}

// TestReadWithoutContent checks that REST hides content without the Message
// Content intent, too.
func TestReadWithoutContent(t *testing.T) {
	g := newStage(t, Options{NoMessageContent: true})
	for text, want := range map[string]string{"secret": "", "@mabsbot hi": "<@" + g.s.BotID + "> hi"} {
		m := g.kim.Say(g.c.ID, text)
		if _, o := g.call(getChannelMessage, "", g.c.ID, m.ID); o.(object)["content"] != want {
			t.Errorf("%v", o)
		}
	}
}

// TestGetEndpoints checks the endpoints that a bot calls at startup.
func TestGetEndpoints(t *testing.T) {
	for _, none := range []bool{false, true} {
		g := newStage(t, Options{NoMessageContent: none})
		for _, route := range []string{getGateway, GetGatewayBot, GetCurrentUser, getCurrentApplication, getCurrentUserGuilds} {
			if status, o := g.call(route, ""); status != 200 {
				t.Errorf("%s: %v", route, o)
			}
		}
		for _, route := range []string{getGuild, getGuildChannels, GetGuildRoles, listGuildMembers, listActiveGuildThreads} {
			if status, o := g.call(route, "", g.s.Guild); status != 200 {
				t.Errorf("%s: %v", route, o)
			}
		}
		_, app := g.call(getCurrentApplication, "")
		if flags := int(app.(object)["flags"].(float64)); flags&gatewayMessageContentLimited == 0 != none {
			t.Errorf("flags %b", flags)
		}
		if _, o := g.call(getGuildMember, "", g.s.Guild, g.kim.ID); o.(object)["user"].(object)["username"] != "kim" {
			t.Errorf("%v", o)
		}
		if status, _ := g.call(triggerTyping, "", g.c.ID); status != 204 {
			t.Error(status)
		}
	}
}

// TestReactions checks that reactions are counted once per user.
func TestReactions(t *testing.T) {
	g := newStage(t, Options{})
	m := g.kim.Say(g.c.ID, "hi")
	g.call(createReaction, "", g.c.ID, m.ID, "👍")
	g.call(createReaction, "", g.c.ID, m.ID, "👍")
	g.must(g.kim.react(m, "👍"))
	_, o := g.call(getChannelMessage, "", g.c.ID, m.ID)
	if r := o.(object)["reactions"].([]any); len(r) != 1 || r[0].(object)["count"] != 2.0 || r[0].(object)["me"] != true {
		t.Errorf("%v", r)
	}
	g.call(deleteOwnReaction, "", g.c.ID, m.ID, "👍")
	if got := g.s.messageByID(m.ID).Reactions; !slices.Equal(got, []string{"👍:" + g.kim.ID}) {
		t.Errorf("%v", got)
	}
}
