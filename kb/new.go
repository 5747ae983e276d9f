package kb

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed skeleton.yaml
var skeleton string

// Skeleton returns a commented entry with the ID and without texts. The linter
// reports each text that is still missing.
func Skeleton(id string) (string, error) {
	if !entryID.MatchString(id) {
		return "", fmt.Errorf("kb: "+notAnEntryID, id)
	}
	return strings.Replace(skeleton, "id: ENTRY\n", "id: "+id+"\n", 1), nil
}

// New writes the skeleton of an entry to a new file in a folder, and returns its
// name.
func New(folder, id string) (file string, err error) {
	text, err := Skeleton(id)
	if err != nil {
		return "", err
	}
	file = filepath.Join(folder, id+".yaml")
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("kb: %s already exists", file)
	} else if err != nil {
		return "", fmt.Errorf("kb: new entry: %w", err)
	}
	_, err = f.WriteString(text)
	return file, errors.Join(err, f.Close())
}
