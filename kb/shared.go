package kb

import (
	"errors"
	"io/fs"
	"path"
)

// Shared is the folder of a layer for files that are no entries. Their names
// are fixed.
const shared = "_shared"

// sharedFiles are the files that a shared folder may have.
var sharedFiles = []string{glossaryFile}

// readShared reads the shared folder of a layer. A layer need not have one.
func readShared(l Layer) batch {
	folder := path.Join(l.Name, shared)
	listed, err := fs.ReadDir(l.FS, shared)
	if errors.Is(err, fs.ErrNotExist) {
		return batch{}
	}
	if err != nil {
		return batch{mistakes: Mistakes{{File: folder, Text: "the folder cannot be read: " + cause(err)}}}
	}
	var all batch
	for _, d := range listed {
		name := d.Name()
		file := path.Join(folder, name)
		switch {
		case name[0] == '.':
		case name == glossaryFile:
			data, err := readAll(l.FS, path.Join(shared, name), maxEntry)
			if err != nil {
				all.mistakes = append(all.mistakes, Mistake{File: file, Text: cause(err)})
				continue
			}
			all.add(readGlossary(file, data))
		default:
			all.mistakes = append(all.mistakes, newMistake(file, 0, "the folder %s has no use for %q%s", shared, name, suggest(name, sharedFiles)))
		}
	}
	return all
}
