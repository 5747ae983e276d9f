package bot

import (
	"context"
	"time"
)

// Who changed what, and when.

// AuditOperations are the part of Operations for the audit log.
type AuditOperations interface {
	// Audit is that of Store.
	Audit(ctx context.Context, q AuditQuery) ([]AuditRecord, error)

	// Record adds a record of what a user of the console did. ID and At are set by the
	// store, and Change is nil: SetChannel records it. Editor.Save records what it saves.
	Record(ctx context.Context, r AuditRecord) error
}

// An AuditKind is what was done.
type AuditKind string

// The kinds of audit records.
const (
	AuditSettings AuditKind = "settings" // the settings of a channel were changed, by chat or on a page
	AuditResend   AuditKind = "resend"   // a dead letter was sent again
	AuditDiscard  AuditKind = "discard"  // a dead letter was removed
	AuditReset    AuditKind = "reset"    // the simulated workspace was started over
	AuditIgnore   AuditKind = "ignore"   // a group of unanswered messages was ignored
	AuditDone     AuditKind = "done"     // a group of unanswered messages was marked as done
	AuditReopen   AuditKind = "reopen"   // a group of unanswered messages was opened again
	AuditSave     AuditKind = "save"     // a file of the knowledge base was saved
	AuditUndo     AuditKind = "undo"     // an earlier version of such a file was saved again
	AuditRemove   AuditKind = "remove"   // such a file was removed from the database

	AuditFixUsed    AuditKind = "fix_used"    // a fix was put into an entry
	AuditFixDismiss AuditKind = "fix_dismiss" // a fix was dismissed
	AuditFixReopen  AuditKind = "fix_reopen"  // a fix was opened again
)

// AuditKinds returns all kinds.
func AuditKinds() []AuditKind {
	return []AuditKind{AuditSettings, AuditResend, AuditDiscard, AuditReset, AuditIgnore, AuditDone, AuditReopen, AuditSave, AuditUndo, AuditRemove, AuditFixUsed, AuditFixDismiss, AuditFixReopen}
}

// An AuditRecord says who did what.
type AuditRecord struct {
	ID   string // unique, and opaque
	At   time.Time
	Kind AuditKind
	Place
	Object string // the ID of what it was done to, such as a post, or the name of a file; "" if Place says it
	By     User
	Change *SettingsChange // AuditSettings
}

// An AuditQuery selects audit records, latest first.
type AuditQuery struct {
	Kind   AuditKind // "" is all
	Before AuditMark // only those before it; the zero AuditMark is all
	Limit  int
}

// An AuditMark is the position of a record in the audit log.
type AuditMark struct {
	At time.Time
	ID string
}

// Audit implements Operations.
func (b *Bot) Audit(ctx context.Context, q AuditQuery) ([]AuditRecord, error) {
	all, err := b.store.Audit(ctx, q)
	return all, b.skipUnreadable(err)
}

// Record implements Operations.
func (b *Bot) Record(ctx context.Context, r AuditRecord) error { return b.store.Record(ctx, r) }
