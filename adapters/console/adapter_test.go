package console

import (
	"html"
	"runtime"
	"strings"
	"testing"

	"mabsbot/bot/bottest"
)

// TestAdapter runs the suite of all adapters. What is shown is the page that a
// user has open.
func TestAdapter(t *testing.T) {
	bottest.TestAdapter(t, func(t *testing.T) bottest.Rig {
		s := newStage(t)
		s.Console.handle = nil // set by the stage; Run sets the suite's
		running := func() bool {
			s.mu.RLock()
			defer s.mu.RUnlock()
			return s.Console.handle != nil
		}
		return bottest.Rig{
			Adapter:    s.Console,
			Idempotent: true,
			Say: func(text string) {
				for !running() {
					runtime.Gosched()
				}
				s.says(t, "alex", "dm:alex", "", text)
			},
			Shown: func() string {
				page := s.serveOne(request("GET", "/?as=alex&in=dm:alex", "")).Body.String()
				_, log, _ := strings.Cut(page, `id="list-c"`)
				return html.UnescapeString(log)
			},
		}
	})
}
