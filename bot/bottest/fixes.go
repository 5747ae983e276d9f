package bottest

import (
	"fmt"
	"strings"
	"time"

	"mabsbot/bot"
)

// fixOf returns what a user says solved an error: a message about another one.
func fixOf(message, question bot.EventID, author, asker string) *bot.Fix {
	f := &bot.Fix{
		ID: bot.FixIDOf(message), Thread: threadNamed("A"), By: bot.User{ID: author, Name: strings.ToUpper(author)}, Entry: "e",
		Text: string(message),
	}
	if question != "" {
		f.Question, f.Of, f.Asker = string(question), bot.RecordID(question), asker
	}
	return f
}

// fixed applies a turn with a fix.
func (t *storeTest) fixed(message, question bot.EventID, author, asker string) {
	t.Helper()
	t.apply(bot.Turn{Fix: fixOf(message, question, author, asker)})
}

// wantFixes compares the fixes, the latest first, written as "text<question by author, state".
func (t *storeTest) wantFixes(want string) {
	t.Helper()
	all, err := t.Fixes(t.Context(), bot.MaxFixes)
	t.must(err)
	var got []string
	for _, f := range all {
		form := fmt.Sprintf("%s<%s by %s%s", f.Text, f.Question, f.By.Name, f.By.ID)
		if f.State != bot.FixOpen {
			form += ", " + string(f.State)
		}
		got = append(got, form)
	}
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("got fixes %q, want %q", s, want)
	}
}

func fixes(t *storeTest) {
	t.wantFixes("")
	before := time.Now()
	t.fixed("a", "q", "kim", "alex")
	time.Sleep(time.Second)
	t.fixed("b", "", "lee", "")
	t.wantFixes("b< by LEElee; a<q by KIMkim")
	all, err := t.Fixes(t.Context(), 1)
	t.must(err)
	t.equal(len(all), 1)
	all, err = t.Fixes(t.Context(), 2)
	t.must(err)
	want, got := *fixOf("a", "q", "kim", "alex"), all[1]
	t.equal(got.At.Sub(before) < time.Second && !got.At.Before(before.Truncate(time.Millisecond)), true)
	got.At = time.Time{}
	t.equal(got, want)
}

func fixesOnce(t *storeTest) {
	t.fixed("a", "q", "kim", "alex")
	again := fixOf("a", "other", "lee", "sam")
	again.Text = "another text"
	t.apply(bot.Turn{Fix: again})
	t.wantFixes("a<q by KIMkim")
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "event 1", Fix: fixOf("c", "", "kim", "")}), bot.ErrDuplicate)
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "conflict", States: []bot.Walkthrough{{Thread: threadNamed("A"), Version: 7}}, Fix: fixOf("d", "", "kim", "")}), bot.ErrConflict)
	t.wantFixes("a<q by KIMkim")
}

func fixesEnd(t *storeTest) {
	t.fixed("a", "q", "kim", "alex")
	t.fixed("b", "q", "kim", "alex")
	t.fixed("c", "r", "kim", "alex")
	erase := func(message bot.EventID) {
		t.Helper()
		_, err := t.Erase(t.Context(), message)
		t.must(err)
	}
	erase("a")
	t.wantFixes("c<r by KIMkim; b<q by KIMkim")
	erase("q")
	t.wantFixes("c<r by KIMkim; b< by KIMkim")
	all, err := t.Fixes(t.Context(), 9)
	t.must(err)
	t.equal([]string{all[1].Asker, string(all[1].Of)}, []string{"", ""})
	erase("unknown")
	t.fixed("a", "", "lee", "") // it was deleted, and is restored
	t.wantFixes("a< by LEElee; c<r by KIMkim; b< by KIMkim")
}

func fixesRevised(t *storeTest) {
	t.fixed("a", "q", "kim", "alex")
	t.fixed("q", "", "alex", "")
	about := func(message bot.EventID, want string) []bot.Fix {
		t.Helper()
		all, err := t.FixesAbout(t.Context(), message)
		t.must(err)
		var got []string
		for _, f := range all {
			got = append(got, f.Text)
		}
		t.equal(strings.Join(got, " "), want)
		return all
	}
	about("unknown", "")
	about("q", "a q")
	f := about("a", "a")[0]
	f.Text, f.Question, f.State, f.By = "new", "asked anew", bot.FixUsed, bot.User{}
	t.must(t.ReviseFix(t.Context(), f))
	t.wantFixes("q< by ALEXalex; new<asked anew by KIMkim")
	_, err := t.Erase(t.Context(), "q")
	t.must(err)
	t.must(t.ReviseFix(t.Context(), f)) // it was read before
	t.wantFixes("new< by KIMkim")
	f.ID = "unknown"
	t.must(t.ReviseFix(t.Context(), f))
	t.wantFixes("new< by KIMkim")
}

func fixStates(t *storeTest) {
	open := func(want string) {
		t.Helper()
		all, err := t.OpenFixes(t.Context())
		t.must(err)
		t.equal(fmt.Sprint(all), want)
	}
	open("map[]")
	t.fixed("a", "", "kim", "")
	t.fixed("b", "", "kim", "")
	elsewhere := fixOf("c", "", "kim", "")
	elsewhere.Thread = threadNamed("z")
	t.apply(bot.Turn{Fix: elsewhere})
	open("map[test:2 z:1]")
	t.must(t.SetFix(t.Context(), bot.FixIDOf("a"), bot.FixDismissed))
	t.must(t.SetFix(t.Context(), bot.FixIDOf("c"), bot.FixUsed))
	t.wantFixes("c< by KIMkim, used; b< by KIMkim; a< by KIMkim, dismissed")
	open("map[test:1]")
	t.fixed("a", "", "lee", "")
	t.must(t.SetFix(t.Context(), bot.FixIDOf("c"), bot.FixOpen))
	t.wantFixes("c< by KIMkim; b< by KIMkim; a< by KIMkim, dismissed")
	open("map[test:1 z:1]")
	t.wantError(t.SetFix(t.Context(), "unknown", bot.FixUsed), bot.ErrNoFix)
}

func fixesBounded(t *storeTest) {
	for i := range bot.MaxFixes + 2 {
		t.fixed(bot.EventID(fmt.Sprint("m", i)), "", "kim", "")
	}
	all, err := t.Fixes(t.Context(), 2*bot.MaxFixes)
	t.must(err)
	t.equal(len(all), bot.MaxFixes)
	t.equal(all[0].Text, fmt.Sprint("m", bot.MaxFixes+1))
}
