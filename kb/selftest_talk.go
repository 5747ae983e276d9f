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
	Band match.Band `json:"band"`
	Text string     `json:"text"`
}

// A talkReport says on which lines of the stored talk the bot would have spoken
// because of entries.
type talkReport struct {
	Lines  int      `json:"lines"`
	Quiet  int      `json:"quiet"` // entries because of which it would not have spoken
	Spoken []spoken `json:"spoken"`
}

// A spoken is an entry because of which the bot would have spoken.
type spoken struct {
	Entry   string   `json:"entry"`
	Remarks []remark `json:"remarks"`
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
			by[h.Entry] = append(by[h.Entry], remark{r.Band, b.talk[i]})
		}
	}
	return by
}

// tryTalk tries the stored talk.
func (b *Base) tryTalk(entries []*Entry) talkReport {
	r := talkReport{Lines: len(b.talk), Spoken: []spoken{}}
	if r.Lines == 0 {
		return r
	}
	by := b.remarks()
	for _, e := range entries {
		if len(by[e]) == 0 {
			r.Quiet++
			continue
		}
		r.Spoken = append(r.Spoken, spoken{e.ID, by[e]})
	}
	return r
}

// lines returns the report in words.
func (r talkReport) lines() (lines []string) {
	for _, s := range r.Spoken {
		lines = append(lines, fmt.Sprintf("%s: would have spoken on %d of %s:", s.Entry, len(s.Remarks), count(r.Lines, "line")))
		for _, said := range s.Remarks[:min(maxTalkShown, len(s.Remarks))] {
			lines = append(lines, fmt.Sprintf("    %-8s %q", talkVerbs[said.Band], shorten(said.Text)))
		}
	}
	if r.Quiet > 0 {
		lines = append(lines, fmt.Sprintf("%s would not have spoken on any of %s", entryCount(r.Quiet), count(r.Lines, "line")))
	}
	return lines
}

// talkVerbs say what the bot does in a band.
var talkVerbs = map[match.Band]string{match.Likely: "asks", match.Sure: "answers"}
