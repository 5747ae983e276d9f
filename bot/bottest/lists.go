package bottest

import (
	"slices"
	"time"

	"mabsbot/bot"
)

// Lists of walkthroughs.

func recent(t *storeTest) {
	// want checks the root that Recent finds from the thread near.
	want := func(near, entry string, window time.Duration, root string) {
		t.Helper()
		got, err := t.Recent(t.Context(), threadNamed(near), entry, window, 1)
		t.must(err)
		if n := len(got); n > 1 || (n > 0) != (root != "") || n > 0 && got[0] != threadNamed(root) {
			t.Fatalf("Recent near %s: got %v, want root %q", near, got, root)
		}
	}
	want("B", "e", time.Hour, "")
	t.put(started("A", "e"))
	want("B", "e", time.Hour, "A")
	want("B", "e", 0, "A")
	want("A", "e", time.Hour, "") // the thread itself
	want("D", "e", time.Hour, "") // another channel
	want("E", "e", time.Hour, "") // another workspace
	want("z", "e", time.Hour, "") // another adapter
	want("B", "f", time.Hour, "") // another entry
	want("B", "", time.Hour, "")

	time.Sleep(10 * time.Minute)
	want("B", "e", 10*time.Minute, "A")
	want("B", "e", 10*time.Minute-time.Millisecond, "")
	solved := started("A", "e")
	solved.Status = bot.StatusSolved
	t.put(solved) // a new state does not start the entry
	want("B", "e", 10*time.Minute-time.Millisecond, "")
	want("B", "e", time.Hour, "A")

	t.put(started("B", "e")) // Recent returns the later one
	want("C", "e", time.Hour, "B")
	want("B", "e", time.Hour, "A")
	for limit, want := range [][]bot.Thread{{}, {threadNamed("B")}, {threadNamed("B"), threadNamed("A")}, {threadNamed("B"), threadNamed("A")}} {
		if got, err := t.Recent(t.Context(), threadNamed("C"), "e", time.Hour, limit); err != nil || !slices.Equal(got, want) {
			t.Errorf("at most %d: %v %v, want %v", limit, got, err, want)
		}
	}
	t.put(started("B", "f")) // only the last entry of a thread counts
	want("C", "e", time.Hour, "A")
	want("C", "f", time.Hour, "B")
	time.Sleep(time.Hour)
	t.put(started("B", "e")) // an entry that comes back starts again
	want("C", "e", time.Minute, "B")

	for _, status := range []bot.Status{"", bot.StatusChoosing, bot.StatusUnmatched, bot.StatusProposed} {
		w := started("C", "g")
		w.Status = status
		t.put(w)
		want("A", "g", time.Hour, "")
	}
	for _, status := range []bot.Status{bot.StatusWalking, bot.StatusSolved, bot.StatusEscalated, bot.StatusEnded, bot.StatusQuiet} {
		w := started("C", "g")
		w.Status = status
		t.put(w)
		want("A", "g", time.Hour, "C")
	}
	private := started("C", "g")
	private.Private = true
	t.put(private)
	want("A", "g", time.Hour, "")
	t.put(started("C", "g"))
	t.play(`put C1!; claim: C1!`)
	want("A", "g", time.Hour, "") // not opened yet
	t.play(`sent C1`)
	want("A", "g", time.Hour, "C")
}

func waiting(t *storeTest) {
	want := func(post bot.PostID, want bool) {
		t.Helper()
		got, err := t.Waiting(t.Context(), post)
		t.must(err)
		if got != want {
			t.Fatalf("%s waits: %v, want %v", post, got, want)
		}
	}
	keeps := func(want bool) {
		t.Helper()
		got, err := t.Keeps(t.Context(), "A1")
		t.must(err)
		if got != want {
			t.Fatalf("A1 is kept: %v, want %v", got, want)
		}
	}
	keeps(false)
	want("A1", false)
	t.apply(bot.Turn{Posts: []bot.Post{{ID: "A1", Thread: threadNamed("A")}, {ID: "A2", Thread: threadNamed("A"), Delay: time.Hour}, {ID: "B1", Thread: threadNamed("B")}}})
	want("A1", true)
	want("A2", true)
	keeps(true)
	t.play(`claim: A1 B1; sent A1; drop B1`)
	want("A1", false)
	want("B1", false)
	keeps(true)
	time.Sleep(2 * time.Hour)
	want("A2", true)
	t.play(`claim: A2; sent A2`)
	want("A2", false)
}

func walkthroughs(t *storeTest) {
	user := bot.UserKey{Adapter: "test", Workspace: "w", ID: "u"}
	want := func(user bot.UserKey, limit int, letters ...string) {
		t.Helper()
		all, err := t.Walkthroughs(t.Context(), user, limit)
		t.must(err)
		var wanted []bot.Walkthrough
		for _, letter := range letters {
			wanted = append(wanted, t.load(threadNamed(letter)))
		}
		t.equal(all, wanted)
	}
	put := func(letter, asker string, status bot.Status) {
		t.Helper()
		w := started(letter, "e")
		w.Asker, w.Status = bot.User{ID: asker, Name: "Kim"}, status
		t.put(w)
		time.Sleep(time.Millisecond)
	}
	want(user, 5)
	for _, letter := range []string{"A", "B", "C", "D", "E", "z"} {
		put(letter, "u", bot.StatusWalking)
	}
	want(user, 5, "D", "C", "B", "A")
	want(user, 2, "D", "C")
	want(user, 0)
	want(user, -1)
	want(bot.UserKey{Adapter: "test", Workspace: "e", ID: "u"}, 5, "E")
	want(bot.UserKey{Adapter: "z", Workspace: "w", ID: "u"}, 5, "z")
	want(bot.UserKey{Adapter: "test", Workspace: "w", ID: "v"}, 5)
	put("A", "u", bot.StatusChoosing) // most recently changed first
	want(user, 5, "A", "D", "C", "B")
	put("B", "v", bot.StatusWalking)
	want(user, 5, "A", "D", "C")
	for _, status := range []bot.Status{"", bot.StatusSolved, bot.StatusEscalated, bot.StatusEnded, bot.StatusQuiet} {
		put("C", "u", status)
		want(user, 5, "C", "A", "D")
	}
}
