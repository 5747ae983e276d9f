package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"mabsbot/bot"
	"mabsbot/bot/redact"
	"mabsbot/kb"
)

// nearMisses returns the calm messages of an author of kb/match that almost lead to a
// question, and how many messages of theirs there are.
func nearMisses(t *testing.T, base *kb.Base, author string) (near []string, all int) {
	t.Helper()
	data, err := os.ReadFile("../kb/match/testdata/train/" + author + "/calm.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var row struct {
			Text   string   `json:"text"`
			Target []string `json:"target"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		if len(row.Target) > 0 {
			continue
		}
		all++
		if bot.IsNear(base.Match(row.Text)) {
			near = append(near, row.Text)
		}
	}
	return near, all
}

// TestRecord checks which messages are recorded as unanswered.
func TestRecord(t *testing.T) {
	near, _ := nearMisses(t, builtin(t), "17")
	if len(near) == 0 {
		t.Fatal("no message is near a question")
	}
	nearMiss := redact.Names(near[0])
	const weather, inconsistent = "what about the weather?", "The replica is inconsistent. (ID: 3106)"
	say := func(d *desk, id, text string, change func(*bot.Message)) []bot.Post {
		m := message(id, text)
		if change != nil {
			change(&m)
		}
		return d.handle(d.t, m)
	}
	addressed := func(m *bot.Message) { m.Addressed = true }
	edit := func(m *bot.Message) {
		m.Addressed, m.Thread.Root, m.Change, m.Original = true, "m", bot.ChangeEdited, "m"
	}
	optedIn := func(mode bot.Mode) func(*bot.Policy) {
		return func(p *bot.Policy) { p.Channels = map[string]bot.ChannelPolicy{"c": {Mode: mode, Unanswered: true}} }
	}
	for name, tt := range map[string]struct {
		policy func(*bot.Policy)
		talk   func(d *desk)
		want   string
	}{
		"chatter":                {nil, func(d *desk) { say(d, "m", weather, nil) }, ""},
		"an error":               {nil, func(d *desk) { say(d, "m", inconsistent, addressed) }, ""},
		"thanks":                 {nil, func(d *desk) { say(d, "m", "thanks!", addressed) }, ""},
		"help":                   {nil, func(d *desk) { say(d, "m", "help", addressed) }, ""},
		"a mention":              {nil, func(d *desk) { say(d, "m", weather, addressed) }, "unmatched c: " + weather},
		"a mention, redelivered": {nil, func(d *desk) { say(d, "m", weather, addressed); say(d, "m", weather, addressed) }, "unmatched c: " + weather},
		"a screenshot": {nil, func(d *desk) {
			say(d, "m", weather, func(m *bot.Message) { m.Addressed, m.Unread = true, []bot.Unread{bot.UnreadPicture} })
		}, ""},
		"a direct message": {nil, func(d *desk) {
			say(d, "m", weather, func(m *bot.Message) { m.Addressed, m.Direct, m.Thread.Root = true, true, "" })
		}, "unmatched : " + weather},
		"a command": {nil, func(d *desk) {
			say(d, "m", "the weather", func(m *bot.Message) { m.Command, m.Addressed, m.Thread.Root = true, true, bot.CommandRoot+"m" })
		}, "unmatched : the weather"},
		"names and secrets":        {nil, func(d *desk) { say(d, "m", "alex asks: password: Winter2026!x of CORP\\kim on FS-11?", addressed) }, "unmatched c: <Name> asks: password: ⟦password⟧ of <Account> on <Server>?"},
		"an edit":                  {nil, func(d *desk) { say(d, "m", weather, addressed); say(d, "m/e", "and the traffic?", edit) }, "unmatched c: and the traffic?"},
		"an edit without a change": {nil, func(d *desk) { say(d, "m", weather, addressed); say(d, "m/e", weather, edit) }, "unmatched c: " + weather},
		"an edit to an error":      {nil, func(d *desk) { say(d, "m", weather, addressed); say(d, "m/e", inconsistent, edit) }, ""},
		"a deletion": {nil, func(d *desk) {
			say(d, "m", weather, addressed)
			say(d, "m/d", "", func(m *bot.Message) { m.Change, m.Original = bot.ChangeDeleted, "m" })
		}, ""},
		"none of the offered": {nil, func(d *desk) {
			post := say(d, "m", "online backup fails, replica", addressed)[0]
			d.handle(d.t, bot.Press{Head: bot.Head{ID: "p", From: alex, Thread: post.Thread}, Button: bot.Button{Action: bot.ActionOther}, Post: post.ID})
		}, "none c: online backup fails, replica"},
		"another bot":           {func(p *bot.Policy) { p.Channels = map[string]bot.ChannelPolicy{"c": {Bots: []string{"B1"}}} }, func(d *desk) { say(d, "m", weather, func(m *bot.Message) { m.Addressed, m.From = true, bridge }) }, ""},
		"a shadow channel":      {optedIn(bot.ModeShadow), func(d *desk) { say(d, "m", weather, addressed) }, "unmatched c: " + weather},
		"a channel that is off": {optedIn(bot.ModeOff), func(d *desk) { say(d, "m", weather, addressed); say(d, "n", nearMiss, nil) }, ""},
		"near, not opted in":    {nil, func(d *desk) { say(d, "m", nearMiss, nil) }, ""},
		"near":                  {optedIn(bot.ModeOn), func(d *desk) { say(d, "m", nearMiss, nil); say(d, "n", weather, nil) }, "near c: " + nearMiss},
		"near, only mentions":   {optedIn(bot.ModeMention), func(d *desk) { say(d, "m", nearMiss, nil) }, "near c: " + nearMiss},
		"near, shadow":          {optedIn(bot.ModeShadow), func(d *desk) { say(d, "m", nearMiss, nil) }, "near c: " + nearMiss},
		"near, opted in by chat": {func(p *bot.Policy) { p.Admins = []string{"test:" + alex.ID} }, func(d *desk) {
			say(d, "m", nearMiss, nil)
			d.handle(d.t, typed("admin unanswered on"))
			say(d, "n", nearMiss, nil)
		}, "near c: " + nearMiss},
		"near, opted out by chat": {func(p *bot.Policy) {
			optedIn(bot.ModeOn)(p)
			p.Admins = []string{"test:" + alex.ID}
		}, func(d *desk) { d.handle(d.t, typed("admin unanswered off")); say(d, "m", nearMiss, nil) }, ""},
		"near, deleted": {optedIn(bot.ModeOn), func(d *desk) {
			say(d, "m", nearMiss, nil)
			say(d, "m/d", "", func(m *bot.Message) { m.Change, m.Original = bot.ChangeDeleted, "m" })
		}, ""},
		"near, edited to chatter": {optedIn(bot.ModeOn), func(d *desk) {
			say(d, "m", nearMiss, nil)
			say(d, "m/e", weather, func(m *bot.Message) { edit(m); m.Addressed = false })
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				change := tt.policy
				if change == nil {
					change = func(*bot.Policy) {}
				}
				d := newDesk(t, change)
				d.base = builtin(t)
				tt.talk(d)
				if got := recordsOf(t, d); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			})
		})
	}
}

// recordsOf returns the records of the store, the latest first.
func recordsOf(t *testing.T, d *desk) string {
	t.Helper()
	all, err := d.memory.Unanswered(t.Context(), 9)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range all {
		got = append(got, fmt.Sprintf("%s %s: %s", u.Why, u.Place.Channel, u.Text))
	}
	return strings.Join(got, " | ")
}

// TestNearQuestion checks the share of calm messages that a channel that opts in records.
func TestNearQuestion(t *testing.T) {
	recorded, all := 0, 0
	for _, author := range []string{"03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17"} {
		near, n := nearMisses(t, builtin(t), author)
		recorded, all = recorded+len(near), all+n
	}
	t.Logf("%d of %d", recorded, all)
	if share := float64(recorded) / float64(all); share < 0.05 || share > 0.15 {
		t.Errorf("%d of %d calm messages are near a question, want 5 %% to 15 %%", recorded, all)
	}
}
