package match_test

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// A judged is a text with the documents that it may mean, by a model that was
// not fitted to the texts of its author.
type judged struct {
	*textRow
	offers []match.AcceptRow
	sure   bool // the text has an answer, whatever acceptance makes of it
}

// A fold has the texts of an author, and an index whose model was fitted to those
// of the others.
type fold struct {
	author string
	model  *modelFit
	ix     *match.Index
	rows   []judged
}

// judgeAuthors returns a fold for each author. The entries that the models do not
// know by name are judged in the same texts as those that they do, as are those of
// a team.
func judgeAuthors(t *testing.T, b *kb.Base, rows []textRow) []*fold {
	names := learned(b, rows)
	var folds []*fold
	var wg sync.WaitGroup
	running := make(chan bool, 2) // a fit takes 300 MB
	for _, author := range authors(rows) {
		f := &fold{author: author}
		folds = append(folds, f)
		wg.Go(func() {
			running <- true
			defer func() { <-running }()
			f.judge(t, b, rows, names)
		})
	}
	wg.Wait()
	return folds
}

func authors(rows []textRow) []string {
	all := map[string]bool{}
	for i := range rows {
		if a := rows[i].author; a != builtinTexts {
			all[a] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// judge fits the model of the fold, and judges its texts.
func (f *fold) judge(t *testing.T, b *kb.Base, rows []textRow, names []string) {
	var train []*textRow
	for i := range rows {
		switch r := &rows[i]; {
		case r.author == f.author:
			f.rows = append(f.rows, judged{textRow: r})
		case trainedOn(r):
			train = append(train, r)
		}
	}
	f.model = fitLinear(train, names)
	f.index(t, b)
	for i := range f.rows {
		f.rows[i].offers, f.rows[i].sure = f.ix.AcceptRows(f.rows[i].Text)
	}
}

// index makes the index of the fold.
func (f *fold) index(t *testing.T, b *kb.Base) {
	documents := kb.Documents(b.Entries())
	f.ix = match.New(documents, b.Concepts()...)
	if err := f.ix.SetModel(f.model.file(), documents); err != nil {
		t.Error(err)
	}
}

// fitAcceptance fits the weights of acceptance to the judged texts without those
// of an author: of the documents that the models know by name, or of the others.
func fitAcceptance(b *kb.Base, folds []*fold, without string, named bool) [match.NumAccept]float64 {
	entries := b.Entries()
	var rows []acceptRow
	for _, f := range folds {
		if f.author == without {
			continue
		}
		for _, j := range f.rows {
			if j.sure || j.kind == "lookup" {
				continue
			}
			for _, o := range j.offers {
				if o.Named != named {
					continue
				}
				r := acceptRow{x: o.X, right: slices.Contains(j.Target, entries[o.Doc].ID), weight: 1}
				if !r.right && len(j.Target) > 0 {
					r.weight = 0.2 // another document for a text that means one
				}
				rows = append(rows, r)
			}
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
