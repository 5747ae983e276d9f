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

// earTime is how long the second delivery may take: the first redelivery of an
// event comes after a minute at most.
const earTime = 2 * time.Minute

// Ears compare the two. They are safe for concurrent use.
type ears struct {
	mu    sync.Mutex
	heard map[bot.EventID]bool // mentions of late: whether the message came
}

func newEars() *ears { return &ears{heard: map[bot.EventID]bool{}} }

// hear notes a delivery and calls deaf if it was a mention whose message did not
// come in time.
func (e *ears) hear(t talk, deaf func(channel string)) {
	m, ok := t.event.(bot.Message)
	if !ok || m.Direct || !m.Addressed || m.Command || m.Change != bot.ChangePosted || t.link != "" {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.heard[m.ID]
	e.heard[m.ID] = e.heard[m.ID] || !t.mention
	if known {
		return
	}
	time.AfterFunc(earTime, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !e.heard[m.ID] {
			deaf(m.Thread.Channel)
		}
		delete(e.heard, m.ID)
	})
}

// deaf says that messages do not arrive.
func (s *Slack) deaf(channel string) {
	s.intake.WarnOnce("a mention arrived and the message did not: the app does not subscribe to the events message.channels and message.groups, so pasted errors are not seen; "+
		"paste what «mabsbot slack manifest» prints into the app's manifest", "channel", channel)
}
