package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mabsbot/bot"
)

// wantWhole fails unless all of turn i is stored, with the number of its posts
// that are waiting.
func wantWhole(t *testing.T, s *SQL, i, waiting int) {
	t.Helper()
	if got, want := countParts(t, s, i), 4+waiting; got != want {
		t.Errorf("turn %d: %d parts are stored, want %d", i, got, want)
	}
}

// countParts counts the stored parts of turn i: the event, two states, the
// preference and the waiting posts.
func countParts(t *testing.T, s *SQL, i int) int {
	t.Helper()
	n := 0
	if handled(t, s, event(i)) {
		n++
	}
	for _, w := range fullTurn(i).States {
		got, lang, err := s.Load(t.Context(), w.Thread, user(i))
		must(t, err)
		if got.Version == 1 && got.Text == w.Text {
			n++
		}
		if lang == "ko" && w.Thread == thread(i) {
			n++
		}
	}
	var posts int
	must(t, s.read.QueryRow(`SELECT COUNT(*) FROM posts WHERE state = 'waiting' AND id LIKE $1`, fmt.Sprintf("post _ of %d", i)).Scan(&posts))
	return n + posts
}

func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	next := 0 // the first turn that no process has reported
	for range 3 {
		next = 1 + runUntilKilled(t, path, next+25) // some 25 turns of work to lose
		s := openFile(t, path)
		for i := range next {
			wantWhole(t, s, i, 3)
		}
		for i := next; i < next+3; i++ { // committed and not reported, or not committed
			if n := countParts(t, s, i); n != 0 && n != 7 {
				t.Errorf("turn %d: %d parts are stored, want all 7 or none", i, n)
			}
		}
		if n := len(records(t, s.Journal("test"))); n < next-2 {
			t.Errorf("journal: %d records after turn %d", n, next)
		}
		closeStore(t, s)
	}
}

// TestKillAfterSave checks that a file of the knowledge base is stored, with its audit
// record, if the process is killed when SaveFile returns.
func TestKillAfterSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	cmd := childCommand("save", path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "saved\n" {
		t.Fatalf("the process says %q, %v", line, err)
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	s := openFile(t, path)
	files, err := s.Files(t.Context(), 0)
	if must(t, err); len(files) != 1 || files[0].Content != "id: a" || files[0].Version != 1 {
		t.Errorf("stored %+v", files)
	}
	records, err := s.Audit(t.Context(), bot.AuditQuery{Limit: 9})
	if must(t, err); len(records) != 1 || records[0].Object != "a.yaml" || records[0].By.Name != "Alex" {
		t.Errorf("audited %+v", records)
	}
}

// saveAndWait saves a file and waits to be killed.
func saveAndWait(s *SQL) error {
	f := bot.FileVersion{File: "a.yaml", Content: "id: a", By: "Alex"}
	if _, err := s.SaveFile(context.Background(), f, 0, bot.AuditRecord{Kind: bot.AuditSave, By: bot.User{Name: "Alex"}}); err != nil {
		return err
	}
	fmt.Println("saved")
	select {}
}

// runUntilKilled runs a process that applies turns, kills it when it reports
// the given turn, and returns the last turn that it reported.
func runUntilKilled(t *testing.T, path string, turn int) int {
	t.Helper()
	cmd := childCommand("endless", path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	last := 0
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		last, err = strconv.Atoi(lines.Text())
		must(t, err)
		if last == turn {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || last < turn {
		t.Fatalf("process ended after turn %d: %v", last, err)
	}
	return last
}

// childCommand runs this test binary as another process; see TestMain.
func childCommand(mode, path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childMode+"="+mode, childFile+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	var first, second bytes.Buffer
	run := func(w io.Writer) *exec.Cmd {
		cmd := childCommand("shared", path)
		cmd.Stdout = w
		must(t, cmd.Start())
		return cmd
	}
	a, b := run(&first), run(&second) // both create the database
	must(t, errors.Join(a.Wait(), b.Wait()))
	var x, y int
	if _, err := fmt.Sscan(first.String()+second.String(), &x, &y); err != nil || x+y != sharedEvents {
		t.Errorf("applied %d and %d of %d events, %v", x, y, sharedEvents, err)
	}
	w, _, err := openFile(t, path).Load(t.Context(), thread(0), bot.UserKey{})
	if err != nil || w.Version != sharedEvents || len(w.Also) != sharedEvents {
		t.Errorf("got version %d with %d events, %v", w.Version, len(w.Also), err)
	}
}

func TestTwoStores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "test.db")
		a, b := openFile(t, path), openFile(t, path)
		must(t, a.Apply(t.Context(), fullTurn(1)))
		wantWhole(t, b, 1, 3)
		if err := b.Apply(t.Context(), fullTurn(1)); !errors.Is(err, bot.ErrDuplicate) {
			t.Errorf("got %v", err)
		}
		claim := func(s *SQL, want int) {
			t.Helper()
			if posts, err := s.Claim(t.Context(), "test", 2, 99, time.Minute); err != nil || len(posts) != want {
				t.Errorf("got posts %v, %v", posts, err)
			}
		}
		claim(a, 2)
		claim(b, 1)
		claim(b, 0)
		time.Sleep(time.Minute) // both leases end
		claim(b, 2)
		claim(a, 1)
	})
}

