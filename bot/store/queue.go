package store

import (
	"cmp"
	"slices"
	"time"

	"mabsbot/bot"
)

// A queue has the waiting posts of an adapter, and decides which may be claimed, and
// in which order. A database reads thousands of posts in less time than it needs to
// compare them with each other; PostgreSQL needed seconds while its statistics were
// old.
type queue struct {
	posts   []queuedPost
	resting []bot.Channel
	heads   map[bot.Thread]head
	claimed map[bot.Channel]int // posts
}

// A queuedPost has what decides when a post may be claimed.
type queuedPost struct {
	seq             int64
	thread          bot.Thread // without its adapter
	recipient       string
	delayed         bool
	private, urgent bool
	attempt         int
	due, claimed    time.Duration // from now, until then
	replacing       bool          // a post that waits itself
	turn            int           // of the recipient, then of the channel
}

// A head is what the posts of a thread wait for. Delayed posts neither wait nor hold
// up others.
type head struct {
	first   int64 // the lowest seq
	claimed bool
}

func newQueue(posts []queuedPost, resting []bot.Channel) *queue {
	q := &queue{posts, resting, map[bot.Thread]head{}, map[bot.Channel]int{}}
	for i := range posts {
		p := &posts[i]
		claimed := p.claimed > 0
		if claimed {
			q.claimed[p.thread.In()]++
		}
		if p.delayed {
			continue
		}
		h, ok := q.heads[p.thread]
		if !ok || p.seq < h.first {
			h.first = p.seq
		}
		h.claimed = h.claimed || claimed
		q.heads[p.thread] = h
	}
	return q
}

// blocked reports whether a post that is not claimed waits for others.
func (q *queue) blocked(p *queuedPost) bool {
	h := q.heads[p.thread]
	return p.replacing || !p.delayed && (h.first < p.seq || h.claimed)
}

// rests reports whether a post waits for a resting channel.
func (q *queue) rests(p *queuedPost) bool {
	return !p.private && slices.Contains(q.resting, p.thread.In())
}

// inTurn returns the posts that may be claimed, in the order of their turns: those of
// recipients within their channel, and those of channels, where claimed posts count
// as turns.
//
//	channel A   1 for U1   2 for U1   3 for U1   4 for U2      in the order 1 4 2 3
//	channel B   5 for U3   6 for U3                            together 1 5 4 6 2 3
func (q *queue) inTurn() []*queuedPost {
	var all []*queuedPost
	for i := range q.posts {
		if p := &q.posts[i]; p.due <= 0 && p.claimed <= 0 && !q.blocked(p) && !q.rests(p) {
			all = append(all, p)
		}
	}
	byAge := func(a, b *queuedPost) int {
		return cmp.Or(cmp.Compare(flag(b.urgent), flag(a.urgent)), cmp.Compare(a.seq, b.seq))
	}
	slices.SortFunc(all, byAge)
	ofRecipient := map[recipient]int{}
	for _, p := range all {
		r := recipient{p.thread.In(), p.recipient}
		ofRecipient[r]++
		p.turn = ofRecipient[r]
	}
	slices.SortFunc(all, func(a, b *queuedPost) int {
		return cmp.Or(cmp.Compare(a.turn, b.turn), cmp.Compare(flag(b.urgent), flag(a.urgent)), cmp.Compare(b.attempt, a.attempt), cmp.Compare(a.seq, b.seq))
	})
	ofChannel := map[bot.Channel]int{}
	for _, p := range all {
		c := p.thread.In()
		ofChannel[c]++
		p.turn = q.claimed[c] + ofChannel[c]
	}
	slices.SortFunc(all, func(a, b *queuedPost) int { return cmp.Or(cmp.Compare(a.turn, b.turn), byAge(a, b)) })
	return all
}

// A recipient is a user in a channel.
type recipient struct {
	in bot.Channel
	id string
}

// nextDue returns how long it takes until a post may be claimed. For a blocked post,
// or one in a channel with perChannel claimed posts, the posts that it waits for
// count instead.
func (q *queue) nextDue(perChannel int) (wait time.Duration, ok bool) {
	for i := range q.posts {
		p := &q.posts[i]
		if p.claimed <= 0 && (q.rests(p) || q.blocked(p) || q.claimed[p.thread.In()] >= perChannel) {
			continue
		}
		if left := max(p.due, p.claimed, 0); !ok || left < wait {
			wait, ok = left, true
		}
	}
	return wait, ok
}
