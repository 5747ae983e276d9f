package locale

import "strings"

// Korean verbs change their last syllable when an ending follows. The language
// file has only the form of the dictionary; the others follow from it:
//
//	풀리다         풀리-, 풀려
//	누르다         누르-, 눌러
//	나오다         나오-, 나와
//	돌다           돌-, 도-, 돌아
//	낫다/나아/나으  an irregular verb has its other forms after a slash

// A stem is one form of a verb, and the endings that may follow it.
type stem struct {
	text      string
	connected bool // the form that has merged with 어: 풀려
	dropped   bool // it lost its final consonant, as it does before some letters
}

const (
	vowelO     = 8  // ㅗ
	vowelWa    = 9  // ㅘ
	vowelU     = 13 // ㅜ
	vowelWo    = 14 // ㅝ
	vowelWi    = 16 // ㅟ
	vowelEu    = 18 // ㅡ
	vowelUi    = 19 // ㅢ
	vowelI     = 20 // ㅣ
	onsetRieul = 5  // ㄹ
	codaRieul  = 8
)

// dictionary is the syllable at the end of a verb in its form of the dictionary.
var dictionary = string(join(onsetTikeut, vowelA, 0))

func join(onset, vowel, coda rune) rune {
	return syllableBase + (onset*vowelCount+vowel)*codaCount + coda
}

// stems returns the forms of a verb. ok is false if it is not in the form of the
// dictionary.
func stems(verb string) (all []stem, ok bool) {
	forms := strings.Split(verb, "/")
	base, ok := strings.CutSuffix(forms[0], dictionary)
	if !ok {
		return nil, false
	}
	add := func(text string, connected, dropped bool) {
		if text != "" {
			all = append(all, stem{text, connected, dropped})
		}
	}
	add(base, false, false)
	r := []rune(base)
	if n := len(r); n > 0 && syllable(r[n-1]) && (r[n-1]-syllableBase)%codaCount == codaRieul {
		add(string(r[:n-1])+string(r[n-1]-codaRieul), false, true)
	}
	if len(forms) == 1 {
		for _, text := range connect(r) {
			add(text, true, false)
		}
	}
	for i, text := range forms[1:] {
		add(text, i == 0, false)
	}
	return all, true
}

// connect returns a stem merged with the vowel 어 or 아, in each spelling in use.
func connect(r []rune) []string {
	n := len(r) - 1
	if n < 0 || !syllable(r[n]) {
		return nil
	}
	onset, vowel, coda := split(r[n])
	with := func(vowel rune) string { return string(r[:n]) + string(join(onset, vowel, 0)) }
	apart := func(vowel rune) string { return string(r) + string(join(onsetIeung, vowel, 0)) }
	switch {
	case coda > 0:
		return []string{apart(harmony(vowel))}
	case onset == onsetHieuh && vowel == vowelA:
		return []string{with(vowelAe)}
	case vowel == vowelI:
		return []string{with(vowelYeo), apart(vowelEo)}
	case vowel == vowelO:
		return []string{with(vowelWa), apart(vowelA)}
	case vowel == vowelU:
		return []string{with(vowelWo), apart(vowelEo)}
	case vowel == vowelOe:
		return []string{with(vowelWae), apart(vowelEo)}
	case vowel == vowelWi || vowel == vowelUi:
		return []string{apart(vowelEo)}
	case vowel == vowelEu && n > 0 && syllable(r[n-1]):
		o, v, c := split(r[n-1])
		if onset == onsetRieul && c == 0 {
			return []string{string(r[:n-1]) + string(join(o, v, codaRieul)) + string(join(onset, harmony(v), 0))}
		}
		return []string{with(harmony(v))}
	case vowel == vowelEu:
		return []string{with(vowelEo)}
	}
	return []string{string(r)}
}

// harmony returns the vowel of the ending that goes with that of the stem.
func harmony(vowel rune) rune {
	if vowel == vowelA || vowel == vowelO {
		return vowelA
	}
	return vowelEo
}

// keepsDropped reports whether a letter is one before which a stem loses its
// final consonant: 돌다, 도네요, 돕니다.
func keepsDropped(r rune) bool {
	switch r {
	case onsetBase + 2, onsetBase + 9, codaBase + 4, codaBase + codaRieul, codaBase + 17: // ㄴ, ㅅ; ㄴ, ㄹ, ㅂ
		return true
	}
	return false
}

// endings returns the letters of an ending as the file writes it, in all
// variants, and whether it follows the connected form of a stem.
//
//	-네       the letters themselves
//	-(으)면   with and without the syllable in parentheses
//	-ㄹ게     the consonant closes the last syllable, or follows it as 을게
//	-어 보다  follows the connected form
func endings(text string) (all [][]rune, connected bool) {
	variants := []string{text}
	if rest, ok := strings.CutPrefix(text, "("); ok {
		inside, rest, _ := strings.Cut(rest, ")")
		variants = []string{inside + rest, rest}
	}
	for _, v := range variants {
		r := []rune(v)
		if len(r) == 0 {
			continue
		}
		if c := closing(r[0]); c > 0 {
			rest := runesOf(spell(string(r[1:])))
			all = append(all, append([]rune{codaBase + c}, rest...),
				append([]rune{onsetBase + onsetIeung, vowelBase + vowelEu, codaBase + c}, rest...))
			continue
		}
		letters := runesOf(spell(v))
		if syllable(r[0]) {
			if onset, vowel, _ := split(r[0]); onset == onsetIeung && vowel == vowelEo {
				connected, letters = true, letters[2:]
			}
		}
		all = append(all, letters)
	}
	return all, connected
}

// connecting returns the vowel with which an ending merges into the connected
// form of a stem, or "".
func connecting(text string) string {
	if vowel := string(join(onsetIeung, vowelEo, 0)); strings.HasPrefix(text, vowel) {
		return vowel
	}
	return ""
}

// closing returns the index of the coda that a consonant alone is, or 0.
func closing(r rune) rune {
	if r < compatFirst || r > compatFirst+29 {
		return 0
	}
	n := r - compatFirst + 1
	for _, never := range []rune{7, 18, 24} { // ㄸ, ㅃ and ㅉ close no syllable
		switch {
		case r-compatFirst == never:
			return 0
		case r-compatFirst > never:
			n--
		}
	}
	return n
}

func runesOf(s spelling) []rune {
	out := make([]rune, len(s.letters))
	for i, l := range s.letters {
		out[i] = l.r
	}
	return out
}
