package locale

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var fit = flag.Bool("fit", false, "fit the models of the replies, and write them")

// A trainingRow is a line of testdata/train: a scene, the intents that are right
// in it, and the reply. Yes, no and the like are resolved as the bot resolves
// them in that scene.
type trainingRow struct {
	file     string
	at       Scene
	intents  []Intent
	reply    string
	features []featureHash // distinct
}

// trainingRows reads the rows of a language.
func trainingRows(t testing.TB, lang string) []trainingRow {
	all := rulesOnly(t)
	files, err := filepath.Glob("testdata/train/" + lang + "-*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no training rows", err)
	}
	var rows []trainingRow
	seen := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(data)) {
			n++
			line = strings.TrimRight(line, "\n")
			f := strings.Split(line, "\t")
			switch {
			case line == "" || line[0] == '#' || seen[line]:
				continue
			case len(f) != 4:
				t.Fatalf("%s:%d: %d fields, want 4", file, n, len(f))
			}
			seen[line] = true
			row := trainingRow{file: file, at: Scene{f[0], f[1]}, reply: strings.ReplaceAll(f[3], `\n`, "\n")}
			for i := range strings.SplitSeq(f[2], ",") {
				intent, err := parseIntent(i)
				if err != nil {
					t.Fatalf("%s:%d: %v", file, n, err)
				}
				row.intents = append(row.intents, intent)
			}
			r := all.Read(row.reply)
			r.features(all[lang], row.at, func(h featureHash, _ byte, _ string) {
				row.features = append(row.features, h)
			})
			slices.Sort(row.features)
			row.features = slices.Compact(row.features)
			rows = append(rows, row)
		}
	}
	return rows
}

// rulesOnly returns the locales with empty models.
func rulesOnly(t testing.TB) Locales {
	files := fstest.MapFS{}
	for _, name := range []string{"*.yaml", "replies/*"} {
		names, err := filepath.Glob(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			data, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(n, ".model") {
				data = []byte("fixed")
			}
			files[n] = &fstest.MapFile{Data: data}
		}
	}
	all, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The constants of the fit. More rounds or another rate change no figure of the
// cross-validation by more than one row in a hundred. Features of fewer rows
// double the models, and make them no better.
const (
	rounds  = 25
	rate    = 0.1
	penalty = 1e-4 // of the square of a weight
	rarest  = 4    // rows that must have a feature
)

// A fitting fits a model by stochastic gradient descent with AdaGrad. Of the
// intents of a row, any is right.
type fitting struct {
	model    *model
	features []featureHash // in the order of their weights
	weights  []float64
	squares  []float64 // of the gradients so far
}

func newFitting(rows []trainingRow) *fitting {
	f := &fitting{model: &model{at: map[featureHash]int32{}}}
	count := map[featureHash]int{}
	for i := range rows {
		for _, h := range rows[i].features {
			count[h]++
		}
		for _, intent := range rows[i].intents {
			if !slices.Contains(f.model.intents, intent) {
				f.model.intents = append(f.model.intents, intent)
			}
		}
	}
	slices.Sort(f.model.intents)
	for _, h := range slices.Sorted(maps.Keys(count)) {
		if count[h] >= rarest {
			f.model.at[h] = int32(len(f.features) * len(f.model.intents))
			f.features = append(f.features, h)
		}
	}
	f.weights = make([]float64, len(f.features)*len(f.model.intents))
	f.squares = make([]float64, len(f.weights))
	return f
}

// step moves the weights by the gradient of a row.
func (f *fitting) step(row *trainingRow) {
	k := len(f.model.intents)
	p := make([]float64, k)
	var found []int32
	for _, h := range row.features {
		if n, ok := f.model.at[h]; ok {
			found = append(found, n)
			for c := range p {
				p[c] += f.weights[int(n)+c]
			}
		}
	}
	softmax(p)
	good := 1e-9
	for c, intent := range f.model.intents {
		if slices.Contains(row.intents, intent) {
			good += p[c]
		}
	}
	for c, intent := range f.model.intents {
		g := p[c]
		if slices.Contains(row.intents, intent) {
			g -= p[c] / good
		}
		if math.Abs(g) < 1e-4 {
			continue
		}
		for _, n := range found {
			i := int(n) + c
			d := g + penalty*f.weights[i]
			f.squares[i] += d * d
			f.weights[i] -= rate * d / (math.Sqrt(f.squares[i]) + 1e-6)
		}
	}
}

func softmax(p []float64) {
	top, sum := slices.Max(p), 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}

// fitModel fits a model to rows.
func fitModel(rows []trainingRow) *model {
	f := newFitting(rows)
	random := rand.New(rand.NewPCG(1, 2))
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	for range rounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			f.step(&rows[i])
		}
	}
	for _, w := range f.weights {
		steps := math.Round(w / weightStep)
		f.model.weights = append(f.model.weights, int8(max(firstWeight-zeroWeight, min(lastWeight-zeroWeight, steps))))
	}
	return f.model
}

