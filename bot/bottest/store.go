// Package bottest has conformance suites for the interfaces of package bot, for
// use in tests. TestStore (store.go, cases.go, counts.go, hits.go, outcomes.go, settings.go, files.go, shadow.go, audit.go, lists.go, prune.go, concurrent.go,
// unanswered.go, fixes.go, incidents.go, outbox.go,
// deadletters.go, leases.go) checks a
// bot.Store, bot.Outbox, bot.Leases and bot.FileStore, and TestAdapter (adapter.go) checks a bot.Adapter. recorder.go is
// an adapter without a platform, replies.go has replies that every adapter must
// show, text.go writes replies as text for goldens, and compare.go compares two ways
// in a benchmark.
package bottest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
)

// A FullStore is a store, outbox and leases that can be pruned.
type FullStore interface {
	bot.Store
	bot.Outbox
	bot.Leases
	bot.FileStore

	// Prune deletes events, and posts that were sent, dropped or recorded
	// (shadow), that are older than olderThan, but at least store.MinRetention
	// (25 h) old. A post is kept while its thread has a walkthrough or a waiting
	// post replaces it. Dead letters are kept.
	Prune(ctx context.Context, olderThan time.Duration) error
}

// TestStore checks the contract of bot.Store, bot.Outbox and bot.Leases, with one subtest
// for each sentence of it. open returns an empty store. TestStore calls open,
// uses the store and cleans it up in a testing/synctest bubble.
func TestStore(t *testing.T, open func(t *testing.T) FullStore) {
	run := func(name string, f func(*storeTest)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(&storeTest{T: t, FullStore: open(t), attempts: map[bot.PostID]int{}}) })
		})
	}
	run("IDs are opaque", opaqueIDs)
	run("Load returns the zero walkthrough for a thread without one", loadMissing)
	run("Load returns the applied walkthrough with Version+1", loadApplied)
	run("Load returns a copy", loadCopy)
	run("Apply returns ErrDuplicate for an event that was applied", duplicate)
	run("Apply returns ErrConflict unless Version is the stored one", conflict)
	run("Apply writes nothing on an error", nothingWritten)
	run("Apply rejects an invalid turn", invalidTurns)
	run("a turn may change several threads", severalStates)
	run("a post is claimed as it was applied", postAsApplied)
	run("a preferred language is stored until it is cleared", preferences)
	run("ChannelSettings returns what changed after a version", channelSettings)
	run("a change of settings conflicts unless Version is the latest", settingsConflict)
	run("SettingsChanges returns those of a channel, the latest first, for a year", settingsChanges)
	run("one of many concurrent changes of settings with a version wins", concurrentSettings)
	run("Files returns the latest version of what was saved after a version", files)
	run("SaveFile conflicts unless latest is the last version", fileConflict)
	run("FileHistory returns the versions of a file, the latest first", fileHistory)
	run("old versions of a file are pruned, except the last ones", filePrune)
	run("one of many concurrent saves after a version wins", concurrentSaves)
	run("Recent returns the thread in which the entry was last started", recent)
	run("a shadow post is recorded and never claimed", shadowed)
	run("Shadowed returns the posts of a channel before another one", shadowedBefore)
	run("an answer of a shadow channel has a vote, until its message is edited", votes)
	run("Erase keeps the vote on an answer and nothing else of it", votesOfErased)
	run("answers of shadow channels outlive Prune, their votes for 90 days", votesPruned)
	run("Audit returns records and changes of settings, the latest first, for a year", audit)
	run("Audit returns each record once, however many it is asked for at a time", auditPages)
	run("a post waits until it is sent or dropped", waiting)
	run("Walkthroughs returns those of the asker, most recently changed first", walkthroughs)
	run("Case returns the walkthrough with the number", caseByNumber)
	run("two threads cannot have a case with the same number", caseConflict)
	run("OpenCases returns those that are open, oldest first", openCases)
	run("CaseCount returns the highest number, and how many the user opened", caseCount)
	run("Apply counts, and the sums have the days that are asked for", counts)
	run("a turn that is not applied counts nothing", countsOnce)
	run("Hits has what began in 24 hours", hits)
	run("CountsByChannel has the questions of each channel", countsByChannel)
	run("Sent counts the time to the first answer once", countsAnswer)
	run("concurrent turns lose no count", countsTogether)
	run("StepCounts adds up the outcomes of a year", stepCounts)
	run("StepCounts reports who asks about an entry again", repeatedAsker)
	run("concurrent turns lose no outcome", outcomesTogether)
	run("Unanswered returns what Apply recorded, the latest first", records)
	run("a message is recorded once", recordsOnce)
	run("a user has a few records in an hour", recordsOfUser)
	run("a record ends with its message, or after its time", recordsEnd)
	run("a key has one mark", marks)
	run("Asked returns walkthroughs since a time, with the last change first", asked)
	run("Fixes returns what Apply added, the latest first", fixes)
	run("a fix is recorded once", fixesOnce)
	run("Erase removes the fix that a message is, and the question", fixesEnd)
	run("ReviseFix replaces the texts of a fix", fixesRevised)
	run("a fix has a state, and OpenFixes counts those without one", fixStates)
	run("the latest fixes are kept", fixesBounded)
	run("Reports returns what was reported of an error in a channel since a time", reports)
	run("a person counts once, an alert each time, and a message for one error", reportsOnce)
	run("a report ends with its message, or after its time", reportsEnd)
	run("the latest reports of an error in a channel are kept", reportsBounded)
	run("concurrent turns lose no report", reportsTogether)
	run("Apply returns ErrConflict unless the Version of an incident is the stored one", incidents)
	run("an incident takes over the thread that its note opened", incidentOpens)
	run("one of many concurrent writers of an incident wins", incidentTogether)
	run("an opened thread takes over the state of the provisional one", openThread)
	for _, puts := range []string{"A", "AB", "AAB", "ABB"} {
		run("a state that was read before its thread was opened conflicts: "+puts, func(t *storeTest) { openThreadConflict(t, puts) })
	}
	run("Prune removes old events and posts", prune)
	run("Prune removes any number of posts", pruneMany)
	run("Sent, Retry and Drop fail for an unknown post", unknownPost)
	run("one of many concurrent writers of a version wins", concurrentVersions)
	run("one of many concurrent writers of an event wins", concurrentEvents)
	run("one of many concurrent senders claims a post", concurrentSenders)
	run("a lease has one holder at a time", oneHolder)
	run("a lease ends after its time", leaseEnds)
	run("the holder of a lease prolongs it", leaseProlonged)
	run("Release ends the lease of its holder at once", leaseReleased)
	run("one of many concurrent holders gets a lease", concurrentHolders)
	run("a canceled context stops every method", canceledContext)
	for _, c := range append(outboxCases(), deadLetterCases()...) {
		run(c.sentence, func(t *storeTest) { t.play(c.script) })
	}
}

