package bottest

import (
	"sync"
	"sync/atomic"
	"time"
)

// wantHold asks for a lease and checks the answer. term is 0 if another holder has it.
func (t *storeTest) wantHold(name, holder string, d time.Duration, term int64) {
	t.Helper()
	got, ok, err := t.Hold(t.Context(), name, holder, d)
	t.must(err)
	if ok != (term > 0) || ok && got != term {
		t.Fatalf("%s asks for %s: term %d, %v, want term %d", holder, name, got, ok, term)
	}
}

func oneHolder(t *storeTest) {
	t.wantHold("a", "h1", time.Minute, 1)
	t.wantHold("a", "h2", time.Minute, 0)
	t.wantHold("b", "h2", time.Minute, 1) // another lease
}

func leaseEnds(t *storeTest) {
	t.wantHold("a", "h1", time.Minute, 1)
	time.Sleep(time.Minute - time.Millisecond)
	t.wantHold("a", "h2", time.Minute, 0)
	time.Sleep(time.Millisecond)
	t.wantHold("a", "h2", time.Minute, 2)
	t.wantHold("a", "h1", time.Minute, 0)
}

func leaseProlonged(t *storeTest) {
	t.wantHold("a", "h1", time.Minute, 1)
	time.Sleep(40 * time.Second)
	t.wantHold("a", "h1", time.Minute, 1)
	time.Sleep(40 * time.Second)
	t.wantHold("a", "h2", time.Minute, 0)
	time.Sleep(40 * time.Second)
	t.wantHold("a", "h1", time.Minute, 1) // it is over, but no one else had it
}

func leaseReleased(t *storeTest) {
	t.wantHold("a", "h1", time.Hour, 1)
	t.must(t.Release(t.Context(), "a", "h2")) // has no lease
	t.wantHold("a", "h2", time.Hour, 0)
	t.must(t.Release(t.Context(), "a", "h1"))
	t.wantHold("a", "h2", time.Hour, 2)
	t.must(t.Release(t.Context(), "a", "h2"))
	t.must(t.Release(t.Context(), "none", "h2"))
	t.wantHold("a", "h1", time.Hour, 3)
}

func concurrentHolders(t *storeTest) {
	var held atomic.Int64
	var wg sync.WaitGroup
	for _, holder := range []string{"h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8"} {
		wg.Go(func() {
			_, ok, err := t.Hold(t.Context(), "a", holder, time.Hour)
			if err != nil {
				t.Error(err)
			}
			if ok {
				held.Add(1)
			}
		})
	}
	wg.Wait()
	t.equal(held.Load(), int64(1))
}
