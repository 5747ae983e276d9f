package slack

import (
	"fmt"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

// TestScripts plays the conversations of adapters/cli/testdata/script on Slack.
func TestScripts(t *testing.T) {
	chattest.Scripts(t, "../cli/testdata/script", newPlay)
}

// A play is a chattest.Stage.
type play struct {
	*stage
	chattest.Cast[slackfake.Message, *slackfake.Person]
	escalations slackfake.Channel
	places      map[string]slackfake.Channel // the other channels of the scripts
	old         map[string]oldButton
	stale       int // how many old buttons were pressed
}

func newPlay(t *testing.T) chattest.Stage[slackfake.Message] {
	p := &play{old: map[string]oldButton{}}
	p.stage = newStage(t, slackfake.Options{}, func(s *stage) {
		p.CommandsIn = s.channel.ID
		p.People = map[string]*slackfake.Person{"kim": s.kim, "alex": s.alex}
		for name, locale := range map[string]string{"lee": "ko-KR", "sam": "en-GB", "otto": "en-US", "jo": ""} {
			p.People[name] = s.Person(slackfake.User{Name: name, Locale: locale})
		}
		team := []string{p.People["lee"].ID, p.People["sam"].ID}
		p.escalations = s.AddChannel(slackfake.Channel{Name: "escalations", Members: team})
		s.policy.EscalationChannels = map[string]string{adapterName: p.escalations.ID}
		s.options = func(o *Options) { o.EscalationChannel = func() string { return p.escalations.ID } }
		bridge := s.Person(slackfake.User{Name: "bridge", Locale: "en-US"})
		p.People["bridge"] = bridge
		p.places = map[string]slackfake.Channel{
			"mention": s.AddChannel(slackfake.Channel{Name: "mention"}),
			"private": s.AddChannel(slackfake.Channel{Name: "private", Type: "group", Members: []string{s.kim.ID, s.alex.ID}}),
		}
		for _, id := range team {
			s.policy.Admins = append(s.policy.Admins, adapterName+":"+id)
		}
		s.policy.Channels = map[string]bot.ChannelPolicy{
			s.channel.ID:           {Bots: []string{"B" + bridge.ID}}, // as PostWebhook names it
			p.places["mention"].ID: {Mode: bot.ModeMention},
		}
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
	p.note()
}

// An oldButton is a button as it first appeared, which an offline client still
// shows.
type oldButton struct {
	m            slackfake.Message
	block, value string
}

// note stores the first button with each label.
func (p *play) note() {
	for _, m := range append(p.Messages(p.channel.ID), p.Messages(p.escalations.ID)...) {
		for _, b := range m.Blocks {
			block := b.(map[string]any)
			elements, _ := block["elements"].([]any)
			for _, e := range elements {
				element := e.(map[string]any)
				options, _ := element["options"].([]any)
				if element["type"] == "button" {
					options = []any{element}
				}
				for _, o := range options {
					option := o.(map[string]any)
					label := option["text"].(map[string]any)["text"].(string)
					if _, known := p.old[label]; !known {
						p.old[label] = oldButton{m, block["block_id"].(string), option["value"].(string)}
					}
				}
			}
		}
	}
}

func (p *play) PressesOld(who, label string) error {
	person := p.People[who]
	p.stale++
	b, ok := p.old[label]
	if !ok {
		return fmt.Errorf("there never was a button %s", label)
	}
	_, err := p.Send("interactive", map[string]any{
		"type": "block_actions", "api_app_id": p.AppID, "team": map[string]any{"id": p.Team}, "trigger_id": fmt.Sprint(p.stale),
		"user": map[string]any{"id": person.ID, "name": person.Name}, "channel": map[string]any{"id": b.m.Channel},
		"container": map[string]any{"type": "message", "message_ts": b.m.TS, "channel_id": b.m.Channel, "thread_ts": b.m.Thread},
		"actions":   []any{map[string]any{"action_id": "m1:1", "block_id": b.block, "value": b.value, "action_ts": fmt.Sprint(p.stale, ".5")}},
	})
	return err
}

func (p *play) Presses(who, label string) (slackfake.Message, error) {
	m, ok := p.People[who].Newest(label)
	if !ok {
		return m, fmt.Errorf("there is no button %s", label)
	}
	return m, p.People[who].PressOn(m, label)
}

func (p *play) Records(who string, m slackfake.Message) error {
	return p.People[who].ShortcutOn(m, recordShortcut)
}

func (p *play) Says(who, where, text string) slackfake.Message {
	switch {
	case who == "otto", who == "bridge":
		return p.People[who].PostWebhook(p.channel.ID, text)
	case where == "dm":
		return p.People[who].DM(text)
	case where != "":
		return p.People[who].Say(p.places[where].ID, text)
	}
	return p.People[who].Say(p.channel.ID, text)
}

func (p *play) Shares(who, where string, to slackfake.Message, file, text string) slackfake.Message {
	f := slackfake.File{Name: file, Type: chattest.MediaType(file), Content: []byte{0}, Size: chattest.FileSize(file)}
	person := p.People[who]
	switch {
	case to.TS != "":
		return person.Upload(to.Channel, to.TS, text, f)
	case where == "dm":
		return person.Upload(person.DMChannel(), "", text, f)
	}
	return person.Upload(p.channel.ID, "", text, f)
}

func (p *play) Link(m slackfake.Message) string { return p.Permalink(m) }

// Replies writes in the thread of a message, or in a direct message.
func (p *play) Replies(who string, to slackfake.Message, text string) slackfake.Message {
	if to.Channel == p.People[who].DMChannel() {
		return p.People[who].DM(text)
	}
	return p.People[who].Reply(to, text)
}

// Posts counts the bot's posts, updates and deletions.
func (p *play) Posts() int {
	n := 0
	for _, call := range p.Calls("") {
		if strings.HasPrefix(call.Method, "chat.") || call.Method == "response_url" {
			n++
		}
	}
	return n
}

// Shown returns everything that any user sees.
func (p *play) Shown() string {
	var b strings.Builder
	b.WriteString(p.said(p.channel.ID) + p.said(p.escalations.ID))
	for _, c := range p.places {
		b.WriteString(p.said(c.ID))
	}
	for _, person := range p.People {
		b.WriteString(p.said(person.DMChannel()))
		for _, m := range person.Ephemerals() {
			b.WriteString(m.Plain() + "\n")
		}
	}
	return b.String()
}
