package discordfake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// startThread starts a thread as the bot.
func (g *stage) startThread() (Message, Channel) {
	g.t.Helper()
	m := g.kim.Say(g.c.ID, "help")
	if status, o := g.call(StartThreadFromMessage, `{"name":"about","auto_archive_duration":60}`, g.c.ID, m.ID); status != 201 {
		g.t.Fatal(status, o)
	}
	return m, g.s.Channel(m.ID)
}

// TestStartThreadFromMessage checks that the thread has the ID of the message,
// and its event.
func TestStartThreadFromMessage(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	m, thread := g.startThread()
	if thread.ID != m.ID || thread.Name != "about" || thread.Parent != g.c.ID || thread.AutoArchiveDuration != 60 || !thread.hasMember(g.s.BotID) || thread.Type != publicThread {
		t.Errorf("%+v", thread)
	}
	l.readEvent("MESSAGE_CREATE")
	if d := l.readEvent("THREAD_CREATE"); d["newly_created"] != true || d["id"] != m.ID {
		t.Errorf("%v", d)
	}
	l.readEvent("THREAD_MEMBERS_UPDATE")
	if d := l.readEvent("MESSAGE_UPDATE"); d["flags"] != float64(flagHasThread) || d["thread"].(object)["id"] != m.ID || d["edited_timestamp"] != nil {
		t.Errorf("%v", d)
	}
	if d := l.readEvent("MESSAGE_CREATE"); d["type"] != float64(messageThreadStarter) || d["channel_id"] != m.ID || d["referenced_message"].(object)["id"] != m.ID {
		t.Errorf("%v", d)
	}
	if got := statusOf(g.call(StartThreadFromMessage, `{"name":"again"}`, g.c.ID, m.ID)); got != "400 160004" {
		t.Errorf("a second thread: %s", got)
	}
	g.kim.Say(m.ID, "in it")
	if d := l.readEvent("MESSAGE_CREATE"); d["content"] != "in it" || d["channel_id"] != m.ID || d["position"] != 1.0 {
		t.Errorf("%v", d)
	}
	if _, o := g.call(listActiveGuildThreads, "", g.s.Guild); len(o.(object)["threads"].([]any)) != 1 {
		t.Errorf("%v", o)
	}
}

// TestValidateThreads checks names and auto_archive_duration.
func TestValidateThreads(t *testing.T) {
	g := newStage(t, Options{})
	for body, want := range map[string]string{
		`{"name":"` + letters(100) + `"}`: "201", `{"name":"` + letters(101) + `"}`: "400 50035", `{"name":""}`: "400 50035", `{}`: "400 50035",
		`{"name":"x","auto_archive_duration":60}`: "201", `{"name":"x","auto_archive_duration":61}`: "400 50035",
	} {
		if got := statusOf(g.call(StartThreadFromMessage, body, g.c.ID, g.kim.Say(g.c.ID, "x").ID)); got != want {
			t.Errorf("%.40s: %s, want %s", body, got, want)
		}
	}
}

// TestStartThread checks threads without a message, and the system message
// about them.
func TestStartThread(t *testing.T) {
	g := newStage(t, Options{Permissions: DefaultPermissions | createPrivateThreads})
	for body, want := range map[string]int{`{"name":"x","type":11}`: publicThread, `{"name":"x","type":12}`: privateThread} {
		status, o := g.call(startThread, body, g.c.ID)
		if id, _ := o.(object)["id"].(string); status != 201 || g.s.Channel(id).Type != want {
			t.Errorf("%d %v", status, o)
		}
	}
	if all := g.s.Messages(g.c.ID); len(all) != 1 || all[0].Type != messageThreadCreated {
		t.Errorf("%+v", all)
	}
	private := g.s.threadsOf(g.c.ID)
	i := slices.IndexFunc(private, func(c Channel) bool { return c.Type == privateThread })
	g.call(CreateMessage, `{"content":"just us"}`, private[i].ID)
	if len(g.kim.Visible()) != 1 {
		t.Errorf("kim sees %+v", g.kim.Visible())
	}
	if got := statusOf(g.call(addThreadMember, "", private[i].ID, g.kim.ID)); got != "204" || len(g.kim.Visible()) != 2 {
		t.Errorf("%s %+v", got, g.kim.Visible())
	}
	if got := statusOf(g.call(startThread, `{"name":"x"}`, g.s.AddChannel(Channel{Type: guildVoice}).ID)); got != "400 50024" {
		t.Error(got)
	}
}

// TestThreadStates checks what is possible in an archived or locked thread.
func TestThreadStates(t *testing.T) {
	const hello, open = `{"content":"x"}`, `{"archived":false}`
	for name, c := range map[string]struct {
		archived, locked, moderator bool
		want                        string // results of sending, editing, renaming and unarchiving
	}{
		"active":                              {false, false, false, "200 200 200 200"},
		"archived":                            {true, false, false, "200 400 50083 400 50083 200"},
		"locked":                              {false, true, false, "403 160005 200 403 50013 403 50013"},
		"archived and locked":                 {true, true, false, "403 160005 400 50083 400 50083 403 50013"},
		"archived and locked, as a moderator": {true, true, true, "200 400 50083 200 200"},
	} {
		var got strings.Builder
		for i, do := range []func(g *stage, thread Channel, m string) (int, any){
			func(g *stage, thread Channel, _ string) (int, any) { return g.call(CreateMessage, hello, thread.ID) },
			func(g *stage, thread Channel, m string) (int, any) { return g.call(EditMessage, hello, thread.ID, m) },
			func(g *stage, thread Channel, _ string) (int, any) {
				return g.call(ModifyChannel, `{"name":"new"}`, thread.ID)
			},
			func(g *stage, thread Channel, _ string) (int, any) { return g.call(ModifyChannel, open, thread.ID) },
		} {
			g := newStage(t, Options{})
			if c.moderator {
				g.s.setPermissions(DefaultPermissions | manageThreads)
			}
			_, thread := g.startThread()
			_, o := g.call(CreateMessage, hello, thread.ID)
			g.s.Archive(thread.ID, c.archived, c.locked)
			got.WriteString(statusOf(do(g, thread, o.(object)["id"].(string))) + " ")
			if after := g.s.Channel(thread.ID); i == 0 && c.archived && after.Archived != (c.locked && !c.moderator) {
				t.Errorf("%s: after a message: %+v", name, after)
			}
		}
		if strings.TrimSpace(got.String()) != c.want {
			t.Errorf("%s: %s, want %s", name, got.String(), c.want)
		}
	}
}

