package discord

import (
	"context"
	"maps"
	"sync"
	"time"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Tokens of interactions: with each use of a command, button or modal Discord
// hands out one, with which the message that answers it can be written and
// changed for 15 minutes, and with which one can speak to its user alone. They
// are secrets. They are kept in memory and, sealed, in the inbox, where a
// restarted bot finds them.

// A link is one such token.
type link struct {
	token string
	until time.Time
	// empty: the answer was «thinking» when it was last looked at, and the first
	// post belongs there. An earlier run, or another process, may have filled it.
	empty bool
	// promised is when this process itself acknowledged; zero where it did not.
	promised time.Time
	// post filled the answer, as this message.
	post    bot.PostID
	message string
	// tried: something is to be said; the answer will not be silence.
	tried bool
	// chosen is what was chosen last, which the next answer begins with: it
	// takes the place of the question.
	chosen string
}

// An asker is who can be answered by a token in a thread: others read along.
type asker struct {
	thread bot.Thread
	user   string
}

// Links remember the newest token of each asker. They are safe for concurrent
// use.
type links struct {
	mu   sync.Mutex
	all  map[asker]link
	dead map[string]time.Time // tokens that Discord does not take, until they are over
}

func newLinks() *links { return &links{all: map[asker]link{}, dead: map[string]time.Time{}} }

// keep remembers a token, if it is still good and the newest of its asker. It
// returns the one that is not used for that any more, if there is one. What is
// known of a token stays.
func (l *links) keep(a asker, one link) (other link, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(l.all, func(_ asker, each link) bool { return each.until.Before(now) })
	maps.DeleteFunc(l.dead, func(_ string, until time.Time) bool { return until.Before(now) })
	old, known := l.all[a]
	_, dead := l.dead[one.token]
	switch {
	case dead, !one.until.After(now), known && one.token == old.token:
		return link{}, false
	case known && old.until.After(one.until):
		return one, true
	}
	l.all[a] = one
	return old, known
}

// take returns the asker's token for something that is to be said.
func (l *links) take(a asker) (one link, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok = l.good(a); ok {
		one.tried = true
		l.all[a] = one
	}
	return one, ok
}

// of returns the asker's token.
func (l *links) of(a asker) (one link, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.good(a)
}

// good is the asker's token, if it is not over. The caller holds mu.
func (l *links) good(a asker) (one link, ok bool) {
	one, ok = l.all[a]
	return one, ok && one.until.After(time.Now())
}

// filled notes that the answer is not «thinking» any more.
func (l *links) filled(a asker, token string) {
	l.change(a, token, func(one *link) { one.empty, one.chosen = false, "" })
}

// filledBy notes which post the answer is now, and as which message.
func (l *links) filledBy(a asker, token string, post bot.PostID, message string) {
	l.change(a, token, func(one *link) { one.empty, one.chosen, one.post, one.message = false, "", post, message })
}

// chose notes what was chosen.
func (l *links) chose(a asker, token, what string) {
	l.change(a, token, func(one *link) { one.chosen = what })
}

// change notes something of a token, if it is still the asker's.
func (l *links) change(a asker, token string, note func(one *link)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := l.all[a]; ok && one.token == token {
		note(&one)
		l.all[a] = one
	}
}

// drop forgets a token that is no good.
func (l *links) drop(a asker, token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.all[a]; one.token == token {
		l.dead[token] = one.until
		delete(l.all, a)
	}
}

// ownTime is for how long a private answer that this process promised is taken
// for «thinking»: it follows in milliseconds, and whatever is pressed on it has a
// token of its own.
const ownTime = time.Second

// fresh reports whether the answer is «thinking» without a look at it.
func (one link) fresh() bool { return one.empty && time.Since(one.promised) < ownTime }

// waiting reports whether the answer of a token is still «thinking». Discord is
// asked: an earlier run, or another process, may have answered.
func (d *Discord) waiting(ctx context.Context, a asker, one link) (bool, error) {
	if !one.empty {
		return false, nil
	}
	m, err := d.original(ctx, "GET", one.token, nil)
	switch {
	case discordapi.IsTokenExpired(err):
		d.links.drop(a, one.token)
		return false, nil
	case hopeless(err): // who stands in for Discord does not tell
		return true, nil
	case err != nil:
		return false, err
	case m.Flags&discordapi.MessageFlagLoading == 0:
		d.links.filled(a, one.token)
		return false, nil
	}
	return true, nil
}

// latest returns a token of the user's, whatever they used.
func (l *links) latest(user string) (one link, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for a, each := range l.all {
		if a.user == user && each.until.After(time.Now()) && each.until.After(one.until) {
			one, ok = each, true
		}
	}
	return one, ok
}
