package bot

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"mabsbot/kb"
)

// An Editor changes the knowledge base. What it saves is in the database, from where
// every process loads it over its folders. It is safe for concurrent use.
type Editor struct {
	live  *kb.Live
	store FileStore
	log   *slog.Logger
	busy  chan struct{} // holds a value while a change is tried, which takes a core

	reading sync.Mutex // held while files are read and loaded

	mu     sync.Mutex
	files  map[string]FileVersion // the latest version of each file
	latest int                    // of all versions

	recognized recognitions
}

// NewEditor returns an Editor of a base. Call Refresh before the base is used.
func NewEditor(live *kb.Live, s FileStore, log *slog.Logger) *Editor {
	return &Editor{live: live, store: s, log: log, busy: make(chan struct{}, 1), files: map[string]FileVersion{}}
}

// Errors of Editor.Save, in addition to kb.Mistakes and ErrConflict.
var (
	ErrFileTooLarge = fmt.Errorf("bot: the file is larger than %d kB", kb.MaxFile>>10)
	ErrUnchanged    = errors.New("bot: the file is the same as before")
)

// An EditedFile is a file of the knowledge base: its latest version in the database,
// whose Version is 0 if there is none, and what the folders have.
type EditedFile struct {
	FileVersion
	Folder kb.FolderFile
}

// Saved reports whether the file of the database counts.
func (f EditedFile) Saved() bool { return f.Version > 0 && !f.Removed }

// Text returns the content that counts.
func (f EditedFile) Text() string {
	if f.Saved() {
		return f.Content
	}
	return f.Folder.Content
}

// Mark identifies the state of the file, for an Edit that is made from it.
func (f EditedFile) Mark() string {
	sum := sha256.Sum256([]byte(f.Text()))
	return fmt.Sprintf("%d-%x", f.Version, sum[:8])
}

// An Edit is a change of a file.
type Edit struct {
	File    string
	Mark    string // of the EditedFile that it was made from
	Content string
	Remove  bool // the file of the folders counts again, or there is none
	Undo    bool // Content is that of an earlier version
	By      User
}

// kind returns what the edit does, for the audit log.
func (e Edit) kind() AuditKind {
	switch {
	case e.Remove:
		return AuditRemove
	case e.Undo:
		return AuditUndo
	}
	return AuditSave
}

// normal returns the edit with the line breaks of a file.
func (e Edit) normal() Edit {
	e.Content = strings.ReplaceAll(e.Content, "\r\n", "\n")
	if e.Content != "" && !strings.HasSuffix(e.Content, "\n") {
		e.Content += "\n"
	}
	if e.Remove {
		e.Content = ""
	}
	return e
}

// Mistakes returns those of the last reload in this process. There are none if it
// succeeded.
func (e *Editor) Mistakes() kb.Mistakes { return e.live.Mistakes() }

// Files returns the files in the database that count, by name.
func (e *Editor) Files() []FileVersion {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []FileVersion
	for _, name := range slices.Sorted(maps.Keys(e.files)) {
		if f := e.files[name]; !f.Removed {
			all = append(all, f)
		}
	}
	return all
}

