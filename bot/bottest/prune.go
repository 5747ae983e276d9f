package bottest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

// What is removed after its time.

// prune has one post of every kind, each in its own thread. A post was deleted
// if it can be queued again.
func prune(t *storeTest) {
	post := func(id string) bot.Post {
		return bot.Post{ID: bot.PostID(id), Thread: bot.Thread{Adapter: "test", Root: id}}
	}
	all := []bot.Post{post("sent"), post("dropped"), post("open"), post("replaced"), post("shadow"), post("waiting")}
	all[4].Shadow, all[5].Replaces = true, "replaced"
	t.apply(bot.Turn{Event: "e", States: []bot.Walkthrough{{Thread: all[2].Thread}}, Posts: all})
	for _, id := range []bot.PostID{"sent", "open", "replaced"} {
		t.must(t.Sent(t.Context(), id, bot.Delivery{Ref: string(id)}))
	}
	t.must(t.Drop(t.Context(), "dropped", 0, "why"))
	t.must(t.Discard(t.Context(), "dropped"))

	queued := func() string {
		t.Helper()
		posts, err := t.Claim(t.Context(), "test", 99, 99, 0)
		t.must(err)
		var words []string
		for _, p := range posts {
			words = append(words, strings.TrimSuffix(string(p.ID)+":"+p.Ref, ":"))
		}
		slices.Sort(words)
		return strings.Join(words, " ")
	}
	again := bot.Turn{Event: "e", Posts: []bot.Post{post("sent"), post("dropped"), post("open"), post("replaced"), post("shadow")}}
	time.Sleep(25 * time.Hour)
	t.must(t.Prune(t.Context(), 0))
	t.wantError(t.Apply(t.Context(), again), bot.ErrDuplicate)
	time.Sleep(time.Second)
	t.must(t.Prune(t.Context(), 26*time.Hour))
	t.wantError(t.Apply(t.Context(), again), bot.ErrDuplicate)
	t.equal(queued(), "waiting:replaced")
	shadows, err := t.Shadowed(t.Context(), bot.ShadowQuery{Limit: 9})
	t.must(err)
	t.equal(len(shadows), 1)

	for range 2 { // a second Prune deletes no more
		t.must(t.Prune(t.Context(), 0))
		shadows, err := t.Shadowed(t.Context(), bot.ShadowQuery{Limit: 9})
		t.must(err)
		t.equal(len(shadows), 0)
		t.equal(queued(), "waiting:replaced")
	}
	t.apply(again)
	t.equal(queued(), "dropped sent shadow waiting:replaced")

	t.must(t.Sent(t.Context(), "waiting", bot.Delivery{}))
	t.must(t.Prune(t.Context(), 0))
	t.apply(bot.Turn{Posts: []bot.Post{post("replaced"), post("open"), post("waiting")}})
	t.equal(queued(), "dropped replaced sent shadow") // no waiting post replaces "replaced" now
}

// pruneMany mixes posts that are kept and deleted, more than a store prunes at
// once.
func pruneMany(t *storeTest) {
	const n = 2000
	id := func(i int) bot.PostID { return bot.PostID(fmt.Sprint("post ", i)) }
	thread := func(i int) bot.Thread { return bot.Thread{Adapter: "test", Root: fmt.Sprint(i)} }
	var turn bot.Turn
	for i := range n {
		p := bot.Post{ID: id(i), Thread: thread(i), Shadow: true}
		if i%3 == 1 { // kept: its thread has a walkthrough
			turn.States = append(turn.States, bot.Walkthrough{Thread: p.Thread})
		}
		if i%3 == 2 { // kept: a waiting post replaces it
			turn.Posts = append(turn.Posts, bot.Post{ID: bot.PostID(fmt.Sprint("next ", i)), Thread: thread(n + i), Replaces: p.ID})
		}
		turn.Posts = append(turn.Posts, p)
	}
	t.apply(turn)
	time.Sleep(26 * time.Hour)
	t.must(t.Prune(t.Context(), 0))
	posts, err := t.Shadowed(t.Context(), bot.ShadowQuery{Limit: 2 * n})
	t.must(err)
	var got, want []bot.PostID
	for _, p := range posts {
		got = append(got, p.ID)
	}
	for i := range n {
		if i%3 != 0 {
			want = append(want, id(i))
		}
	}
	slices.Reverse(want)
	t.equal(got, want)
}
