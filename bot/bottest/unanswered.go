package bottest

import (
	"fmt"
	"strings"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
)

// unanswered returns the record of a message of a user.
func unanswered(message bot.EventID, asker string) *bot.Unanswered {
	return &bot.Unanswered{
		ID: bot.RecordID(message), Place: placeOf("A"), Asker: asker, Why: bot.MissNear,
		Text: "text of " + string(message), Key: "key", Nearest: []string{"a", "b"},
	}
}

// miss applies a turn with the record of a message.
func (t *storeTest) miss(message bot.EventID, asker string) {
	t.Helper()
	t.apply(bot.Turn{Unanswered: unanswered(message, asker)})
}

// wantRecords compares the messages whose records the store has, the latest first.
func (t *storeTest) wantRecords(want string) {
	t.Helper()
	all, err := t.Unanswered(t.Context(), bot.MaxUnanswered)
	t.must(err)
	var got []string
	for _, u := range all {
		got = append(got, strings.TrimPrefix(u.Text, "text of "))
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got records of %q, want %q", s, want)
	}
}

func records(t *storeTest) {
	t.wantRecords("")
	t.miss("a", "u1")
	first := time.Now()
	time.Sleep(time.Second)
	t.miss("b", "u2")
	t.wantRecords("b a")
	all, err := t.Unanswered(t.Context(), 1)
	t.must(err)
	t.equal(len(all), 1)
	all, err = t.Unanswered(t.Context(), 2)
	t.must(err)
	want := *unanswered("a", "u1")
	want.At = first
	got := all[1]
	t.equal(got.At.Sub(first) < time.Second, true)
	got.At = first
	t.equal(got, want)
}

func recordsOnce(t *storeTest) {
	t.miss("a", "u1")
	t.miss("b", "u1")
	again := unanswered("a", "u1")
	again.Text = "text of another"
	t.apply(bot.Turn{Unanswered: again})
	t.wantRecords("b another")
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "event 1", Unanswered: unanswered("c", "u1")}), bot.ErrDuplicate)
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "conflict", States: []bot.Walkthrough{{Thread: threadNamed("A"), Version: 7}}, Unanswered: unanswered("d", "u1")}), bot.ErrConflict)
	t.wantRecords("b another")
}

func recordsOfUser(t *storeTest) {
	for i := range bot.MaxUnansweredByUser + 3 {
		t.miss(bot.EventID(fmt.Sprint("m", i)), "u1")
	}
	t.miss("other", "u2")
	all, err := t.Unanswered(t.Context(), bot.MaxUnanswered)
	t.must(err)
	t.equal(len(all), bot.MaxUnansweredByUser+1)
	time.Sleep(time.Hour + time.Second)
	t.miss("later", "u1")
	all, err = t.Unanswered(t.Context(), 1)
	t.must(err)
	t.equal(all[0].Text, "text of later")
}

func recordsEnd(t *storeTest) {
	t.miss("a", "u1")
	t.miss("b", "u1")
	t.miss("c", "u1")
	_, err := t.Erase(t.Context(), "a")
	t.must(err)
	t.wantRecords("c b")
	t.must(t.Unrecord(t.Context(), "b"))
	t.must(t.Unrecord(t.Context(), "b"))
	t.wantRecords("c")
	time.Sleep(bot.UnansweredTTL - time.Hour)
	t.miss("d", "u1")
	t.must(t.Prune(t.Context(), time.Hour))
	t.wantRecords("d c")
	time.Sleep(2 * time.Hour)
	t.must(t.Prune(t.Context(), time.Hour))
	t.wantRecords("d")
}

func marks(t *storeTest) {
	want := func(want string) {
		t.Helper()
		all, err := t.Marks(t.Context())
		t.must(err)
		var got []string
		for _, m := range all {
			if m.At.IsZero() {
				t.Errorf("%s has no time", m.Key)
			}
			got = append(got, m.Key+" "+string(m.State))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("got marks %q, want %q", s, want)
		}
	}
	set := func(key string, state bot.MarkState) {
		t.Helper()
		time.Sleep(time.Second)
		t.must(t.SetMark(t.Context(), key, state))
	}
	want("")
	set("a", bot.MarkIgnored)
	set("b", bot.MarkDone)
	want("b done, a ignored")
	set("a", bot.MarkDone)
	want("a done, b done")
	set("a", "")
	set("c", "")
	want("b done")
}

func asked(t *storeTest) {
	entry := &kb.Entry{ID: "e", Title: kb.Text{{Lang: "en", Text: "title"}}, Revision: "rev"}
	t.put(bot.Walkthrough{Thread: threadNamed("A"), Status: bot.StatusWalking, Entry: entry, Revision: "rev", Text: "first"})
	time.Sleep(time.Hour)
	since := time.Now()
	t.put(bot.Walkthrough{Thread: threadNamed("B"), Status: bot.StatusChoosing, Text: "second"})
	t.put(bot.Walkthrough{Thread: threadNamed("z"), Status: bot.StatusCase, Handover: &bot.Case{Number: 1}, Text: "case"})
	time.Sleep(time.Hour)
	t.put(bot.Walkthrough{Thread: threadNamed("C"), Status: bot.StatusSolved, Entry: entry, Text: "third"})
	want := func(since time.Time, limit int, want string) {
		t.Helper()
		all, err := t.Asked(t.Context(), since, limit)
		t.must(err)
		var got []string
		for _, w := range all {
			s := w.Text
			if w.Entry != nil {
				t.equal(*w.Entry, kb.Entry{ID: "e"})
				s += " e"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
	want(time.Time{}, 9, "third e, second, first e")
	want(since, 9, "third e, second")
	want(time.Time{}, 1, "third e")
}
