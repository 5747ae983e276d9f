package discordfake

import (
	"errors"
	"slices"
	"testing"
)

// TestPersonMessages checks the events of a person's messages.
func TestPersonMessages(t *testing.T) {
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
			t.Error("a deleted message can be edited")
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

// TestOtherAuthors checks messages of webhooks, other bots and Discord itself.
func TestOtherAuthors(t *testing.T) {
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

// TestMembers checks the events of the Guild Members intent.
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

// TestVisible checks who sees which message.
func TestVisible(t *testing.T) {
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
		t.Error("there are unexpected messages or channels")
	}
}

// TestUseComponents checks buttons, selects and message commands.
func TestUseComponents(t *testing.T) {
	g := newStage(t, Options{AckTimeout: 1})
	old := g.post(withButtons)
	m := g.post(withButtons)
	if newest, ok := g.kim.Newest("Go on"); !ok || newest.ID != m.ID {
		t.Errorf("%+v", newest)
	}
	for name, c := range map[string]struct {
		do   func() error
		want error // nil means any error
	}{
		"a button":                      {func() error { return g.kim.Press("Go on") }, errNoResponse},
		"a button on an older message":  {func() error { return g.kim.PressOn(old, "Go on") }, errNoResponse},
		"a disabled button":             {func() error { return g.kim.Press("Stop") }, errDisabled},
		"a link button":                 {func() error { return g.kim.Press("Read") }, nil},
		"an unknown label":              {func() error { return g.kim.Press("Nothing") }, nil},
		"an unknown label on a message": {func() error { return g.kim.PressOn(m, "Nothing") }, nil},
		"an option":                     {func() error { return g.kim.Choose(m, "Pick", "tape") }, errNoResponse},
		"an unknown option":             {func() error { return g.kim.Choose(m, "Pick", "cloud") }, nil},
		"too many options":              {func() error { return g.kim.Choose(m, "Pick", "tape", "disk") }, nil},
		"an unknown command":            {func() error { return g.kim.CommandOn(m, "Look up") }, nil},
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

// TestPlain checks messages as plain text.
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

// TestOverwrites checks the order of permission overwrites.
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
		want       bool // whether lee may send messages
	}{
		"none":                          {nil, true},
		"@everyone denied":              {[]overwrite{{id: everyone, deny: SendMessages}}, false},
		"a role allowed":                {[]overwrite{{id: everyone, deny: SendMessages}, {id: engineers.id, allow: SendMessages}}, true},
		"one role allowed, one denied":  {[]overwrite{{id: members, deny: SendMessages}, {id: engineers.id, allow: SendMessages}}, true},
		"a role denied":                 {[]overwrite{{id: engineers.id, deny: SendMessages}}, false},
		"a role denied, a user allowed": {[]overwrite{{id: engineers.id, deny: SendMessages}, {id: ofLee, isUser: true, allow: SendMessages}}, true},
		"VIEW_CHANNEL denied":           {[]overwrite{{id: engineers.id, deny: ViewChannel}}, false},
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
			t.Errorf("%s does not have all permissions", p.Name)
		}
	}
}

// TestGuildEvents checks the events about guilds, channels and roles.
func TestGuildEvents(t *testing.T) {
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
