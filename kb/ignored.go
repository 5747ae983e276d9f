package kb

import (
	"io/fs"
	"path"
	"strings"
)

// Ignored returns the files and folders of the layers that are not read, with the
// reason. Hidden ones are meant to be left out.
func Ignored(layers ...Layer) (all Mistakes) {
	for _, l := range layers {
		listed, err := fs.ReadDir(l.FS, ".")
		if err != nil {
			continue // reported by Load
		}
		for _, d := range listed {
			name := d.Name()
			file := path.Join(l.Name, name)
			switch {
			case strings.HasPrefix(name, "."), name == shared, !d.IsDir() && entryFile(name):
			case d.IsDir():
				all = append(all, newMistake(file, 0, "ignored: subfolders are not read, except %s%s", shared, suggestOne(name, []string{shared})))
			default:
				all = append(all, newMistake(file, 0, "ignored: want *.yaml, *.yml or *.jsonl"))
			}
		}
	}
	return all
}
