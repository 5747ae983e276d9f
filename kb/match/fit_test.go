package match_test

import (
	"math"
	"slices"

	"mabsbot/kb/match"
)

// softmax fits weights that put the right row of each list first, by gradient
// descent with Adam. It ignores lists without a right row.
func softmax(lists [][]match.RankRow, n int) []float64 {
	lists = slices.DeleteFunc(lists, func(l []match.RankRow) bool {
		return !slices.ContainsFunc(l, func(r match.RankRow) bool { return r.Right })
	})
	w, mean, square := make([]float64, n), make([]float64, n), make([]float64, n)
	for step := 1.0; step <= 1000; step++ {
		gradient := make([]float64, n)
		for i := range w {
			gradient[i] = 2 * w[i]
		}
		for _, l := range lists {
			addGradient(gradient, w, l)
		}
		rate := 0.3 / math.Sqrt(1+step/30)
		for i, g := range gradient {
			mean[i] = 0.9*mean[i] + 0.1*g
			square[i] = 0.99*square[i] + 0.01*g*g
			w[i] -= rate * mean[i] / (1 - math.Pow(0.9, step)) / (math.Sqrt(square[i]/(1-math.Pow(0.99, step))) + 1e-9)
		}
	}
	return w
}

func addGradient(gradient, w []float64, l []match.RankRow) {
	p := make([]float64, len(l))
	var sum float64
	for i, r := range l {
		for k := range w {
			p[i] += w[k] * r.X[k]
		}
	}
	most := slices.Max(p)
	for i := range p {
		p[i] = math.Exp(p[i] - most)
		sum += p[i]
	}
	for i, r := range l {
		for k := range w {
			gradient[k] += (p[i]/sum - match.Indicator(r.Right)) * r.X[k]
		}
	}
}

func logit(w, x [match.NumFeatures]float64) float64 {
	var sum float64
	for i := range w {
		sum += w[i] * x[i]
	}
	return sum
}

// logistic fits the weights of a logistic regression with a ridge penalty, by
// Newton's method.
func logistic(rows []featureRow, ridge float64) [match.NumFeatures]float64 {
	var w [match.NumFeatures]float64
	for range 20 {
		var a [match.NumFeatures][match.NumFeatures + 1]float64 // Hessian and gradient
		for _, r := range rows {
			p := match.Sigmoid(max(-30, min(30, logit(w, r.x))))
			d, h := r.weight*(match.Indicator(r.right)-p), r.weight*max(p*(1-p), 1e-6)
			for i, x := range r.x {
				a[i][match.NumFeatures] += d * x
				for k := range r.x {
					a[i][k] += h * x * r.x[k]
				}
			}
		}
		for i := range w {
			a[i][i] += 1e-9
			if i > 0 {
				a[i][i] += ridge
				a[i][match.NumFeatures] -= ridge * w[i]
			}
		}
		for i, step := range solve(a) {
			w[i] += step
		}
	}
	return w
}

// solve solves a system of linear equations by Gauss-Jordan elimination.
func solve(a [match.NumFeatures][match.NumFeatures + 1]float64) [match.NumFeatures]float64 {
	for i := range a {
		for k := range a {
			if k == i {
				continue
			}
			f := a[k][i] / a[i][i]
			for c := i; c <= match.NumFeatures; c++ {
				a[k][c] -= f * a[i][c]
			}
		}
	}
	var x [match.NumFeatures]float64
	for i := range a {
		x[i] = a[i][match.NumFeatures] / a[i][i]
	}
	return x
}