// A storeTest is a subtest and its store.
type storeTest struct {
	*testing.T
	FullStore
	events   int
	attempts map[bot.PostID]int // the last of each claimed post
}

// threadNamed returns a thread for a letter. A, B and C differ only in the
// root; D has another channel, E another workspace, and z another adapter.
func threadNamed(letter string) bot.Thread {
	t := bot.Thread{Adapter: "test", Workspace: "w", Channel: "c", Root: letter}
	switch letter {
	case "D":
		t.Channel, t.Root = "d", "A"
	case "E":
		t.Workspace, t.Root = "e", "A"
	case "z":
		t.Adapter, t.Root = "z", "A"
	}
	return t
}

func (t *storeTest) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantError fails unless err is want, or any error if want is nil.
func (t *storeTest) wantError(err, want error) {
	t.Helper()
	if err == nil || (want != nil && !errors.Is(err, want)) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// apply applies a turn, with a new event if it has none.
func (t *storeTest) apply(turn bot.Turn) {
	t.Helper()
	if turn.Event == "" {
		t.events++
		turn.Event = bot.EventID(fmt.Sprintf("event %d", t.events))
	}
	t.must(t.Apply(t.Context(), turn))
}

// put stores a state as the next version of its thread.
func (t *storeTest) put(w bot.Walkthrough) {
	t.Helper()
	w.Version = t.load(w.Thread).Version
	t.apply(bot.Turn{States: []bot.Walkthrough{w}})
}

func (t *storeTest) load(thread bot.Thread) bot.Walkthrough {
	t.Helper()
	w, _, err := t.Load(t.Context(), thread, bot.UserKey{})
	t.must(err)
	return w
}

func (t *storeTest) equal(got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

// opaqueIDs checks that IDs that differ in one byte, whichever it is, are
// different.
func opaqueIDs(t *storeTest) {
	ids := []string{"a", "A", "a ", " a", "a\x00", "a\x00b", "a'", `a"`, "a%", "a_", "é", "e\u0301", "가", "😀", "1", "01", "1.0", strings.Repeat("x", 5000)}
	for _, id := range ids {
		thread := bot.Thread{Adapter: id, Workspace: id, Channel: id, Root: id}
		t.apply(bot.Turn{
			Event:  bot.EventID(id),
			States: []bot.Walkthrough{{Thread: thread, Status: bot.StatusWalking, Asker: bot.User{ID: id}, Text: id}},
			Posts:  []bot.Post{{ID: bot.PostID(id), Thread: thread}},
			Prefer: &bot.Preference{User: bot.UserKey{Adapter: id, Workspace: id, ID: id}, Lang: id},
		})
	}
	for _, id := range ids {
		thread, user := bot.Thread{Adapter: id, Workspace: id, Channel: id, Root: id}, bot.UserKey{Adapter: id, Workspace: id, ID: id}
		w, lang, err := t.Load(t.Context(), thread, user)
		t.must(err)
		mine, err := t.Walkthroughs(t.Context(), user, 9)
		t.must(err)
		t.equal(lang, id)
		t.equal(w.Text, id)
		t.equal(mine, []bot.Walkthrough{w})
		posts, err := t.Claim(t.Context(), id, 9, 99, lease)
		t.must(err)
		t.equal(posts, []bot.Post{{ID: bot.PostID(id), Thread: thread, Attempt: 1}})
		t.must(t.Sent(t.Context(), bot.PostID(id), bot.Delivery{Ref: id}))
	}
}

func loadMissing(t *storeTest) {
	w, lang, err := t.Load(t.Context(), threadNamed("A"), bot.UserKey{Adapter: "test", ID: "u"})
	t.must(err)
	t.equal(w, bot.Walkthrough{Thread: threadNamed("A")})
	t.equal(lang, "")
}

// fullWalkthrough returns a walkthrough with a value in every field, at every
// depth.
func fullWalkthrough() bot.Walkthrough {
	var w bot.Walkthrough
	fill(reflect.ValueOf(&w).Elem(), new(int))
	w.Thread, w.Version = threadNamed("A"), 0
	w.Entry.Revision = w.Revision
	return w
}

// fill sets every exported field to a unique value. A list of the type that contains it,
// such as the chain of a step, is filled once.
func fill(v reflect.Value, n *int, within ...reflect.Type) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("«글» <&> %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n, within...)
	case reflect.Slice:
		if of := v.Type().Elem(); len(within) > 1 && within[len(within)-1] == of && within[len(within)-2] == of {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n, within...)
		fill(v.Index(1), n, within...)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		within = append(slices.Clip(within), v.Type())
		for _, field := range v.Fields() {
			if field.CanSet() { // what is unexported is not stored
				fill(field, n, within...)
			}
		}
	default:
		panic("bottest: cannot fill " + v.Type().String())
	}
}

func loadApplied(t *storeTest) {
	w := fullWalkthrough()
	for version := range 3 {
		w.Version = version
		t.apply(bot.Turn{States: []bot.Walkthrough{w}})
		w.Version++
		t.equal(t.load(w.Thread), w)
		w.Text += " changed"
	}
	t.equal(t.load(threadNamed("B")), bot.Walkthrough{Thread: threadNamed("B")})
}

func loadCopy(t *storeTest) {
	w := fullWalkthrough()
	t.put(w)
	w.Also[0], w.Entry.ID = "changed", "changed"
	first := t.load(w.Thread)
	first.Also[0], first.Entry.ID = "changed", "changed"
	second := t.load(w.Thread)
	if second.Also[0] == "changed" || second.Entry.ID == "changed" {
		t.Fatal("the store shares memory with its callers")
	}
}

// applyNew applies an event without effects; it fails if the event was applied
// before.
func (t *storeTest) applyNew(event bot.EventID) {
	t.Helper()
	t.must(t.Apply(t.Context(), bot.Turn{Event: event}))
}

func duplicate(t *storeTest) {
	t.apply(bot.Turn{Event: "e", States: []bot.Walkthrough{{Thread: threadNamed("A"), Text: "first"}}, Posts: t.posts([]string{"A1"})})
	for _, again := range []bot.Turn{
		{Event: "e"},
		{Event: "e", States: []bot.Walkthrough{{Thread: threadNamed("A"), Version: 1, Text: "second"}}},
		{Event: "e", States: []bot.Walkthrough{{Thread: threadNamed("A"), Version: 7}}},
		{Event: "e", Posts: t.posts([]string{"A1", "B1"})},
		{Event: "e", Prefer: &bot.Preference{Lang: "ko"}},
	} {
		t.wantError(t.Apply(t.Context(), again), bot.ErrDuplicate)
	}
	t.equal(t.load(threadNamed("A")).Text, "first")
	t.play(`claim: A1`)
}

func conflict(t *storeTest) {
	t.put(bot.Walkthrough{Thread: threadNamed("A"), Text: "1"})
	t.put(bot.Walkthrough{Thread: threadNamed("A"), Text: "2"})
	for _, w := range []bot.Walkthrough{
		{Thread: threadNamed("A"), Version: 0},
		{Thread: threadNamed("A"), Version: 1},
		{Thread: threadNamed("A"), Version: 3},
		{Thread: threadNamed("B"), Version: 1},
	} {
		t.wantError(t.Apply(t.Context(), bot.Turn{Event: "e", States: []bot.Walkthrough{w}}), bot.ErrConflict)
	}
	t.equal(t.load(threadNamed("A")).Text, "2")
	t.equal(t.load(threadNamed("B")).Version, 0)
	t.apply(bot.Turn{Event: "e", States: []bot.Walkthrough{{Thread: threadNamed("A"), Version: 2, Text: "3"}}})
	t.equal(t.load(threadNamed("A")).Text, "3")
}

// wantUnwritten checks that a turn fails with the error and leaves nothing in
// the store.
func (t *storeTest) wantUnwritten(turn bot.Turn, want error) {
	t.Helper()
	user := bot.UserKey{Adapter: "test", ID: "u"}
	turn.Prefer = &bot.Preference{User: user, Lang: "ko"}
	t.wantError(t.Apply(t.Context(), turn), want)
	if turn.Event != "" {
		t.applyNew(turn.Event)
	}
	for _, w := range turn.States {
		t.equal(t.load(w.Thread).Text, "")
	}
	_, lang, err := t.Load(t.Context(), threadNamed("A"), user)
	t.must(err)
	t.equal(lang, "")
	t.play(`claim: ; due: none`)
}

func nothingWritten(t *storeTest) {
	t.put(bot.Walkthrough{Thread: threadNamed("C")})
	t.wantUnwritten(bot.Turn{
		Event: "e",
		States: []bot.Walkthrough{
			{Thread: threadNamed("A"), Text: "new"},
			{Thread: threadNamed("C"), Version: 1, Text: "new"},
			{Thread: threadNamed("B"), Version: 1, Text: "new"},
		},
		Posts: t.posts([]string{"A1"}),
	}, bot.ErrConflict)
}

func invalidTurns(t *storeTest) {
	a, b := bot.Walkthrough{Thread: threadNamed("A"), Text: "a"}, bot.Walkthrough{Thread: threadNamed("A"), Text: "b"}
	for _, turn := range []bot.Turn{
		{States: []bot.Walkthrough{a}},
		{Event: "e1", States: []bot.Walkthrough{a, b}},
		{Event: "e2", States: []bot.Walkthrough{{Text: "c"}}},
		{Event: "e3", Posts: []bot.Post{{ID: "A1", Thread: a.Thread}, {ID: "A1", Thread: a.Thread}}},
		{Event: "e4", Posts: []bot.Post{{Thread: a.Thread}}},
	} {
		if err := t.Apply(t.Context(), turn); errors.Is(err, bot.ErrConflict) || errors.Is(err, bot.ErrDuplicate) {
			t.Fatalf("got %v, want an error of its own", err)
		}
		t.wantUnwritten(turn, nil)
	}
}

func severalStates(t *storeTest) {
	t.apply(bot.Turn{States: []bot.Walkthrough{{Thread: threadNamed("A"), Text: "a"}, {Thread: threadNamed("z"), Text: "z"}}})
	t.equal(t.load(threadNamed("A")).Text, "a")
	t.equal(t.load(threadNamed("z")).Text, "z")
}

func preferences(t *storeTest) {
	user := bot.UserKey{Adapter: "test", Workspace: "w", ID: "u"}
	others := []bot.UserKey{{Adapter: "z", Workspace: "w", ID: "u"}, {Adapter: "test", Workspace: "e", ID: "u"}, {Adapter: "test", Workspace: "w", ID: "v"}}
	for _, lang := range []string{"ko", "en", "", "", "ko"} {
		t.apply(bot.Turn{Prefer: &bot.Preference{User: user, Lang: lang}})
		_, got, err := t.Load(t.Context(), threadNamed("A"), user)
		t.must(err)
		t.equal(got, lang)
		for _, other := range others {
			_, got, err := t.Load(t.Context(), threadNamed("A"), other)
			t.must(err)
			t.equal(got, "")
		}
	}
}

// started returns a public walkthrough of an entry.
func started(letter, entry string) bot.Walkthrough {
	return bot.Walkthrough{Thread: threadNamed(letter), Status: bot.StatusWalking, Entry: &kb.Entry{ID: entry}}
}

func shadowed(t *storeTest) {
	said := func(text string) bot.Reply { return bot.Reply{Blocks: []bot.Block{{Kind: bot.BlockText, Text: text}}} }
	t.apply(bot.Turn{Posts: []bot.Post{{ID: "s1", Thread: threadNamed("A"), Shadow: true, Reply: said("one")}, {ID: "A1", Thread: threadNamed("A")}}})
	t.apply(bot.Turn{Posts: []bot.Post{{ID: "s2", Thread: threadNamed("z"), Shadow: true, Replaces: "A1", Reply: said("two")}}})
	t.play(`claim: A1; sent A1; due: none`)
	for limit, want := range map[int]string{0: "", 1: "two", 5: "two one"} {
		all, err := t.Shadowed(t.Context(), bot.ShadowQuery{Limit: limit})
		t.must(err)
		var words []string
		for _, p := range all {
			words = append(words, p.Reply.Blocks[0].Text)
		}
		t.equal(strings.Join(words, " "), want)
	}
}

func openThread(t *storeTest) {
	w := fullWalkthrough()
	for version := range 3 {
		w.Version = version
		t.apply(bot.Turn{States: []bot.Walkthrough{w}})
	}
	w.Version, w.Thread = 3, threadNamed("B")
	t.play(`put A1!; claim: A1!; sent A1>B; due: none`)
	t.equal(t.load(threadNamed("B")), w)
	t.equal(t.load(threadNamed("A")), bot.Walkthrough{Thread: threadNamed("A")})
	t.put(bot.Walkthrough{Thread: threadNamed("A"), Text: "again"}) // the provisional thread can be used again
	t.play(`put A2!; claim: A2!; sent A2>B`)
	t.equal(t.load(threadNamed("B")).Text, "again") // replaces the walkthrough of B
	t.play(`put C1!; claim: C1!; sent C1>B`)
	t.equal(t.load(threadNamed("B")).Text, "again") // C has no walkthrough to move
}

// openThreadConflict opens thread B from A, after storing one state for each
// letter of puts.
func openThreadConflict(t *storeTest, puts string) {
	for _, letter := range puts {
		t.put(bot.Walkthrough{Thread: threadNamed(string(letter)), Text: string(letter)})
	}
	provisional, old := t.load(threadNamed("A")), t.load(threadNamed("B"))
	t.play(`put A1!; claim: A1!; sent A1>B`)
	moved := t.load(threadNamed("B"))
	t.equal(moved.Text, "A")
	for _, w := range []bot.Walkthrough{provisional, old} {
		t.wantError(t.Apply(t.Context(), bot.Turn{Event: "e", States: []bot.Walkthrough{w}}), bot.ErrConflict)
	}
	t.apply(bot.Turn{Event: "e", States: []bot.Walkthrough{moved}})
}

func canceledContext(t *storeTest) {
	t.play(`put A1 B1; claim: A1 B1`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantCanceled := func(err error) {
		t.Helper()
		t.wantError(err, context.Canceled)
	}
	_, _, err := t.Load(ctx, threadNamed("A"), bot.UserKey{})
	wantCanceled(err)
	_, err = t.Recent(ctx, threadNamed("A"), "e", time.Hour, 1)
	wantCanceled(err)
	_, err = t.Walkthroughs(ctx, bot.UserKey{}, 5)
	wantCanceled(err)
	_, err = t.Waiting(ctx, "A1")
	wantCanceled(err)
	_, err = t.Keeps(ctx, "A1")
	wantCanceled(err)
	_, _, err = t.Case(ctx, "test", "w", 1)
	wantCanceled(err)
	_, err = t.OpenCases(ctx, "test", "w", 5)
	wantCanceled(err)
	_, _, err = t.CaseCount(ctx, bot.UserKey{}, time.Hour)
	wantCanceled(err)
	_, _, err = t.StepCounts(ctx, "a", bot.UserKey{})
	wantCanceled(err)
	_, err = t.ChannelSettings(ctx, 0)
	wantCanceled(err)
	_, err = t.SettingsChanges(ctx, bot.Place{}, 1)
	wantCanceled(err)
	_, err = t.Files(ctx, 0)
	wantCanceled(err)
	_, err = t.FileHistory(ctx, "a.yaml", 0, 1)
	wantCanceled(err)
	_, err = t.SaveFile(ctx, bot.FileVersion{File: "a.yaml"}, 0, bot.AuditRecord{})
	wantCanceled(err)
	_, err = t.Unanswered(ctx, 1)
	wantCanceled(err)
	wantCanceled(t.Unrecord(ctx, "m"))
	_, err = t.Fixes(ctx, 1)
	wantCanceled(err)
	_, err = t.FixesAbout(ctx, "m")
	wantCanceled(err)
	_, err = t.OpenFixes(ctx)
	wantCanceled(err)
	wantCanceled(t.ReviseFix(ctx, bot.Fix{}))
	wantCanceled(t.SetFix(ctx, "f", bot.FixUsed))
	wantCanceled(t.SetMark(ctx, "key", bot.MarkDone))
	_, err = t.Marks(ctx)
	wantCanceled(err)
	_, err = t.Asked(ctx, time.Time{}, 1)
	wantCanceled(err)
	_, err = t.Incident(ctx, bot.IncidentKey{})
	wantCanceled(err)
	_, err = t.Reports(ctx, bot.IncidentKey{}, time.Time{})
	wantCanceled(err)
	wantCanceled(t.Apply(ctx, bot.Turn{Event: "e", Posts: t.posts([]string{"C1"})}))
	_, err = t.Claim(ctx, "test", 5, 99, lease)
	wantCanceled(err)
	_, _, err = t.NextDue(ctx, "test", 99)
	wantCanceled(err)
	wantCanceled(t.Sent(ctx, "A1", bot.Delivery{}))
	wantCanceled(t.Retry(ctx, "A1", 1, 0))
	_, _, err = t.Hold(ctx, "lease", "h1", time.Minute)
	wantCanceled(err)
	wantCanceled(t.Release(ctx, "lease", "h1"))
	wantCanceled(t.Drop(ctx, "A1", 1, "why"))
	_, err = t.DeadLetters(ctx, 1)
	wantCanceled(err)
	wantCanceled(t.Resend(ctx, "A1"))
	wantCanceled(t.Discard(ctx, "A1"))
	_, err = t.Backlogs(ctx)
	wantCanceled(err)
	wantCanceled(t.Prune(ctx, 0))
	t.applyNew("e")
	t.play(`claim: ; sleep 1m; claim: A1#2 B1#2`) // the canceled calls changed nothing
}
