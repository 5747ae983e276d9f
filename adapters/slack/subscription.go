package slack

import (
	"sync"
	"time"

	"mabsbot/bot"
)

// Slack has no method that returns an app's event subscriptions. But in a channel
// of the bot, a mention arrives twice, as app_mention and as message. If only
// app_mention arrives, the app does not subscribe to messages, and the bot never
// sees a pasted error.

// messageTimeout is how long to wait for the message. Slack redelivers an event
// after at most a minute for the first time.
const messageTimeout = 2 * time.Minute

// maxMentions bounds the mentions that are waited for, in memory of about 200 bytes
// each.
const maxMentions = 10_000

// A subscriptionCheck waits for the message of each mention. It is safe for
// concurrent use.
type subscriptionCheck struct {
	mu   sync.Mutex
	seen map[bot.EventID]bool // recent mentions; true if the message arrived
}

func newSubscriptionCheck() *subscriptionCheck {
	return &subscriptionCheck{seen: map[bot.EventID]bool{}}
}

// observe takes note of an event, and later calls deaf if it is a mention whose
// message did not arrive.
func (e *subscriptionCheck) observe(in inbound, deaf func(channel string)) {
	m, ok := in.event.(bot.Message)
	if !ok || m.Direct || !m.Addressed || m.Command || m.Change != bot.ChangePosted || in.responseURL != "" {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.seen[m.ID]
	if !known && len(e.seen) >= maxMentions {
		return
	}
	e.seen[m.ID] = e.seen[m.ID] || !in.mention
	if known {
		return
	}
	time.AfterFunc(messageTimeout, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !e.seen[m.ID] {
			deaf(m.Thread.Channel)
		}
		delete(e.seen, m.ID)
	})
}

// warnNotSubscribed logs that the app does not subscribe to messages.
func (s *Slack) warnNotSubscribed(channel string) {
	s.intake.WarnOnce("app_mention arrived without message", "channel", channel,
		"effect", "pasted errors are not seen: the app does not subscribe to message.channels and message.groups", "fix", fixManifest)
}
