package bottest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"mabsbot/bot"
)

// Many writers at once.

// concurrently runs f in n goroutines and waits for them.
func concurrently(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

func concurrentVersions(t *storeTest) {
	const writers, each = 8, 10
	concurrently(writers, func(i int) {
		for j := range each {
			event := bot.EventID(fmt.Sprintf("event %d of %d", j, i))
			for {
				w, _, err := t.Load(t.Context(), threadNamed("A"), bot.UserKey{})
				if err != nil {
					t.Error(err)
					return
				}
				w.Also = append(w.Also, string(event))
				err = t.Apply(t.Context(), bot.Turn{Event: event, States: []bot.Walkthrough{w}})
				if err == nil {
					break
				}
				if !errors.Is(err, bot.ErrConflict) {
					t.Error(err)
					return
				}
			}
		}
	})
	w := t.load(threadNamed("A"))
	t.equal(w.Version, writers*each)
	slices.Sort(w.Also)
	t.equal(len(slices.Compact(w.Also)), writers*each) // no change is lost
}

func concurrentEvents(t *storeTest) {
	const writers, events = 8, 10
	won := make([]int, writers)
	concurrently(writers, func(i int) {
		for j := range events {
			turn := bot.Turn{Event: bot.EventID(fmt.Sprintf("event %d", j)), Posts: []bot.Post{
				{ID: bot.PostID(fmt.Sprintf("post %d of %d", j, i)), Thread: bot.Thread{Adapter: "test", Root: fmt.Sprint(j)}},
			}}
			switch err := t.Apply(t.Context(), turn); {
			case err == nil:
				won[i]++
			case !errors.Is(err, bot.ErrDuplicate):
				t.Error(err)
			}
		}
	})
	sum := 0
	for _, n := range won {
		sum += n
	}
	t.equal(sum, events)
	posts, err := t.Claim(t.Context(), "test", 2*events, 99, lease)
	t.must(err)
	t.equal(len(posts), events)
}
