package redact

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Where rules have to look. scan reads a text once, and looks up every three
// bytes in a bit set of how words begin.

const (
	// minWord is how many bytes of a word the bit set knows.
	minWord = 3
	// filterBits makes the bit set 36 times as large as the number of different
	// beginnings, so that few other bytes are looked up in vain.
	filterBits = 13
)

// A window is a part of a text in which a rule looks for secrets.
type window struct{ rule, start, end int }

// How far a window extends from a word. Labels precede their values by less than
// a line of a command; a key of several lines has about 3 kB, a vault credential
// file 10 kB.
const (
	maxBefore      = 512
	maxAfter       = 1024
	maxLinesBefore = 8 << 10
	maxLinesAfter  = 32 << 10
	maxRun         = 16 << 10 // a longer run is a file and no key
)

// A scanner knows the words of all rules.
type scanner struct {
	filter [1 << filterBits / 64]uint64
	words  map[uint32][]wordRule // by the first bytes of the word
	runs   []int                 // rules that look at runs
	minRun int                   // the shortest run of all of them
}

type wordRule struct {
	word string
	rule int
}

var words = newScanner(rules)

func newScanner(rules []rule) *scanner {
	s := &scanner{words: map[uint32][]wordRule{}}
	for i, r := range rules {
		for _, word := range r.Any {
			key := uint32(word[0])<<16 | uint32(word[1])<<8 | uint32(word[2])
			s.words[key] = append(s.words[key], wordRule{word, i})
			s.filter[hash(key)/64] |= 1 << (hash(key) % 64)
		}
		if r.Run > 0 {
			s.runs = append(s.runs, i)
			if s.minRun == 0 || r.Run < s.minRun {
				s.minRun = r.Run
			}
		}
	}
	return s
}

// hash maps three bytes to a bit, by the constant of Fibonacci hashing.
func hash(key uint32) uint32 { return key * 0x9E3779B1 >> (32 - filterBits) }

// lower maps ASCII letters to lowercase, and inRun marks the characters of keys.
var lower, inRun = func() (lower [256]byte, inRun [256]bool) {
	for i := range 256 {
		c := byte(i)
		lower[c] = c
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if letter {
			lower[c] = c | 0x20
		}
		inRun[c] = letter || '0' <= c && c <= '9' || strings.IndexByte("+/=_-.~", c) >= 0
	}
	return lower, inRun
}()

// scan returns where rules have to look, in order of the rules.
func scan(text string) []window {
	var found []window
	key, run := uint32(0), 0
	for i := range len(text) {
		c := text[i]
		key = key<<8&0xffffff | uint32(lower[c])
		if h := hash(key); words.filter[h/64]&(1<<(h%64)) != 0 && i >= minWord-1 {
			found = words.at(text, i-minWord+1, key, found)
		}
		if inRun[c] {
			run++
			continue
		}
		if run >= words.minRun {
			found = words.inRun(i-run, i, found)
		}
		run = 0
	}
	if run >= words.minRun {
		found = words.inRun(len(text)-run, len(text), found)
	}
	return widen(text, found)
}

// at adds the rules that have a word at a place of the text.
func (s *scanner) at(text string, at int, key uint32, found []window) []window {
	for _, w := range s.words[key] {
		if at+len(w.word) <= len(text) && equalFold(text[at:at+len(w.word)], w.word) {
			found = append(found, window{w.rule, at, at + len(w.word)})
		}
	}
	return found
}

func equalFold(text, word string) bool {
	for i := range len(word) {
		if lower[text[i]] != word[i] {
			return false
		}
	}
	return true
}

// inRun adds the rules for which a run is long enough.
func (s *scanner) inRun(start, end int, found []window) []window {
	for _, i := range s.runs {
		if n := end - start; rules[i].Run <= n && n <= maxRun {
			found = append(found, window{i, start, end})
		}
	}
	return found
}

// widen extends the windows of each rule to what its pattern may need, and joins
// those that touch each other.
func widen(text string, found []window) []window {
	slices.SortStableFunc(found, func(a, b window) int {
		if a.rule != b.rule {
			return a.rule - b.rule
		}
		return a.start - b.start
	})
	var all []window
	for _, w := range found {
		last := len(all) - 1
		joins := last >= 0 && all[last].rule == w.rule
		start := windowStart(text, w)
		if joins && start < all[last].end {
			all[last].end = windowEnd(text, w, all[last].end)
			continue
		}
		all = append(all, window{w.rule, start, windowEnd(text, w, w.end)})
	}
	return all
}

// windowStart returns the start of the line, or a place before it in a long one. A
// secret of several lines may end with the word.
func windowStart(text string, w window) int {
	r := &rules[w.rule]
	switch {
	case r.After:
		return w.start
	case r.Lines:
		return runeStart(text, max(0, w.start-maxLinesBefore))
	}
	from := max(0, w.start-maxBefore)
	space := "\n"
	if r.Word {
		space = " \t\r\n"
	}
	if i := strings.LastIndexAny(text[from:w.start], space); i >= 0 {
		return from + i + 1
	}
	return runeStart(text, from)
}

// runeStart returns the start of the first rune at or after a place.
func runeStart(text string, at int) int {
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}

// windowEnd returns the end of a window that already extends to least. A value
// may be on the line below its label, and is not cut.
func windowEnd(text string, w window, least int) int {
	r := &rules[w.rule]
	after := maxAfter
	switch {
	case r.Word:
		after = 0
	case r.Lines:
		after = maxLinesAfter
	}
	end := min(len(text), w.end+after)
	if end <= least && least > w.end {
		return least
	}
	if !r.Lines && !r.Word {
		if i := strings.IndexByte(text[w.end:end], '\n'); i >= 0 {
			if j := strings.IndexByte(text[w.end+i+1:end], '\n'); j >= 0 {
				return max(least, w.end+i+1+j)
			}
		}
	}
	for end < len(text) && text[end] > ' ' {
		end++
	}
	return max(least, end)
}
