package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// yamlOf returns an entry.
func yamlOf(id, title string) string {
	return fmt.Sprintf("id: %s\ntitle: %s\ncodes: ['%s']\n", id, title, map[string]string{"tape": "7", "disk": "8", "mail": "9"}[id])
}

// newEditor returns an editor of a base with the entry tape, and the base.
func newEditor(t *testing.T, s bot.FileStore) (*bot.Editor, *kb.Live) {
	t.Helper()
	live, err := kb.Open(kb.Layer{Name: "test", FS: fstest.MapFS{"tape.yaml": {Data: []byte(yamlOf("tape", "Tape"))}}})
	if err != nil {
		t.Fatal(err)
	}
	e := bot.NewEditor(live, s, slog.New(slog.DiscardHandler))
	if err := e.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e, live
}

// save saves a file that was just read.
func save(t *testing.T, e *bot.Editor, edit bot.Edit) error {
	t.Helper()
	if edit.Mark == "" {
		f, err := e.File(edit.File)
		if err != nil {
			t.Fatal(err)
		}
		edit.Mark = f.Mark()
	}
	_, err := e.Save(t.Context(), edit)
	return err
}

func title(live *kb.Live, id string) string {
	if e := live.Base().Entry(id); e != nil {
		return e.Title.In("en")
	}
	return ""
}

func TestEditorSaves(t *testing.T) {
	memory := store.NewMemory()
	e, live := newEditor(t, memory)
	if err := save(t, e, bot.Edit{File: "tape.yaml", Content: strings.ReplaceAll(strings.TrimSpace(yamlOf("tape", "Corrected")), "\n", "\r\n"), By: bot.User{Name: "Alex"}}); err != nil {
		t.Fatal(err)
	}
	f, err := e.File("tape.yaml")
	if err != nil || f.Content != yamlOf("tape", "Corrected") || f.By != "Alex" || f.Version != 1 || f.Folder.Content != yamlOf("tape", "Tape") || title(live, "tape") != "Corrected" {
		t.Errorf("%+v, %v", f, err)
	}
	for _, edit := range []bot.Edit{
		{File: "disk.yaml", Content: yamlOf("disk", "Disk"), By: bot.User{Name: "Alex"}},
		{File: "tape.yaml", Remove: true, By: bot.User{Name: "Sam"}},
		{File: "tape.yaml", Content: yamlOf("tape", "Again"), Undo: true, By: bot.User{Name: "Sam"}},
		{File: "disk.yaml", Remove: true, By: bot.User{Name: "Sam"}},
	} {
		if err := save(t, e, edit); err != nil {
			t.Errorf("%+v: %v", edit, err)
		}
	}
	if title(live, "tape") != "Again" || title(live, "disk") != "" || len(e.Files()) != 1 {
		t.Errorf("tape %q, disk %q, %v", title(live, "tape"), title(live, "disk"), e.Files())
	}
	history, err := e.History(t.Context(), "tape.yaml", 0, 9)
	var got []string
	for _, v := range history {
		got = append(got, fmt.Sprintf("%d from %d by %s, removed %v", v.Version, v.From, v.By, v.Removed))
	}
	audit, auditErr := memory.Audit(t.Context(), bot.AuditQuery{Limit: 9})
	var done []string
	for _, r := range audit {
		done = append(done, fmt.Sprintf("%s %s by %s", r.Kind, r.Object, r.By.Name))
	}
	if want := "remove disk.yaml by Sam, undo tape.yaml by Sam, remove tape.yaml by Sam, save disk.yaml by Alex, save tape.yaml by Alex"; strings.Join(done, ", ") != want || auditErr != nil {
		t.Errorf("audit log %q, %v; want %q", done, auditErr, want)
	}
	if want := []string{"4 from 3 by Sam, removed false", "3 from 1 by Sam, removed true", "1 from 0 by Alex, removed false"}; !slices.Equal(got, want) || err != nil {
		t.Errorf("history %q, %v; want %q", got, err, want)
	}
}

