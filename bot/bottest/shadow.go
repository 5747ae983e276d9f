package bottest

import (
	"fmt"
	"strings"
	"time"

	"mabsbot/bot"
)

// held applies what a shadow channel would have answered to a message, or to an edit of
// it. The post has the ID of the event.
func (t *storeTest) held(thread, about, event, result string) {
	t.Helper()
	t.apply(bot.Turn{Event: bot.EventID(event), About: bot.EventID(about), Posts: []bot.Post{
		{ID: bot.PostID(event), Thread: threadNamed(thread), Shadow: true, Question: &bot.Question{Text: "text of " + event, Result: result, Entry: "e"}},
		{ID: bot.PostID(event + "b"), Thread: threadNamed(thread), Shadow: true},
	}})
}

// wantShadow compares the recorded posts, the sums, and the votes.
func (t *storeTest) wantShadow(posts, sums, votes string) {
	t.Helper()
	all, err := t.Shadowed(t.Context(), bot.ShadowQuery{Limit: 99})
	t.must(err)
	var got []string
	for _, p := range all {
		form := string(p.ID)
		if p.Question != nil {
			form += "?"
		}
		got = append(got, form)
	}
	t.equal(strings.Join(got, " "), posts)
	found, err := t.ShadowSums(t.Context())
	t.must(err)
	got = nil
	for _, s := range found {
		got = append(got, fmt.Sprintf("%s/%s/%s %s %d: %d %d", s.Adapter, s.Workspace, s.Channel, s.Result, s.N, s.Right, s.Wrong))
	}
	t.equal(strings.Join(got, ", "), sums)
	cast, err := t.Votes(t.Context(), bot.VoteQuery{Limit: 99})
	t.must(err)
	got = nil
	for _, v := range cast {
		got = append(got, fmt.Sprintf("%s %s %s %v by %s", v.Post, v.Result, v.Entry, v.Right, v.By.Name))
	}
	t.equal(strings.Join(got, ", "), votes)
}

func (t *storeTest) vote(post string, right bool, by string) {
	t.Helper()
	t.must(t.Vote(t.Context(), bot.PostID(post), right, bot.User{ID: by, Name: by}))
	time.Sleep(time.Second)
}

func shadowedBefore(t *storeTest) {
	t.held("A", "m1", "1", bot.ResultSure)
	t.held("D", "m2", "2", bot.ResultSure)
	t.held("B", "m3", "3", bot.ResultSure) // the channel of A
	for _, q := range []struct {
		bot.ShadowQuery
		want string
	}{
		{bot.ShadowQuery{Limit: 9}, "3b 3 2b 2 1b 1"},
		{bot.ShadowQuery{Limit: 2, Before: "3"}, "2b 2"},
		{bot.ShadowQuery{Limit: 9, Before: "1"}, ""},
		{bot.ShadowQuery{Limit: 9, Before: "unknown"}, ""},
		{bot.ShadowQuery{Limit: 9, Place: placeOf("A")}, "3b 3 1b 1"},
		{bot.ShadowQuery{Limit: 1, Place: placeOf("A"), Before: "3"}, "1b"},
		{bot.ShadowQuery{Limit: 9, Place: placeOf("E")}, ""},
	} {
		all, err := t.Shadowed(t.Context(), q.ShadowQuery)
		t.must(err)
		var got []string
		for _, p := range all {
			got = append(got, string(p.ID))
		}
		t.equal(strings.Join(got, " "), q.want)
	}
}

func votes(t *storeTest) {
	t.held("A", "m1", "1", bot.ResultSure)
	t.held("A", "m2", "2", bot.ResultLikely)
	t.held("D", "m3", "3", bot.ResultSure)
	t.wantShadow("3b 3? 2b 2? 1b 1?", "test/w/c likely 1: 0 0, test/w/c sure 1: 0 0, test/w/d sure 1: 0 0", "")
	at := time.Now()
	t.vote("1", true, "ada")
	t.vote("3", true, "ada")
	t.vote("2", false, "ed")
	t.vote("3", false, "ed") // in place of the first vote
	t.wantShadow("3b 3? 2b 2? 1b 1?", "test/w/c likely 1: 0 1, test/w/c sure 1: 1 0, test/w/d sure 1: 0 1",
		"3 sure e false by ed, 2 likely e false by ed, 1 sure e true by ada")
	for _, unknown := range []bot.PostID{"1b", "x", ""} {
		t.wantError(t.Vote(t.Context(), unknown, true, bot.User{}), bot.ErrNoVote)
	}
	of, err := t.Votes(t.Context(), bot.VoteQuery{Posts: []bot.PostID{"1", "1b", "x"}, Limit: 9})
	t.must(err)
	if len(of) != 1 || !of[0].At.Equal(at) || !of[0].Voted.Equal(at) || of[0].Place != placeOf("A") || of[0].By.ID != "ada" {
		t.Errorf("votes on two posts: %+v", of)
	}
	none, err := t.Votes(t.Context(), bot.VoteQuery{Posts: []bot.PostID{}, Limit: 9})
	t.must(err)
	t.equal(len(none), 0)
	latest, err := t.Votes(t.Context(), bot.VoteQuery{Limit: 1})
	t.must(err)
	t.equal(len(latest), 1)
	t.equal(latest[0].Post, bot.PostID("3"))

	t.held("A", "m1", "1/edited", bot.ResultLikely)
	t.wantError(t.Vote(t.Context(), "1", true, bot.User{}), bot.ErrNoVote)
	t.wantShadow("1/editedb 1/edited? 3b 3? 2b 2? 1b 1?", "test/w/c likely 2: 0 1, test/w/d sure 1: 0 1", "3 sure e false by ed, 2 likely e false by ed")
}

func votesOfErased(t *storeTest) {
	t.held("A", "m1", "1", bot.ResultSure)
	t.held("A", "m2", "2", bot.ResultSure)
	t.vote("1", true, "ada")
	for _, m := range []bot.EventID{"m1", "m2", "m3"} {
		_, err := t.Erase(t.Context(), m)
		t.must(err)
	}
	t.wantShadow("", "test/w/c sure 1: 1 0", "1 sure e true by ada")
}

func votesPruned(t *storeTest) {
	t.held("A", "m1", "1", bot.ResultSure)
	t.apply(bot.Turn{Posts: []bot.Post{{ID: "of an earlier version", Thread: threadNamed("A"), Shadow: true}}})
	time.Sleep(bot.ShadowDays*24*time.Hour - time.Minute)
	t.vote("1", true, "ada")
	t.must(t.Prune(t.Context(), 0))
	t.wantShadow("1b 1?", "test/w/c sure 1: 1 0", "1 sure e true by ada")
	time.Sleep(2 * time.Minute)
	t.must(t.Prune(t.Context(), 0))
	t.wantShadow("1b 1?", "", "") // Expire removes them
}
