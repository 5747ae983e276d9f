package chat

import (
	"context"
	"sync"
)

// Lanes run the jobs of each lane one after the other, in the order of the calls
// of Do and Offer, and those of different lanes concurrently. They are safe for
// concurrent use. Create them with NewLanes.
type Lanes struct {
	slots   chan struct{} // one element per running job
	room    int           // for unfinished jobs, in places
	mu      sync.Mutex
	waiting map[string][]job // unfinished jobs by lane; the first of each is running or needs a slot
	taken   int              // places
	changed *sync.Cond       // on mu: a job finished
}

// A job takes places until it has finished.
type job struct {
	run    func()
	places int
}

// placeSize is how many bytes of a payload take one place. Almost all messages
// are smaller; without it, a queue of the largest payloads would take hundreds of
// megabytes.
const placeSize = 16 << 10

// NewLanes returns lanes that run at most n jobs at once, and have room for that
// many unfinished ones.
func NewLanes(n, room int) *Lanes {
	l := &Lanes{slots: make(chan struct{}, n), room: room, waiting: map[string][]job{}}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// Do appends a job to its lane and returns at once. It is for what is accepted
// already, and takes the job even if there is no room.
func (l *Lanes) Do(lane string, run func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(lane, job{run, 1})
}

// Offer is Do for a job with a payload of a size in bytes. If there is no room, it
// returns false and does nothing.
func (l *Lanes) Offer(lane string, size int, run func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken >= l.room {
		return false
	}
	l.add(lane, job{run, 1 + size/placeSize})
	return true
}

func (l *Lanes) add(lane string, j job) {
	l.taken += j.places
	l.waiting[lane] = append(l.waiting[lane], j)
	if len(l.waiting[lane]) == 1 {
		go l.run(lane, j.run)
	}
}

// Full reports whether there is no room.
func (l *Lanes) Full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken >= l.room
}

// Room waits until there is room. It returns the error of ctx if that ends first.
func (l *Lanes) Room(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken < l.room {
		return ctx.Err()
	}
	defer context.AfterFunc(ctx, func() {
		l.mu.Lock() // so that Broadcast does not come between the condition and Wait
		defer l.mu.Unlock()
		l.changed.Broadcast()
	})()
	for l.taken >= l.room && ctx.Err() == nil {
		l.changed.Wait()
	}
	return ctx.Err()
}

func (l *Lanes) run(lane string, run func()) {
	for run != nil {
		l.slots <- struct{}{}
		run()
		<-l.slots
		run = l.after(lane)
	}
}

// after removes the finished first job of a lane and returns the next, or nil.
func (l *Lanes) after(lane string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.changed.Broadcast()
	l.taken -= l.waiting[lane][0].places
	l.waiting[lane][0] = job{} // so that its payload is freed
	if queue := l.waiting[lane][1:]; len(queue) > 0 {
		l.waiting[lane] = queue
		return queue[0].run
	}
	delete(l.waiting, lane)
	return nil
}

// Busy reports whether the lane has an unfinished job.
func (l *Lanes) Busy(lane string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting[lane]) > 0
}

// Idle reports whether all jobs are finished.
func (l *Lanes) Idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting) == 0
}

// Wait waits until all jobs are finished.
func (l *Lanes) Wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		l.changed.Wait()
	}
}
