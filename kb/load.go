package kb

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

//go:embed entries entries/_shared
var entries embed.FS

// Builtin returns the folder of the built-in entries.
func Builtin() fs.FS {
	sub, err := fs.Sub(entries, "entries")
	if err != nil {
		panic(err) // the name is a valid constant
	}
	return sub
}

// A Layer is a folder of entries: the .yaml and .yml files (one entry each,
// named by its ID) and the .jsonl files (one entry per line) directly in it, and
// the files in its folder _shared (shared.go). Other files, hidden files and
// other subfolders are ignored.
type Layer struct {
	Name string // the name of the folder in mistakes
	FS   fs.FS
}

// Folder returns the folder of a layer on disk, or "" for the built-in entries.
func (l Layer) Folder() string {
	folder, _ := l.FS.(dirFS)
	return string(folder)
}

// builtinName is the folder of the built-in entries, from the root of the
// repository.
const builtinName = "kb/entries"

// Layers returns the layers of a knowledge base: dir, or the built-in entries if
// it is "", and overlay if it is not "".
func Layers(dir, overlay string) []Layer {
	all := []Layer{{Name: builtinName, FS: Builtin()}}
	if dir != "" {
		all = []Layer{{Name: dir, FS: dirFS(dir)}}
	}
	if overlay != "" {
		all = append(all, Layer{Name: overlay, FS: dirFS(overlay)})
	}
	return all
}

// Larger files are rejected. The largest built-in entry has about 20 kB of
// YAML; 98,000 catalog entries have 26 MB of lines.
const (
	maxEntry = 1 << 20  // bytes of a YAML file or of one line
	maxLines = 64 << 20 // bytes of a .jsonl file
)

// maxMistakes bounds the mistakes that Load returns, of all kinds and files
// together. More than this is usually one mistake repeated on every line, and a
// file of 64 MB has room for 20 million of them.
const maxMistakes = 1000

// Load reads, checks and compiles a knowledge base. An entry in a later layer
// replaces the one with the same ID in an earlier layer; within a layer IDs are
// unique.
//
// The error is a Mistakes with every problem in all files, up to maxMistakes;
// Load stops reading when it has found more. The entries' own examples are
// tried only if everything else is correct, because with an entry missing they
// would fail for that reason. Only the examples of the last layer are tried:
// the authors of an overlay are not responsible for the examples of other
// layers. Those of the built-in entries are tried by Lint and by a test alone:
// they would take a third of the time that a program needs to start. Nor are those of
// Files tried, because Live.Try has tried all.
func Load(layers ...Layer) (*Base, error) {
	return load(layers, false)
}

// load is Load. builtin says whether it tries the examples of the built-in
// entries, too.
func load(layers []Layer, builtin bool) (*Base, error) {
	last := lastFolder(layers)
	b, items, err := compile(readLayers(layers), last)
	if err != nil || last == builtinName && !builtin {
		return b, err
	}
	if err := b.tryExamples(items, last).err(false); err != nil {
		return nil, err
	}
	return b, nil
}

// readLayers reads the layers until there are too many mistakes.
func readLayers(layers []Layer) (all batch) {
	for _, layer := range layers {
		if !all.more {
			all.add(readLayer(layer))
		}
	}
	return all
}

// lastFolder returns the name of the last layer that is a folder.
func lastFolder(layers []Layer) (name string) {
	for _, layer := range layers {
		if !layer.hasFiles() {
			name = layer.Name
		}
	}
	return name
}

// An item is an entry on its way from a file into the base.
type item struct {
	entry *Entry
	at    place
	layer string
	wrong Mistakes // the mistakes that the linter finds in the entry alone
}

// A batch is the content of part of a file, of a file, or of several files.
type batch struct {
	items []item
	terms []Term // of the glossary
	names []conceptName
	forms []conceptForm
	talk  []string // texts that the bot must leave alone
	slots []Slot
	areas []Area
	facts []Fact

	collectors   []collectorPart
	siblings     []siblingRow
	siblingNames siblingNames
	windows      []WindowsCode

	mistakes Mistakes // in addition to the items' own
	more     bool     // reading stopped early because of too many mistakes
}

func (b *batch) add(more batch) {
	b.items = append(b.items, more.items...)
	b.terms = append(b.terms, more.terms...)
	b.names = append(b.names, more.names...)
	b.forms = append(b.forms, more.forms...)
	b.talk = append(b.talk, more.talk...)
	b.slots = append(b.slots, more.slots...)
	b.areas = append(b.areas, more.areas...)
	b.siblings = append(b.siblings, more.siblings...)
	b.siblingNames.Subjects = append(b.siblingNames.Subjects, more.siblingNames.Subjects...)
	b.siblingNames.Kinds = append(b.siblingNames.Kinds, more.siblingNames.Kinds...)
	b.windows = append(b.windows, more.windows...)
	b.facts = append(b.facts, more.facts...)
	b.collectors = append(b.collectors, more.collectors...)
	b.mistakes = append(b.mistakes, more.mistakes...)
	b.more = b.more || more.more
}

func join(batches []batch) batch {
	var all batch
	for _, b := range batches {
		all.add(b)
	}
	return all
}

// wrong returns the number of mistakes in b.
func (b batch) wrong() int {
	n := len(b.mistakes)
	for _, it := range b.items {
		n += len(it.wrong)
	}
	return n
}

