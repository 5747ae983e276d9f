package chat

import "sync"

// Lanes run the jobs of each lane one after the other, in the order of the calls
// of Do, and those of different lanes concurrently. They are safe for concurrent
// use. Create them with NewLanes.
type Lanes struct {
	slots   chan struct{} // one element per running job
	mu      sync.Mutex
	waiting map[string][]func() // unfinished jobs by lane; the first of each is running or needs a slot
	idle    *sync.Cond          // on mu: waiting became empty
}

// NewLanes returns lanes that run at most n jobs at once.
func NewLanes(n int) *Lanes {
	l := &Lanes{slots: make(chan struct{}, n), waiting: map[string][]func(){}}
	l.idle = sync.NewCond(&l.mu)
	return l
}

// Do appends a job to its lane and returns at once.
func (l *Lanes) Do(lane string, job func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[lane] = append(l.waiting[lane], job)
	if len(l.waiting[lane]) == 1 {
		go l.run(lane, job)
	}
}

func (l *Lanes) run(lane string, job func()) {
	for job != nil {
		l.slots <- struct{}{}
		job()
		<-l.slots
		job = l.after(lane)
	}
}

// after removes the finished first job of a lane and returns the next, or nil.
func (l *Lanes) after(lane string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.waiting[lane][1:]
	if len(queue) > 0 {
		l.waiting[lane] = queue
		return queue[0]
	}
	delete(l.waiting, lane)
	if len(l.waiting) == 0 {
		l.idle.Broadcast()
	}
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
		l.idle.Wait()
	}
}
