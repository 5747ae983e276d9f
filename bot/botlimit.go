package bot

import (
	"slices"
	"sync"
	"time"
)

// A botLimiter limits the answers to other bots per channel. Messages of people
// do not pass through it. It counts in memory, so a restarted process begins at
// zero, and each of several processes counts on its own.
type botLimiter struct {
	mu       sync.Mutex
	channels map[Thread]*limitedChannel // the keys have no Root
}

type limitedChannel struct {
	answers []botAnswer // within botAnswersWindow, oldest first
	refused bool        // an answer was refused within the window
}

type botAnswer struct {
	event EventID
	at    time.Time
}

// allow reports whether the event of a bot may be answered, and whether it is
// the first that may not. An event that is decided again counts once.
func (l *botLimiter) allow(channel Thread, event EventID) (ok, first bool) {
	channel.Root = ""
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.channels == nil {
		l.channels = map[Thread]*limitedChannel{}
	}
	c := l.channels[channel]
	if c == nil {
		c = &limitedChannel{}
		l.channels[channel] = c // bounded by the channels that the configuration opens to bots
	}
	now := time.Now()
	c.answers = slices.DeleteFunc(c.answers, func(a botAnswer) bool { return now.Sub(a.at) >= botAnswersWindow })
	if slices.ContainsFunc(c.answers, func(a botAnswer) bool { return a.event == event }) {
		return true, false
	}
	if len(c.answers) >= maxBotAnswers {
		first = !c.refused
		c.refused = true
		return false, first
	}
	if len(c.answers) == 0 {
		c.refused = false
	}
	c.answers = append(c.answers, botAnswer{event, now})
	return true, false
}
