package match_test

import (
	"cmp"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

var calibrate = flag.Bool("calibrate", false, "fit the weights of the odds and ranks, and print them")

// A labeled is a text with its right entries.
type labeled struct {
	id, text string
	target   []string
	weight   float64 // in the fit
}

// TestCalibrate fits the weights of the odds and prints them, and how many texts
// of each kind would reach which odds.
func TestCalibrate(t *testing.T) {
	if !*calibrate {
		t.Skip("run with -calibrate")
	}
	b := builtinBase(t)
	ix := match.New(kb.Documents(b.Entries()), b.Concepts()...)
	var rows []featureRow
	for _, l := range labeledTexts(t, b) {
		if row, ok := featuresOf(b, ix, l); ok {
			rows = append(rows, row)
		}
	}
	w := logistic(rows, 0.5)
	for i, x := range w {
		fmt.Printf("\t%2d: %.2f,\n", i, x)
	}
	printThresholds(rows, w)
}

// TestCalibrateRanks fits the weights of ranks on the messages of the products'
// catalog under all noises: those that select the likeliest templates, and those
// that rank them.
func TestCalibrateRanks(t *testing.T) {
	if !*calibrate {
		t.Skip("run with -calibrate")
	}
	ix, messages := catalogIndex(t)
	rng := rand.New(rand.NewPCG(2, 2))
	var near, likely [][]match.RankRow
	for range 20000 {
		i := rng.IntN(len(messages))
		text := match.Noises[rng.IntN(len(match.Noises))].Make(rng, match.Filled(rng, messages[i]))
		n, l := ix.RankRows(text, i)
		near, likely = append(near, n), append(likely, l)
	}
	w := softmax(near, 3)
	fmt.Printf("selectShared %.0f, selectTrigram %.0f, selectMissing %.0f\n", 10*w[0], 10*w[1], 10*w[2])
	w = softmax(likely, 4)
	fmt.Printf("rankShared %.0f, rankTrigram %.0f, rankMissing %.0f, rankPoint %.0f\n", 10*w[0], 10*w[1], 10*w[2], 10*w[3])
}

// catalogIndex returns an index of the products' catalog, whose documents are
// single messages, and the messages.
func catalogIndex(t *testing.T) (*match.Index, []string) {
	var documents []match.Document
	var messages []string
	seen := map[string]bool{}
	for _, row := range table(t, "dpm-error-codes.tsv") {
		m := catalogSlot.ReplaceAllStringFunc(catalogBreak.ReplaceAllString(row["message"], " "), func(s string) string {
			return "<" + notWord.ReplaceAllString(s, "") + ">"
		})
		m = strings.Join(strings.Fields(m), " ")
		if len(m) < 25 || seen[bare(m)] {
			continue
		}
		seen[bare(m)] = true
		messages = append(messages, m)
		documents = append(documents, match.Document{Messages: []string{m}})
	}
	return match.New(documents), messages
}

// A slot in the catalog is <_Name_>, with or without a backslash.
var (
	catalogBreak = regexp.MustCompile(`<br ?/?>`)
	catalogSlot  = regexp.MustCompile(`\\?<[\s*_]*[A-Za-z0-9 .-]*?[\s*_]*>`)
)

// builtinBase returns the built-in base, whether or not the matcher passes its
// examples.
func builtinBase(t testing.TB) *kb.Base {
	t.Helper()
	b, err := kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func labeledTexts(t *testing.T, b *kb.Base) []labeled {
	var all []labeled
	for _, file := range []string{"noisy.jsonl", "wild-positive.jsonl", "paraphrase.jsonl", "wild-negative.jsonl"} {
		for _, q := range devQuestions(t, file) {
			if q.ID != "wild-154" { // the message and the code of an entry, labeled a near miss
				all = append(all, labeled{q.ID, q.Text, q.Target, 2})
			}
		}
	}
	for line := range strings.Lines(negative(t)) {
		all = append(all, labeled{"negative", strings.TrimSpace(line), nil, 2})
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, e := range b.Entries() {
		for _, text := range e.Examples.Match {
			all = append(all, labeled{"example-" + e.ID, text, []string{e.ID}, 2})
		}
		all = append(all, noisyMessages(rng, b, e)...)
	}
	return append(all, strangers(t, b, rng)...)
}

// negative returns the talk that no entry may answer.
func negative(t testing.TB) string {
	data, err := fs.ReadFile(kb.Builtin(), "_shared/negative.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// noisyMessages returns the messages of an entry under each noise, in the two
// languages of most pastes.
func noisyMessages(rng *rand.Rand, b *kb.Base, e *kb.Entry) []labeled {
	var all []labeled
	for _, v := range e.Messages {
		if v.Lang != "en" && v.Lang != "ko" {
			continue
		}
		for _, m := range v.Texts {
			for _, n := range match.Noises {
				text := n.Make(rng, match.Filled(rng, m))
				all = append(all, labeled{"noised-" + n.Name, text, entriesWith(b, text, e.ID), 0.3})
			}
		}
	}
	return all
}

var notWord = regexp.MustCompile(`[\W_]+`)

func bare(s string) string {
	return strings.TrimSpace(notWord.ReplaceAllString(match.Fill(strings.ToLower(s), func(string) string { return " " }), " "))
}

// entriesWith returns the entries that have a text in one of their messages, and
// the one that the text was made from.
func entriesWith(b *kb.Base, text, from string) []string {
	all := []string{from}
	key := bare(text)
	for _, e := range b.Entries() {
		for _, v := range e.Messages {
			for _, m := range v.Texts {
				if key != "" && e.ID != from && strings.Contains(bare(m), key) {
					all = append(all, e.ID)
				}
			}
		}
	}
	return all
}

// strangers returns the messages of the products that no entry has.
func strangers(t *testing.T, b *kb.Base, rng *rand.Rand) []labeled {
	ix := match.New(kb.Documents(b.Entries()), b.Concepts()...)
	var all []labeled
	for _, file := range []struct {
		name    string
		columns []string
	}{{"dpm-error-codes.tsv", []string{"message"}}, {"family-errors.tsv", []string{"message_en", "message_ko"}}} {
		for _, row := range table(t, file.name) {
			for _, column := range file.columns {
				m, code := row[column], row["code"]
				if len(m) < 15 || hasAnyCode(ix, code) || owned(b, m) {
					continue
				}
				text := match.Filled(rng, m)
				all = append(all, labeled{"stranger-" + code, text, nil, 0.3})
				if code != "" {
					all = append(all, labeled{"stranger-" + code, text + " (ID: " + code + ")", nil, 0.3})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(x, y labeled) int { return cmp.Compare(x.id, y.id) })
	return all
}

// hasAnyCode reports whether a document has one of the codes of a row.
func hasAnyCode(ix *match.Index, codes string) bool {
	return slices.ContainsFunc(strings.Split(codes, ", "), ix.HasCode)
}

// owned reports whether an entry has the message, or part of it.
func owned(b *kb.Base, message string) bool {
	key := bare(message)
	for _, e := range b.Entries() {
		for _, v := range e.Messages {
			for _, m := range v.Texts {
				if own := bare(m); len(own) > 12 && (strings.Contains(key, own) || strings.Contains(own, key)) {
					return true
				}
			}
		}
	}
	return false
}

func table(t *testing.T, name string) []map[string]string {
	f, err := os.Open(filepath.Join("../../../shared/reference", name))
	if err != nil {
		t.Skip("no tables next to this module")
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i, f := range fields[:min(len(fields), len(head))] {
			row[head[i]] = f
		}
		rows = append(rows, row)
	}
}

// A featureRow has the features of the first score of a text, and whether that is
// right.
type featureRow struct {
	labeled
	entry string
	right bool
	x     [match.NumFeatures]float64
}

func featuresOf(b *kb.Base, ix *match.Index, l labeled) (featureRow, bool) {
	doc, x, ok := ix.FirstFeatures(l.text)
	if !ok {
		return featureRow{}, false
	}
	id := b.Entries()[doc].ID
	return featureRow{l, id, slices.Contains(l.target, id), x}, true
}

// printThresholds prints how many texts of each kind, right and wrong, reach
// which odds, and the wrong ones with the highest odds.
func printThresholds(rows []featureRow, w [match.NumFeatures]float64) {
	kind := func(r featureRow) string {
		name, _, _ := strings.Cut(r.id, "-")
		return fmt.Sprint(name, map[bool]string{true: "+", false: "-"}[r.right])
	}
	for _, least := range []float64{4, 3, 2, 1.5, 1, 0.5, 0, -0.5, -1, -1.5, -2, -2.5, -3} {
		n, of := map[string]int{}, map[string]int{}
		for _, r := range rows {
			of[kind(r)]++
			if logit(w, r.x) >= least {
				n[kind(r)]++
			}
		}
		fmt.Printf("%5.1f ", least)
		for _, k := range sortedKeys(of) {
			fmt.Printf(" %s %d/%d", k, n[k], of[k])
		}
		fmt.Println()
	}
	slices.SortFunc(rows, func(a, b featureRow) int { return cmp.Compare(logit(w, b.x), logit(w, a.x)) })
	n := 0
	for _, r := range rows {
		if !r.right && n < 40 && !strings.HasPrefix(r.id, "noised") {
			n++
			fmt.Printf("%6.2f %s is not %s: %.100s\n", logit(w, r.x), r.id, r.entry, strings.ReplaceAll(r.text, "\n", " / "))
		}
	}
	loss := 0.0
	for _, r := range rows {
		p := match.Sigmoid(logit(w, r.x))
		if !r.right {
			p = 1 - p
		}
		loss -= r.weight * math.Log(max(p, 1e-9))
	}
	fmt.Printf("loss %.1f\n", loss)
}

func sortedKeys(m map[string]int) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
