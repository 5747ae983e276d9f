package kb

import (
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

//go:embed entries
var entries embed.FS

// Builtin is the folder of the built-in entries.
func Builtin() fs.FS {
	sub, err := fs.Sub(entries, "entries")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return sub
}

// A Layer is a folder of entries: the .yaml and .yml files (one entry each,
// named by its id) and the .jsonl files (one entry a line) that stand directly
// in it. Other files, hidden ones and subfolders are none of its entries.
type Layer struct {
	Name string // how mistakes name the folder
	FS   fs.FS
}

// A file of entries larger than this is no such file. The largest built-in
// entry takes some 20 kB of YAML; 98,000 catalog entries take 26 MB of lines.
const (
	maxEntry = 1 << 20  // bytes of a YAML file, or of one line
	maxLines = 64 << 20 // bytes of a .jsonl file
)

// maxMistakes is how many mistakes of one file are told. Who has more has the
// same one over and over.
const maxMistakes = 1000

// Load reads, checks and compiles a knowledge base. An entry in a later layer
// takes the place of the one with the same id in an earlier layer; within one
// layer an id stands once.
//
// The error is a Mistakes with everything that is wrong in all files. The
// entries' own examples are tried only when all else is right, for with an
// entry missing they would fail for no reason of their own; and only those of
// the last layer, for a team that lays entries over others does not answer
// for the others' examples.
func Load(layers ...Layer) (*Base, error) {
	var all []item
	var mistakes Mistakes
	for _, layer := range layers {
		items, wrong := readLayer(layer)
		mistakes = append(mistakes, wrong...)
		all = append(all, items...)
	}
	last := ""
	if len(layers) > 0 {
		last = layers[len(layers)-1].Name
	}
	return compile(overlay(all), mistakes, last)
}

// An item is an entry on its way from a file into the base.
type item struct {
	entry *Entry
	at    place
	layer string
}

// overlay keeps of each id the item that was read last.
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

// compile checks what was read and builds the base. Examples of the layer with
// the name are tried.
func compile(items []item, mistakes Mistakes, layer string) (*Base, error) {
	mistakes = append(mistakes, lintAll(items, mistakes).without(mistakes)...)
	if err := mistakes.err(); err != nil {
		return nil, err
	}
	list := make([]*Entry, len(items))
	for i, it := range items {
		list[i] = it.entry
	}
	b := newBase(list)
	if err := b.tryExamples(items, layer).err(); err != nil {
		return nil, err
	}
	return b, nil
}

// readLayer reads all files of a layer, each on its own.
func readLayer(l Layer) ([]item, Mistakes) {
	listed, err := fs.ReadDir(l.FS, ".")
	if err != nil {
		return nil, Mistakes{{File: l.Name, Text: "the folder cannot be read: " + cause(err)}}
	}
	listed = slices.DeleteFunc(listed, func(d fs.DirEntry) bool { return !entryFile(d.Name()) })
	items, mistakes := make([][]item, len(listed)), make([]Mistakes, len(listed))
	parallel(len(listed), func(i int) { items[i], mistakes[i] = readFile(l, listed[i].Name()) })
	read, wrong := slices.Concat(items...), slices.Concat(mistakes...)
	if len(read) == 0 && len(wrong) == 0 {
		wrong = Mistakes{{File: l.Name, Text: "the folder holds no entries: no *.yaml, *.yml or *.jsonl file, or only empty ones"}}
	}
	return read, append(wrong, repeated(read).without(wrong)...)
}

// entryFile reports whether a file of the name holds entries.
func entryFile(name string) bool {
	return !strings.HasPrefix(name, ".") && slices.Contains([]string{".yaml", ".yml", ".jsonl"}, path.Ext(name))
}

// repeated finds the ids that stand more than once in one layer.
func repeated(items []item) Mistakes {
	var mistakes Mistakes
	first := make(map[string]place, len(items))
	for _, it := range items {
		if at, ok := first[it.entry.ID]; ok {
			mistakes = append(mistakes, it.at.key("id").mistake("the id %q is taken: %s:%d", it.entry.ID, at.file, at.line))
			continue
		}
		first[it.entry.ID] = it.at.key("id")
	}
	return mistakes
}

func readFile(l Layer, name string) ([]item, Mistakes) {
	file := path.Join(l.Name, name)
	limit, read := int64(maxEntry), readYAML
	if path.Ext(name) == ".jsonl" {
		limit, read = maxLines, readLines
	}
	data, err := readAll(l.FS, name, limit)
	if err != nil {
		return nil, Mistakes{{File: file, Text: cause(err)}}
	}
	items, mistakes := read(file, data)
	for i := range items {
		items[i].layer = l.Name
	}
	if len(mistakes) > maxMistakes {
		mistakes = append(mistakes[:maxMistakes], Mistake{file, mistakes[maxMistakes].Line, "and so on: no more is told of this file"})
	}
	return items, mistakes
}

// readAll reads a regular file that is not larger than limit. Opening anything
// else, such as a pipe, could wait for ever.
func readAll(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errors.New("this is a folder; want a file")
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("this is no regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("the file is larger than %d MB", limit>>20)
	}
	return data, err
}

// cause is an error without the operation and path, which the place tells.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// parallel calls f for 0 to n-1, on all processors.
func parallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
