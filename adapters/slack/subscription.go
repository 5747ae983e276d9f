package slack

import (
	"sync"
	"time"

	"mabsbot/bot"
)

// Slack tells nobody which events an app subscribes to. A mention tells: in a
// channel that the bot is in it arrives twice, as a mention and as a message.
// Where only the mention arrives, the messages of such channels are not
// subscribed to, and no pasted error is ever seen there.

// messageTimeout is how long the second delivery may take: the first redelivery of an
// event comes after a minute at most.
const messageTimeout = 2 * time.Minute

// Ears compare the two. They are safe for concurrent use.
type subscriptionCheck struct {
	mu   sync.Mutex
	seen map[bot.EventID]bool // mentions of late: whether the message came
}

func newSubscriptionCheck() *subscriptionCheck {
	return &subscriptionCheck{seen: map[bot.EventID]bool{}}
}

// observe notes a delivery and calls deaf if it was a mention whose message did not
// come in time.
func (e *subscriptionCheck) observe(in inbound, deaf func(channel string)) {
	m, ok := in.event.(bot.Message)
	if !ok || m.Direct || !m.Addressed || m.Command || m.Change != bot.ChangePosted || in.responseURL != "" {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.seen[m.ID]
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

// warnNotSubscribed says that messages do not arrive.
func (s *Slack) warnNotSubscribed(channel string) {
	s.intake.WarnOnce("a mention arrived and the message did not: the app does not subscribe to the events message.channels and message.groups, so pasted errors are not seen; "+
		"paste what «mabsbot slack manifest» prints into the app's manifest", "channel", channel)
}
