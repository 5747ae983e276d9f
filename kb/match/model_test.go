package match_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

var fitModel = flag.Bool("fit", false, "fit words/said.model, and measure it on authors that it was not fitted on")

// A textRow is a line of testdata/train: a text, and the entries that it may
// mean. Each folder is of one author, each file of one kind.
type textRow struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	Lang     string   `json:"lang"`
	Target   []string `json:"target"`
	Gray     bool     `json:"gray"`
	author   string
	kind     string
	features []string
}

// builtinTexts are the author of the entries' own texts.
const builtinTexts = "entries"

// textRows reads the training texts and adds those of the entries.
func textRows(t testing.TB, b *kb.Base) []textRow {
	t.Helper()
	files, err := filepath.Glob("testdata/train/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no training texts", err)
	}
	var rows []textRow
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var r textRow
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			r.author, r.kind = filepath.Base(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".jsonl")
			if !r.Gray {
				rows = append(rows, r)
			}
		}
	}
	for _, e := range b.Entries() {
		for _, text := range e.Examples.Match {
			rows = append(rows, textRow{ID: e.ID, Text: text, Target: []string{e.ID}, author: builtinTexts, kind: "example"})
		}
		for kind, texts := range map[string]kb.Texts{"phrase": e.Phrases, "message": e.Messages} {
			for _, v := range texts {
				for _, text := range v.Texts {
					text = match.Fill(text, func(string) string { return " " })
					rows = append(rows, textRow{ID: e.ID, Text: text, Lang: v.Lang, Target: []string{e.ID}, author: builtinTexts, kind: kind})
				}
			}
		}
	}
	for line := range strings.Lines(negative(t)) {
		rows = append(rows, textRow{Text: strings.TrimSpace(line), author: builtinTexts, kind: "negative"})
	}
	slices.SortStableFunc(rows, func(a, b textRow) int {
		return cmp.Or(cmp.Compare(a.author, b.author), cmp.Compare(a.kind, b.kind), cmp.Compare(a.Text, b.Text))
	})
	return rows
}

// The constants of the fit. More rounds or another rate change no figure of the
// cross-validation by more than one row in a hundred.
const (
	rounds  = 12
	rate    = 0.1
	penalty = 1e-4 // of the square of a weight
	rarest  = 3    // rows that must have a feature
	dropped = 0.3  // share of the features of a row that a step does not see
	ridge   = 0.5  // of the logistic regression of acceptance
)

// A fitting fits a softmax over classes by stochastic gradient descent with
// AdaGrad. Of the classes of a row, any is right. Products are converted before
// they are added, which keeps processors from fusing the operations: the weights
// are the same on every machine.
type fitting struct {
	classes int
	at      map[string]int32 // by feature: the first of its weights
	weights []float64
	squares []float64 // of the gradients so far
}

func newFitting(rows []*textRow, classes int) *fitting {
	f := &fitting{classes: classes, at: map[string]int32{}}
	count := map[string]int{}
	for _, r := range rows {
		for _, key := range r.features {
			count[key]++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(count)) {
		if count[key] >= rarest {
			f.at[key] = int32(len(f.at) * classes)
		}
	}
	f.weights = make([]float64, len(f.at)*classes)
	f.squares = make([]float64, len(f.weights))
	return f
}

// fit fits the weights to rows, whose right classes are given.
func (f *fitting) fit(rows []*textRow, right [][]int) {
	random := rand.New(rand.NewPCG(1, 2))
	order := random.Perm(len(rows))
	var found []int32
	for range rounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			found = found[:0]
			for _, key := range rows[i].features {
				if n, ok := f.at[key]; ok && random.Float64() >= dropped {
					found = append(found, n)
				}
			}
			f.step(found, right[i])
		}
	}
}

// step moves the weights by the gradient of a row.
func (f *fitting) step(found []int32, right []int) {
	p := make([]float64, f.classes)
	for _, n := range found {
		for c := range p {
			p[c] += f.weights[int(n)+c]
		}
	}
	normalize(p)
	good := 1e-9
	for _, c := range right {
		good += p[c]
	}
	for c := range p {
		g := p[c]
		if slices.Contains(right, c) {
			g -= p[c] / good
		}
		if math.Abs(g) < 1e-4 {
			continue
		}
		for _, n := range found {
			i := int(n) + c
			d := g + float64(penalty*f.weights[i])
			f.squares[i] += float64(d * d)
			f.weights[i] -= float64(rate*d) / (math.Sqrt(f.squares[i]) + 1e-6)
		}
	}
}

