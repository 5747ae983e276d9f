package chat

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestLanes runs the jobs of a lane in order, and those of others meanwhile.
func TestLanes(t *testing.T) {
	l := NewLanes(4, 1000)
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

// TestLanesRoom takes no more jobs than there is room for, and waits for room.
func TestLanesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLanes(2, 4)
		release := make(chan bool)
		offer := func(size int) bool { return l.Offer("a", size, func() { <-release }) }
		if !offer(0) || !offer(2*placeSize) || l.Full() == false || offer(0) {
			t.Fatal("a small payload takes one place, and this larger one three of four")
		}
		limited, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if began := time.Now(); l.Room(limited) == nil || time.Since(began) != time.Second {
			t.Error("room in full lanes")
		}
		room := make(chan error, 1)
		go func() { room <- l.Room(t.Context()) }()
		synctest.Wait()
		l.Do("b", func() { <-release }) // is accepted already
		if len(room) > 0 {
			t.Error("room in full lanes")
		}
		release <- true
		synctest.Wait()
		release <- true
		if err := <-room; err != nil || l.Full() {
			t.Errorf("no room in lanes with one job: %v", err)
		}
		close(release)
		l.Wait()
		if l.taken != 0 {
			t.Errorf("%d places taken by no job", l.taken)
		}
	})
}
