//go:build unix

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// onResize calls f each time the size of the terminal has changed, until end is
// called.
func onResize(f func()) (end func()) {
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	go func() {
		for range resized {
			f()
		}
	}()
	return func() {
		signal.Stop(resized)
		close(resized)
	}
}
