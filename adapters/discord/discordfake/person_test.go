package discordfake

import (
	"errors"
	"slices"
	"testing"
)

// TestPeopleWrite: what a person does reaches the bot as an event.
func TestPeopleWrite(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	said := g.kim.Say(g.c.ID, "ask @mabsbot or @nobody in #support, not a@kim")
	want := "ask <@" + g.s.BotID + "> or @nobody in <#" + g.c.ID + ">, not a@kim"
	if d := l.readEvent("MESSAGE_CREATE"); d["content"] != want || said.Content != want || d["guild_id"] != g.s.Guild || d["member"] == nil || d["webhook_id"] != nil {
		t.Errorf("%v", d)
	}
	g.kim.Reply(said, "again")
	if d := l.readEvent("MESSAGE_CREATE"); d["type"] != 19.0 || d["message_reference"].(object)["message_id"] != said.ID || len(d["mentions"].([]any)) != 1 {
		t.Errorf("%v", d)
	}
	g.must(g.kim.Edit(said, "changed"))
	if d := l.readEvent("MESSAGE_UPDATE"); d["content"] != "changed" || d["edited_timestamp"] == nil || d["author"].(object)["id"] != g.kim.ID {
		t.Errorf("%v", d)
	}
	g.must(g.kim.addPreview(said, object{"type": "link", "title": "a page"}))
	if d := l.readEvent("MESSAGE_UPDATE"); len(d["embeds"].([]any)) != 1 || d["content"] != "changed" {
		t.Errorf("%v", d)
	}
	g.must(g.kim.Delete(said))
	if d := l.readEvent("MESSAGE_DELETE"); d["id"] != said.ID || d["channel_id"] != g.c.ID || d["guild_id"] != g.s.Guild || d["content"] != nil {
		t.Errorf("%v", d)
	}
	for _, err := range []error{g.kim.Edit(said, "x"), g.kim.Delete(said), g.kim.react(said, "👍"), g.kim.PressOn(said, "x"), g.kim.CommandOn(said, "x")} {
		if err == nil {
			t.Error("a deleted message is used")
		}
	}
	direct := g.kim.DM("in private")
	if d := l.readEvent("MESSAGE_CREATE"); d["guild_id"] != nil || d["member"] != nil || d["channel_id"] != direct.Channel || d["channel_type"] != 1.0 {
		t.Errorf("%v", d)
	}
	g.must(g.kim.Delete(direct))
	if d := l.readEvent("MESSAGE_DELETE"); d["guild_id"] != nil {
		t.Errorf("%v", d)
	}
}

// TestOthersWrite: webhooks, other bots, and Discord itself.
func TestOthersWrite(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	g.kim.PostWebhook(g.c.ID, "alerts", "down")
	if d := l.readEvent("MESSAGE_CREATE"); d["webhook_id"] == nil || d["author"].(object)["username"] != "alerts" || d["author"].(object)["bot"] != true || d["member"] != nil {
		t.Errorf("%v", d)
	}
	otto := g.s.Person(User{Name: "otto", Bot: true})
	m := otto.Write(g.c.ID, Message{Embeds: []any{object{"type": "rich", "description": "0x29834"}}, Components: []any{object{"type": 99.0}}})
	if d := l.readEvent("MESSAGE_CREATE"); d["author"].(object)["bot"] != true || d["application_id"] != nil || len(d["components"].([]any)) != 1 {
		t.Errorf("%v", d)
	}
	if m.Plain() != "0x29834" {
		t.Errorf("%q", m.Plain())
	}
	for kind, do := range map[int]func() Message{
		messageUserJoin: func() Message { return g.kim.join(g.c.ID) }, messageChannelPinned: func() Message { return g.kim.pin(m) },
	} {
		do()
		if d := l.readEvent("MESSAGE_CREATE"); d["type"] != float64(kind) || d["content"] != "" {
			t.Errorf("%v", d)
		}
	}
}

