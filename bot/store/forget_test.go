package store

import (
	"fmt"
	"testing"
	"time"

	"mabsbot/bot"
)

func TestForget(t *testing.T) {
	s := openNew(t)
	asked := func(i int, asker string) bot.Walkthrough {
		w := walking(i, "rev")
		w.Asker = bot.User{ID: asker}
		return w
	}
	opened := asked(3, "colleague")
	opened.Handover, opened.Status = &bot.Case{Number: 7, For: bot.User{ID: "me"}}, bot.StatusCase
	elsewhere := asked(4, "me")
	elsewhere.Thread.Adapter = "other"
	mine, other := bot.UserKey{Adapter: "test", Workspace: "w", ID: "me"}, bot.UserKey{Adapter: "test", Workspace: "w", ID: "colleague"}
	must(t, s.Apply(t.Context(), bot.Turn{
		Event:   "e",
		States:  []bot.Walkthrough{asked(1, "me"), asked(2, "colleague"), opened, elsewhere},
		Posts:   []bot.Post{{ID: "mine", Thread: thread(1)}, {ID: "later", Thread: thread(1), Delay: time.Hour}, {ID: "theirs", Thread: thread(2)}},
		Prefer:  &bot.Preference{User: mine, Lang: "ko"},
		Learned: bot.Learned{Asker: bot.StepQuery{Entry: "entry", Asker: mine}},
	}))
	for i, asker := range []string{"me", "colleague"} {
		u := bot.Unanswered{ID: bot.RecordID(event(i)), Place: bot.Place{Adapter: "test"}, Asker: asker}
		r := bot.Report{IncidentKey: bot.IncidentKey{Place: u.Place, Entry: "entry"}, Of: event(i), By: asker}
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), Unanswered: &u, Reports: []bot.Report{r}}))
	}
	for i, f := range []bot.Fix{
		{By: bot.User{ID: "me", Name: "Me"}, Question: "q", Of: "u1", Asker: "colleague"},
		{By: bot.User{ID: "colleague", Name: "Colleague"}, Question: "q", Of: "u2", Asker: "me"},
	} {
		f.ID, f.Thread, f.Text = bot.FixIDOf(event(i)), thread(i), "text"
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(10 + i), Fix: &f}))
	}
	must(t, s.Apply(t.Context(), bot.Turn{Event: "f", Prefer: &bot.Preference{User: other, Lang: "ko"}, Learned: bot.Learned{Asker: bot.StepQuery{Entry: "entry", Asker: other}}}))
	for _, want := range []int{2, 0} {
		if n, err := s.Forget(t.Context(), "test", "me"); err != nil || n != want {
			t.Errorf("forgot %d conversations, %v; want %d", n, err, want)
		}
	}
	fixes, err := s.Fixes(t.Context(), 9)
	must(t, err)
	if got := fmt.Sprint(fixes[0].By.Name, fixes[0].Text, fixes[0].Question, fixes[0].Asker, "; ", fixes[1].By.Name, fixes[1].Text, fixes[1].Question, fixes[1].Asker); got != "Colleaguetext; textqcolleague" {
		t.Errorf("the fixes are %s", got)
	}
	for query, want := range map[string]int{
		`SELECT COUNT(*) FROM walkthroughs`:                                           2, // of the colleague, and of the other adapter
		`SELECT COUNT(*) FROM walkthroughs WHERE asker = 'me'`:                        1,
		`SELECT COUNT(*) FROM posts`:                                                  1,
		`SELECT COUNT(*) FROM preferences`:                                            1,
		`SELECT COUNT(*) FROM outcome_askers`:                                         1,
		`SELECT COUNT(*) FROM incident_reports`:                                       1,
		`SELECT COUNT(*) FROM unanswered`:                                             1,
		`SELECT COUNT(*) FROM fixes WHERE author = 'me' OR asker = 'me' OR of = 'u2'`: 0,
		`SELECT COALESCE(SUM(n), 0) FROM daily`:                                       2,
		`SELECT COALESCE(MAX(highest), 0) FROM case_numbers`:                          7,
	} {
		if n := count(t, s, query); n != want {
			t.Errorf("%s: got %d, want %d", query, n, want)
		}
	}
}
