package store

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"mabsbot/bot"
)

// TestBackup backs up while turns are applied: the copy has all of the turns before
// it and all or none of each later one, and the database goes on.
func TestBackup(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "test.db"), filepath.Join(dir, "backup")
	s := openFile(t, path)
	for i := range 20 {
		must(t, s.Apply(t.Context(), fullTurn(i)))
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 20 {
			if err := s.Apply(t.Context(), fullTurn(20+i)); err != nil {
				t.Error(err)
			}
		}
	})
	must(t, Backup(t.Context(), path, file))
	wg.Wait()
	wantWhole(t, s, 39, 3)

	wantError(t, Backup(t.Context(), path, file), "exists")
	restored := filepath.Join(dir, "restored.db")
	must(t, Restore(t.Context(), restored, file, testKey))
	r := openFile(t, restored)
	for i := range 40 {
		if n := countParts(t, r, i); n != 7 && (i < 20 || n != 0) {
			t.Errorf("turn %d: %d parts were restored", i, n)
		}
	}
	must(t, r.Apply(t.Context(), fullTurn(99)))
	wantNames(t, dir, "backup", "restored.db", "restored.db-shm", "restored.db-wal", "restored.db.lock", "test.db", "test.db-shm", "test.db-wal", "test.db.lock")
}

// wantNames checks that no temporary file is left.
func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	must(t, err)
	var got []string
	for _, f := range files {
		got = append(got, f.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder has %q, want %q", got, want)
	}
}

func TestBackupRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	wantError(t, Backup(t.Context(), path, filepath.Join(dir, "a")), "no such file")
	closeStore(t, openFile(t, path))
	wantError(t, Backup(t.Context(), path, filepath.Join(dir, "none", "a")), "no such file")
	wantError(t, Backup(t.Context(), dir, filepath.Join(dir, "a")), "not a database")
	wantNames(t, dir, "test.db", "test.db.lock")
}

func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	source, file, path := filepath.Join(dir, "source.db"), filepath.Join(dir, "backup"), filepath.Join(dir, "test.db")
	s := openFile(t, source)
	for i := range 20 {
		must(t, s.Apply(t.Context(), fullTurn(i)))
	}
	must(t, Backup(t.Context(), source, file))
	whole, err := os.ReadFile(file)
	must(t, err)
	damaged := bytes.Clone(whole)
	for i := 2 * 4096; i < 6*4096; i++ {
		damaged[i] = 0xff
	}
	other := bytes.Repeat([]byte{1}, KeySize)
	for _, test := range []struct {
		name    string
		content []byte
		key     []byte
		want    string
	}{
		{"another key", whole, other, "encrypted with another key: restore that one, too"},
		{"cut off", whole[:len(whole)/2], testKey, "malformed"},
		{"damaged", damaged, testKey, "damaged"},
		{"empty", nil, testKey, "not a database"},
		{"no database", bytes.Repeat([]byte("no database "), 500), testKey, "not a database"},
	} {
		t.Run(test.name, func(t *testing.T) {
			from := filepath.Join(t.TempDir(), "from")
			must(t, os.WriteFile(from, test.content, 0o600))
			wantError(t, Restore(t.Context(), path, from, test.key), test.want)
		})
	}
	for _, existing := range []string{path, path + "-wal"} {
		must(t, os.WriteFile(existing, []byte("x"), 0o600))
		wantError(t, Restore(t.Context(), path, file, testKey), existing+" exists: stop the bot and move it away")
		must(t, os.Remove(existing))
	}
	wantError(t, Restore(t.Context(), path, filepath.Join(dir, "none"), testKey), "no such file")
	if left, err := filepath.Glob(path + "*"); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
	must(t, os.Rename(source, source+".away")) // the bot goes on with it
	for _, end := range []string{"-wal", "-shm"} {
		must(t, os.Rename(source+end, source+".away"+end))
	}
	wantError(t, Restore(t.Context(), source, file, testKey), "the bot still runs: stop it first")
}

