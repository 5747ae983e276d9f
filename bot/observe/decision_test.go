package observe

import (
	"testing"

	"mabsbot/bot"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

func TestDecide(t *testing.T) {
	here, team := bot.Thread{Adapter: "test", Channel: "c", Root: "m1"}, bot.Thread{Adapter: "test", Channel: "team", Root: "t1"}
	entry, other := &kb.Entry{ID: "vss-failure"}, &kb.Entry{ID: "tape-door"}
	walks := func(s bot.Status) bot.Walkthrough {
		return bot.Walkthrough{Thread: here, Status: s, Entry: entry, Source: "m1"}
	}
	before := func(s bot.Status) bot.Seen { return bot.Seen{Status: s, Entry: "vss-failure"} }
	held := walks(bot.StatusEnded)
	held.Held = true
	changed := walks(bot.StatusWalking)
	changed.Entry = other
	direct := walks(bot.StatusWalking)
	direct.Thread.Channel = bot.DirectChannel + "alex"
	opened := bot.Walkthrough{Thread: team, Status: bot.StatusCase, Handover: &bot.Case{Number: 1}}
	posts, shadow := []bot.Post{{ID: "p"}}, []bot.Post{{ID: "p", Shadow: true}}
	states := func(all ...bot.Walkthrough) []bot.Walkthrough { return all }

	for name, tt := range map[string]struct {
		turn  bot.Turn
		at    bot.Thread
		want  Decision
		entry string
	}{
		"chatter":                     {bot.Turn{Event: "m2"}, here, DecisionNone, ""},
		"a paste":                     {bot.Turn{Event: "m1", States: states(walks(bot.StatusWalking))}, here, DecisionAnswered, "vss-failure"},
		"the same paste again":        {bot.Turn{Event: "m1", Seen: before(bot.StatusWalking), States: states(walks(bot.StatusWalking))}, here, DecisionAnswered, "vss-failure"},
		"a choice":                    {bot.Turn{Event: "b1", Seen: bot.Seen{Status: bot.StatusChoosing}, States: states(walks(bot.StatusWalking))}, here, DecisionAnswered, "vss-failure"},
		"it leads to another entry":   {bot.Turn{Event: "b1", Seen: before(bot.StatusWalking), States: states(changed)}, here, DecisionAnswered, "tape-door"},
		"it is started over":          {bot.Turn{Event: "b1", Seen: before(bot.StatusEnded), States: states(walks(bot.StatusWalking))}, here, DecisionAnswered, "vss-failure"},
		"the next step":               {bot.Turn{Event: "b1", Seen: before(bot.StatusWalking), States: states(walks(bot.StatusWalking))}, here, DecisionMoved, "vss-failure"},
		"several errors":              {bot.Turn{Event: "m1", States: states(bot.Walkthrough{Thread: here, Status: bot.StatusChoosing})}, here, DecisionAsked, ""},
		"an unknown error":            {bot.Turn{Event: "m1", States: states(bot.Walkthrough{Thread: here, Status: bot.StatusUnmatched})}, here, DecisionUnmatched, ""},
		"fixed":                       {bot.Turn{Event: "b1", Seen: before(bot.StatusWalking), States: states(walks(bot.StatusSolved))}, here, DecisionSolved, "vss-failure"},
		"thanks":                      {bot.Turn{Event: "b1", Seen: before(bot.StatusSolved), States: states(walks(bot.StatusSolved))}, here, DecisionMoved, "vss-failure"},
		"still fixed":                 {bot.Turn{Event: "b1", Seen: before(bot.StatusSolved), States: states(held)}, here, DecisionHeld, "vss-failure"},
		"not fixed after all":         {bot.Turn{Event: "b1", Seen: before(bot.StatusSolved), States: states(walks(bot.StatusWalking))}, here, DecisionCameBack, "vss-failure"},
		"a person":                    {bot.Turn{Event: "b1", Seen: before(bot.StatusWalking), States: states(opened, walks(bot.StatusEscalated))}, here, DecisionPerson, "vss-failure"},
		"the person is waited for":    {bot.Turn{Event: "b1", Seen: before(bot.StatusEscalated), States: states(walks(bot.StatusEscalated))}, here, DecisionMoved, "vss-failure"},
		"on in a direct message":      {bot.Turn{Event: "b1", Seen: before(bot.StatusWalking), States: states(direct, walks(bot.StatusEnded))}, here, DecisionMoved, "vss-failure"},
		"the question is deleted":     {bot.Turn{Event: "d1", Seen: before(bot.StatusWalking), States: states(walks(bot.StatusEnded))}, here, DecisionEnded, "vss-failure"},
		"be quiet":                    {bot.Turn{Event: "m2", Seen: before(bot.StatusWalking), States: states(walks(bot.StatusQuiet))}, here, DecisionQuiet, "vss-failure"},
		"the team takes a case":       {bot.Turn{Event: "b1", States: states(opened)}, team, DecisionCase, ""},
		"the team solves it":          {bot.Turn{Event: "b1", States: states(opened, walks(bot.StatusSolved))}, team, DecisionSolved, "vss-failure"},
		"the team reopens it":         {bot.Turn{Event: "b1", States: states(opened, walks(bot.StatusWalking))}, team, DecisionMoved, "vss-failure"},
		"a list":                      {bot.Turn{Event: "m1", Posts: posts}, here, DecisionReplied, ""},
		"a preference":                {bot.Turn{Event: "m1", Prefer: &bot.Preference{Lang: "ko"}}, here, DecisionReplied, ""},
		"an answer in shadow":         {bot.Turn{Event: "m1", Seen: bot.Seen{Band: match.Sure, Hit: "vss-failure"}, Posts: shadow}, here, DecisionShadowed, "vss-failure"},
		"a withdrawal without states": {bot.Turn{Event: "d1", Posts: []bot.Post{{ID: "p", Withdraw: true}}}, here, DecisionReplied, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, entry := decide(tt.turn, subject(tt.turn, tt.at), tt.at)
			if got != tt.want || entry != tt.entry {
				t.Errorf("%s %q, want %s %q", got, entry, tt.want, tt.entry)
			}
		})
	}
}
