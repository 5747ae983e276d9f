package discord

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/txtar"

	"mabsbot/adapters/discord/discordfake"
)

// TestScripts plays the conversations of testdata/script on Discord: people type
// and press there, and see all that the scripts want the bot to say.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("../../testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if testing.Short() && strings.HasPrefix(name, "entry-") {
			continue // of one kind, and many
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := newPlay(t)
			for i, section := range archive.Files {
				if section.Name == "bot" {
					continue
				}
				said := p.posts()
				if err := p.do(section.Name, strings.TrimSuffix(string(section.Data), "\n")); err != nil {
					t.Fatalf("%s: %v", section.Name, err)
				}
				p.quiet()
				p.note()
				if i+1 < len(archive.Files) && archive.Files[i+1].Name == "bot" {
					p.compare(section.Name, string(archive.Files[i+1].Data), p.posts()-said)
				}
			}
		})
	}
}

// A play is a script on a stage.
type play struct {
	*stage
	people   map[string]*discordfake.Person
	there    discordfake.Channel // where people are asked for
	events   int
	messages map[string]discordfake.Message // by the names of the script
	latest   discordfake.Message            // a reply goes under it
	old      map[string]oldButton
}

func newPlay(t *testing.T) *play {
	p := &play{messages: map[string]discordfake.Message{}, old: map[string]oldButton{}}
	p.stage = newStage(t, discordfake.Options{}, func(s *stage) {
		p.there = s.AddChannel(discordfake.Channel{Name: "escalations"})
		s.policy.HandOver = map[string]string{adapterName: p.there.ID}
		s.options = func(o *Options) { o.HandOver = p.there.ID }
		p.people = map[string]*discordfake.Person{"kim": s.kim, "alex": s.alex}
		for name, locale := range map[string]string{"lee": "ko", "sam": "en-GB", "otto": "en-US"} {
			p.people[name] = s.Person(discordfake.User{Name: name, Locale: locale})
		}
	})
	return p
}

func (p *play) do(name, body string) error {
	if name == "restart" {
		p.restart()
		return nil
	}
	p.events++
	who, rest, _ := strings.Cut(name, " ")
	person := p.people[who]
	if person == nil {
		return errors.New("nobody has that name")
	}
	verb, object, _ := strings.Cut(rest, " ")
	name = fmt.Sprintf("m%d", p.events)
	switch verb {
	case "says":
		p.latest = p.says(who, object, body)
		p.messages[name] = p.latest
	case "replies":
		to := p.latest
		if of, ok := strings.CutPrefix(object, "to "); ok {
			to = p.messages[of]
		}
		p.messages[name] = p.replies(person, to, body)
	case "types":
		return person.Command(p.channel.ID, strings.TrimSpace("/mabs "+body))
	case "presses":
		label, old := strings.CutPrefix(object, "old ")
		if old {
			return p.pressOld(person, label)
		}
		m, ok := person.Newest(label)
		if !ok {
			return p.chooses(person, label)
		}
		p.latest = m
		return person.PressOn(m, label)
	case "edits":
		return person.Edit(p.messages[object], body)
	case "deletes":
		return person.Delete(p.messages[object])
	}
	return nil
}

// An oldButton is one as it was first shown. A client that was asleep still
// shows it.
type oldButton struct {
	m      discordfake.Message
	custom string
}

// note remembers the first button with each label.
func (p *play) note() {
	for _, m := range append(p.Own(), p.people["kim"].Visible()...) {
		for label, custom := range buttonsOf(m.Components) {
			if _, known := p.old[label]; !known {
				p.old[label] = oldButton{m, custom}
			}
		}
	}
}

// buttonsOf are the custom ids of buttons, by label.
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

