package console

import (
	"html"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"mabsbot/bot/bottest"
)

// readable returns the text of a part of a page, without its markup.
func readable(part string) string { return html.UnescapeString(tag.ReplaceAllString(part, "")) }

var tag = regexp.MustCompile(`<[^>]*>`)

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
				return readable(log)
			},
		}
	})
}