// TestMembers: who comes and goes is told with the intent for it.
func TestMembers(t *testing.T) {
	g := newStage(t, Options{})
	l, none := g.startSession(intentGuildMembers), g.startSession(intentGuildMessages)
	lee := g.s.Person(User{Name: "lee"})
	if d := l.readEvent("GUILD_MEMBER_ADD"); d["user"].(object)["id"] != lee.ID {
		t.Errorf("%v", d)
	}
	lee.leaveGuild(g.s.Guild)
	if d := l.readEvent("GUILD_MEMBER_REMOVE"); d["user"].(object)["id"] != lee.ID {
		t.Errorf("%v", d)
	}
	none.drain()
}

// TestSights: who sees what.
func TestSights(t *testing.T) {
	g := newStage(t, Options{})
	lee, outsider := g.s.Person(User{Name: "lee"}), g.s.Person(User{Name: "sam", Guilds: []string{}})
	g.kim.Say(g.c.ID, "for all")
	g.kim.DM("for the bot")
	g.answerCommand(`{"type":4,"data":{"content":"for kim","flags":64}}`)
	for name, c := range map[string]struct {
		p    *Person
		want []string
	}{
		"kim": {g.kim, []string{"for all", "for the bot", "for kim"}}, "lee": {lee, []string{"for all"}}, "sam": {outsider, nil},
	} {
		var got []string
		for _, m := range c.p.Visible() {
			got = append(got, m.Plain())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s sees %q, want %q", name, got, c.want)
		}
	}
	if own := g.s.BotMessages(); len(own) != 1 || own[0].EphemeralTo != g.kim.ID {
		t.Errorf("%+v", own)
	}
	if len(g.s.Messages(g.c.ID)) != 1 || g.s.messageByID("1").ID != "" || g.s.Channel("1").ID != "" {
		t.Error("it shows what is not there")
	}
}