// judgeRow judges a row as Judge does.
func (m *model) judgeRow(row *trainingRow) Judgment {
	var s scores
	for _, h := range row.features {
		if n, ok := m.at[h]; ok {
			s.add(m, n)
		}
	}
	return s.judge(m.intents)
}

// A tally counts judgments of rows.
type tally struct{ rows, right, harm, talk, intruded int }

func (s *tally) add(row *trainingRow, j Judgment) {
	if slices.Contains(row.intents, IntentTalk) {
		s.talk++
		if j.Talk < 0 {
			s.intruded++
		}
		return
	}
	s.rows++
	switch {
	case slices.Contains(row.intents, j.Intent):
		s.right++
	case j.Intent == IntentFixed:
		s.harm++
	}
}

func (s *tally) String() string {
	return fmt.Sprintf("%d of %d right (%.3f), %d taken for fixed, %d of %d talk taken for replies", s.right, s.rows, float64(s.right)/float64(s.rows), s.harm, s.intruded, s.talk)
}

// TestFit fits the models and writes them. It first reports how a model does on
// the rows of each file that is fitted to the others: the rows of authors that it
// has not seen.
func TestFit(t *testing.T) {
	if !*fit {
		t.Skip("only with -fit")
	}
	for _, lang := range []string{"en", "ko"} {
		rows := trainingRows(t, lang)
		byFile := map[string][]trainingRow{}
		for _, r := range rows {
			byFile[r.file] = append(byFile[r.file], r)
		}
		for _, file := range slices.Sorted(maps.Keys(byFile)) {
			m := fitModel(slices.DeleteFunc(slices.Clone(rows), func(r trainingRow) bool { return r.file == file }))
			var s tally
			for i := range byFile[file] {
				s.add(&byFile[file][i], m.judgeRow(&byFile[file][i]))
			}
			t.Logf("%-24s %s", filepath.Base(file), &s)
		}
		m := fitModel(rows)
		if err := os.WriteFile("replies/"+lang+".model", m.file(t, lang, rows), 0o666); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d rows, %d features", lang, len(rows), len(m.at))
	}
}

// file returns the file of a model.
func (m *model) file(t *testing.T, lang string, rows []trainingRow) []byte {
	all := rulesOnly(t)
	names := map[string]bool{}
	for i := range rows {
		r := all.Read(rows[i].reply)
		r.features(all[lang], rows[i].at, func(_ featureHash, kind byte, text string) { names[string(kind)+" "+text] = true })
	}
	var b strings.Builder
	b.WriteString("# The weights of the features of replies, see model.go. Generated from testdata/train by\n#\n#     go test ./bot/locale -run Fit -fit\n#\n")
	for n, i := range m.intents {
		fmt.Fprintf(&b, "%.*s%s", n, " ", cmp.Or(string(i), unclear))
	}
	b.WriteByte('\n')
	for _, name := range slices.Sorted(maps.Keys(names)) {
		n, ok := m.at[hashFeature(name[0], name[2:])]
		if !ok {
			continue
		}
		b.WriteString(name + "\t")
		for _, w := range m.weights[n : int(n)+len(m.intents)] {
			b.WriteByte(byte(zeroWeight + int(w)))
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// TestModel checks that the committed models fit their rows: they must be fitted
// again when rows, rules or features change much.
func TestModel(t *testing.T) {
	all := locales(t)
	for _, lang := range []string{"en", "ko"} {
		var s tally
		rows := trainingRows(t, lang)
		for i := range rows {
			s.add(&rows[i], all[lang].model.judgeRow(&rows[i]))
		}
		t.Logf("%s: %s", lang, &s)
		// After a fit 99 % are right, and 1 of 1,000 is taken for fixed.
		if 100*s.right < 97*s.rows || 100*s.intruded > 3*s.talk || 300*s.harm > s.rows {
			t.Errorf("%s: %s; want a model fitted to these rows, see model.go", lang, &s)
		}
	}
}
