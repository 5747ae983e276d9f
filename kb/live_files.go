package kb

import (
	"log/slog"
	"maps"
	"slices"
)

// The files of the database over the folders of a Live.

// Update replaces the files of the database and reloads the base. If they have
// mistakes, the previous base stays in use. The first files after the start have no
// previous ones, so those with mistakes are left out: a new version of the built-in
// entries may not go together with an old correction.
func (l *Live) Update(files Files, log *slog.Logger) {
	l.loading.Lock()
	defer l.loading.Unlock()
	first := l.files == nil
	l.files = maps.Clone(files)
	if l.load(l.files, log) || !first {
		return
	}
	wrong := l.Mistakes()
	for some := l.files.without(wrong); len(some) > 0; some = some.without(l.Mistakes()) {
		if l.load(some, log) {
			break
		}
	}
	l.wrong.Store(&wrong)
}

// without returns the files that have no mistakes, or none if all mistakes are in other
// files.
func (f Files) without(wrong Mistakes) Files {
	some := maps.Clone(f)
	maps.DeleteFunc(some, func(name, _ string) bool {
		return slices.ContainsFunc(wrong, func(m Mistake) bool { return m.File == FilesName+"/"+name })
	})
	if len(some) == len(f) {
		return nil
	}
	return some
}

// Source returns the file with a name in the folders, which the files of the database
// replace.
func (l *Live) Source(name string) (FolderFile, error) { return readSource(name, l.layers) }

// Try returns the base that there would be with other files of the database. Unlike
// Load it tries the examples of all entries. Examples that fail without a change, such
// as those of built-in entries next to ones of an overlay, are not among the mistakes.
// The base is nil if it has other mistakes.
func (l *Live) Try(files Files) (*Base, Mistakes) {
	b, wrong := check(l.with(files))
	if b == nil || len(wrong) == 0 {
		return b, wrong
	}
	l.loading.Lock()
	now := l.files
	l.loading.Unlock()
	_, known := check(l.with(now))
	return b, slices.DeleteFunc(wrong, func(m Mistake) bool {
		return slices.ContainsFunc(known, func(k Mistake) bool { return k.File == m.File && k.Text == m.Text })
	})
}

// check loads the layers and tries all examples.
func check(layers []Layer) (*Base, Mistakes) {
	b, items, err := compile(readLayers(layers), lastFolder(layers))
	if err != nil {
		return nil, asMistakes(err)
	}
	return b, asMistakes(b.tryExamples(items, "").err(false))
}
