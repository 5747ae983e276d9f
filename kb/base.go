package kb

// A Base is a loaded, checked and compiled knowledge base. It is immutable and
// safe for concurrent use; a reload makes a new one.
type Base struct {
	entries  []*Entry // by ID
	byID     map[string]*Entry
	revision string
}

// Entry returns the entry with the id, or nil.
func (b *Base) Entry(id string) *Entry { return b.byID[id] }

// Entries returns all entries in the order of their ids. The caller must not
// change them.
func (b *Base) Entries() []*Entry { return b.entries }

// Revision identifies the content of the whole base.
func (b *Base) Revision() string { return b.revision }