// normalize turns logarithms of odds into probabilities.
func normalize(p []float64) {
	top, sum := slices.Max(p), 0.0
	for c := range p {
		p[c] = match.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}

// A modelFit is a model on its way into its file.
type modelFit struct {
	names          []string
	weights        map[string][]int8
	named, unnamed [match.NumAccept]float64
}

// fitLinear fits the linear model of the named documents to rows.
func fitLinear(rows []*textRow, names []string) *modelFit {
	none := len(names)
	classes, complaints := make([][]int, len(rows)), make([][]int, len(rows))
	for i, r := range rows {
		for _, id := range r.Target {
			if c := slices.Index(names, id); c >= 0 {
				classes[i] = append(classes[i], c)
			}
		}
		complaints[i] = []int{1}
		if len(classes[i]) == 0 {
			classes[i], complaints[i] = []int{none}, []int{0}
		}
	}
	which, whether := newFitting(rows, len(names)+1), newFitting(rows, 2)
	which.fit(rows, classes)
	whether.fit(rows, complaints)
	m := &modelFit{names: names, weights: map[string][]int8{}}
	for key, n := range which.at {
		k := whether.at[key]
		row := []int8{step(whether.weights[k+1] - whether.weights[k]), step(which.weights[int(n)+none])}
		for c := range names {
			row = append(row, step(which.weights[int(n)+c]))
		}
		if slices.ContainsFunc(row, func(w int8) bool { return w != 0 }) {
			m.weights[key] = row
		}
	}
	return m
}

// step rounds a weight to a step of the file.
func step(w float64) int8 {
	return int8(math.Round(max(-match.MaxWeight, min(match.MaxWeight, w/match.WeightStep))))
}

// file returns the file of the model.
func (m *modelFit) file() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "documents\t%s\n", strings.Join(m.names, " "))
	for _, x := range []struct {
		name string
		w    [match.NumAccept]float64
	}{{"named", m.named}, {"unnamed", m.unnamed}} {
		b.WriteString(x.name)
		for i, w := range x.w {
			fmt.Fprintf(&b, "%c%.0f", "\t "[min(i, 1)], 1000*w)
		}
		b.WriteByte('\n')
	}
	for _, key := range slices.Sorted(maps.Keys(m.weights)) {
		b.WriteString(key + "\t")
		for _, w := range m.weights[key] {
			b.WriteByte(byte('O' + w))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// A judged is a text with the documents that it may mean, by a model that was
// not fitted on its author.
type judged struct {
	*textRow
	offers []match.AcceptRow
	sure   int
	least  float64 // odds of acceptance that the sure answer needs
}

func (j *judged) right(names []string, doc int) bool {
	return doc >= 0 && slices.Contains(j.Target, names[doc])
}

// judgeAuthors judges the rows of each author by a model that was fitted to
// those of the others. With leave > 0, the entries are cut into so many parts,
// and the texts of a part are judged by a model that knows none of its entries,
// as those of a team.
func judgeAuthors(t *testing.T, b *kb.Base, rows []textRow, leave int) []judged {
	documents := kb.Documents(b.Entries())
	names := entryIDs(b)
	type fold struct {
		author string
		part   int
	}
	var folds []fold
	authors := map[string]bool{}
	for i := range rows {
		if a := rows[i].author; a != builtinTexts && !authors[a] {
			authors[a] = true
			for part := range max(1, leave) {
				folds = append(folds, fold{a, part})
			}
		}
	}
	out := func(f fold, id string) bool { return leave > 0 && slices.Index(names, id)%leave == f.part }
	results := make([][]judged, len(folds))
	var wg sync.WaitGroup
	running := make(chan bool, 2) // a fit takes 300 MB
	for i, f := range folds {
		wg.Go(func() {
			running <- true
			defer func() { <-running }()
			known := slices.DeleteFunc(slices.Clone(names), func(id string) bool { return out(f, id) })
			var train []*textRow
			var test []judged
			for k := range rows {
				r := &rows[k]
				left := slices.ContainsFunc(r.Target, func(id string) bool { return out(f, id) })
				switch {
				case r.author == f.author && (leave == 0 || left || len(r.Target) == 0):
					test = append(test, judged{textRow: r})
				case r.author != f.author && !left && trainedOn(r):
					train = append(train, r)
				}
			}
			ix := match.New(documents, b.Concepts()...)
			if err := ix.SetModel(fitLinear(train, known).file(), documents); err != nil {
				t.Error(err)
				return
			}
			for k := range test {
				test[k].offers, test[k].sure, test[k].least = ix.AcceptRows(test[k].Text)
			}
			results[i] = test
		})
	}
	wg.Wait()
	return slices.Concat(results...)
}

// trainedOn reports whether the linear model is fitted to a row. Stories are
// too long to say much by their words.
func trainedOn(r *textRow) bool { return r.kind != "story" && r.kind != "lookup" }

func entryIDs(b *kb.Base) []string {
	var ids []string
	for _, e := range b.Entries() {
		ids = append(ids, e.ID)
	}
	return ids
}

// fitAcceptance fits the weights of acceptance to the judged texts without an
// author: of the named documents, or of those that a model does not know.
func fitAcceptance(all []judged, names []string, without string, named bool) [match.NumAccept]float64 {
	var rows []acceptRow
	for i := range all {
		j := &all[i]
		if j.author == without || j.sure >= 0 || j.kind == "lookup" {
			continue
		}
		for _, o := range j.offers {
			if o.Named != named {
				continue
			}
			r := acceptRow{x: o.X, right: j.right(names, o.Doc), weight: 1}
			if !r.right && len(j.Target) > 0 {
				r.weight = 0.2 // another document for a text that means one
			}
			rows = append(rows, r)
		}
	}
	return acceptance(rows)
}

type acceptRow struct {
	x      [match.NumAccept]float64
	right  bool
	weight float64
}

// acceptance fits a logistic regression with a ridge penalty by Newton's method.
func acceptance(rows []acceptRow) [match.NumAccept]float64 {
	const n = match.NumAccept
	var w [n]float64
	for range 15 {
		var a [n][n + 1]float64 // Hessian and gradient
		for i := range rows {
			r := &rows[i]
			p := match.Sigmoid(dot(&w, &r.x))
			d, h := r.weight*(match.Indicator(r.right)-p), r.weight*max(p*(1-p), 1e-6)
			for i, x := range r.x {
				if x == 0 {
					continue
				}
				a[i][n] += float64(d * x)
				for k := range r.x {
					a[i][k] += float64(float64(h*x) * r.x[k])
				}
			}
		}
		for i := range w {
			a[i][i] += 1e-6
			if i > 0 {
				a[i][i] += ridge
				a[i][n] -= float64(ridge * w[i])
			}
		}
		for i := range a { // Gauss-Jordan elimination
			for k := range a {
				if f := a[k][i] / a[i][i]; k != i {
					for c := i; c <= n; c++ {
						a[k][c] -= float64(f * a[i][c])
					}
				}
			}
		}
		for i := range a {
			w[i] += a[i][n] / a[i][i]
		}
	}
	return w
}

func dot(w, x *[match.NumAccept]float64) float64 {
	var sum float64
	for i := range x {
		sum += float64(w[i] * x[i])
	}
	return sum
}

// TestFit fits words/said.model to the texts of testdata/train, and prints what
// it reaches on each author when it is fitted on the others.
func TestFit(t *testing.T) {
	if !*fitModel {
		t.Skip("run with -fit")
	}
	b := uncheckedBuiltin(t)
	ix := match.New(kb.Documents(b.Entries()), b.Concepts()...)
	rows := textRows(t, b)
	for i := range rows {
		rows[i].features = ix.Features(rows[i].Text)
	}
	names := entryIDs(b)
	all := judgeAuthors(t, b, rows, 0)
	measure(t, all, names)
	var train []*textRow
	for i := range rows {
		if trainedOn(&rows[i]) {
			train = append(train, &rows[i])
		}
	}
	m := fitLinear(train, names)
	m.named = fitAcceptance(all, names, "", true)
	m.unnamed = fitAcceptance(judgeAuthors(t, b, rows, 3), names, "", false)
	if err := os.WriteFile("words/said.model", m.file(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTrainingTexts checks the model in use on the texts that it was fitted to:
// the limits leave room for a few rows, not for another build of the matcher.
// What it does on texts of others, TestFit tells.
func TestTrainingTexts(t *testing.T) {
	b := uncheckedBuiltin(t)
	of, heard, spoken := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, r := range textRows(t, b) {
		if r.author == builtinTexts {
			continue
		}
		got := b.Match(r.Text)
		kind := r.kind
		if len(r.Target) == 0 {
			kind += " (none)"
		}
		of[kind]++
		heard[kind] += match.Indicator(got.Band != match.Silent && offers(got, r.Target))
		spoken[kind] += match.Indicator(got.Band != match.Silent)
	}
	for _, c := range []struct {
		kind          string
		least, atMost float64
	}{
		{"paraphrase", 0.97, 1}, {"story", 0.98, 1}, {"noisy", 0.98, 1},
		{"calm (none)", 0, 0.005}, {"others (none)", 0, 0.005}, {"wild-negative (none)", 0, 0.005}, {"story (none)", 0, 0.03},
	} {
		h, s := heard[c.kind]/of[c.kind], spoken[c.kind]/of[c.kind]
		t.Logf("%s: heard or offered %.3f, answered or asked about %.3f of %.0f", c.kind, h, s, of[c.kind])
		if of[c.kind] == 0 || h < c.least || s > c.atMost {
			t.Errorf("%s: heard or offered %.3f, want %.3f; answered or asked about %.3f, want %.3f at most", c.kind, h, c.least, s, c.atMost)
		}
	}
}

// A verdict is what would be done with a judged text: the odds of the best
// document, whether a right one is among those offered, and whether the text has
// an answer instead.
type verdict struct {
	*judged
	odds        float64
	right, sure bool
}

// measure prints, for some odds, how many texts of each kind and author would
// lead to a question or an answer. Acceptance, too, is fitted without the author.
func measure(t *testing.T, all []judged, names []string) {
	weights := map[string][match.NumAccept]float64{}
	var verdicts []verdict
	for i := range all {
		j := &all[i]
		w, ok := weights[j.author]
		if !ok {
			w = fitAcceptance(all, names, j.author, true)
			weights[j.author] = w
		}
		verdicts = append(verdicts, judge(j, names, &w))
	}
	var tested []string
	of := map[string]int{}
	for _, v := range verdicts {
		for _, k := range v.keys() {
			if of[k]++; of[k] == 1 {
				tested = append(tested, k)
			}
		}
	}
	slices.Sort(tested)
	limits := []float64{-0.5, 0, 0.5, 1, 1.2, 1.5, 2, 3, 4}
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	fmt.Fprintf(w, "%-36s", "odds")
	for _, limit := range limits {
		fmt.Fprintf(w, " %6.1f", limit)
	}
	fmt.Fprintln(w, "   sure")
	for _, k := range tested {
		fmt.Fprintf(w, "%-30s %5d", k, of[k])
		for _, limit := range limits {
			n := 0
			for _, v := range verdicts {
				if slices.Contains(v.keys(), k) && (v.sure || v.odds >= limit) && (v.right || len(v.Target) == 0) {
					n++
				}
			}
			fmt.Fprintf(w, " %6.3f", float64(n)/float64(of[k]))
		}
		sure := 0
		for _, v := range verdicts {
			if slices.Contains(v.keys(), k) && v.sure {
				sure++
			}
			if slices.Contains(v.keys(), k) && v.sure && !v.right && strings.HasSuffix(k, v.author) {
				fmt.Fprintf(w, "wrong answer: %s %.150q\n", v.ID, v.Text)
			}
		}
		fmt.Fprintf(w, " %6.3f\n", float64(sure)/float64(of[k]))
	}
}

// keys are the rows of the table that a text counts in.
func (v *verdict) keys() []string {
	kind := v.kind
	if len(v.Target) == 0 && kind != "calm" && kind != "others" {
		kind += " (none)"
	}
	return []string{kind, kind + " " + v.Lang, kind + " of " + v.author}
}

func judge(j *judged, names []string, w *[match.NumAccept]float64) verdict {
	v := verdict{judged: j, odds: math.Inf(-1)}
	odds := make([]float64, len(j.offers))
	for i := range j.offers {
		odds[i] = dot(w, &j.offers[i].X)
		v.odds = max(v.odds, odds[i])
	}
	order := make([]int, len(odds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(odds[b], odds[a]) })
	none := 1.0 // the probability that none of the choices is right
	for _, i := range order[:min(match.MaxChoices, len(order))] {
		if odds[i] > v.odds-3 {
			v.right = v.right || j.right(names, j.offers[i].Doc)
			none *= 1 - match.Sigmoid(odds[i])
		}
	}
	v.odds = math.Log((1 - none) / max(none, 1e-12))
	if j.sure < 0 {
		return v
	}
	v.sure = true
	for i, o := range j.offers {
		if o.Doc == j.sure && odds[i] < j.least {
			v.sure, v.odds = false, math.Inf(-1)
		}
	}
	if v.sure {
		v.right = j.right(names, j.sure)
	}
	return v
}
