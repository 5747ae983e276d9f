package bottest

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"mabsbot/bot"
)

// save saves a file after the latest version.
func (t *storeTest) save(latest int, file, content string) bot.FileVersion {
	t.Helper()
	f := bot.FileVersion{File: file, From: latest, Content: content, Removed: content == "", By: "Alex"}
	saved, err := t.SaveFile(t.Context(), f, latest, bot.AuditRecord{Kind: bot.AuditSave, By: bot.User{ID: "console/alex", Name: "Alex"}})
	t.must(err)
	f.Version, f.At = latest+1, time.UnixMilli(time.Now().UnixMilli())
	t.equal(saved, f)
	return f
}

// wantFiles fails unless these are the files that were saved after the version.
func (t *storeTest) wantFiles(after int, want ...bot.FileVersion) {
	t.Helper()
	got, err := t.Files(t.Context(), after)
	t.must(err)
	t.equal(got, want)
}

func files(t *storeTest) {
	t.wantFiles(0)
	first := t.save(0, "a.yaml", "id: a\n")
	time.Sleep(time.Hour)
	other := t.save(1, "_shared/negative.txt", strings.Repeat("한국어\n", 1<<16))
	t.wantFiles(0, first, other)
	t.wantFiles(1, other)
	t.wantFiles(2)
	time.Sleep(time.Second) // so that the audit records have an order
	second := t.save(2, "a.yaml", "id: a\ntitle: A\n")
	t.wantFiles(0, other, second)
	t.wantFiles(2, second)
	time.Sleep(time.Second)
	removed := t.save(3, "a.yaml", "") // so that other processes see it
	t.wantFiles(0, other, removed)
	t.equal(t.audited(bot.AuditQuery{Limit: 9}), "save a.yaml Alex, save a.yaml Alex, save _shared/negative.txt Alex, save a.yaml Alex")
}

func fileConflict(t *storeTest) {
	first := t.save(0, "a.yaml", "first")
	for _, latest := range []int{0, 2} {
		_, err := t.SaveFile(t.Context(), bot.FileVersion{File: "b.yaml", Content: "second"}, latest, bot.AuditRecord{})
		t.wantError(err, bot.ErrConflict)
	}
	t.wantFiles(0, first)
	t.equal(t.audited(bot.AuditQuery{Limit: 9}), "save a.yaml Alex") // and not what was not saved
}

func fileHistory(t *storeTest) {
	var all []bot.FileVersion
	for i, content := range []string{"one", "two", "", "four"} {
		all = append([]bot.FileVersion{t.save(2*i, "a.yaml", content)}, all...)
		t.save(2*i+1, "b.yaml", "other")
	}
	want := func(before, limit int, want ...bot.FileVersion) {
		t.Helper()
		got, err := t.FileHistory(t.Context(), "a.yaml", before, limit)
		t.must(err)
		t.equal(got, want)
	}
	want(0, 9, all...)
	want(0, 2, all[:2]...)
	want(5, 9, all[2:]...)
	want(1, 9)
	want(0, 0)
}

func concurrentSaves(t *storeTest) {
	var saved atomic.Int32
	concurrently(8, func(i int) {
		switch _, err := t.SaveFile(t.Context(), bot.FileVersion{File: fmt.Sprint(i, ".yaml"), Content: "x"}, 0, bot.AuditRecord{}); {
		case err == nil:
			saved.Add(1)
		case !errors.Is(err, bot.ErrConflict):
			t.Error(err)
		}
	})
	t.equal(saved.Load(), int32(1))
}

// filePrune keeps the last versions of a file, and those of the last year.
func filePrune(t *storeTest) {
	other := t.save(0, "b.yaml", "other")
	var all []bot.FileVersion // latest first
	for i := range bot.FileVersionsKept + 3 {
		all = append([]bot.FileVersion{t.save(i+1, "a.yaml", fmt.Sprint(i))}, all...)
	}
	versions := func() int {
		t.Helper()
		got, err := t.FileHistory(t.Context(), "a.yaml", 0, 99)
		t.must(err)
		t.equal(got, all[:len(got)])
		return len(got)
	}
	time.Sleep(bot.FileHistory - time.Hour)
	t.must(t.Prune(t.Context(), 0))
	t.equal(versions(), len(all))
	time.Sleep(2 * time.Hour)
	t.must(t.Prune(t.Context(), 0))
	t.equal(versions(), bot.FileVersionsKept)
	t.wantFiles(0, other, all[0])
	next := t.save(all[0].Version, "a.yaml", "next")
	t.wantFiles(all[0].Version, next)
	t.must(t.Prune(t.Context(), 0))
	got, err := t.FileHistory(t.Context(), "a.yaml", 0, 99)
	t.must(err)
	t.equal(len(got), bot.FileVersionsKept)
	removed := t.save(next.Version, "a.yaml", "") // an entry that was removed keeps its history, too
	time.Sleep(2 * bot.FileHistory)
	t.must(t.Prune(t.Context(), 0))
	t.wantFiles(0, other, removed)
}