// runKilled runs a child process and kills it within the given time. It reports
// whether the process had ended before.
func runKilled(t *testing.T, mode, path string, within time.Duration) (ended bool) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childMode+"="+mode, childFile+"="+path)
	var said bytes.Buffer
	cmd.Stderr = &said
	must(t, cmd.Start())
	killed := time.AfterFunc(rand.N(within), func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	killed.Stop()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		t.Fatalf("%s: %v\n%s", mode, err, said.String())
	}
	return err == nil
}

// kills is how often a command is killed at a random point.
const kills = 12

// TestRestoreKilled kills restores at random points: the database is whole or does
// not exist, and another try succeeds.
func TestRestoreKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	source := filepath.Join(t.TempDir(), "source.db")
	s := openFile(t, source)
	for i := range 50 {
		must(t, s.Apply(t.Context(), fullTurn(i)))
	}
	must(t, Backup(t.Context(), source, path+".backup"))
	start := time.Now()
	for !runKilled(t, "restore", path, time.Hour) {
	}
	took := time.Since(start)
	for range kills {
		must(t, os.Remove(path))
		runKilled(t, "restore", path, took)
		if _, err := os.Stat(path); err != nil {
			must(t, Restore(t.Context(), path, path+".backup", testKey))
		}
		s := openFile(t, path)
		for i := range 50 {
			wantWhole(t, s, i, 3)
		}
		closeStore(t, s)
	}
}

// TestRotateKilled kills changes of the key at random points: the database opens
// with the key that is there, and every value can be read.
func TestRotateKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := OpenKeyFile(t.Context(), path+".key", path)
	must(t, err)
	const turns = 200
	for i := range turns {
		must(t, s.Apply(t.Context(), fullTurn(i)))
	}
	closeStore(t, s)
	start := time.Now()
	for !runKilled(t, "rotate", path, time.Hour) {
	}
	took := time.Since(start)
	for range kills {
		runKilled(t, "rotate", path, took)
		s, err := OpenKeyFile(t.Context(), path+".key", path)
		must(t, err)
		for i := range turns {
			wantWhole(t, s, i, 3)
		}
		posts, err := s.Claim(t.Context(), "test", 3*turns, 3*turns, time.Hour)
		if err != nil || len(posts) != 3*turns {
			t.Errorf("%d posts can be read, want %d: %v", len(posts), 3*turns, err)
		}
		closeStore(t, s)
	}
}

// full writes to every table with encrypted values.
func full(t *testing.T, s *SQL) {
	t.Helper()
	must(t, s.Apply(t.Context(), fullTurn(1)))
	must(t, s.Apply(t.Context(), bot.Turn{Event: "walking", States: []bot.Walkthrough{walking(2, "rev")}}))
	must(t, s.Journal("j").Append(t.Context(), []byte("record")))
	must(t, s.Inbox("i").Put(t.Context(), "key", []byte("letter")))
	must(t, s.Apply(t.Context(), settingsTurn))
	_, err := s.SaveFile(t.Context(), bot.FileVersion{File: "a.yaml", Content: "id: a"}, 0, bot.AuditRecord{})
	must(t, err)
	voteOnce(t, s)
	must(t, s.Record(t.Context(), bot.AuditRecord{Kind: bot.AuditReset, By: bot.User{ID: "ada"}}))
	must(t, s.Apply(t.Context(), unansweredTurn))
	must(t, s.SetMark(t.Context(), "key", bot.MarkDone))
	must(t, s.Apply(t.Context(), fixTurn))
	must(t, s.Apply(t.Context(), incidentTurn))
}

// incidentTurn has the report of an error, and an incident.
var incidentTurn = bot.Turn{
	Event:    "incident",
	Reports:  []bot.Report{{IncidentKey: bot.IncidentKey{Place: bot.Place{Adapter: "test", Channel: "c"}, Entry: "entry"}, Of: "m", By: "u"}},
	Incident: &bot.Incident{IncidentKey: bot.IncidentKey{Place: bot.Place{Adapter: "test", Channel: "c"}, Entry: "entry"}, People: 5, Note: "note"},
}

// fixTurn records a fix.
var fixTurn = bot.Turn{Event: "fix", Fix: &bot.Fix{ID: "f", Thread: bot.Thread{Adapter: "test"}, By: bot.User{ID: "helper", Name: "Helper"}, Text: "text"}}

