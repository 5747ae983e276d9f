package kb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// FilesName is the name of the layer of Files in mistakes.
const FilesName = "database"

// Files are the files of a layer that are in memory because they come from the
// database: one entry each, named ID.yaml, and _shared/negative.txt. Nil has none. The
// files of a Layer do not change; Live.Update replaces them.
type Files map[string]string

// MaxFile bounds the size of one of Files. The largest built-in entry has 37 kB.
const MaxFile = 256 << 10

// Negative is the file of talk that the bot must leave alone.
const Negative = shared + "/" + talkFile

// CheckFileName returns an error unless a file of this name may be in Files.
func CheckFileName(name string) error {
	if id, ok := strings.CutSuffix(name, ".yaml"); ok && entryID.MatchString(id) || name == Negative {
		return nil
	}
	return fmt.Errorf("kb: there is no file %q; want ID.yaml or %s", name, Negative)
}

// IDOf returns the ID in the YAML of an entry, or "".
func IDOf(content string) string {
	doc, mistake := parseYAML("", []byte(content))
	if mistake != nil {
		return ""
	}
	if id := valueOf(doc.Content[0], "id"); id != nil {
		return id.Value
	}
	return ""
}

// Talk returns the texts that the bot must leave alone.
func (b *Base) Talk() []string { return b.talk }

// layer returns the layer of the files.
func (f Files) layer() Layer { return Layer{Name: FilesName, FS: f} }

// hasFiles reports whether the layer is one of Files.
func (l Layer) hasFiles() bool {
	_, ok := l.FS.(Files)
	return ok
}

// Open implements fs.FS.
func (f Files) Open(name string) (fs.File, error) {
	info, err := f.Stat(name)
	if err != nil {
		return nil, err
	}
	return openFile{info, strings.NewReader(f[name])}, nil
}

// Stat implements fs.StatFS.
func (f Files) Stat(name string) (fs.FileInfo, error) {
	content, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return fileInfo{path.Base(name), int64(len(content)), 0o444}, nil
}

// ReadDir implements fs.ReadDirFS.
func (f Files) ReadDir(folder string) ([]fs.DirEntry, error) {
	found := map[string]fs.DirEntry{}
	for name, content := range f {
		rest := name
		if folder != "." {
			var ok bool
			if rest, ok = strings.CutPrefix(name, folder+"/"); !ok {
				continue
			}
		}
		info := fileInfo{rest, int64(len(content)), 0o444}
		if first, _, deeper := strings.Cut(rest, "/"); deeper {
			info = fileInfo{first, 0, fs.ModeDir | 0o555}
		}
		found[info.name] = fs.FileInfoToDirEntry(info)
	}
	if len(found) == 0 && folder != "." {
		return nil, &fs.PathError{Op: "open", Path: folder, Err: fs.ErrNotExist}
	}
	var all []fs.DirEntry
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[name])
	}
	return all, nil
}

type openFile struct {
	info fs.FileInfo
	*strings.Reader
}

func (f openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f openFile) Close() error               { return nil }

type fileInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return i.mode }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fileInfo) Sys() any           { return nil }

// A FolderFile is the text of a file in the folders of a knowledge base.
type FolderFile struct {
	Layer   string // the name of the layer that has it; "" if none has
	Content string
}

// readSource returns the file with a name that the last of the layers has. An entry may
// also be in a .yml file, or on a line of a .jsonl file; JSON is YAML.
func readSource(name string, layers []Layer) (FolderFile, error) {
	id, isEntry := strings.CutSuffix(name, ".yaml")
	for _, l := range slices.Backward(layers) {
		names := []string{name}
		if isEntry {
			names = append(names, id+".yml")
		}
		for _, n := range names {
			data, err := readAll(l.FS, n, maxEntry)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return FolderFile{l.Name, string(data)}, err
		}
		if line, ok := lineOf(id, l); ok && isEntry {
			return FolderFile{l.Name, line}, nil
		}
	}
	return FolderFile{}, nil
}

// lineOf returns the line of a .jsonl file that has the entry with an ID, as YAML.
func lineOf(id string, l Layer) (text string, ok bool) {
	listed, _ := fs.ReadDir(l.FS, ".") // Load reports an error
	for _, d := range listed {
		if path.Ext(d.Name()) != ".jsonl" {
			continue
		}
		data, _ := readAll(l.FS, d.Name(), maxLines)
		for line := range bytes.Lines(data) {
			if !bytes.Contains(line, []byte(`"`+id+`"`)) {
				continue
			}
			n, err := jsonNode(json.NewDecoder(bytes.NewReader(line)), 1, 0)
			if err != nil {
				continue
			}
			if found := (place{node: n}).key("id"); found.node == nil || found.node.Value != id {
				continue
			}
			if text, err := yaml.Marshal(n); err == nil {
				return string(text), true
			}
		}
	}
	return "", false
}
