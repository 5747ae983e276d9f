package match_test

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"mabsbot/kb/match"
)

// The constants of the fit. More rounds or another rate change no figure of the
// cross-validation by more than one row in a hundred.
const (
	rounds   = 12
	averaged = 6 // rounds that do not count in the average of the weights
	rate     = 0.1
	penalty  = 1e-4 // of the square of a weight
	rarest   = 3    // rows that must have a feature
	dropped  = 0.3  // share of the features of a row that a step does not see
	ridge    = 0.5  // of the logistic regression of acceptance
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
	sum := make([]float64, len(f.weights))
	for round := range rounds {
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
		if round >= averaged {
			for i, w := range f.weights {
				sum[i] += w / (rounds - averaged)
			}
		}
	}
	f.weights = sum
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
	names, seen    []string
	weights        map[string][]int8
	named, unnamed [match.NumAccept]float64
}

// fitLinear fits the linear model of the named documents to rows. A text that
// means another document is a complaint, and says nothing about which document.
func fitLinear(rows []*textRow, names []string) *modelFit {
	none := len(names)
	m := &modelFit{names: names, weights: map[string][]int8{}}
	var meant []*textRow
	var classes, complaints [][]int
	for _, r := range rows {
		var class []int
		for _, id := range r.Target {
			if c := slices.Index(names, id); c >= 0 {
				class = append(class, c)
			} else if !slices.Contains(m.seen, id) {
				m.seen = append(m.seen, id)
			}
		}
		complaint := []int{1}
		if len(r.Target) == 0 {
			class, complaint = []int{none}, []int{0}
		}
		if complaints = append(complaints, complaint); len(class) > 0 {
			meant, classes = append(meant, r), append(classes, class)
		}
	}
	which, whether := newFitting(rows, len(names)+1), newFitting(rows, 2)
	which.fit(meant, classes)
	whether.fit(rows, complaints)
	slices.Sort(m.seen)
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
	fmt.Fprintf(&b, "documents\t%s\nseen\t%s\n", strings.Join(m.names, " "), strings.Join(m.seen, " "))
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
