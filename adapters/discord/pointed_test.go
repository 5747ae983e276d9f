package discord

import (
	"net/http"
	"strings"
	"testing"

	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

const (
	inconsistent = "Replica is inconsistent (ID: 3106)"
	answered     = "The replica is inconsistent (3106)"
)

// mentionsOnly lets the bot answer mentions alone, so that a paste waits for one.
func mentionsOnly(s *stage) { s.policy.Default, s.policy.RepeatWindow = bot.ModeMention, 0 }

// said reports whether the newest message of the bot in the thread of a message,
// or in its channel, contains a text.
func (s *stage) said(m discordfake.Message, text string) bool {
	for _, channel := range []string{m.ID, m.Channel} {
		all := s.Messages(channel)
		if s.Channel(channel).ID != "" && len(all) > 0 && all[len(all)-1].User == s.BotID {
			return strings.Contains(all[len(all)-1].Plain(), text)
		}
	}
	return false
}

// TestPointedAt reads the message that a user replies to with a mention, or in
// whose thread they mention the bot, wherever its error is.
func TestPointedAt(t *testing.T) {
	s := newStage(t, discordfake.Options{}, mentionsOnly)
	alerts := s.Person(discordfake.User{Name: "alerts", Bot: true})
	reply := func(m discordfake.Message) discordfake.Message {
		return s.alex.Reply(m, "@mabsbot what does this mean?")
	}
	inThread := func(m discordfake.Message, name string) discordfake.Message {
		thread := s.kim.StartThread(m, name)
		return s.alex.Say(thread.ID, "@mabsbot can you look at this?")
	}
	say := func(text string) discordfake.Message { return s.kim.Say(s.channel.ID, text) }
	for name, mention := range map[string]func() discordfake.Message{
		"reply to a paste":   func() discordfake.Message { return reply(say(inconsistent)) },
		"reply to a webhook": func() discordfake.Message { return reply(alerts.PostWebhook(s.channel.ID, "alerts", inconsistent)) },
		"reply to an embed": func() discordfake.Message {
			return reply(alerts.Write(s.channel.ID, discordfake.Message{Embeds: []any{map[string]any{"type": "rich", "title": "Job failed", "description": inconsistent}}}))
		},
		"reply to a file": func() discordfake.Message {
			return reply(s.kim.Upload(s.channel.ID, "look", discordfake.File{Name: "agent.log", Content: []byte(inconsistent)}))
		},
		"bare reply":           func() discordfake.Message { return s.alex.Reply(say(inconsistent), "@mabsbot") },
		"thread under a paste": func() discordfake.Message { return inThread(say(inconsistent), "strange") },
		"thread with the name": func() discordfake.Message { return inThread(say("it is red again"), inconsistent) },
		"thread with the reply": func() discordfake.Message {
			thread := s.kim.StartThread(say("it is red again"), "red")
			s.kim.Say(thread.ID, inconsistent)
			return s.alex.Say(thread.ID, "@mabsbot any idea?")
		},
		"above": func() discordfake.Message {
			s.alex.Say(s.channel.ID, inconsistent)
			s.kim.Say(s.channel.ID, "good morning")
			return s.alex.Say(s.channel.ID, "@mabsbot can you help with the error above?")
		},
	} {
		m := mention()
		s.until(name+" is answered", func() bool { return s.said(m, answered) })
	}
	s.refusals()
}

// TestForumMention reads a forum post in which a user mentions the bot: its first
// message together with its title. Without a mention it is not answered.
func TestForumMention(t *testing.T) {
	s := newStage(t, discordfake.Options{}, mentionsOnly)
	forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
	post := s.kim.Post(forum.ID, "Replica is inconsistent", "(ID: 3106), since this morning")
	s.quiet()
	if n := s.posts(post.Channel); n != 0 {
		t.Errorf("%d answers to a post that does not mention the bot", n)
	}
	s.alex.Say(post.Channel, "@mabsbot any idea?")
	s.sees(s.alex, answered)
	s.refusals()
}

// TestLinkedMessage reads a linked message if the user may see it.
func TestLinkedMessage(t *testing.T) {
	s := newStage(t, discordfake.Options{}, mentionsOnly)
	open := s.AddChannel(discordfake.Channel{Name: "open"})
	private := s.AddChannel(discordfake.Channel{Name: "private"})
	s.Restrict(private.ID, s.kim.ID)
	thread := s.kim.StartThread(s.kim.Say(open.ID, "it is red"), "red")
	for name, tt := range map[string]struct {
		m    discordfake.Message
		want string
	}{
		"same channel":             {s.kim.Say(s.channel.ID, inconsistent), answered},
		"other channel":            {s.kim.Say(open.ID, inconsistent), answered},
		"thread":                   {s.kim.Say(thread.ID, inconsistent), answered},
		"without an error":         {s.kim.Say(open.ID, "all green today"), "I looked at the linked message"},
		"not a member":             {s.kim.Say(private.ID, inconsistent), "I couldn't read the linked message"},
		"direct message of others": {s.kim.DM(inconsistent), "I couldn't read the linked message"},
		"unknown message":          {discordfake.Message{Channel: open.ID, ID: "1"}, "I couldn't read the linked message"},
	} {
		m := s.alex.Say(s.channel.ID, "@mabsbot what is this? "+s.JumpLink(tt.m))
		s.until(name, func() bool { return s.said(m, tt.want) })
	}
}

// TestLinkedPrivately answers about a message that not everyone may see in a
// direct message.
func TestLinkedPrivately(t *testing.T) {
	s := newStage(t, discordfake.Options{}, mentionsOnly)
	private := s.AddChannel(discordfake.Channel{Name: "private"})
	s.Restrict(private.ID, s.kim.ID)
	m := s.kim.Say(s.channel.ID, "@mabsbot 이거 뭐예요? "+s.JumpLink(s.kim.Say(private.ID, inconsistent)))
	s.until("the user is told", func() bool { return s.said(m, "답변은 DM으로 보내 드렸습니다") })
	s.sees(s.kim, "복제본이 불일치함 (3106)")
	s.quiet()
	if strings.Contains(s.shown(s.alex), "3106") {
		t.Errorf("another user sees it:\n%s", s.shown(s.alex))
	}
}

// TestUnreadable answers without what cannot be read, and says so.
func TestUnreadable(t *testing.T) {
	s := newStage(t, discordfake.Options{}, mentionsOnly)
	thread := s.kim.StartThread(s.kim.Say(s.channel.ID, inconsistent), "red")
	s.Fail(discordfake.Fault{Route: discordfake.GetChannelMessages, Status: http.StatusForbidden, Code: 50013})
	s.alex.Say(thread.ID, "@mabsbot what does this mean?")
	s.sees(s.alex, "I couldn't read the conversation above.")
}

// TestPointedAfterRestart follows the pointers of a recorded mention after a
// restart.
func TestPointedAfterRestart(t *testing.T) {
	s := newStage(t, discordfake.Options{}, mentionsOnly)
	thread := s.kim.StartThread(s.kim.Say(s.channel.ID, inconsistent), "red")
	s.quiet()
	s.Fail(discordfake.Fault{Route: discordfake.GetChannelMessages, Hang: true})
	s.alex.Say(thread.ID, "@mabsbot any idea?")
	s.until("the bot asks for the messages", func() bool { return len(s.Calls(discordfake.GetChannelMessages)) == 1 })
	s.restart()
	s.sees(s.alex, answered)
}
