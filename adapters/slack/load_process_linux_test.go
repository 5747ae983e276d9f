package slack

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// watched is what was seen of both processes during a load.
type watched struct {
	rss         int64   // of the program, at most, in bytes
	cpu, ownCPU float64 // of the program and the sender, in cores
}

type processWatch struct {
	pid         int
	rss         atomic.Int64
	began       time.Time
	cpu, ownCPU time.Duration // when it began
	end, ended  chan struct{}
}

// watchProcess begins to watch a process and this one.
func watchProcess(pid int) *processWatch {
	w := &processWatch{
		pid: pid, began: time.Now(), cpu: cpuTime(fmt.Sprint(pid)), ownCPU: cpuTime("self"),
		end: make(chan struct{}), ended: make(chan struct{}),
	}
	go func() {
		defer close(w.ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			w.rss.Store(max(w.rss.Load(), resident(pid)))
			select {
			case <-w.end:
				return
			case <-tick.C:
			}
		}
	}()
	return w
}

// stop ends the watch. The shares are of the time that it lasted.
func (w *processWatch) stop() watched {
	cores := func(since time.Duration, who string) float64 {
		return (cpuTime(who) - since).Seconds() / time.Since(w.began).Seconds()
	}
	cpu, ownCPU := cores(w.cpu, fmt.Sprint(w.pid)), cores(w.ownCPU, "self")
	close(w.end)
	<-w.ended
	return watched{w.rss.Load(), cpu, ownCPU}
}

// cpuTime returns the processor time of a process, from proc(5).
func cpuTime(pid string) time.Duration {
	data, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, _ := strings.Cut(string(data), ") ") // the name may contain spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	var user, system int64
	fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	return time.Duration(user+system) * (time.Second / 100) // USER_HZ
}

// resident returns the resident memory of a process, in bytes.
func resident(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	var size, pages int64
	fmt.Sscan(string(data), &size, &pages)
	return pages * int64(os.Getpagesize())
}