// unansweredTurn records a message.
var unansweredTurn = bot.Turn{Event: "unanswered", Unanswered: &bot.Unanswered{ID: "u", Place: bot.Place{Adapter: "test"}, Text: "text"}}

// settingsTurn changes the settings of a channel for the first time.
var settingsTurn = bot.Turn{Event: "set", Set: &bot.SettingsChange{Place: bot.Place{Adapter: "test", Channel: "c"}, After: bot.Settings{Mode: bot.ModeOff}}}

// TestRotate checks that every value can be read with the new key, and none with
// the old one.
func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := OpenKeyFile(t.Context(), path+".key", path)
	must(t, err)
	full(t, s)
	data, err := encode(bot.Post{ID: "post 0 of 1"})
	must(t, err)
	_, err = s.write.Exec(`UPDATE posts SET sealed = $1 WHERE id = 'post 0 of 1'`, s.sealer.seal(data, "post", "post 0 of 1")) // as an earlier version did
	must(t, err)
	old, err := os.ReadFile(path + ".key")
	must(t, err)
	if _, err := RotateKeyFile(t.Context(), path+".key", path); !errors.Is(err, errInUse) {
		t.Errorf("while the database is open: %v, want errInUse", err)
	}
	closeStore(t, s)
	n, err := RotateKeyFile(t.Context(), path+".key", path)
	if err != nil || n != 0 {
		t.Fatalf("%d unreadable values, %v", n, err)
	}
	if _, err := Open(t.Context(), path, old); !errors.Is(err, ErrKey) {
		t.Errorf("with the old key: %v, want ErrKey", err)
	}
	s, err = OpenKeyFile(t.Context(), path+".key", path)
	must(t, err)
	defer closeStore(t, s)
	wantWhole(t, s, 1, 3)
	w, _, err := s.Load(t.Context(), thread(2), user(1))
	if err != nil || w.Entry.Revision != "rev" {
		t.Errorf("entry %v, %v", w.Entry, err)
	}
	if posts, err := s.Claim(t.Context(), "test", 9, 99, time.Hour); err != nil || len(posts) != 3 {
		t.Errorf("posts %v, %v", posts, err)
	}
	if got := records(t, s.Journal("j")); len(got) != 1 || got[0] != "record" {
		t.Errorf("journal %q", got)
	}
	must(t, s.Inbox("i").Replay(t.Context(), func(key string, payload []byte) error {
		if key != "key" || string(payload) != "letter" {
			t.Errorf("inbox %s: %q", key, payload)
		}
		return nil
	}))
}

// TestRotateUnreadable checks that a damaged value does not keep the others from
// getting the new key.
func TestRotateUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openFile(t, path)
	full(t, s)
	_, err := s.write.Exec(`UPDATE inbox SET sealed = zeroblob(100)`)
	must(t, err)
	closeStore(t, s)
	next := bytes.Repeat([]byte{1}, KeySize)
	if n, err := Rotate(t.Context(), path, testKey, next); n != 1 || err != nil {
		t.Errorf("%d unreadable values, %v; want 1", n, err)
	}
	if _, err := Rotate(t.Context(), path, testKey, next); !errors.Is(err, ErrKey) {
		t.Errorf("with the old key: %v, want ErrKey", err)
	}
	s, err = Open(t.Context(), path, next)
	must(t, err)
	wantWhole(t, s, 1, 3)
	closeStore(t, s)
	_, err = Rotate(t.Context(), path+"none", testKey, next)
	wantError(t, err, "no such file")
}

// TestSealedTables checks that Rotate knows every table with encrypted values.
func TestSealedTables(t *testing.T) {
	s := openNew(t)
	known := map[string]bool{}
	for _, table := range sealedTables {
		known[table.table] = true
	}
	rows, err := s.read.Query(`SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'sealed' WHERE m.type = 'table'`)
	must(t, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		if n++; !known[name] {
			t.Errorf("Rotate does not know the table %s", name)
		}
	}
	if n != len(known) {
		t.Errorf("%d tables have encrypted values, Rotate knows %d", n, len(known))
	}
}
