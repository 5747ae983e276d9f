package locale

import (
	"maps"
	"slices"
)

// Spelling mistakes in scripts whose words have spaces: a word that the
// vocabulary does not know, but for one letter missing, added, replaced or
// swapped with its neighbor, is taken for the word that it does.
//
// The words are found by the letters that remain if one is left out: "wokrs" and
// "works" both give "woks".

// minTypo is the length from which a word of the vocabulary may be misspelled.
// Shorter ones are one letter away from too many others.
const minTypo = 5

// learn adds a word, with its endings, to those that a misspelled one may mean.
func (v *vocabulary) learn(word string, stem bool) {
	forms := []string{word}
	if stem {
		for _, ending := range slices.Sorted(maps.Keys(v.endings)) {
			forms = append(forms, word+ending)
		}
	}
	for _, f := range forms {
		if f = Fold(f); len(f) < minTypo || !asciiWord(f) {
			continue
		}
		v.words[f] = f
		for i := 1; i < len(f); i++ {
			if short := f[:i] + f[i+1:]; v.words[short] == "" {
				v.words[short] = f
			}
		}
	}
}

func asciiWord(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

// respell corrects the words that no item covers, and reports whether it found
// one.
func (p *replies) respell(s spelling, items []item) (spelling, bool) {
	v := p.vocabulary
	known := make([]bool, s.tokens)
	for i := range items {
		for t := items[i].first; t < items[i].end; t++ {
			known[t] = true
		}
	}
	var out []letter
	copied := 0
	for i := 0; i < len(s.letters); {
		j := i + 1
		for j < len(s.letters) && !s.letters[j].fresh {
			j++
		}
		if !known[s.letters[i].token] {
			if word := v.correct(s.letters[i:j]); word != "" {
				out = append(out, s.letters[copied:i]...)
				for k := range len(word) {
					out = append(out, letter{r: rune(word[k]), token: s.letters[i].token, start: k == 0, fresh: k == 0})
				}
				copied = j
			}
		}
		i = j
	}
	if copied == 0 {
		return s, false
	}
	s.letters = append(out, s.letters[copied:]...)
	return s, true
}

// correct returns the word of the vocabulary that a misspelled one means, or "".
func (v *vocabulary) correct(letters []letter) string {
	var word [16]byte
	n := len(letters)
	if n < minTypo-1 || n > len(word) {
		return ""
	}
	for i, l := range letters {
		if l.r < 'a' || l.r > 'z' {
			return ""
		}
		word[i] = byte(l.r)
	}
	if w := v.words[string(word[:n])]; w != "" { // a letter is missing
		return w
	}
	var short [16]byte
	for i := 1; i < n; i++ {
		copy(short[:], word[:i])
		copy(short[i:], word[i+1:n])
		w := v.words[string(short[:n-1])]
		if w != "" && (w == string(short[:n-1]) || oneSlip(w, string(word[:n]))) {
			return w
		}
	}
	return ""
}

// oneSlip reports whether two words of the same length differ in one letter, or
// by swapping two neighbors.
func oneSlip(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	i, j := 0, len(a)
	for i < j && a[i] == b[i] {
		i++
	}
	for j > i && a[j-1] == b[j-1] {
		j--
	}
	return j-i <= 1 || j-i == 2 && a[i] == b[i+1] && a[i+1] == b[i]
}
