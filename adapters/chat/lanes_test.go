package chat

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// TestLanes runs the jobs of a lane in order, and those of others meanwhile.
func TestLanes(t *testing.T) {
	l := NewLanes(4)
	var mu sync.Mutex
	order := map[string][]int{}
	for i := range 200 {
		lane := fmt.Sprint(i % 7)
		l.Do(lane, func() {
			mu.Lock()
			defer mu.Unlock()
			order[lane] = append(order[lane], i)
		})
	}
	l.Wait()
	for lane, jobs := range order {
		if !slices.IsSorted(jobs) || l.Busy(lane) {
			t.Errorf("lane %s: %v, busy %v", lane, jobs, l.Busy(lane))
		}
	}
	started, release := make(chan bool), make(chan bool)
	l.Do("a", func() { started <- true; <-release })
	<-started
	if !l.Busy("a") || l.Busy("b") {
		t.Error("the wrong lane is busy")
	}
	l.Do("b", func() { started <- true })
	<-started // though a runs
	close(release)
	l.Wait()
}
