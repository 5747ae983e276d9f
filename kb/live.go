package kb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A Live is a base that follows its files. It is safe for concurrent use.
type Live struct {
	layers []Layer
	base   atomic.Pointer[Base]
	seen   string   // the fingerprint of the files that were loaded last
	logged Mistakes // of the last load; none where it succeeded
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

// Base returns the base as it is now. Who needs the same one for several steps
// keeps it.
func (l *Live) Base() *Base { return l.base.Load() }

// settle is how long files must stay as they are before they are read: an
// editor or a copy of several files is done well within it, and nobody waits
// for it.
const settle = 250 * time.Millisecond

// Watch looks at the files at the interval, until ctx ends, and loads them anew
// when they have changed. What is logged is the new revision and the number of
// entries, or the first mistakes; the base before then stays in use. It looks and
// does not subscribe, for notifications get lost on network folders and on
// folders that are exchanged whole, as containers do. It is called once; an
// interval of 0 or less never looks.
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

// settled waits until the files stay as they are, and takes note of them. It is
// false when ctx ends first.
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

// maxLogged is how many mistakes a reload logs: about a screen. kb lint lists
// the others.
const maxLogged = 20

func (l *Live) reload(log *slog.Logger) {
	b, err := Load(l.layers...)
	if err != nil {
		mistakes, _ := errors.AsType[Mistakes](err)
		if !slices.Equal(mistakes, l.logged) { // a file that is touched is no news
			for _, m := range mistakes[:min(maxLogged, len(mistakes))] {
				log.Error("mistake in the knowledge base", "file", m.File, "line", m.Line, "mistake", m.Text)
			}
		}
		l.logged = mistakes
		log.Error("the knowledge base stays as it was", "revision", l.Base().Revision(), "mistakes", len(mistakes))
		return
	}
	l.logged = nil
	l.base.Store(b)
	log.Info("knowledge base reloaded", "revision", b.Revision(), "entries", len(b.Entries()))
}

// fingerprint tells one state of the layers' files from another by names,
// sizes and times. What cannot be looked at is part of the state, too: the
// folder may be on its way from one version to the next.
func fingerprint(layers []Layer) string {
	var b strings.Builder
	for _, layer := range layers {
		listed, err := fs.ReadDir(layer.FS, ".")
		fmt.Fprintln(&b, layer.Name, err)
		for _, d := range listed {
			if !entryFile(d.Name()) {
				continue
			}
			info, err := fs.Stat(layer.FS, d.Name()) // follows links: what they lead to is what may change
			if err != nil {
				fmt.Fprintln(&b, d.Name(), err)
				continue
			}
			fmt.Fprintln(&b, d.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}
