package cli

import (
	"os"
	"path/filepath"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// TestExport writes saved files to a folder, which then is an overlay that loads.
func TestExport(t *testing.T) {
	t.Parallel()
	s := shell{t, filepath.Join(t.TempDir(), "test.db")}
	dir := filepath.Join(t.TempDir(), "entries")
	s.refuses("no such file", "kb", "export", dir)
	db, err := store.OpenKeyFile(t.Context(), s.path+".key", s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	latest := 0
	save := func(file, content string, removed bool) {
		t.Helper()
		if _, err := db.SaveFile(t.Context(), bot.FileVersion{File: file, Content: content, Removed: removed}, latest, bot.AuditRecord{}); err != nil {
			t.Fatal(err)
		}
		latest++
	}
	want := func(file, want string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(dir, file)); string(got) != want || want != "" && err != nil {
			t.Errorf("%s: %q, %v; want %q", file, got, err, want)
		}
	}
	entry := "# a comment\nid: tape-door\ntitle: The door of the library is open\ncodes: ['0x70001']\n"
	save("tape-door.yaml", entry, false)
	save("gone.yaml", "id: gone\n", false)
	save("gone.yaml", "", true)
	save(kb.Negative, "lunch?\nbusy\n", false)
	s.want("Wrote 2 files", "kb", "export", dir)
	want("tape-door.yaml", entry)
	want("gone.yaml", "")
	want(kb.Negative, "lunch?\nbusy\n")
	if base, err := kb.Load(kb.Layers("", dir)...); err != nil || base.Entry("tape-door") == nil {
		t.Errorf("the folder cannot be read: %v", err)
	}
	s.want("Wrote 0 files", "kb", "export", dir)

	write := func(file, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("tape-door.yaml", "mine")
	write(kb.Negative, "ours\nbusy")
	s.refuses("these files differ: tape-door.yaml: use --force", "kb", "export", dir)
	want("tape-door.yaml", "mine")
	want(kb.Negative, "ours\nbusy")
	s.want("Wrote 2 files", "kb", "export", dir, "--force")
	want("tape-door.yaml", entry)
	want(kb.Negative, "ours\nbusy\nlunch?\n")

	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("safe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "tape-door.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "tape-door.yaml")); err != nil {
		t.Skip(err)
	}
	s.refuses("", "kb", "export", dir, "--force")
	if got, err := os.ReadFile(outside); string(got) != "safe" || err != nil {
		t.Errorf("a link led out of the folder: %q, %v", got, err)
	}
}
