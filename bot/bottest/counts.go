package bottest

import (
	"fmt"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

// count returns a count of the adapter "test".
func count(kind bot.CountKind, entry, detail string) bot.Count {
	return bot.Count{Adapter: "test", Workspace: "w", Kind: kind, Entry: entry, Detail: detail}
}

// wantSums compares sums, each as "day adapter kind entry detail n".
func (t *storeTest) wantSums(name string, got []bot.CountSum, err error, want ...string) {
	t.Helper()
	t.must(err)
	var forms []string
	for _, c := range got {
		forms = append(forms, fmt.Sprintf("%d %s %s %q %q %d", c.Day, c.Adapter, c.Kind, c.Entry, c.Detail, c.N))
	}
	if a, b := strings.Join(forms, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("%s: got\n%s\nwant\n%s", name, a, b)
	}
}

// today returns the day of the bubble's clock.
func today() int { return int(time.Now().Unix() / (24 * 60 * 60)) }

// counts checks that Apply counts for its day, and that the sums have the days that
// are asked for.
func counts(t *storeTest) {
	first := today()
	sure, likely := count(bot.CountQuestion, "", bot.ResultSure), count(bot.CountQuestion, "", bot.ResultLikely)
	other := sure
	other.Adapter, other.Workspace = "z", "v"
	elsewhere := sure
	elsewhere.Workspace = "v"
	t.apply(bot.Turn{Counts: []bot.Count{sure, count(bot.CountBegun, "a", ""), sure, other, elsewhere}})
	t.apply(bot.Turn{Counts: []bot.Count{count(bot.CountBegun, "a", ""), sure}})
	time.Sleep(24 * time.Hour)
	t.apply(bot.Turn{Counts: []bot.Count{likely, count(bot.CountBegun, "a", ""), count(bot.CountBegun, "b", ""), count(bot.CountSolved, "a", "step")}})
	t.apply(bot.Turn{Counts: []bot.Count{count(bot.CountHeld, "a", ""), count(bot.CountReturned, "b", ""), count(bot.CountEscalated, "", ""), count(bot.CountSolvedIn, "", "7")}})
	days := func(from, to int, want ...string) {
		t.Helper()
		got, err := t.CountsByDay(t.Context(), first+from, first+to)
		for i, w := range want {
			var day int
			t.scan(w[:1], &day)
			want[i] = fmt.Sprint(first+day, w[1:])
		}
		t.wantSums(fmt.Sprintf("days %d to %d", from, to), got, err, want...)
	}
	days(0, 1, `0 test question "" "sure" 4`, `0 z question "" "sure" 1`, `1 test question "" "likely" 1`, `1 test solved_in "" "7" 1`)
	days(1, 1, `1 test question "" "likely" 1`, `1 test solved_in "" "7" 1`)
	days(2, 9)
	days(1, 0)
	got, err := t.CountsByEntry(t.Context(), first, first+1)
	t.wantSums("both days", got, err, `0 test begun "a" "" 3`, `0 test begun "b" "" 1`, `0 test escalated "" "" 1`,
		`0 test held "a" "" 1`, `0 test returned "b" "" 1`, `0 test solved "a" "step" 1`)
	got, err = t.CountsByEntry(t.Context(), first, first)
	t.wantSums("the first day", got, err, `0 test begun "a" "" 2`)
}

// countsOnce checks that a turn that is not applied counts nothing.
func countsOnce(t *storeTest) {
	c := []bot.Count{count(bot.CountQuestion, "", bot.ResultSure)}
	t.apply(bot.Turn{Event: "event", Counts: c})
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "event", Counts: c}), bot.ErrDuplicate)
	conflict := bot.Turn{Event: "other", Counts: c, States: []bot.Walkthrough{{Thread: threadNamed("A"), Version: 7}}}
	t.wantError(t.Apply(t.Context(), conflict), bot.ErrConflict)
	got, err := t.CountsByDay(t.Context(), today(), today())
	t.wantSums("after a duplicate and a conflict", got, err, fmt.Sprintf(`%d test question "" "sure" 1`, today()))
}

// countsAnswer checks that the time from a question to its first answer is counted
// when the answer is sent, and once.
func countsAnswer(t *storeTest) {
	asked := time.Now().Add(-2 * time.Second)
	t.apply(bot.Turn{Posts: []bot.Post{
		{ID: "answer", Thread: threadNamed("A"), Answers: asked.UnixMilli()},
		{ID: "more", Thread: threadNamed("A")},
		{ID: "early", Thread: threadNamed("B"), Answers: asked.Add(time.Hour).UnixMilli()},
	}})
	time.Sleep(8 * time.Second)
	for range 2 {
		for _, id := range []bot.PostID{"answer", "more", "early"} {
			t.must(t.Sent(t.Context(), id, bot.Delivery{Ref: "r"}))
		}
	}
	got, err := t.CountsByDay(t.Context(), today(), today())
	t.wantSums("answers", got, err, fmt.Sprintf(`%d test answered "" "0" 1`, today()), fmt.Sprintf(`%d test answered "" "40" 1`, today()))
}

// countsTogether checks that no count of concurrent turns is lost.
func countsTogether(t *storeTest) {
	const turns = 20
	errs := make(chan error, turns)
	for i := range turns {
		go func() {
			c := []bot.Count{count(bot.CountQuestion, "", bot.ResultSure), count(bot.CountBegun, "a", ""), count(bot.CountBegun, "b", "")}
			if i%2 == 0 {
				c[1], c[2] = c[2], c[1]
			}
			errs <- t.Apply(t.Context(), bot.Turn{Event: bot.EventID(fmt.Sprint("together ", i)), Counts: c})
		}()
	}
	synctest.Wait()
	for range turns {
		t.must(<-errs)
	}
	got, err := t.CountsByEntry(t.Context(), today(), today())
	t.wantSums("concurrent turns", got, err, fmt.Sprintf(`0 test begun "a" "" %d`, turns), fmt.Sprintf(`0 test begun "b" "" %d`, turns))
}

// countsByChannel checks that questions are counted by channel, and in no other sum.
func countsByChannel(t *storeTest) {
	a, b, other := count(bot.CountChannel, "", "a"), count(bot.CountChannel, "", "b"), count(bot.CountChannel, "", "a")
	other.Workspace = "v"
	t.apply(bot.Turn{Counts: []bot.Count{a, b, other}})
	time.Sleep(24 * time.Hour)
	t.apply(bot.Turn{Counts: []bot.Count{a}})
	for _, w := range []struct {
		from, to int
		want     string
	}{{0, 1, "test/v/a 1, test/w/a 2, test/w/b 1"}, {1, 9, "test/w/a 1"}, {2, 9, ""}} {
		got, err := t.CountsByChannel(t.Context(), today()-1+w.from, today()-1+w.to)
		t.must(err)
		var forms []string
		for _, c := range got {
			forms = append(forms, fmt.Sprintf("%s/%s/%s %d", c.Adapter, c.Workspace, c.Channel, c.N))
		}
		slices.Sort(forms)
		t.equal(strings.Join(forms, ", "), w.want)
	}
	byDay, err := t.CountsByDay(t.Context(), 0, today())
	t.wantSums("by day", byDay, err)
	byEntry, err := t.CountsByEntry(t.Context(), 0, today())
	t.wantSums("by entry", byEntry, err)
}
