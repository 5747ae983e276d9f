package kb

import (
	"fmt"
	"slices"

	"mabsbot/kb/match"
)

// maxTalkShown is how many lines of talk are listed for an entry: enough to see
// what they have in common.
const maxTalkShown = 3

// A remark is a line of talk on which the bot would have spoken.
type remark struct {
	text string
	band match.Band
}

// remarks returns the remarks by the entry that caused them: the answer, or the
// first choice of a question.
func (b *Base) remarks() map[*Entry][]remark {
	results := make([]Result, len(b.talk))
	parallel(len(b.talk), func(i int) { results[i] = b.Match(b.talk[i]) })
	by := map[*Entry][]remark{}
	for i, r := range results {
		if r.Band == match.Silent || len(r.Hits) == 0 {
			continue
		}
		for _, h := range slices.Concat(r.Hits[:1], r.Also) {
			by[h.Entry] = append(by[h.Entry], remark{b.talk[i], r.Band})
		}
	}
	return by
}

// talkReport returns lines that say on how much of the talk each of the entries
// would have spoken.
func (b *Base) talkReport(entries []*Entry) (lines []string) {
	if len(b.talk) == 0 {
		return nil
	}
	by := b.remarks()
	quiet := 0
	for _, e := range entries {
		said := by[e]
		if len(said) == 0 {
			quiet++
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: would have spoken on %d of %s:", e.ID, len(said), count(len(b.talk), "line")))
		for _, r := range said[:min(maxTalkShown, len(said))] {
			lines = append(lines, fmt.Sprintf("    %-8s %q", talkVerbs[r.band], shorten(r.text)))
		}
	}
	if quiet > 0 {
		lines = append(lines, fmt.Sprintf("%s would not have spoken on any of %s", entryCount(quiet), count(len(b.talk), "line")))
	}
	return lines
}

// talkVerbs say what the bot does in a band.
var talkVerbs = map[match.Band]string{match.Likely: "asks", match.Sure: "answers"}
