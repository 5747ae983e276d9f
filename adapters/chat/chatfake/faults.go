package chatfake

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Faults holds the failures that a test has ordered and hands them out in
// order. The zero value is ready to use. It is safe for concurrent use.
type Faults[F any] struct {
	mu      sync.Mutex
	pending []*pendingFault[F]
}

type pendingFault[F any] struct {
	op    string // "" matches every operation
	times int    // negative: no end
	fault F
}

// Add makes the next operations named op fail: as many as times says, one if it
// is 0, all of them if it is negative. An op of "" matches every operation.
func (f *Faults[F]) Add(op string, times int, fault F) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if times == 0 {
		times = 1
	}
	f.pending = append(f.pending, &pendingFault[F]{op, times, fault})
}

// Take returns the fault for one operation, if there is one, and counts it.
func (f *Faults[F]) Take(op string) (fault F, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.pending, func(p *pendingFault[F]) bool { return p.op == "" || p.op == op })
	if i < 0 {
		return fault, false
	}
	p := f.pending[i]
	if p.times--; p.times == 0 {
		f.pending = slices.Delete(f.pending, i, i+1)
	}
	return p.fault, true
}

// Clear removes all faults.
func (f *Faults[F]) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = nil
}

// Drop cuts the connection of the request that is being served, without a
// response. It does not return.
func Drop() {
	panic(http.ErrAbortHandler) // net/http closes the connection and logs nothing
}

// Hang leaves a request without a response until its client gives up or ctx
// ends, and drops it then.
func Hang(ctx context.Context, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-ctx.Done():
	}
	Drop()
}

// Delay waits for d, or less if the client gives up or ctx ends.
func Delay(ctx context.Context, r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	case <-ctx.Done():
	}
}
