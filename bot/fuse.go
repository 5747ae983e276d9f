package bot

import (
	"slices"
	"sync"
	"time"
)

// A fuse limits the answers to other bots by channel. What people write does
// not pass through it. It counts in memory: a process that starts again begins
// at zero, and each of several processes counts its own.
type fuse struct {
	mu       sync.Mutex
	channels map[Thread]*fuseChannel // the key has no Root
}

type fuseChannel struct {
	answers []botAnswer // of the last botAnswersWindow, oldest first
	blown   bool        // an answer was refused, and the window has not passed since
}

type botAnswer struct {
	event EventID
	at    time.Time
}

// take reports whether the event of a bot may be answered; blows reports whether
// it is the first that may not. An event that is decided again is counted once.
func (f *fuse) take(channel Thread, event EventID) (ok, blows bool) {
	channel.Root = ""
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.channels == nil {
		f.channels = map[Thread]*fuseChannel{}
	}
	c := f.channels[channel]
	if c == nil {
		c = &fuseChannel{}
		f.channels[channel] = c // as many as there are channels with bots in the configuration
	}
	now := time.Now()
	c.answers = slices.DeleteFunc(c.answers, func(a botAnswer) bool { return now.Sub(a.at) >= botAnswersWindow })
	if slices.ContainsFunc(c.answers, func(a botAnswer) bool { return a.event == event }) {
		return true, false
	}
	if len(c.answers) >= maxBotAnswers {
		blows = !c.blown
		c.blown = true
		return false, blows
	}
	if len(c.answers) == 0 {
		c.blown = false
	}
	c.answers = append(c.answers, botAnswer{event, now})
	return true, false
}