func TestEditorRefuses(t *testing.T) {
	e, live := newEditor(t, store.NewMemory())
	if err := save(t, e, bot.Edit{File: "disk.yaml", Content: yamlOf("disk", "Disk") + "related: [tape]\n"}); err != nil {
		t.Fatal(err)
	}
	other := errors.New("any other error")
	for _, c := range []struct {
		name string
		edit bot.Edit
		want error
	}{
		{"nothing changed", bot.Edit{File: "tape.yaml", Content: yamlOf("tape", "Tape")}, bot.ErrUnchanged},
		{"nothing to remove", bot.Edit{File: "tape.yaml", Remove: true}, bot.ErrUnchanged},
		{"made from an earlier state", bot.Edit{File: "disk.yaml", Mark: "0-0", Content: yamlOf("disk", "New")}, bot.ErrConflict},
		{"too large", bot.Edit{File: "tape.yaml", Content: strings.Repeat("#", kb.MaxFile)}, bot.ErrFileTooLarge},
		{"not YAML", bot.Edit{File: "tape.yaml", Content: "id: ["}, kb.Mistakes{}},
		{"another ID", bot.Edit{File: "tape.yaml", Content: yamlOf("mail", "Mail")}, kb.Mistakes{}},
		{"empty", bot.Edit{File: "tape.yaml"}, kb.Mistakes{}},
		{"a path", bot.Edit{File: "../tape.yaml", Mark: "0", Content: yamlOf("tape", "X")}, other},
		{"another shared file", bot.Edit{File: "_shared/areas.yaml", Mark: "0", Content: "[]"}, other},
	} {
		err := save(t, e, c.edit)
		_, wrong := errors.AsType[kb.Mistakes](err)
		_, wantWrong := c.want.(kb.Mistakes)
		if err == nil || wrong != wantWrong || !wantWrong && c.want != other && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if v, _ := e.History(t.Context(), "tape.yaml", 0, 9); len(v) > 0 || title(live, "tape") != "Tape" {
		t.Errorf("stored %v", v)
	}
}

// TestEditorBreaksAnother checks that an entry cannot be removed while another one links
// to it, also if both are changed at the same time by different processes.
func TestEditorBreaksAnother(t *testing.T) {
	s := store.NewMemory()
	first, _ := newEditor(t, s)
	second, _ := newEditor(t, s)
	if err := save(t, first, bot.Edit{File: "disk.yaml", Content: yamlOf("disk", "Disk")}); err != nil {
		t.Fatal(err)
	}
	if err := second.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var errs [2]error
	wg.Go(func() { errs[0] = save(t, first, bot.Edit{File: "disk.yaml", Remove: true}) })
	wg.Go(func() {
		errs[1] = save(t, second, bot.Edit{File: "tape.yaml", Content: yamlOf("tape", "Tape") + "related: [disk]\n"})
	})
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("want one of both to be refused: %v", errs)
	}
}

// TestEditorReplicas checks that another process loads what one saved, and that of two
// editors of a file the second one is refused.
func TestEditorReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		here, _ := newEditor(t, s)
		there, live := newEditor(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { there.Watch(ctx) })
		f, err := there.File("tape.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := save(t, here, bot.Edit{File: "tape.yaml", Content: yamlOf("tape", "Here")}); err != nil {
			t.Fatal(err)
		}
		if err := save(t, there, bot.Edit{File: "tape.yaml", Mark: f.Mark(), Content: yamlOf("tape", "There")}); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("the second editor: %v", err)
		}
		if err := save(t, here, bot.Edit{File: "tape.yaml", Content: yamlOf("tape", "Once more")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if title(live, "tape") != "Once more" {
			t.Errorf("the other process has %q", title(live, "tape"))
		}
		cancel()
		wg.Wait()
	})
}

// A dying store ends the goroutine that saves once the file is committed, as a process
// that is killed before it loads the file.
type dying struct{ bot.FileStore }

func (d dying) SaveFile(ctx context.Context, f bot.FileVersion, latest int, record bot.AuditRecord) (bot.FileVersion, error) {
	_, _ = d.FileStore.SaveFile(ctx, f, latest, record)
	runtime.Goexit()
	return bot.FileVersion{}, nil
}

// TestEditorKilled checks that a file whose editor is killed between the save and the
// load is in use after a restart, and in other processes without one, and that its form
// is not saved twice.
func TestEditorKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		other, loaded := newEditor(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { other.Watch(ctx) })
		killed, stale := newEditor(t, dying{s})
		f, err := killed.File("tape.yaml")
		if err != nil {
			t.Fatal(err)
		}
		edit := bot.Edit{File: "tape.yaml", Mark: f.Mark(), Content: yamlOf("tape", "Saved")}
		returned := false
		var saving sync.WaitGroup
		saving.Go(func() { _, _ = killed.Save(t.Context(), edit); returned = true })
		saving.Wait()
		if returned || title(stale, "tape") != "Tape" {
			t.Fatalf("the process was not killed in between: it has %q", title(stale, "tape"))
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := title(loaded, "tape"); got != "Saved" {
			t.Errorf("another process has %q", got)
		}
		restarted, live := newEditor(t, s)
		if got := title(live, "tape"); got != "Saved" {
			t.Errorf("after the restart it is %q", got)
		}
		if err := save(t, restarted, edit); !errors.Is(err, bot.ErrConflict) { // the editor sends the form again
			t.Errorf("the form again: %v", err)
		}
		if versions, err := restarted.History(t.Context(), "tape.yaml", 0, 9); len(versions) != 1 || err != nil {
			t.Errorf("%d versions, %v", len(versions), err)
		}
		cancel()
		wg.Wait()
	})
}
