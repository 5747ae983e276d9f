package chat

import "sync"

// Lanes run jobs: those of one lane one after the other, in the order in which
// they came, those of different lanes side by side. They are safe for concurrent
// use. Make them with NewLanes.
type Lanes struct {
	slots   chan struct{} // held by each job that runs
	mu      sync.Mutex
	waiting map[string][]func() // a lane is there while it has a job; the first one runs
	idle    *sync.Cond          // with mu: waiting is empty
}

// NewLanes returns lanes that run at most n jobs at once.
func NewLanes(n int) *Lanes {
	l := &Lanes{slots: make(chan struct{}, n), waiting: map[string][]func(){}}
	l.idle = sync.NewCond(&l.mu)
	return l
}

// Do puts a job at the end of its lane, and returns at once.
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

// after ends the first job of a lane and returns the next one, or nil.
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

// Busy reports whether a job of the lane runs or waits.
func (l *Lanes) Busy(lane string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting[lane]) > 0
}

// Idle reports whether no job runs or waits.
func (l *Lanes) Idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting) == 0
}

// Wait returns when no job runs or waits.
func (l *Lanes) Wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		l.idle.Wait()
	}
}
