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

// A fleet is several processes with the same leases and journal, in a synctest bubble.
type fleet struct {
	t       *testing.T
	leases  *store.Memory
	journal *memory
	options []func(*Options)
}

// process starts a process that leads if no other one does, until end is called.
func (f fleet) process() (s stage, end func()) {
	s = restart(f.t, f.journal, append(f.options, func(o *Options) {
		o.Election = &bot.Election{Leases: f.leases, Name: "console", Log: slog.New(slog.DiscardHandler)}
	})...)
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan error)
	go func() { done <- s.election.Lead(ctx, s.lead) }()
	synctest.Wait()
	return s, func() {
		cancel()
		if err := <-done; err != nil {
			f.t.Error(err)
		}
	}
}

// TestStandby checks that one of two processes serves the workspace, that the other one
// says so and stays healthy, and that it serves what is in the journal when the first
// one ends.
func TestStandby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fleet{t: t, leases: store.NewMemory(), journal: &memory{}}
		want := func(s stage, path string, status int, text string) {
			t.Helper()
			w := httptest.NewRecorder()
			s.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
			if w.Code != status || !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s: %d %q, want %d %q", path, w.Code, w.Body, status, text)
			}
		}
		a, endA := f.process()
		b, endB := f.process()
		a.says(t, "alex", SupportChannel, "", "kept by the journal")
		want(a, "/", http.StatusOK, "kept by the journal")
		want(b, "/", http.StatusServiceUnavailable, "Another mabsbot serves the channels")
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

// TestStandbyPages opens every address in a process that stands by: it serves the pages,
// as the leader does, and refuses what belongs to the workspace.
func TestStandbyPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fleet{t, store.NewMemory(), &memory{}, []func(*Options){withUsers, withSums(someLetters())}}
		leader, endLeader := f.process()
		b, endB := f.process()
		defer endB()
		defer endLeader()
		leader.says(t, "alex", SupportChannel, "", "about 319")
		open := func(s stage, method, path string) *httptest.ResponseRecorder {
			r := request(method, strings.NewReplacer("{$}", "", "{id}", "policy-change").Replace(path), "{}")
			r.Header.Set("Accept", "text/html")
			r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("ada")})
			return s.serveOne(r)
		}
		for _, route := range b.pageRoutes() {
			method, path, _ := strings.Cut(route.pattern, " ")
			if path == "/" { // all that has no address of its own
				path = "/missing"
			}
			if got, want := open(b, method, path), open(leader, method, path); got.Code != want.Code || got.Code == http.StatusServiceUnavailable {
				t.Errorf("%s: %d, and %d by the leader", route.pattern, got.Code, want.Code)
			}
		}
		for _, route := range b.workspaceRoutes() {
			method, path, _ := strings.Cut(route.pattern, " ")
			w := open(b, method, path)
			if isPage := strings.Contains(w.Body.String(), `href="/overview"`); w.Code != http.StatusServiceUnavailable || !isPage {
				t.Errorf("%s: %d %s", route.pattern, w.Code, w.Body)
			}
		}
		if w := b.serveOne(request("GET", "/", "")); w.Code != http.StatusServiceUnavailable {
			t.Errorf("/ without a login: %d", w.Code)
		}
		for s, served := range map[stage]bool{leader: true, b: false} {
			page := open(s, "GET", "/dead").Body.String()
			if !strings.Contains(page, "not_in_channel") || strings.Contains(page, `data-events="/events`) != served || strings.Contains(page, "data-place=") != served {
				t.Errorf("served: %v, the page:\n%s", served, page)
			}
		}
	})
}