// TestPressing: what can be pressed and chosen.
func TestPressing(t *testing.T) {
	g := newStage(t, Options{AckTimeout: 1})
	old := g.post(withButtons)
	m := g.post(withButtons)
	if newest, ok := g.kim.Newest("Go on"); !ok || newest.ID != m.ID {
		t.Errorf("%+v", newest)
	}
	for name, c := range map[string]struct {
		do   func() error
		want error // nil is any other
	}{
		"a button":            {func() error { return g.kim.Press("Go on") }, errNoResponse},
		"an old button":       {func() error { return g.kim.PressOn(old, "Go on") }, errNoResponse},
		"a disabled one":      {func() error { return g.kim.Press("Stop") }, errDisabled},
		"a link":              {func() error { return g.kim.Press("Read") }, nil},
		"none":                {func() error { return g.kim.Press("Nothing") }, nil},
		"none there":          {func() error { return g.kim.PressOn(m, "Nothing") }, nil},
		"an option":           {func() error { return g.kim.Choose(m, "Pick", "tape") }, errNoResponse},
		"an option of others": {func() error { return g.kim.Choose(m, "Pick", "cloud") }, nil},
		"two of one":          {func() error { return g.kim.Choose(m, "Pick", "tape", "disk") }, nil},
		"a command of nobody": {func() error { return g.kim.CommandOn(m, "Look up") }, nil},
	} {
		if err := c.do(); err == nil || c.want != nil && !errors.Is(err, c.want) || c.want == nil && (errors.Is(err, errNoResponse) || errors.Is(err, errDisabled)) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	var pressed []string
	for _, i := range g.s.Interactions() {
		pressed = append(pressed, i.Name)
	}
	slices.Sort(pressed)
	if !slices.Equal(pressed, []string{"go", "go", "pick"}) {
		t.Errorf("%v", pressed)
	}
}

// TestPlain: what a message shows, as text.
func TestPlain(t *testing.T) {
	for body, want := range map[string]string{
		`{"content":"a **b**"}`: "a **b**",
		`{"embeds":[{"author":{"name":"who"},"title":"T","description":"d","fields":[{"name":"n","value":"v"}],"footer":{"text":"f"}}]}`: "who\n# T\nd\nn: v\nf",
		withButtons: "choose\n[Go on] (Stop) [Read]\n[Pick: tape / disk]",
		`{"flags":32768,"components":[{"type":17,"components":[{"type":9,"components":[{"type":10,"content":"a"}],"accessory":{"type":2,"style":1,"label":"b","custom_id":"c"}},
			{"type":14},{"type":10,"content":"d"}]}]}`: "a\n[b]\n----\nd",
	} {
		g := newStage(t, Options{})
		if got := g.post(body).Plain(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestOverwrites: permissions of a channel, in the order in which they count.
func TestOverwrites(t *testing.T) {
	g := newStage(t, Options{})
	engineers := g.s.addRole(g.s.Guild, role{name: "engineers"})
	lee := g.s.Person(User{Name: "lee", Roles: []string{engineers.id}})
	everyone, ofLee := g.s.Guild, lee.ID
	g.s.mu.Lock()
	members := g.s.memberRole(g.s.guild(g.s.Guild))
	g.s.mu.Unlock()
	for name, c := range map[string]struct {
		overwrites []overwrite
		want       bool // lee may write
	}{
		"none":                       {nil, true},
		"everyone may not":           {[]overwrite{{id: everyone, deny: SendMessages}}, false},
		"a role may":                 {[]overwrite{{id: everyone, deny: SendMessages}, {id: engineers.id, allow: SendMessages}}, true},
		"one role may, one may not":  {[]overwrite{{id: members, deny: SendMessages}, {id: engineers.id, allow: SendMessages}}, true},
		"a role may not":             {[]overwrite{{id: engineers.id, deny: SendMessages}}, false},
		"a role may not, a user may": {[]overwrite{{id: engineers.id, deny: SendMessages}, {id: ofLee, isUser: true, allow: SendMessages}}, true},
		"the channel is not seen":    {[]overwrite{{id: engineers.id, deny: ViewChannel}}, false},
	} {
		channel := g.s.AddChannel(Channel{Name: name, overwrites: c.overwrites})
		g.s.mu.Lock()
		if got := g.s.permissions(g.s.channels[channel.ID], lee.ID).has(SendMessages); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		g.s.mu.Unlock()
	}
	owner := g.s.Person(User{ID: g.s.guild(g.s.Guild).owner, Name: "owner"})
	boss := g.s.Person(User{Name: "boss", Roles: []string{g.s.addRole(g.s.Guild, role{permissions: Administrator}).id}})
	hidden := g.s.AddChannel(Channel{Name: "hidden", overwrites: []overwrite{{id: everyone, deny: ViewChannel}}})
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	for _, p := range []*Person{owner, boss} {
		if g.s.permissions(g.s.channels[hidden.ID], p.ID) != allPermissions {
			t.Errorf("%s may not all", p.Name)
		}
	}
}

// TestWhereTheBotIs: it is told when that changes.
func TestWhereTheBotIs(t *testing.T) {
	g := newStage(t, Options{})
	l := g.startSession(plainIntents)
	c := g.s.AddChannel(Channel{Name: "new"})
	l.readEvent("CHANNEL_CREATE")
	g.s.Deny(c.ID, SendMessages)
	if d := l.readEvent("CHANNEL_UPDATE"); len(d["permission_overwrites"].([]any)) != 1 {
		t.Errorf("%v", d)
	}
	g.s.Deny(c.ID, ViewChannel)
	l.readEvent("CHANNEL_UPDATE")
	g.kim.Say(c.ID, "unseen")
	g.s.setPermissions(ViewChannel)
	l.readEvent("GUILD_ROLE_UPDATE")
	g.s.addRole(g.s.Guild, role{name: "new"})
	l.readEvent("GUILD_ROLE_CREATE")
	g.s.SetUnavailable(g.s.Guild, true)
	if d := l.readEvent("GUILD_DELETE"); d["unavailable"] != true {
		t.Errorf("%v", d)
	}
	g.s.SetUnavailable(g.s.Guild, false)
	l.readEvent("GUILD_CREATE")
	second := g.s.addGuild(guild{name: "second", locale: "ko"})
	if d := l.readEvent("GUILD_CREATE"); d["id"] != second.id || d["preferred_locale"] != "ko" {
		t.Errorf("%v", d)
	}
	g.s.kickBot(second.id)
	if d := l.readEvent("GUILD_DELETE"); d["id"] != second.id || d["unavailable"] != nil {
		t.Errorf("%v", d)
	}
}
