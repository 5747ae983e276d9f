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

// maxMistakes bounds the mistakes that Load returns, of all kinds and files
// together. More than this is usually one mistake repeated on every line, and a
// file of 64 MB has room for 20 million of them.
const maxMistakes = 1000

// Load reads, checks and compiles a knowledge base. An entry in a later layer
// takes the place of the one with the same id in an earlier layer; within one
// layer an id stands once.
//
// The error is a Mistakes with everything that is wrong in all files, up to
// maxMistakes; Load stops reading when it has found more. The entries' own examples are tried only when all else is right, for with an
// entry missing they would fail for no reason of their own; and only those of
// the last layer, for a team that lays entries over others does not answer
// for the others' examples.
func Load(layers ...Layer) (*Base, error) {
	var all batch
	last := ""
	for _, layer := range layers {
		last = layer.Name
		if !all.more {
			all.add(readLayer(layer))
		}
	}
	return compile(all, last)
}

// An item is an entry on its way from a file into the base.
type item struct {
	entry *Entry
	at    place
	layer string
	wrong Mistakes // what the linter finds in the entry alone
}

// A batch is what was read from a part of a file, from a file, or from more.
type batch struct {
	items    []item
	mistakes Mistakes // other than the items' own
	more     bool     // reading stopped early because too much was wrong
}

func (b *batch) add(more batch) {
	b.items = append(b.items, more.items...)
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

// wrong counts the mistakes in b.
func (b batch) wrong() int {
	n := len(b.mistakes)
	for _, it := range b.items {
		n += len(it.wrong)
	}
	return n
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
func compile(read batch, layer string) (*Base, error) {
	items := read.items
	if !read.more {
		items = overlay(items)
	}
	mistakes := append(read.mistakes, lintAll(items, read).without(read.mistakes)...)
	if err := mistakes.err(read.more); err != nil {
		return nil, err
	}
	list := make([]*Entry, len(items))
	for i, it := range items {
		list[i] = it.entry
	}
	b := newBase(list)
	if err := b.tryExamples(items, layer).err(false); err != nil {
		return nil, err
	}
	return b, nil
}

// readLayer reads the files of a layer, each on its own, until too much is wrong.
func readLayer(l Layer) batch {
	listed, err := fs.ReadDir(l.FS, ".")
	if err != nil {
		return batch{mistakes: Mistakes{{File: l.Name, Text: "the folder cannot be read: " + cause(err)}}}
	}
	listed = slices.DeleteFunc(listed, func(d fs.DirEntry) bool { return !entryFile(d.Name()) })
	read := make([]batch, len(listed))
	var wrong atomic.Int64
	parallelUntil(len(listed), func(i int) bool {
		read[i] = readFile(l, listed[i].Name())
		return wrong.Add(int64(read[i].wrong())) > maxMistakes || read[i].more
	})
	all := join(read)
	all.more = all.more || wrong.Load() > maxMistakes
	if len(all.items) == 0 && len(all.mistakes) == 0 {
		all.mistakes = Mistakes{{File: l.Name, Text: "the folder holds no entries: no *.yaml, *.yml or *.jsonl file, or only empty ones"}}
	}
	all.mistakes = append(all.mistakes, repeated(all.items).without(all.mistakes)...)
	return all
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
	file := path.Join(l.Name, name)
	limit, read := int64(maxEntry), readYAML
	if path.Ext(name) == ".jsonl" {
		limit, read = maxLines, readLines
	}
	data, err := readAll(l.FS, name, limit)
	if err != nil {
		return batch{mistakes: Mistakes{{File: file, Text: cause(err)}}}
	}
	b := read(file, data)
	for i := range b.items {
		b.items[i].layer = l.Name
	}
	return b
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
	// In one piece: growing step by step, as io.ReadAll does, allocates five times
	// the size.
	data := bytes.NewBuffer(make([]byte, 0, min(info.Size(), limit)+bytes.MinRead))
	_, err = data.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && int64(data.Len()) > limit {
		err = fmt.Errorf("the file is larger than %d MB", limit>>20)
	}
	return data.Bytes(), err
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
	parallelUntil(n, func(i int) bool { f(i); return false })
}

// parallelUntil calls f for 0, 1, 2 … to n-1, on all processors, and begins no
// more calls after one has returned true.
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
