package discord

import (
	"context"
	"maps"
	"sync"
	"time"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Interaction tokens. Each use of a command, button or modal has a token. For 15
// minutes the token allows to write and change the response to the interaction,
// and to send ephemeral messages to its user. Tokens are secrets. They are kept in
// memory and, sealed, in the inbox, where a restarted bot finds them.
// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages

// A token is an interaction token, and what was done with it.
type token struct {
	secret string
	until  time.Time // it expires
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

// tokens holds the newest token of each asker. It is safe for concurrent use.
type tokens struct {
	mu   sync.Mutex
	all  map[asker]token
	dead map[string]time.Time // tokens that Discord does not take, until they are over
}

func newTokens() *tokens { return &tokens{all: map[asker]token{}, dead: map[string]time.Time{}} }

// keep remembers a token, if it is still good and the newest of its asker. It
// returns the one that is not used for that any more, if there is one. What is
// known of a token stays.
func (t *tokens) keep(a asker, one token) (other token, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(t.all, func(_ asker, each token) bool { return each.until.Before(now) })
	maps.DeleteFunc(t.dead, func(_ string, until time.Time) bool { return until.Before(now) })
	old, known := t.all[a]
	_, dead := t.dead[one.secret]
	switch {
	case dead, !one.until.After(now), known && one.secret == old.secret:
		return token{}, false
	case known && old.until.After(one.until):
		return one, true
	}
	t.all[a] = one
	return old, known
}

// take returns the asker's token for something that is to be said.
func (t *tokens) take(a asker) (one token, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one, ok = t.good(a); ok {
		one.tried = true
		t.all[a] = one
	}
	return one, ok
}

// of returns the asker's token.
func (t *tokens) of(a asker) (one token, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.good(a)
}

// good is the asker's token, if it is not over. The caller holds mu.
func (t *tokens) good(a asker) (one token, ok bool) {
	one, ok = t.all[a]
	return one, ok && one.until.After(time.Now())
}

// filled notes that the answer is not «thinking» any more.
func (t *tokens) filled(a asker, secret string) {
	t.change(a, secret, func(one *token) { one.empty, one.chosen = false, "" })
}

// filledBy notes which post the answer is now, and as which message.
func (t *tokens) filledBy(a asker, secret string, post bot.PostID, message string) {
	t.change(a, secret, func(one *token) { one.empty, one.chosen, one.post, one.message = false, "", post, message })
}

// chose notes what was chosen.
func (t *tokens) chose(a asker, secret, what string) {
	t.change(a, secret, func(one *token) { one.chosen = what })
}

// change notes something of a token, if it is still the asker's.
func (t *tokens) change(a asker, secret string, note func(one *token)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one, ok := t.all[a]; ok && one.secret == secret {
		note(&one)
		t.all[a] = one
	}
}

// drop forgets a token that is no good.
func (t *tokens) drop(a asker, secret string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one := t.all[a]; one.secret == secret {
		t.dead[secret] = one.until
		delete(t.all, a)
	}
}

// ownTime is for how long a private answer that this process promised is taken
// for «thinking»: it follows in milliseconds, and whatever is pressed on it has a
// token of its own.
const ownTime = time.Second

// fresh reports whether the answer is «thinking» without a look at it.
func (one token) fresh() bool { return one.empty && time.Since(one.promised) < ownTime }

// waiting reports whether the answer of a token is still «thinking». Discord is
// asked: an earlier run, or another process, may have answered.
func (d *Discord) waiting(ctx context.Context, a asker, one token) (bool, error) {
	if !one.empty {
		return false, nil
	}
	m, err := d.original(ctx, "GET", one.secret, nil)
	switch {
	case discordapi.IsTokenExpired(err):
		d.tokens.drop(a, one.secret)
		return false, nil
	case hopeless(err): // who stands in for Discord does not tell
		return true, nil
	case err != nil:
		return false, err
	case m.Flags&discordapi.MessageFlagLoading == 0:
		d.tokens.filled(a, one.secret)
		return false, nil
	}
	return true, nil
}

// latest returns a token of the user's, whatever they used.
func (t *tokens) latest(user string) (one token, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for a, each := range t.all {
		if a.user == user && each.until.After(time.Now()) && each.until.After(one.until) {
			one, ok = each, true
		}
	}
	return one, ok
}
