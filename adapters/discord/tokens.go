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
	thinking bool
	// promised is when this process itself acknowledged; zero where it did not.
	acknowledged time.Time
	// post filled the answer, as this message.
	post    bot.PostID
	message string
	// tried: something is to be said; the answer will not be silence.
	claimed bool
	// chosen is what was chosen last, which the next answer begins with: it
	// takes the place of the question.
	chosen string
}

// An recipient is who can be answered by a token in a thread: others read along.
type recipient struct {
	thread bot.Thread
	user   string
}

// tokens holds the newest token of each recipient. It is safe for concurrent use.
type tokens struct {
	mu      sync.Mutex
	all     map[recipient]token
	expired map[string]time.Time // tokens that Discord does not take, until they are over
}

func newTokens() *tokens { return &tokens{all: map[recipient]token{}, expired: map[string]time.Time{}} }

// keep remembers a token, if it is still good and the newest of its recipient. It
// returns the one that is not used for that any more, if there is one. What is
// known of a token stays.
func (t *tokens) keep(a recipient, one token) (other token, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(t.all, func(_ recipient, each token) bool { return each.until.Before(now) })
	maps.DeleteFunc(t.expired, func(_ string, until time.Time) bool { return until.Before(now) })
	old, known := t.all[a]
	_, dead := t.expired[one.secret]
	switch {
	case dead, !one.until.After(now), known && one.secret == old.secret:
		return token{}, false
	case known && old.until.After(one.until):
		return one, true
	}
	t.all[a] = one
	return old, known
}

// take returns the recipient's token for something that is to be said.
func (t *tokens) take(a recipient) (one token, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one, ok = t.valid(a); ok {
		one.claimed = true
		t.all[a] = one
	}
	return one, ok
}

// get returns the recipient's token.
func (t *tokens) get(a recipient) (one token, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.valid(a)
}

// valid is the recipient's token, if it is not over. The caller holds mu.
func (t *tokens) valid(a recipient) (one token, ok bool) {
	one, ok = t.all[a]
	return one, ok && one.until.After(time.Now())
}

// setResponded notes that the answer is not «thinking» any more.
func (t *tokens) setResponded(a recipient, secret string) {
	t.change(a, secret, func(one *token) { one.thinking, one.chosen = false, "" })
}

// setRespondedBy notes which post the answer is now, and as which message.
func (t *tokens) setRespondedBy(a recipient, secret string, post bot.PostID, message string) {
	t.change(a, secret, func(one *token) { one.thinking, one.chosen, one.post, one.message = false, "", post, message })
}

// setChosen notes what was chosen.
func (t *tokens) setChosen(a recipient, secret, what string) {
	t.change(a, secret, func(one *token) { one.chosen = what })
}

// change notes something of a token, if it is still the recipient's.
func (t *tokens) change(a recipient, secret string, note func(one *token)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one, ok := t.all[a]; ok && one.secret == secret {
		note(&one)
		t.all[a] = one
	}
}

// drop forgets a token that is no good.
func (t *tokens) drop(a recipient, secret string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one := t.all[a]; one.secret == secret {
		t.expired[secret] = one.until
		delete(t.all, a)
	}
}

// justAcknowledgedTime is for how long a private answer that this process promised is taken
// for «thinking»: it follows in milliseconds, and whatever is pressed on it has a
// token of its own.
const justAcknowledgedTime = time.Second

// justAcknowledged reports whether the answer is «thinking» without a look at it.
func (one token) justAcknowledged() bool {
	return one.thinking && time.Since(one.acknowledged) < justAcknowledgedTime
}

// isThinking reports whether the answer of a token is still «thinking». Discord is
// asked: an earlier run, or another process, may have answered.
func (d *Discord) isThinking(ctx context.Context, a recipient, one token) (bool, error) {
	if !one.thinking {
		return false, nil
	}
	m, err := d.originalResponse(ctx, "GET", one.secret, nil)
	switch {
	case discordapi.IsTokenExpired(err):
		d.tokens.drop(a, one.secret)
		return false, nil
	case permanent(err): // who stands in for Discord does not tell
		return true, nil
	case err != nil:
		return false, err
	case m.Flags&discordapi.MessageFlagLoading == 0:
		d.tokens.setResponded(a, one.secret)
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
