package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// plainPoints is what letterTable.compare means: of all pieces of four letters
// and more that template and text have in common and that cannot be made longer
// to the left or right, the best that follow each other in both.
func plainPoints(t, text []byte) int32 {
	var runs []substring
	for i := range t {
		for j := range text {
			if t[i] == slotByte || t[i] != text[j] || i > 0 && j > 0 && t[i-1] == text[j-1] {
				continue
			}
			n := 0
			for i+n < len(t) && j+n < len(text) && t[i+n] == text[j+n] {
				n++
			}
			if n >= minSubstring {
				runs = append(runs, substring{t: int32(i), p: int32(j), n: int32(n)})
			}
		}
	}
	best := int32(0)
	for i := range runs {
		best = max(best, plainChain(runs, i, t))
	}
	return best
}

// plainChain is the best that ends with a run: alone, or after any other.
func plainChain(runs []substring, i int, t []byte) int32 {
	b := runs[i]
	best := 2 * b.n
	for k, a := range runs {
		if a.t >= b.t || a.p >= b.p || a.t+a.n >= b.t+b.n || a.p+a.n >= b.p+b.n {
			continue
		}
		over := max(0, a.t+a.n-b.t, a.p+a.n-b.p) // letters that both would count
		gap := t[min(a.t+a.n, b.t):b.t]
		slots := int32(strings.Count(string(gap), string(rune(slotByte))))
		inTemplate := b.t + over - a.t - a.n - slots
		inText := b.p + over - a.p - a.n
		for range slots {
			inText = max(0, inText-maxSlotBytes)
		}
		best = max(best, plainChain(runs, k, t)+2*(b.n-over)-2*max(inTemplate, inText))
	}
	return best
}

// repeats reports whether the text repeats letters of the template more often
// than is looked at.
func repeats(l *trigramTable, folded []byte) bool {
	for i := range len(folded) - 2 {
		places := 0
		for next := l.head[trigramHash(folded, i)]; next > 0; next = l.next[next-1] {
			places++
		}
		if places > maxPlaces {
			return true
		}
	}
	return len(l.substrings) == maxSubstrings
}

func checkLetters(t *testing.T, l *trigramTable, template, text string) {
	t.Helper()
	folded := fold(nil, strings.ReplaceAll(template, "<>", string(rune(slotByte))))
	l.load(text)
	if got, want := l.points(folded), plainPoints(folded, l.text); got != want && !repeats(l, folded) {
		t.Fatalf("%q and %q have %d points, want %d", template, text, got, want)
	}
	shared, missing := l.count(trigramHashes(folded))
	for i := range len(folded) - 2 {
		three := string(folded[i : i+3])
		if strings.Contains(three, string(rune(slotByte))) {
			continue
		}
		if strings.Contains(string(l.text), three) {
			shared--
		} else {
			missing--
		}
	}
	// Hashes may meet: then one that is missing counts as shared.
	if shared < 0 || shared != -missing {
		t.Fatalf("%q and %q: %d too many shared, %d too few missing", template, text, shared, -missing)
	}
}

func TestLettersAreThePlainOnes(t *testing.T) {
	var l trigramTable
	for n := range 1 << 9 { // all texts of nine letters of an alphabet of two, beside a template with a slot
		text := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprintf("%09b", n), "0", "a"), "1", "b")
		checkLetters(t, &l, "abba<>aabb", text+" "+text)
		checkLetters(t, &l, "abbaabaaab", text)
	}
	rng := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		m := filled(rng, "The replica of <Name> on <Server> is inconsistent with the protected data source")
		text := pickOne(rng, noises).Make(rng, m)
		checkLetters(t, &l, "the replica of <> on <> is inconsistent with the protected data source", text[:min(len(text), 60)])
	}
}

func FuzzLetters(f *testing.F) {
	f.Add("replica of <> is inconsistent", "Replca of D: is inconsistant")
	f.Add("abab<>abab", "ababab xyz abab")
	f.Fuzz(func(t *testing.T, template, text string) {
		if len(template) > 40 || len(text) > 40 || strings.Contains(template+text, "\x00") {
			t.Skip() // the plain way takes exponential time
		}
		var l trigramTable
		checkLetters(t, &l, template, text)
	})
}