func (p *play) pressOld(person *discordfake.Person, label string) error {
	b, ok := p.old[label]
	if !ok {
		return fmt.Errorf("there never was a button %s", label)
	}
	p.Dispatch("INTERACTION_CREATE", map[string]any{
		"id": fmt.Sprint(p.events), "application_id": p.AppID, "type": componentUsed, "token": fmt.Sprint("stale-", p.events), "version": 1,
		"guild_id": p.Guild, "channel_id": b.m.Channel, "locale": person.Locale,
		"channel": map[string]any{"id": b.m.Channel, "type": p.Channel(b.m.Channel).Kind, "parent_id": p.Channel(b.m.Channel).Parent},
		"member":  map[string]any{"user": map[string]any{"id": person.ID, "username": person.Name}},
		"message": map[string]any{"id": b.m.ID, "channel_id": b.m.Channel, "author": map[string]any{"id": p.BotID}},
		"data":    map[string]any{"component_type": 2, "custom_id": b.custom},
	})
	return nil
}

// chooses takes an option of the newest list.
func (p *play) chooses(person *discordfake.Person, option string) error {
	list := p.discord.in("en")["choose"]
	if _, ok := person.Newest(list); !ok {
		list = p.discord.in("ko")["choose"]
	}
	m, ok := person.Newest(list)
	if !ok {
		return fmt.Errorf("there is no button %s", option)
	}
	return person.Choose(m, list, option)
}

func (p *play) says(who, object, body string) discordfake.Message {
	switch {
	case who == "otto":
		return p.people[who].Hook(p.channel.ID, who, body)
	case object == "in dm":
		return p.people[who].DM(body)
	}
	return p.people[who].Say(p.channel.ID, body)
}

// replies writes under a message, or on in a direct conversation.
func (p *play) replies(person *discordfake.Person, to discordfake.Message, body string) discordfake.Message {
	switch {
	case to.Channel == person.Direct():
		return person.DM(body)
	case p.Channel(to.ID).ID != "": // its thread
		return person.Say(to.ID, body)
	}
	return person.Say(to.Channel, body)
}

// posts counts what the bot has written or changed.
func (p *play) posts() int {
	n := 0
	for _, call := range p.Calls("") {
		switch call.Route {
		case discordfake.CreateMessage, discordfake.EditMessage, discordfake.DeleteMessage, discordfake.FollowUp, discordfake.EditOriginal:
			n++
		}
	}
	return n
}

// compare looks for what a script wants in all that stands on the stage.
func (p *play) compare(after, want string, posts int) {
	p.t.Helper()
	if want == "silent\n" {
		if posts != 0 {
			p.t.Errorf("after %q: %d posts, want silence", after, posts)
		}
		return
	}
	shown := letters(p.everything())
	for line := range strings.Lines(want) {
		for _, words := range wanted(strings.TrimSuffix(line, "\n")) {
			if !strings.Contains(shown, letters(words)) {
				p.t.Errorf("after %q nobody sees %q in\n%s", after, words, p.everything())
				return
			}
		}
	}
}

// everything is all that stands anywhere.
func (p *play) everything() string {
	var b strings.Builder
	for _, person := range p.people {
		for _, m := range person.Visible() {
			b.WriteString(m.Plain() + "\n")
		}
	}
	return b.String()
}

// wanted are the words that a line of a script wants to be seen, without the
// marks of bottest.Text.
func wanted(line string) []string {
	if len(line) < 2 || strings.HasSuffix(line, "]") && !strings.HasSuffix(line, "] ") { // where a post goes
		return nil
	}
	mark, rest := line[:2], line[2:]
	switch mark {
	case "@ ", "^ ": // an address comes last
		return []string{rest[:strings.LastIndex(rest, " ")]}
	case "$ ":
		for _, shell := range []string{"powershell ", "cmd "} {
			rest = strings.TrimPrefix(rest, shell)
		}
	case "- ":
		rest = strings.TrimSuffix(strings.TrimSuffix(rest, " TRIED"), " CURRENT")
	case "~ ", "| ":
		rest = strings.TrimSuffix(rest, "REV")
	}
	if strings.HasPrefix(line, "[") {
		return strings.Split(strings.Trim(line, "[] "), "] [")
	}
	return []string{rest}
}

// letters leaves out all but letters and digits: markup differs.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}
