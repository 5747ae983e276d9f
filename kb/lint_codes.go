package kb

import "slices"

// lintSharedCodes reports a code that several entries have, if no message and no
// symbol distinguishes them: whatever a paste with the code says, the bot could only
// ask which one it is.
func lintSharedCodes(items []item) (mistakes Mistakes) {
	first := map[uint32]*Entry{}
	for _, it := range items {
		for i, n := range it.entry.codeNumbers() {
			other := first[n]
			if other == nil {
				first[n] = it.entry
				continue
			}
			if other != it.entry && !it.entry.differs(other) {
				mistakes = append(mistakes, it.at.key("codes").item(i).mistake("the entry %q has the code %s, too, and no message or symbol distinguishes them", other.ID, it.entry.Codes[i]))
			}
		}
		if len(mistakes) > maxMistakes {
			break
		}
	}
	return mistakes
}

// differs reports whether one of two entries has a message or symbol that the
// other has not.
func (e *Entry) differs(other *Entry) bool { return !slices.Equal(e.marks(), other.marks()) }

// marks returns the symbols and the wordings of the messages, sorted.
func (e *Entry) marks() []string {
	marks := slices.Clone(e.Symbols)
	for _, message := range e.Messages.all() {
		marks = append(marks, wording(message))
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}
