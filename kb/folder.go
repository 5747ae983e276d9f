package kb

import (
	"io/fs"
	"os"
)

// A dirFS is a folder of entries on disk. Links in it work, as those of a
// Kubernetes config map, unless they lead out of it: whoever may write entries
// must not be able to read other files by the mistakes that they cause. It is
// opened for each file, because it may be replaced while the program runs.
type dirFS string

// Open implements fs.FS.
func (d dirFS) Open(name string) (fs.File, error) {
	file, err := os.OpenInRoot(string(d), name)
	if err != nil {
		return nil, err
	}
	return file, nil
}

// Stat implements fs.StatFS. It does not open the file, which may be a pipe.
func (d dirFS) Stat(name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // nothing was written
	return root.Stat(name)
}
