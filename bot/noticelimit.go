package bot

import (
	"maps"
	"sync"
	"time"
)

// noticeWindow is how long a user who presses outdated buttons of one position
// again and again is left alone after the first notice: a button that seems dead
// is pressed for seconds.
const noticeWindow = time.Minute

// A noticeLimiter drops notices that the same user has just got about the same
// position of a thread, or about the same kind of secret in a channel. It counts in
// memory: after a restart there may be one more notice.
type noticeLimiter struct {
	mu    sync.Mutex
	given map[noticeKey]notice
}

type noticeKey struct {
	thread  Thread
	user    string
	version int    // of the walkthrough, or 0 if the notice is about the whole thread
	kind    string // of the secret that a warning is about
}

type notice struct {
	event EventID
	at    time.Time
}

// allow reports whether the notice that the event leads to may be given, once
// within the window. An event that is decided again counts once.
func (l *noticeLimiter) allow(key noticeKey, event EventID, window time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(l.given, func(_ noticeKey, n notice) bool { return now.Sub(n.at) >= window })
	if n, given := l.given[key]; given {
		return n.event == event
	}
	if l.given == nil {
		l.given = map[noticeKey]notice{}
	}
	l.given[key] = notice{event, now}
	return true
}
