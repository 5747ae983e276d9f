package kb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Live is a base that is reloaded when its files change. It is safe for
// concurrent use.
type Live struct {
	layers []Layer // folders
	base   atomic.Pointer[Base]
	seen   string // fingerprint of the folders loaded last

	loading sync.Mutex // held while the base is loaded again
	files   Files      // over the layers
	wrong   atomic.Pointer[Mistakes]
}

// Open loads the layers as Load does.
func Open(layers ...Layer) (*Live, error) {
	l := &Live{layers: layers, seen: fingerprint(layers)}
	b, err := Load(layers...)
	if err != nil {
		return nil, err
	}
	l.base.Store(b)
	return l, nil
}

// Base returns the current base. Callers that need a consistent view must hold
// on to the returned Base.
func (l *Live) Base() *Base { return l.base.Load() }

// ReloadFailed reports whether the files have mistakes since they changed. The
// previous base is in use then.
func (l *Live) ReloadFailed() bool { return len(l.Mistakes()) > 0 }

// Mistakes returns the mistakes of the last reload. There are none if it succeeded.
func (l *Live) Mistakes() Mistakes {
	if wrong := l.wrong.Load(); wrong != nil {
		return *wrong
	}
	return nil
}

// settle is how long files must stay unchanged before they are read. Saving in
// an editor or copying several files takes less, and a reload is not urgent.
const settle = 250 * time.Millisecond

// Watch checks the files at the interval until ctx ends, and reloads them when
// they have changed. It logs the new revision and the number of entries, or the
// first mistakes, in which case the previous base stays in use. It polls
// because change notifications get lost on network folders and on folders that
// are replaced as a whole, as containers do. It must be called at most once; it
// returns at once if the interval is 0 or less.
func (l *Live) Watch(ctx context.Context, every time.Duration, log *slog.Logger) {
	if every <= 0 {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := fingerprint(l.layers); now != l.seen && l.settled(ctx, now) {
			l.reload(log)
		}
	}
}

// settled waits until the files stay unchanged and records their fingerprint.
// It returns false if ctx ends first.
func (l *Live) settled(ctx context.Context, now string) bool {
	for l.seen != now {
		l.seen = now
		select {
		case <-ctx.Done():
			return false
		case <-time.After(settle):
		}
		now = fingerprint(l.layers)
	}
	return true
}

// maxLogged is how many mistakes a reload logs: about a screen. "kb lint" lists
// the others.
const maxLogged = 20

func (l *Live) reload(log *slog.Logger) {
	l.loading.Lock()
	defer l.loading.Unlock()
	l.load(l.files, log)
}

// load loads the base with some files, and reports whether it could.
func (l *Live) load(files Files, log *slog.Logger) bool {
	b, err := Load(l.with(files)...)
	mistakes := asMistakes(err)
	before := l.Mistakes()
	l.wrong.Store(&mistakes)
	if err != nil {
		if !slices.Equal(mistakes, before) { // touching a file is not news
			for _, m := range mistakes[:min(maxLogged, len(mistakes))] {
				log.Error("kb: mistake in an entry", "file", m.File, "line", m.Line, "mistake", m.Text)
			}
		}
		log.Error("kb: reload failed, the previous entries stay in use", "revision", l.Base().Revision(), "mistakes", len(mistakes))
		return false
	}
	b.index() // the messages of people wait for the base in use, not for this one
	l.base.Store(b)
	log.Info("kb: reloaded", "revision", b.Revision(), "entries", len(b.Entries()))
	return true
}

// asMistakes returns the mistakes of an error of Load.
func asMistakes(err error) Mistakes {
	mistakes, ok := errors.AsType[Mistakes](err)
	if err != nil && !ok {
		return Mistakes{{File: FilesName, Text: err.Error()}}
	}
	return mistakes
}

// with returns the layers with files of the database over them.
func (l *Live) with(files Files) []Layer {
	if len(files) == 0 {
		return l.layers
	}
	return append(slices.Clip(l.layers), files.layer())
}

// fingerprint identifies the state of the layers' files by name, size and
// modification time. Errors are part of the state, because a folder may be in
// the middle of being replaced.
func fingerprint(layers []Layer) string {
	var b strings.Builder
	for _, layer := range layers {
		for _, folder := range []string{".", shared, path.Join(shared, conceptsFolder)} {
			listed, err := fs.ReadDir(layer.FS, folder)
			fmt.Fprintln(&b, layer.Name, folder, err)
			for _, d := range listed {
				if folder == "." && !entryFile(d.Name()) {
					continue
				}
				info, err := fs.Stat(layer.FS, path.Join(folder, d.Name())) // follows links, whose targets may change
				if err != nil {
					fmt.Fprintln(&b, d.Name(), err)
					continue
				}
				fmt.Fprintln(&b, d.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}
