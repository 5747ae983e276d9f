package store

import (
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
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), Unanswered: &u}))
	}
	must(t, s.Apply(t.Context(), bot.Turn{Event: "f", Prefer: &bot.Preference{User: other, Lang: "ko"}, Learned: bot.Learned{Asker: bot.StepQuery{Entry: "entry", Asker: other}}}))
	for _, want := range []int{2, 0} {
		if n, err := s.Forget(t.Context(), "test", "me"); err != nil || n != want {
			t.Errorf("forgot %d conversations, %v; want %d", n, err, want)
		}
	}
	for query, want := range map[string]int{
		`SELECT COUNT(*) FROM walkthroughs`:                    2, // of the colleague, and of the other adapter
		`SELECT COUNT(*) FROM walkthroughs WHERE asker = 'me'`: 1,
		`SELECT COUNT(*) FROM posts`:                           1,
		`SELECT COUNT(*) FROM preferences`:                     1,
		`SELECT COUNT(*) FROM outcome_askers`:                  1,
		`SELECT COUNT(*) FROM unanswered`:                      1,
		`SELECT COALESCE(SUM(n), 0) FROM daily`:                2,
		`SELECT COALESCE(MAX(highest), 0) FROM case_numbers`:   7,
	} {
		if n := count(t, s, query); n != want {
			t.Errorf("%s: got %d, want %d", query, n, want)
		}
	}
}
