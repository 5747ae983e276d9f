package match

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the numbers into doc.go")

// storyPaste is the paste that doc.go follows through the matcher.
const storyPaste = `> The agent operaton failed becuase of a comunication error
> with the DPM Agent Cordinator service on FS-11.
happens since the upgrade, any ideas?`

// TestDocNumbers recomputes every number of the story in doc.go.
func TestDocNumbers(t *testing.T) {
	data, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	start := strings.Index(text, "// # One paste")
	if start < 0 {
		t.Fatal("doc.go has no story")
	}
	blocks := regexp.MustCompile(`(?m)(^//\t.*\n)+`).FindAllStringIndex(text[start:], -1)
	story := storyBlocks(t)
	if len(blocks) != len(story) {
		t.Fatalf("doc.go has %d blocks of numbers, want %d", len(blocks), len(story))
	}
	var updated strings.Builder
	updated.WriteString(text[:start])
	last := start
	for i, b := range blocks {
		want := "//\t" + strings.ReplaceAll(strings.TrimSpace(story[i]), "\n", "\n//\t") + "\n"
		if got := text[start+b[0] : start+b[1]]; got != want && !*update {
			t.Errorf("doc.go has\n%swant\n%s", got, want)
		}
		updated.WriteString(text[last:start+b[0]] + want)
		last = start + b[1]
	}
	if *update {
		if err := os.WriteFile("doc.go", []byte(updated.String()+text[last:]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	prose := strings.Join(strings.Fields(strings.ReplaceAll(text, "\n//", "\n")), " ")
	for _, fact := range []string{
		fmt.Sprintf("the %d nearest templates", maxNearest),
		fmt.Sprintf("the %d likeliest", maxLikeliest),
		fmt.Sprintf("the best %d documents", maxAligned),
		fmt.Sprintf("windows of %d KiB", windowBytes>>10),
		fmt.Sprintf("the odds of the paste would be %.2f", storyOdds(t, storyPaste+" (ID: 319)")),
	} {
		if !strings.Contains(prose, fact) {
			t.Errorf("doc.go does not say %q", fact)
		}
	}
}

// storyOdds returns the odds of the best document of a text.
func storyOdds(t *testing.T, text string) float64 {
	q := newQuery(New(LoadDocuments(t)))
	q.load(text)
	q.retrieve()
	scores := q.rank()
	q.assess(scores, q.context())
	return scores[0].odds
}

// storyBlocks takes the paste through the stages of query.match.
func storyBlocks(t *testing.T) []string {
	q := newQuery(New(LoadDocuments(t)))
	blocks := []string{storyPaste}
	q.load(storyPaste)
	blocks = append(blocks, q.tokenBlock(), q.termBlock())
	q.retrieve()
	blocks = append(blocks, q.candidateBlock(q.nearest, "shared     of  rank"))
	c := q.context()
	if q.unrelated(c) {
		t.Fatal("the paste is unrelated")
	}
	scores := q.rank()
	blocks = append(blocks, q.likeliestBlock())
	q.assess(scores, c)
	blocks = append(blocks, q.alignmentBlock(scores[:2]), featureBlock(scores[0].features(c)), oddsBlock(scores[:2]))
	r := q.decide(scores, c)
	return append(blocks, resultBlock(r))
}

// wrap joins words with a separator, in lines of at most 76 characters.
func wrap(words []string, separator string) string {
	var b strings.Builder
	column := 0
	for i, w := range words {
		if i < len(words)-1 {
			w += separator
		}
		if column > 0 && column+len([]rune(w)) > 76 {
			b.WriteString("\n")
			column = 0
		}
		b.WriteString(w)
		column += len([]rune(w))
	}
	return regexp.MustCompile(` +\n`).ReplaceAllString(b.String(), "\n")
}

func (q *query) textOf(from, to int32) string {
	return q.plain.s[q.tokens[from].from:q.tokens[to-1].to]
}

func (q *query) tokenBlock() string {
	var words []string
	for i := range q.tokens {
		words = append(words, q.textOf(int32(i), int32(i)+1))
	}
	return wrap(words, " | ")
}

func (q *query) termBlock() string {
	var words []string
	for _, t := range q.terms {
		text, name := q.textOf(t.at, t.at+int32(t.n)), q.ix.v.names[t.id]
		if !strings.EqualFold(text, name) {
			text += " → " + name
		}
		words = append(words, fmt.Sprint(text, " ", q.ix.v.weight[t.id]))
	}
	return wrap(words, ", ")
}

// templateText is the beginning of a template as it is compared.
func (q *query) templateText(target uint32, n int) string {
	r := []rune(strings.ReplaceAll(string(q.ix.templates[target].folded), string(rune(slotByte)), "<>"))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "…"
}

func (q *query) candidateBlock(list []candidate, head string) string {
	var b strings.Builder
	fmt.Fprintln(&b, head)
	for _, c := range list[:4] {
		fmt.Fprintf(&b, "%6d  %5d  %4d  %s\n", c.shared, q.ix.targets[c.target].weight, c.rank, q.templateText(c.target, 50))
	}
	return b.String()
}

func (q *query) likeliestBlock() string {
	var b strings.Builder
	fmt.Fprintln(&b, "trigrams  missing  points   rank")
	for _, c := range q.likeliest[:4] {
		a := q.rankTemplate(c)
		fmt.Fprintf(&b, "%8d  %7d  %6d  %5d  %s\n", a.sharedTrigrams, a.missingTrigrams, a.points, a.rank, q.templateText(c.target, 40))
	}
	return b.String()
}

func (q *query) alignmentBlock(scores []candidateScore) string {
	var b strings.Builder
	fmt.Fprintln(&b, "matched    of  skipped  unmatched  around")
	for _, s := range scores {
		m := s.message
		fmt.Fprintf(&b, "%7d  %4d  %7d  %9d  %6d  %s\n", m.matched, m.template.weight, m.skipped, m.unmatched, s.sentenceRest, q.templateText(uint32(slices.IndexFunc(q.ix.templates, func(t template) bool { return t.firstTerm == m.template.firstTerm })), 34))
	}
	return b.String()
}

var featureNames = [numFeatures]string{
	"bias", "message", "covered", "whole", "skipped", "unmatched", "continued", "phrase", "ratio", "shared", "strong", "medium", "bare",
	"contrary strong", "contrary", "product", "unknown", "other products", "margin", "trigrams", "substrings", "phrase substrings", "trouble", "long",
}

func featureBlock(x featureVector) string {
	var words []string
	for i, v := range x {
		if v >= 0.005 {
			words = append(words, fmt.Sprintf("%s %.2f·%.2f", featureNames[i], v, weights[i]))
		}
	}
	return wrap(words, ", ")
}

func oddsBlock(scores []candidateScore) string {
	var b strings.Builder
	for _, s := range scores {
		fmt.Fprintf(&b, "document %d  rank %d  margin %+.2f  odds %+.2f  probability %.3f\n", s.doc, s.rank, s.margin, s.odds, sigmoid(s.odds))
	}
	return b.String()
}

func resultBlock(r Result) string {
	var b strings.Builder
	for _, h := range r.Hits {
		fmt.Fprintf(&b, "%s: document %d, confidence %.3f, slots %v\n", r.Band, h.Doc, h.Confidence, h.Slots)
		for _, e := range h.Evidence {
			fmt.Fprintf(&b, "%s at %d to %d:\n%s\n", e.Kind, e.Start, e.End, e.Text)
		}
	}
	return b.String()
}
