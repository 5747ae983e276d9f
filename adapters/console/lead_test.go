package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store"
)

// TestStandby checks that one of two processes serves the workspace, that the other one
// says so and stays healthy, and that it serves what is in the journal when the first
// one ends.
func TestStandby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases, journal := store.NewMemory(), &memory{}
		process := func() (s stage, end func()) {
			s = restart(t, journal, func(o *Options) {
				o.Election = &bot.Election{Leases: leases, Name: "console", Log: slog.New(slog.DiscardHandler)}
			})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- s.election.Lead(ctx, s.lead) }()
			synctest.Wait()
			return s, func() {
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		}
		want := func(s stage, path string, status int, text string) {
			t.Helper()
			w := httptest.NewRecorder()
			s.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
			if w.Code != status || !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s: %d %q, want %d %q", path, w.Code, w.Body, status, text)
			}
		}
		a, endA := process()
		b, endB := process()
		a.says(t, "alex", SupportChannel, "", "kept by the journal")
		want(a, "/", http.StatusOK, "kept by the journal")
		want(b, "/", http.StatusServiceUnavailable, "Another mabsbot serves this page")
		want(b, "/healthz", http.StatusOK, "ok")
		if a.StandsBy() || !b.StandsBy() {
			t.Error("both or none serve")
		}
		endA()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		want(a, "/", http.StatusServiceUnavailable, "")
		want(b, "/", http.StatusOK, "kept by the journal")
		if _, err := a.Post(t.Context(), bot.Post{ID: "late", Opens: true, Thread: bot.Thread{Adapter: adapterName, Workspace: firstName, Channel: SupportChannel}}); err == nil || bot.IsRefused(err) {
			t.Errorf("a post of the first process after its term: %v", err)
		}
		if _, err := a.startOver(t.Context(), bot.User{}, form{}); err == nil || errors.Is(err, errDatabase) {
			t.Errorf("it starts over after its term: %v", err)
		}
		want(b, "/", http.StatusOK, "kept by the journal")
		endB()
	})
}