// TestForumPosts checks that a post is a thread whose first message has its ID.
func TestForumPosts(t *testing.T) {
	g := newStage(t, Options{})
	forum := g.s.AddChannel(Channel{Name: "forum", Type: GuildForum, tags: []tag{{name: "vm"}, {name: "sql"}}})
	strict := g.s.AddChannel(Channel{Name: "strict", Type: GuildForum, tags: []tag{{name: "vm"}}, RequireTag: true})
	tag := func(n int) string {
		return fmt.Sprintf(`,"applied_tags":[%s]`, strings.TrimSuffix(strings.Repeat(`"`+forum.tags[0].id+`",`, n), ","))
	}
	const message = `{"name":"why","message":{"content":"because"}`
	for _, c := range []struct{ channel, body, want string }{
		{forum.ID, message + `}`, "201"}, {forum.ID, message + tag(1) + `}`, "201"}, {forum.ID, message + tag(6) + `}`, "400 50035"},
		{forum.ID, message + `,"applied_tags":["1"]}`, "400 50035"}, {forum.ID, `{"name":"why"}`, "400 50035"},
		{forum.ID, `{"name":"why","message":{"content":""}}`, "400 50006"}, {strict.ID, message + `}`, "400 40067"},
	} {
		if got := statusOf(g.call(startThread, c.body, c.channel)); got != c.want {
			t.Errorf("%s: %s, want %s", c.body, got, c.want)
		}
	}
	posts := g.s.threadsOf(forum.ID)
	if len(posts) != 2 || g.s.messageByID(posts[0].ID).Content != "because" || !slices.Equal(posts[1].AppliedTags, []string{forum.tags[0].id}) {
		t.Errorf("%+v", posts)
	}
	m := g.kim.Post(forum.ID, "a question", "help", forum.tags[1].id)
	if got := g.s.Channel(m.ID); got.Owner != g.kim.ID || got.Name != "a question" || m.Channel != m.ID {
		t.Errorf("%+v %+v", got, m)
	}
	if _, o := g.call(GetChannel, "", forum.ID); len(o.(object)["available_tags"].([]any)) != 2 {
		t.Errorf("%v", o)
	}
}

// TestThreadMembers checks joining, leaving and adding.
func TestThreadMembers(t *testing.T) {
	g := newStage(t, Options{})
	thread := g.kim.StartThread(g.kim.Say(g.c.ID, "hi"), "about")
	for i, route := range []string{joinThread, joinThread, leaveThread} {
		if got := statusOf(g.call(route, "", thread.ID)); got != "204" {
			t.Errorf("%d: %s", i, got)
		}
		if in := slices.Contains(g.s.Channel(thread.ID).Members, g.s.BotID); in != (route == joinThread) {
			t.Errorf("%d: %v", i, in)
		}
	}
	if _, o := g.call(listThreadMembers, "", thread.ID); len(o.([]any)) != 1 {
		t.Errorf("%v", o)
	}
	if got := statusOf(g.call(joinThread, "", g.c.ID)); got != "400 50024" {
		t.Error(got)
	}
	g.s.Archive(thread.ID, true, false)
	if got := statusOf(g.call(joinThread, "", thread.ID)); got != "400 50083" {
		t.Error(got)
	}
}

// TestDeletedChannels checks that a deletion removes the messages, and its
// event.
func TestDeletedChannels(t *testing.T) {
	g := newStage(t, Options{Permissions: DefaultPermissions | manageThreads | manageChannels})
	_, thread := g.startThread()
	l := g.startSession(plainIntents)
	if got := statusOf(g.call(deleteChannel, "", thread.ID)); got != "200" {
		t.Error(got)
	}
	l.readEvent("THREAD_DELETE")
	g.s.DeleteChannel(g.c.ID)
	l.readEvent("CHANNEL_DELETE")
	if got := statusOf(g.call(GetChannel, "", g.c.ID)); got != "404 10003" || len(g.s.Messages(g.c.ID)) != 0 {
		t.Error(got)
	}
}

// TestRenames checks renaming a thread, which posts a system message, and a
// channel.
func TestRenames(t *testing.T) {
	g := newStage(t, Options{Permissions: DefaultPermissions | manageChannels})
	_, thread := g.startThread()
	g.call(ModifyChannel, `{"name":"new"}`, thread.ID)
	all := g.s.Messages(thread.ID)
	if last := all[len(all)-1]; last.Type != messageChannelNameChange || last.Content != "new" || g.s.Channel(thread.ID).Name != "new" {
		t.Errorf("%+v", last)
	}
	if status, o := g.call(ModifyChannel, `{"name":"new"}`, g.c.ID); status != 200 || o.(object)["name"] != "new" {
		t.Errorf("%v", o)
	}
	if got := statusOf(g.call(ModifyChannel, `{"name":""}`, g.c.ID)); got != "400 50035" {
		t.Error(got)
	}
}
