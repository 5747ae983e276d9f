package bottest

import (
	"math"
	"slices"
	"testing"
	"time"
)

// Compare measures how much longer with takes than without, on a machine that does other
// things as well. Each round measures both, one right after the other, so that what
// slows the machine down slows down both, and the order alternates, because the second
// one finds caches filled. Reported is the median of the ratios of all rounds, which an
// interrupted round does not move, with its 95 % confidence interval. Fewer than 100
// rounds say nothing: give their number as -benchtime 2000x.
func Compare(b *testing.B, without, with func(i int)) {
	b.Helper()
	both := [2]func(int){without, with}
	var ratios []float64
	for i := 0; b.Loop(); i++ {
		var took [2]time.Duration
		for n := range both {
			which := (i + n) % 2
			began := time.Now()
			both[which](i)
			took[which] = time.Since(began)
		}
		ratios = append(ratios, float64(took[1])/float64(took[0]))
	}
	slices.Sort(ratios)
	middle := float64(len(ratios)-1) / 2
	aside := 1.96 / 2 * math.Sqrt(float64(len(ratios))) // of a binomial distribution
	more := func(rank float64) float64 {
		return 100 * (ratios[int(min(max(rank, 0), float64(len(ratios)-1)))] - 1)
	}
	b.ReportMetric(more(middle), "%more")
	b.ReportMetric(more(middle-aside), "%more-from")
	b.ReportMetric(more(middle+aside+1), "%more-to")
}
