package bottest

import (
	"fmt"
	"strings"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

// learned returns what a turn adds: for each outcome "entry step outcome n".
func (t *storeTest) learned(outcomes ...string) (l bot.Learned) {
	t.Helper()
	for _, o := range outcomes {
		var c bot.StepCount
		_, err := fmt.Sscan(o, &c.Entry, &c.Step, &c.Outcome, &c.N)
		t.must(err)
		l.Counts = append(l.Counts, c)
	}
	return l
}

// wantOutcomes compares the outcomes of an entry, each as "step outcome n".
func (t *storeTest) wantOutcomes(entry string, want ...string) {
	t.Helper()
	got, _, err := t.StepCounts(t.Context(), entry, bot.UserKey{})
	t.must(err)
	var forms []string
	for _, c := range got {
		if c.Entry != entry {
			t.Errorf("an outcome of %q", c.Entry)
		}
		forms = append(forms, fmt.Sprintf("%s %s %d", c.Step, c.Outcome, c.N))
	}
	if a, b := strings.Join(forms, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("outcomes of %q: got\n%s\nwant\n%s", entry, a, b)
	}
}

// stepCounts checks that the outcomes of a turn are added once, and for how long.
func stepCounts(t *storeTest) {
	t.apply(bot.Turn{Event: "event", Learned: t.learned("a two open 1", "a one helped 1", "a one open -1", "b one helped 1", "a one helped 1", "a three open 1", "a three open -1")})
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "event", Learned: t.learned("a one helped 1")}), bot.ErrDuplicate)
	t.wantOutcomes("a", "one helped 2", "one open -1", "two open 1")
	t.apply(bot.Turn{Learned: t.learned("a one open 1", "a one helped -1")})
	t.wantOutcomes("a", "one helped 1", "two open 1")
	t.wantOutcomes("b", "one helped 1")
	t.wantOutcomes("c")
	time.Sleep(bot.LearningWindow)
	t.apply(bot.Turn{Learned: t.learned("a one helped 3")})
	t.must(t.Prune(t.Context(), 0))
	t.wantOutcomes("a", "one helped 4", "two open 1")
	time.Sleep(28 * 24 * time.Hour) // at most a period more
	t.wantOutcomes("a", "one helped 3")
	t.must(t.Prune(t.Context(), 0))
	t.wantOutcomes("a", "one helped 3")
}

// repeatedAsker checks for how long, and for whom, an asker is known.
func repeatedAsker(t *storeTest) {
	user := bot.UserKey{Adapter: "test", Workspace: "w", ID: "u"}
	elsewhere, other, stranger := user, user, user
	elsewhere.Workspace, other.Adapter, stranger.ID = "v", "z", "U"
	check := func(when, entry string, u bot.UserKey, want bool) {
		t.Helper()
		if _, got, err := t.StepCounts(t.Context(), entry, u); got != want || err != nil {
			t.Errorf("%s: %v asks about %q again: %v, %v", when, u, entry, got, err)
		}
	}
	began := bot.Turn{Learned: bot.Learned{Asker: bot.StepQuery{Entry: "a", Asker: user}}}
	check("before", "a", user, false)
	t.apply(began)
	check("then", "a", user, true)
	check("then", "a", elsewhere, true)
	check("then", "b", user, false)
	check("then", "a", other, false)
	check("then", "a", stranger, false)
	time.Sleep(bot.RepeatAsker - time.Second)
	t.must(t.Prune(t.Context(), 0))
	check("at last", "a", user, true)
	time.Sleep(time.Second)
	check("later", "a", user, false)
	t.must(t.Prune(t.Context(), 0))
	t.apply(began)
	check("again", "a", user, true)
}

// outcomesTogether checks that no outcome of concurrent turns is lost.
func outcomesTogether(t *storeTest) {
	const turns = 20
	errs := make(chan error, turns)
	for i := range turns {
		go func() {
			l := t.learned("a one helped 1", "a two open 1")
			if i%2 == 0 {
				l = t.learned("a two open 1", "a one helped 1")
			}
			l.Asker = bot.StepQuery{Entry: "a", Asker: bot.UserKey{ID: fmt.Sprint(i % 3)}}
			errs <- t.Apply(t.Context(), bot.Turn{Event: bot.EventID(fmt.Sprint("together ", i)), Learned: l})
		}()
	}
	synctest.Wait()
	for range turns {
		t.must(<-errs)
	}
	t.wantOutcomes("a", fmt.Sprint("one helped ", turns), fmt.Sprint("two open ", turns))
}
