package kb

import (
	"os"
	"slices"
	"strings"
	"testing"

	"mabsbot/kb/match"
)

const teamFolder = "testdata/team"

// TestTeam measures what a team gets for entries of its own, with two phrases
// per language and one frame each: how many of eight paraphrases per entry, none
// of them known to the entries, the bot hears, or offers the entry among others.
// The goal is four in five.
func TestTeam(t *testing.T) {
	b, err := Load(Layers("", teamFolder)...)
	if err != nil {
		t.Fatal(err)
	}
	heard, framed, all := 0, 0, 0
	for e, texts := range teamParaphrases(t, b) {
		for _, phrase := range e.Phrases.all() {
			if text := b.frameWarning(e, phrase); text != "" {
				t.Errorf("%s: its phrase %s: %q", e.ID, text, phrase)
			}
		}
		if len(texts) != 8 {
			t.Errorf("%s has %d paraphrases, want 8", e.ID, len(texts))
		}
		for _, text := range texts {
			all++
			concepts := b.index().Concepts(text)
			if e.longestFrame(concepts) != nil {
				framed++
			}
			if r := b.Match(text); r.Band != match.Silent && slices.ContainsFunc(r.Hits, func(h Hit) bool { return h.Entry == e }) {
				heard++
			} else {
				t.Logf("%s: %s, %s: %s", e.ID, r.summary(), listConcepts(concepts), text)
			}
		}
	}
	t.Logf("heard or offered: %d of %d; the frame is filled in %d", heard, all, framed)
	if 5*heard < 4*all {
		t.Errorf("%d of %d paraphrases are heard or offered, want four in five", heard, all)
	}
}

// teamParaphrases returns the paraphrases of each of the team's ten entries.
func teamParaphrases(t *testing.T, b *Base) map[*Entry][]string {
	t.Helper()
	data, err := os.ReadFile(teamFolder + "/paraphrases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	by := map[*Entry][]string{}
	for line := range strings.Lines(string(data)) {
		id, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		switch e := b.Entry(id); {
		case line[0] == '#':
		case !ok || !slices.Contains(b.last, e):
			t.Fatalf("not a paraphrase of an entry of the team: %q", line)
		default:
			by[e] = append(by[e], text)
		}
	}
	if len(by) != 10 {
		t.Fatalf("%d entries have paraphrases, want 10", len(by))
	}
	return by
}
