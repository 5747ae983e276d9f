package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// plainPoints is the plain version of trigramTable.points: of all common
// substrings that cannot be longer, it tries all ways to follow each other.
func plainPoints(t, text []byte) int32 {
	var substrings []substring
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
				substrings = append(substrings, substring{tAt: int32(i), at: int32(j), n: int32(n)})
			}
		}
	}
	best := int32(0)
	for i := range substrings {
		best = max(best, plainChainOfSubstrings(substrings, i, t))
	}
	return best
}

// plainChainOfSubstrings returns the points of the best chain that ends with a
// substring.
func plainChainOfSubstrings(substrings []substring, i int, t []byte) int32 {
	b := substrings[i]
	best := 2 * b.n
	for k, a := range substrings {
		if a.tAt >= b.tAt || a.at >= b.at || a.tAt+a.n >= b.tAt+b.n || a.at+a.n >= b.at+b.n {
			continue
		}
		overlap := max(0, a.tAt+a.n-b.tAt, a.at+a.n-b.at) // bytes that both would count
		gap := t[min(a.tAt+a.n, b.tAt):b.tAt]
		slots := int32(strings.Count(string(gap), string(rune(slotByte))))
		inTemplate := b.tAt + overlap - a.tAt - a.n - slots
		inText := b.at + overlap - a.at - a.n
		for range slots {
			inText = max(0, inText-maxSlotBytes)
		}
		best = max(best, plainChainOfSubstrings(substrings, k, t)+2*(b.n-overlap)-2*max(inTemplate, inText))
	}
	return best
}

// repeats reports whether the text repeats substrings of the template more
// often than points looks at.
func repeats(table *trigramTable, folded []byte) bool {
	for i := range len(folded) - 2 {
		places := 0
		for next := table.head[trigramHash(folded, i)]; next > 0; next = table.next[next-1] {
			places++
		}
		if places > maxPlaces {
			return true
		}
	}
	return len(table.substrings) == maxSubstrings
}

func checkTrigrams(t *testing.T, table *trigramTable, template, text string) {
	t.Helper()
	folded := fold(nil, strings.ReplaceAll(template, "<>", string(rune(slotByte))))
	table.load(text)
	if got, want := table.points(folded), plainPoints(folded, table.text); got != want && !repeats(table, folded) {
		t.Fatalf("%q and %q have %d points, want %d", template, text, got, want)
	}
	shared, missing := table.count(trigramHashes(folded))
	for i := range len(folded) - 2 {
		trigram := string(folded[i : i+3])
		if strings.Contains(trigram, string(rune(slotByte))) {
			continue
		}
		if strings.Contains(string(table.text), trigram) {
			shared--
		} else {
			missing--
		}
	}
	// If two trigrams have the same hash, one that is missing counts as shared.
	if shared < 0 || shared != -missing {
		t.Fatalf("%q and %q: %d too many shared, %d too few missing", template, text, shared, -missing)
	}
}

func TestPointsArePlainPoints(t *testing.T) {
	var table trigramTable
	for n := range 1 << 9 { // all texts of nine letters of an alphabet of two, and templates with and without a slot
		text := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprintf("%09b", n), "0", "a"), "1", "b")
		checkTrigrams(t, &table, "abba<>aabb", text+" "+text)
		checkTrigrams(t, &table, "abbaabaaab", text)
	}
	rng := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		m := filled(rng, "The replica of <Name> on <Server> is inconsistent with the protected data source")
		text := pickOne(rng, noises).Make(rng, m)
		checkTrigrams(t, &table, "the replica of <> on <> is inconsistent with the protected data source", text[:min(len(text), 60)])
	}
}

func FuzzTrigrams(f *testing.F) {
	f.Add("replica of <> is inconsistent", "Replca of D: is inconsistant")
	f.Add("abab<>abab", "ababab xyz abab")
	f.Fuzz(func(t *testing.T, template, text string) {
		if len(template) > 40 || len(text) > 40 || strings.Contains(template+text, "\x00") {
			t.Skip() // the plain version takes exponential time
		}
		var table trigramTable
		checkTrigrams(t, &table, template, text)
	})
}
