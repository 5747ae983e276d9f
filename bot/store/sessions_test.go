package store

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		sessions := s.Sessions()
		want := func(key string, want bool) {
			t.Helper()
			if got, err := sessions.Valid(t.Context(), key); got != want || err != nil {
				t.Errorf("%s is valid: %v, %v", key, got, err)
			}
		}
		must(t, sessions.Begin(t.Context(), "a", time.Hour))
		must(t, sessions.Begin(t.Context(), "b", 2*time.Hour))
		want("a", true)
		want("b", true)
		want("", false)
		must(t, sessions.End(t.Context(), "b"))
		must(t, sessions.End(t.Context(), "unknown"))
		want("b", false)
		time.Sleep(time.Hour)
		want("a", false)
		must(t, sessions.Begin(t.Context(), "c", time.Hour))
		must(t, sessions.Begin(t.Context(), "c", time.Hour))
		var n int
		must(t, s.read.QueryRow(`SELECT COUNT(*) FROM sessions`).Scan(&n))
		if n != 1 {
			t.Errorf("%d sessions are kept, want 1", n)
		}
	})
}

// TestSessionsOfRestart checks that logins survive the end of the program.
func TestSessionsOfRestart(t *testing.T) {
	path := t.TempDir() + "/test.db"
	s, err := Open(t.Context(), path, testKey)
	must(t, err)
	must(t, s.Sessions().Begin(t.Context(), "a", time.Hour))
	closeStore(t, s)
	if ok, err := openFile(t, path).Sessions().Valid(t.Context(), "a"); !ok || err != nil {
		t.Errorf("after a restart: %v, %v", ok, err)
	}
}
