package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// untilSignal returns a context that ends at SIGINT or SIGTERM, with a signaled
// as its cause. A second signal kills the program. Only commands with something
// to finish call it; a signal kills all others at once, even while they read
// standard input or a large knowledge base.
func untilSignal(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			cancel(signaled{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// A signaled is the signal that ended a command.
type signaled struct{ os.Signal }

func (s signaled) Error() string { return s.String() }

// status returns the exit status that shells use for a signal.
func (s signaled) status() int {
	n, _ := s.Signal.(syscall.Signal)
	return 128 + int(n)
}
