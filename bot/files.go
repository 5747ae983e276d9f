package bot

import (
	"context"
	"time"
)

// Files of the knowledge base that editors save in the database.

// A FileVersion is a file of the knowledge base as it was saved, such as
// tape-door.yaml or _shared/negative.txt.
type FileVersion struct {
	File    string
	Version int    // counts the saves of all files
	From    int    // the version that it was made from; 0 if the database had none
	Content string // "" if Removed
	Removed bool   // the file of the folders counts again, if there is one
	By      string // the name of the user
	At      time.Time
}

// Of each file FileVersionsKept versions are kept, and those of the last FileHistory. An
// undo needs the last few; a page of the history shows twenty. The others are kept as long
// as the audit log, which says who wrote them.
const (
	FileVersionsKept = 20
	FileHistory      = 365 * 24 * time.Hour
)

// A FileStore keeps the versions of the files. One that cannot be read counts as
// removed, and is returned together with ErrUnreadable.
type FileStore interface {
	// Files returns the latest version of each file that was saved after a version,
	// in the order of the versions. After version 0 it returns all.
	Files(ctx context.Context, after int) ([]FileVersion, error)

	// FileHistory returns at most limit versions of a file that were saved before a
	// version, the latest first. Before version 0 it returns the latest.
	FileHistory(ctx context.Context, file string, before, limit int) ([]FileVersion, error)

	// SaveFile adds a version, which is the one after latest, and returns it with its
	// Version and the time. It is an ErrConflict unless latest is the version that was
	// saved last. It adds the audit record, whose Object is the name of the file, in the
	// same transaction.
	SaveFile(ctx context.Context, f FileVersion, latest int, record AuditRecord) (FileVersion, error)
}
