package discord

import (
	"context"
	"maps"
	"sync"
	"time"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Interaction tokens. For 15 minutes, the token of an interaction allows
// editing the response and sending ephemeral follow-up messages to the user.
// Tokens are secrets. They are kept in memory and, encrypted, in the inbox,
// where a restarted bot finds them.
// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages

// A token is an interaction token and the state of its response.
type token struct {
	secret string
	until  time.Time // when it expires
	// thinking: when last seen, the response was "thinking…", and the first post
	// replaces it. An earlier run or another process may have done so since.
	thinking bool
	// acknowledged is when this process acknowledged the interaction; zero if
	// another one did.
	acknowledged time.Time
	// post became the response, as this message.
	post    bot.PostID
	message string
	// claimed: a post is on its way, so the response will not stay "thinking…".
	claimed bool
	// chosen is the choice that the next edit of the response shows first,
	// because the edit replaces the question.
	chosen string
}

// A recipient is a user in a thread, who can get ephemeral messages with a
// token.
type recipient struct {
	thread bot.Thread
	user   string
}

// tokens holds the newest token of each recipient. It is safe for concurrent
// use.
type tokens struct {
	mu      sync.Mutex
	all     map[recipient]token
	expired map[string]time.Time // when tokens that Discord rejects expire, by secret
}

func newTokens() *tokens { return &tokens{all: map[recipient]token{}, expired: map[string]time.Time{}} }

// keep stores a token if it is valid and the newest of its recipient. If that
// leaves another token unused, keep returns it. The state of a token that is
// stored already is kept.
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

// take returns the recipient's token for a post, and marks it as claimed.
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

// valid returns the recipient's token if it has not expired. The caller holds
// mu.
func (t *tokens) valid(a recipient) (one token, ok bool) {
	one, ok = t.all[a]
	return one, ok && one.until.After(time.Now())
}

// setResponded notes that the response is no longer "thinking…".
func (t *tokens) setResponded(a recipient, secret string) {
	t.change(a, secret, func(one *token) { one.thinking, one.chosen = false, "" })
}

// setRespondedBy notes which post became the response, and as which message.
func (t *tokens) setRespondedBy(a recipient, secret string, post bot.PostID, message string) {
	t.change(a, secret, func(one *token) { one.thinking, one.chosen, one.post, one.message = false, "", post, message })
}

// setChosen notes the user's choice.
func (t *tokens) setChosen(a recipient, secret, what string) {
	t.change(a, secret, func(one *token) { one.chosen = what })
}

// change edits the state of a token if it is still the recipient's.
func (t *tokens) change(a recipient, secret string, note func(one *token)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one, ok := t.all[a]; ok && one.secret == secret {
		note(&one)
		t.all[a] = one
	}
}

// drop removes a token that Discord rejects.
func (t *tokens) drop(a recipient, secret string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one := t.all[a]; one.secret == secret {
		t.expired[secret] = one.until
		delete(t.all, a)
	}
}

// justAcknowledgedTime is how long a response that this process acknowledged
// counts as "thinking…" without asking Discord. The first post follows within
// milliseconds, and later button presses have tokens of their own.
const justAcknowledgedTime = time.Second

// justAcknowledged reports whether the response is certainly "thinking…".
func (one token) justAcknowledged() bool {
	return one.thinking && time.Since(one.acknowledged) < justAcknowledgedTime
}

// isThinking reports whether the response of a token is "thinking…". It asks
// Discord, because an earlier run or another process may have responded.
func (d *Discord) isThinking(ctx context.Context, a recipient, one token) (bool, error) {
	if !one.thinking {
		return false, nil
	}
	m, err := d.originalResponse(ctx, "GET", one.secret, nil)
	switch {
	case discordapi.IsTokenExpired(err):
		d.tokens.drop(a, one.secret)
		return false, nil
	case permanent(err): // a proxy may not support the request
		return true, nil
	case err != nil:
		return false, err
	case m.Flags&discordapi.MessageFlagLoading == 0:
		d.tokens.setResponded(a, one.secret)
		return false, nil
	}
	return true, nil
}

// latest returns the user's token that expires last, in any thread.
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