// File returns the file with a name, which need not exist.
func (e *Editor) File(name string) (EditedFile, error) {
	if err := kb.CheckFileName(name); err != nil {
		return EditedFile{}, err
	}
	var folder kb.FolderFile
	if name != kb.Negative { // which adds to those of the folders
		var err error
		if folder, err = e.live.Source(name); err != nil {
			return EditedFile{}, err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	f := EditedFile{e.files[name], folder}
	f.File = name
	return f, nil
}

// History is FileHistory of FileStore.
func (e *Editor) History(ctx context.Context, file string, before, limit int) ([]FileVersion, error) {
	return e.store.FileHistory(ctx, file, before, limit)
}

// Try returns the base that there would be with a change, and its mistakes. The base is
// nil if it has other ones than examples that do not lead where they should.
func (e *Editor) Try(ctx context.Context, edit Edit) (*kb.Base, kb.Mistakes, error) {
	edit = edit.normal()
	if err := kb.CheckFileName(edit.File); err != nil {
		return nil, nil, err
	}
	if len(edit.Content) > kb.MaxFile {
		return nil, nil, ErrFileTooLarge
	}
	select {
	case e.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	defer func() { <-e.busy }()
	e.mu.Lock()
	files := contents(e.files)
	e.mu.Unlock()
	if files[edit.File] = edit.Content; edit.Remove {
		delete(files, edit.File)
	}
	b, wrong := e.live.Try(files)
	return b, wrong, nil
}

func contents(files map[string]FileVersion) kb.Files {
	all := kb.Files{}
	for name, f := range files {
		if !f.Removed {
			all[name] = f.Content
		}
	}
	return all
}

// maxSaves is how often Save tries a change again because another file was saved
// meanwhile. Editors save a few times a day.
const maxSaves = 5

// Save stores a change unless the base would have mistakes with it, and loads it. It
// returns ErrConflict if the file changed since the edit was begun.
func (e *Editor) Save(ctx context.Context, edit Edit) (saved FileVersion, err error) {
	edit = edit.normal()
	for range maxSaves {
		saved, err = e.save(ctx, edit)
		if !errors.Is(err, errOtherSaved) {
			break
		}
	}
	if err != nil {
		return FileVersion{}, err
	}
	if err := e.Refresh(ctx); err != nil {
		e.log.Error("kb: a saved file is loaded later", "file", saved.File, "error", err)
	}
	return saved, nil
}

// errOtherSaved reports that a file was saved since the change was tried.
var errOtherSaved = fmt.Errorf("%w: another file was saved at the same time", ErrConflict)

func (e *Editor) save(ctx context.Context, edit Edit) (FileVersion, error) {
	if err := e.Refresh(ctx); err != nil {
		return FileVersion{}, err
	}
	e.mu.Lock()
	latest := e.latest
	e.mu.Unlock()
	now, err := e.File(edit.File)
	switch {
	case err != nil:
		return FileVersion{}, err
	case now.Mark() != edit.Mark:
		return FileVersion{}, ErrConflict
	case edit.Remove && !now.Saved(), !edit.Remove && edit.Content == now.Text():
		return FileVersion{}, ErrUnchanged
	}
	_, wrong, err := e.Try(ctx, edit)
	switch {
	case err != nil:
		return FileVersion{}, err
	case len(wrong) > 0:
		return FileVersion{}, wrong
	}
	saved, err := e.store.SaveFile(ctx, FileVersion{File: edit.File, From: now.Version, Content: edit.Content, Removed: edit.Remove, By: edit.By.Name}, latest,
		AuditRecord{Kind: edit.kind(), By: edit.By})
	if errors.Is(err, ErrConflict) {
		return FileVersion{}, errOtherSaved
	}
	return saved, err
}

// Refresh loads what was saved since the last call. Files that cannot be read are logged,
// and those of the folders count.
func (e *Editor) Refresh(ctx context.Context) error {
	e.reading.Lock()
	defer e.reading.Unlock()
	e.mu.Lock()
	latest := e.latest
	e.mu.Unlock()
	changed, err := e.store.Files(ctx, latest)
	if errors.Is(err, ErrUnreadable) {
		e.log.Error("kb: saved files cannot be read", "error", err)
	} else if err != nil {
		return err
	}
	if len(changed) == 0 {
		return nil
	}
	e.mu.Lock()
	for _, f := range changed {
		e.files[f.File] = f
		e.latest = f.Version
	}
	files := contents(e.files)
	e.mu.Unlock()
	e.live.Update(files, e.log)
	return nil
}

// editorInterval is how often a process looks for files that others saved. It is a look
// at the end of an index, and people wait for what they saved.
const editorInterval = 2 * time.Second

// Watch loads what other processes save, until ctx ends.
func (e *Editor) Watch(ctx context.Context) {
	tick := time.NewTicker(editorInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := e.Refresh(ctx); err != nil && ctx.Err() == nil {
			e.log.Log(ctx, FailureLevel(err, slog.LevelWarn), "kb: saved files cannot be read yet", "error", err)
		}
	}
}