// overlay keeps the last item of each ID.
func overlay(all []item) []item {
	byID := make(map[string]int, len(all))
	kept := all[:0]
	for _, it := range all {
		if i, ok := byID[it.entry.ID]; ok {
			kept[i] = it
			continue
		}
		byID[it.entry.ID] = len(kept)
		kept = append(kept, it)
	}
	return kept
}

// compile checks what was read and builds the base, whose last layer has a name. It
// returns the items that are in the base, whose examples are not tried yet.
func compile(read batch, layer string) (*Base, []item, error) {
	items := read.items
	if !read.more {
		items = overlay(items)
	}
	mistakes := append(read.mistakes, slices.Concat(lintConcepts(read), lintSiblings(read), lintSharedCodes(items), lintReadings(items, read), lintAll(items, read)).without(read.mistakes)...)
	if err := mistakes.err(read.more); err != nil {
		return nil, nil, err
	}
	list := make([]*Entry, len(items))
	facts := overlayFacts(read.facts)
	var last []*Entry
	for i, it := range items {
		list[i] = it.entry
		if err := triage(it.entry, facts); err != nil {
			return nil, nil, err
		}
		if it.layer == layer {
			last = append(last, it.entry)
		}
	}
	b := newBase(list, read)
	slices.SortFunc(last, byID)
	b.last, b.talk = last, read.talk
	return b, items, nil
}

// readLayer reads the files of a layer in parallel, until there are too many
// mistakes, with those of its shared folder.
func readLayer(l Layer) batch {
	listed, err := fs.ReadDir(l.FS, ".")
	if err != nil {
		return batch{mistakes: Mistakes{{File: l.Name, Text: "the folder cannot be read: " + cause(err)}}}
	}
	listed = slices.DeleteFunc(listed, func(d fs.DirEntry) bool { return !entryFile(d.Name()) })
	read := make([]batch, len(listed))
	var beside batch
	var reading sync.WaitGroup
	reading.Go(func() { beside = readShared(l) })
	var wrong atomic.Int64
	parallelUntil(len(listed), func(i int) bool {
		read[i] = readFile(l, listed[i].Name())
		return wrong.Add(int64(read[i].wrong())) > maxMistakes || read[i].more
	})
	reading.Wait()
	all := join(read)
	all.more = all.more || wrong.Load() > maxMistakes
	if len(all.items) == 0 && len(all.mistakes) == 0 && !l.hasFiles() {
		all.mistakes = Mistakes{{File: l.Name, Text: "the folder contains no entries: no *.yaml, *.yml or *.jsonl file, or only empty ones"}}
	}
	all.mistakes = append(all.mistakes, repeated(all.items).without(all.mistakes)...)
	all.add(beside)
	return all
}

// entryFile reports whether a file name is one of a file of entries.
func entryFile(name string) bool {
	return !strings.HasPrefix(name, ".") && slices.Contains([]string{".yaml", ".yml", ".jsonl"}, path.Ext(name))
}

// repeated finds IDs that occur more than once in a layer.
func repeated(items []item) Mistakes {
	var mistakes Mistakes
	first := make(map[string]place, len(items))
	for _, it := range items {
		if at, ok := first[it.entry.ID]; ok {
			mistakes = append(mistakes, it.at.key("id").mistake("the id %q is already used: %s:%d", it.entry.ID, at.file, at.line))
			if len(mistakes) > maxMistakes {
				break
			}
			continue
		}
		first[it.entry.ID] = it.at.key("id")
	}
	return mistakes
}

func readFile(l Layer, name string) batch {
	limit, read := int64(maxEntry), readYAML
	if path.Ext(name) == ".jsonl" {
		limit, read = maxLines, readLines
	}
	b := readWith(l, name, limit, read)
	for i := range b.items {
		b.items[i].layer = l.Name
	}
	return b
}

// readWith reads a file of a layer, of at most limit bytes.
func readWith(l Layer, name string, limit int64, read func(file string, data []byte) batch) batch {
	file := path.Join(l.Name, name)
	data, err := readAll(l.FS, name, limit)
	if err != nil {
		return batch{mistakes: Mistakes{{File: file, Text: cause(err)}}}
	}
	return read(file, data)
}

// readAll reads a regular file of at most limit bytes. Opening anything else,
// such as a pipe, could block forever.
func readAll(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errors.New("this is a folder; want a file")
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// Allocating once avoids the growth steps of io.ReadAll, which allocate five
	// times the size.
	data := bytes.NewBuffer(make([]byte, 0, min(info.Size(), limit)+bytes.MinRead))
	_, err = data.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && int64(data.Len()) > limit {
		err = fmt.Errorf("the file is larger than %d MB", limit>>20)
	}
	return data.Bytes(), err
}

// cause returns an error without its operation and path, which the place of the
// mistake gives.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// parallel calls f for 0 to n-1 on all processors.
func parallel(n int, f func(i int)) {
	parallelUntil(n, func(i int) bool { f(i); return false })
}

// parallelUntil calls f for 0 to n-1 on all processors, and starts no more
// calls after one has returned true.
func parallelUntil(n int, f func(i int) bool) {
	var next atomic.Int64
	var done atomic.Bool
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for !done.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if f(i) {
					done.Store(true)
				}
			}
		})
	}
	wg.Wait()
}
