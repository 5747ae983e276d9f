package kb

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

// A shelf is a folder that changes while it is watched. Files have modification
// times as an editor would set them.
type shelf struct {
	mu    sync.Mutex
	files fstest.MapFS
}

func (s *shelf) Open(name string) (fs.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files.Open(name)
}

// put writes files, given as alternating name and content; "" removes one.
func (s *shelf) put(files ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := fstest.MapFS{}
	maps.Copy(next, s.files)
	for i := 0; i < len(files); i += 2 {
		next[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), ModTime: time.Now()}
		if files[i+1] == "" {
			delete(next, files[i])
		}
	}
	s.files = next
}

// watched runs f on a base that is watched every two seconds. said returns what
// was logged since its last call; pass lets time pass.
func watched(t *testing.T, f func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration))) {
	synctest.Test(t, func(t *testing.T) {
		dir := &shelf{}
		dir.put("a.yaml", entryNamed("a", "1"))
		live, err := Open(Layer{"kb", dir})
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		plain := slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "revision" {
				return slog.Attr{}
			}
			return a
		}})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { live.Watch(ctx, 2*time.Second, slog.New(plain)) })
		pass := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
		}
		said := func() string {
			defer log.Reset()
			return log.String()
		}
		f(t, live, dir, said, pass)
		cancel()
		wg.Wait()
	})
}

func entryNamed(id, code string) string {
	return fmt.Sprintf("id: %s\ntitle: The entry %s\ncodes: ['%s']\n", id, id, code)
}

const enough = 3 * time.Second // an interval and the time to settle

func TestWatchReloads(t *testing.T) {
	watched(t, func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration)) {
		old := live.Base()
		pass(time.Hour)
		if live.Base() != old || said() != "" {
			t.Error("reloaded without a change")
		}
		dir.put("b.yaml", entryNamed("b", "2"), "notes.txt", "x")
		pass(enough)
		if got, want := said(), "level=INFO msg=\"kb: reloaded\" entries=2\n"; got != want {
			t.Errorf("logged %q, want %q", got, want)
		}
		if live.Base().Entry("b") == nil || old.Entry("b") != nil {
			t.Error("the new base must hold b, and the old one must not")
		}
		dir.put("notes.txt", "y", "b.yaml~", "x")
		pass(enough)
		if s := said(); s != "" {
			t.Errorf("said %q of files that hold no entries", s)
		}
		dir.put("b.yaml", "")
		pass(enough)
		if live.Base().Entry("b") != nil || live.Base().Revision() != old.Revision() {
			t.Error("a removed file must go, and the revision come back")
		}
	})
}

func TestWatchKeepsTheOldBase(t *testing.T) {
	watched(t, func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration)) {
		old := live.Base()
		dir.put("a.yaml", "id: a\ntitel: A\ncodes: []\n", "b.yaml", "id: [")
		pass(time.Minute)
		want := `level=ERROR msg="kb: mistake in an entry" file=kb/a.yaml line=1 mistake="the entry cannot be recognized; want codes, symbols or messages"
level=ERROR msg="kb: mistake in an entry" file=kb/a.yaml line=1 mistake="the field \"title\" is missing; want a text, or a map from language to text"
level=ERROR msg="kb: mistake in an entry" file=kb/a.yaml line=2 mistake="unknown field \"titel\"; did you mean \"title\"?"
level=ERROR msg="kb: mistake in an entry" file=kb/b.yaml line=1 mistake="not valid YAML: did not find expected node content"
level=ERROR msg="kb: reload failed, the previous entries stay in use" mistakes=4
`
		if got := said(); got != want {
			t.Errorf("said\n%swant\n%s", got, want)
		}
		if live.Base() != old {
			t.Error("a broken reload must keep the old base")
		}
		dir.put("a.yaml", entryNamed("a", "9"), "b.yaml", "")
		pass(enough)
		if live.Base() == old || !strings.Contains(said(), "reloaded") {
			t.Error("a mended folder must be loaded")
		}
	})
}

// TestReloadLogIsBounded checks that a reload logs at most a screen of mistakes
// and their number, and for files that were only touched that nothing has
// changed.
func TestReloadLogIsBounded(t *testing.T) {
	watched(t, func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration)) {
		logged := func(what string, lines, mistakes int) {
			t.Helper()
			pass(enough)
			got := said()
			if n := strings.Count(got, "\n"); n != lines || !strings.HasSuffix(got, fmt.Sprintf("kb: reload failed, the previous entries stay in use\" mistakes=%d\n", mistakes)) {
				t.Errorf("%s: %d lines, want %d and %d mistakes:\n%s", what, n, lines, mistakes, got)
			}
		}
		broken := strings.Repeat("{}\n", 10*maxMistakes)
		dir.put("b.jsonl", broken)
		logged("a broken file", maxLogged+1, maxMistakes+1)
		dir.put("b.jsonl", broken)
		logged("touched", 1, maxMistakes+1)
		dir.put("b.jsonl", "{\n")
		logged("other mistakes", 2, 1)
		dir.put("b.jsonl", "")
		pass(enough)
		said()
		dir.put("b.jsonl", "{\n")
		logged("broken again", 2, 1)
	})
}

// An editor that writes several files one after the other must not be read in
// the middle.
func TestWatchWaitsUntilFilesSettle(t *testing.T) {
	watched(t, func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration)) {
		pass(2*time.Second - time.Millisecond)
		dir.put("b.yaml", "id: b")
		for range 10 {
			pass(settle - 10*time.Millisecond)
			dir.put("b.yaml", "id: b\ntitle: ")
		}
		dir.put("b.yaml", entryNamed("b", "2"))
		pass(enough)
		if got, want := said(), "level=INFO msg=\"kb: reloaded\" entries=2\n"; got != want {
			t.Errorf("logged %q, want %q", got, want)
		}
	})
}

// A folder may be missing for a moment while another replaces it.
func TestWatchSurvivesAMissingFolder(t *testing.T) {
	watched(t, func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration)) {
		old := live.Base()
		dir.put("a.yaml", "")
		pass(time.Minute)
		if got := said(); live.Base() != old || strings.Count(got, "contains no entries") != 1 {
			t.Errorf("logged %q", got)
		}
		dir.put("a.yaml", entryNamed("a", "1"))
		pass(enough)
		if live.Base().Entry("a") == nil || !strings.Contains(said(), "reloaded") {
			t.Error("the folder is back")
		}
	})
}

func TestWatchNever(t *testing.T) {
	live, err := Open(folder("kb", "a.yaml", entryNamed("a", "1")))
	if err != nil {
		t.Fatal(err)
	}
	live.Watch(t.Context(), 0, slog.New(slog.DiscardHandler)) // returns at once
}

func TestOpenRefuses(t *testing.T) {
	if _, err := Open(folder("kb", "a.yaml", "id: [")); err == nil {
		t.Error("want the mistakes")
	}
}
