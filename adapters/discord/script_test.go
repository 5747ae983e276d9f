package discord

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// TestScripts plays the conversations of adapters/cli/testdata/script on Discord.
func TestScripts(t *testing.T) {
	chattest.Scripts(t, "../cli/testdata/script", newPlay)
}

// A play is a stage for scripts.
type play struct {
	*stage
	chattest.Cast[discordfake.Message, *discordfake.Person]
	escalations  discordfake.Channel            // gets escalations
	places       map[string]discordfake.Channel // the other channels of the scripts
	firstButtons map[string]oldButton
	stalePresses int // number of calls of PressesOld
}

func newPlay(t *testing.T) chattest.Stage[discordfake.Message] {
	p := &play{firstButtons: map[string]oldButton{}}
	p.stage = newStage(t, discordfake.Options{}, func(s *stage) {
		p.escalations = s.AddChannel(discordfake.Channel{Name: "escalations"})
		s.policy.EscalationChannels = map[string]string{adapterName: p.escalations.ID}
		s.options = func(o *Options) { o.EscalationChannel = func() string { return p.escalations.ID } }
		p.CommandsIn = s.channel.ID
		p.People = map[string]*discordfake.Person{"kim": s.kim, "alex": s.alex}
		for name, locale := range map[string]string{"lee": "ko", "sam": "en-GB", "otto": "en-US", "jo": ""} {
			p.People[name] = s.Person(discordfake.User{Name: name, Locale: locale})
		}
		// Discord sends a user's locale only with interactions. In the scripts every
		// user has had one before.
		s.setup = func(d *Discord) {
			for _, who := range p.People {
				d.locales.set(who.ID, who.Locale)
			}
		}
		bridge := s.Person(discordfake.User{Name: "bridge", Bot: true})
		p.People["bridge"] = bridge
		p.places = map[string]discordfake.Channel{"mention": s.AddChannel(discordfake.Channel{Name: "mention"}), "private": s.AddChannel(discordfake.Channel{Name: "private"})}
		s.Restrict(p.places["private"].ID, s.kim.ID, s.alex.ID)
		for _, name := range []string{"sam", "lee"} {
			s.policy.Admins = append(s.policy.Admins, adapterName+":"+p.People[name].ID)
		}
		s.policy.Channels = map[string]bot.ChannelPolicy{s.channel.ID: {Bots: []string{bridge.ID}}, p.places["mention"].ID: {Mode: bot.ModeMention}}
	})
	return p
}

func (p *play) Restart() { p.restart() }

func (p *play) Learn(turn bot.Turn) {
	p.must(p.DB.Apply(p.t.Context(), turn))
	p.policy.Learning = bot.LearningOn
	p.restart()
}

func (p *play) Quiet() {
	p.quiet()
	p.rememberButtons()
}

// An oldButton is a button as it was first shown. A client may show it long
// after it was removed.
type oldButton struct {
	m      discordfake.Message
	custom string
}

// rememberButtons stores the first button with each label.
func (p *play) rememberButtons() {
	for _, m := range append(p.BotMessages(), p.People["kim"].Visible()...) {
		for label, custom := range buttonsOf(m.Components) {
			if _, known := p.firstButtons[label]; !known {
				p.firstButtons[label] = oldButton{m, custom}
			}
		}
	}
}

// buttonsOf returns the custom IDs of buttons by label.
func buttonsOf(components []any) map[string]string {
	all := map[string]string{}
	for _, each := range components {
		c, _ := each.(map[string]any)
		if label, ok := c["label"].(string); ok && c["custom_id"] != nil {
			all[label], _ = c["custom_id"].(string)
		}
		inner, _ := c["components"].([]any)
		maps.Copy(all, buttonsOf(inner))
	}
	return all
}

func (p *play) PressesOld(who, label string) error {
	person := p.People[who]
	p.stalePresses++
	b, ok := p.firstButtons[label]
	if !ok {
		return fmt.Errorf("no button %q was ever shown", label)
	}
	p.Dispatch("INTERACTION_CREATE", map[string]any{
		"id": fmt.Sprint(p.stalePresses), "application_id": p.AppID, "type": discordapi.InteractionMessageComponent, "token": fmt.Sprint("stale-", p.stalePresses), "version": 1,
		"guild_id": p.Guild, "channel_id": b.m.Channel, "locale": person.Locale,
		"channel": map[string]any{"id": b.m.Channel, "type": p.Channel(b.m.Channel).Type, "parent_id": p.Channel(b.m.Channel).Parent},
		"member":  map[string]any{"user": map[string]any{"id": person.ID, "username": person.Name}},
		"message": map[string]any{"id": b.m.ID, "channel_id": b.m.Channel, "author": map[string]any{"id": p.BotID}},
		"data":    map[string]any{"component_type": 2, "custom_id": b.custom},
	})
	return nil
}

func (p *play) Records(who string, m discordfake.Message) error {
	return p.People[who].CommandOn(m, recordCommand)
}

func (p *play) Presses(who, label string) (discordfake.Message, error) {
	m, ok := p.People[who].Newest(label)
	if !ok {
		return m, p.choose(p.People[who], label)
	}
	return m, p.People[who].PressOn(m, label)
}

// choose selects an option in the newest select menu.
func (p *play) choose(person *discordfake.Person, option string) error {
	list := p.discord.texts.In("en")["choose"]
	if _, ok := person.Newest(list); !ok {
		list = p.discord.texts.In("ko")["choose"]
	}
	m, ok := person.Newest(list)
	if !ok {
		return fmt.Errorf("no button or option %q is shown", option)
	}
	return person.Choose(m, list, option)
}

func (p *play) Says(who, where, text string) discordfake.Message {
	switch {
	case who == "otto":
		return p.People[who].PostWebhook(p.channel.ID, who, text)
	case where == "dm":
		return p.People[who].DM(text)
	case where != "":
		return p.People[who].Say(p.places[where].ID, text)
	}
	return p.People[who].Say(p.channel.ID, text)
}

func (p *play) Shares(who, where string, to discordfake.Message, file, text string) discordfake.Message {
	f := discordfake.File{Name: file, Type: chattest.MediaType(file), Content: []byte{0}, Size: chattest.FileSize(file)}
	person := p.People[who]
	switch {
	case to.ID != "":
		return person.Upload(to.ID, text, f)
	case where == "dm":
		return person.Upload(person.DMChannel(), text, f)
	}
	return person.Upload(p.channel.ID, text, f)
}

func (p *play) Link(m discordfake.Message) string { return p.JumpLink(m) }

// Replies writes in the thread of a message, in the DM, or as a reply.
func (p *play) Replies(who string, to discordfake.Message, text string) discordfake.Message {
	person := p.People[who]
	switch {
	case to.Channel == person.DMChannel():
		return person.DM(text)
	case p.Channel(to.ID).ID != "": // its thread
		return person.Say(to.ID, text)
	}
	return person.Reply(to, text)
}

// Posts counts the messages that the bot created, edited or deleted.
func (p *play) Posts() int {
	n := 0
	for _, call := range p.Calls("") {
		switch call.Route {
		case discordfake.CreateMessage, discordfake.EditMessage, discordfake.DeleteMessage, discordfake.CreateFollowupMessage, discordfake.EditOriginalResponse:
			n++
		}
	}
	return n
}

// Shown returns everything that any user sees.
func (p *play) Shown() string {
	var b strings.Builder
	for _, person := range p.People {
		for _, m := range person.Visible() {
			b.WriteString(m.Plain() + "\n")
		}
	}
	return b.String()
}
