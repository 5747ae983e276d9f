package chatfake

import "sync"

// Journal records the calls that a fake has received. The zero value is ready to
// use. It is safe for concurrent use.
type Journal[C any] struct {
	mu    sync.Mutex
	calls []C
}

// Record appends a call.
func (j *Journal[C]) Record(call C) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, call)
}

// Select returns the calls that match, oldest first.
func (j *Journal[C]) Select(match func(C) bool) []C {
	j.mu.Lock()
	defer j.mu.Unlock()
	var calls []C
	for _, call := range j.calls {
		if match(call) {
			calls = append(calls, call)
		}
	}
	return calls
}