// TestReleaseClaims checks that a post that a dead process had claimed is
// claimable at once, as a second attempt, but not while another process has the
// database open.
func TestReleaseClaims(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no file locks")
	}
	path := filepath.Join(t.TempDir(), "test.db")
	claim := func(s *SQL, attempt int) {
		t.Helper()
		posts, err := s.Claim(t.Context(), thread(1).Adapter, 9, 99, time.Hour)
		must(t, err)
		if attempt == 0 && len(posts) > 0 || attempt > 0 && (len(posts) == 0 || posts[0].Attempt != attempt) {
			t.Fatalf("claimed %+v, want attempt %d", posts, attempt)
		}
	}
	first, err := Open(t.Context(), path, testKey)
	must(t, err)
	must(t, first.Apply(t.Context(), fullTurn(1)))
	claim(first, 1)
	second, err := Open(t.Context(), path, testKey)
	must(t, err)
	claim(second, 0)
	must(t, second.Close())
	must(t, first.Close())
	again, err := Open(t.Context(), path, testKey)
	must(t, err)
	claim(again, 2)
	must(t, again.Close())
}

func TestOpenConcurrently(t *testing.T) {
	for range 5 {
		synctest.Test(t, func(t *testing.T) { // in a bubble because goose waits a second after a lost race
			path := filepath.Join(t.TempDir(), "test.db")
			var wg sync.WaitGroup
			for i := range 6 {
				wg.Go(func() {
					s, err := Open(t.Context(), path, testKey)
					if err != nil {
						t.Error(err)
						return
					}
					if err := errors.Join(s.Apply(t.Context(), fullTurn(i)), s.Close()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestFullDisk(t *testing.T) {
	s := openNew(t)
	limit := func(more int) {
		t.Helper()
		var pages int
		must(t, s.write.QueryRow(`PRAGMA page_count`).Scan(&pages))
		_, err := s.write.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+more))
		must(t, err)
	}
	var log bytes.Buffer
	s.Alarm(slog.New(slog.NewTextHandler(&log, nil)))
	limit(40) // pages of 4 KiB: some turns fit, but not many
	full := 0
	for ; ; full++ {
		err := s.Apply(t.Context(), fullTurn(full))
		if err == nil {
			continue
		}
		if e, ok := errors.AsType[*sqlite.Error](err); !ok || e.Code() != sqlite3.SQLITE_FULL {
			t.Fatalf("got %v, want SQLITE_FULL", err)
		}
		wantError(t, err, "make room")
		break
	}
	if full == 0 {
		t.Fatal("the first turn did not fit")
	}
	for i := range full {
		wantWhole(t, s, i, 3)
	}
	if n := countParts(t, s, full); n != 0 {
		t.Errorf("%d parts of the failed turn are stored", n)
	}
	wantError(t, s.Apply(t.Context(), fullTurn(full)), "make room")
	if !errors.Is(s.Trouble(), errDiskFull) {
		t.Errorf("the trouble is %v", s.Trouble())
	}
	limit(40)
	must(t, s.Apply(t.Context(), fullTurn(full)))
	wantWhole(t, s, full, 3)
	must(t, s.Trouble())
	if full, room := strings.Count(log.String(), "level=ERROR"), strings.Count(log.String(), "has room again"); full != 1 || room != 1 {
		t.Errorf("%d alarms and %d ends:\n%s", full, room, log.String())
	}
}

// TestOpenBusy opens a new file while another process holds its write lock.
func TestOpenBusy(t *testing.T) {
	for held, want := range map[time.Duration]string{busyTimeout / 2: "", 2 * busyTimeout: "locked"} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			other, err := connect(path, 1, "_txlock=immediate")
			must(t, err)
			defer other.Close()
			tx, err := other.Begin()
			must(t, err)
			go func() {
				time.Sleep(held)
				tx.Rollback()
			}()
			s, err := Open(t.Context(), path, testKey)
			wantError(t, err, want)
			if err == nil {
				closeStore(t, s)
			}
			time.Sleep(held)
		})
	}
}

func TestWaitForOtherProcess(t *testing.T) {
	// hold takes the write lock, as another process does, and releases it after
	// d.
	hold := func(t *testing.T, path string, d time.Duration) {
		other := openFile(t, path)
		tx, err := other.write.Begin()
		must(t, err)
		go func() {
			time.Sleep(d)
			tx.Rollback()
		}()
	}
	tests := []struct {
		name           string
		held, deadline time.Duration
		want           func(error) bool
	}{
		{"the other process ends in time", busyTimeout - time.Second, time.Hour, func(err error) bool { return err == nil }},
		{"the caller gives up", time.Hour, time.Second, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		{"the other process hangs", time.Hour, time.Hour, func(err error) bool {
			e, ok := errors.AsType[*sqlite.Error](err)
			return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "test.db")
				s := openFile(t, path)
				hold(t, path, tt.held)
				ctx, cancel := context.WithTimeout(t.Context(), tt.deadline)
				defer cancel()
				err := s.Apply(ctx, fullTurn(1))
				if !tt.want(err) {
					t.Errorf("got %v", err)
				}
				if n := countParts(t, s, 1); err != nil && n != 0 {
					t.Errorf("%d parts of the failed turn are stored", n)
				}
				time.Sleep(tt.held)
				if err != nil {
					must(t, s.Apply(t.Context(), fullTurn(1)))
				}
				wantWhole(t, s, 1, 3)
			})
		})
	}
}

// TestCancelAnywhere cancels Apply after 0, 5, 10, … 995 µs, at many points of
// its transaction. The turn is stored as a whole or not at all, and always if
// Apply returns nil.
func TestCancelAnywhere(t *testing.T) {
	s := openNew(t)
	for i := range 200 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*5*time.Microsecond)
		err := s.Apply(ctx, fullTurn(i))
		cancel()
		if n := countParts(t, s, i); n != 7 && (n != 0 || err == nil) {
			t.Fatalf("turn %d: %d parts are stored after error %v", i, n, err)
		}
	}
	must(t, s.Apply(t.Context(), fullTurn(1000)))
}
