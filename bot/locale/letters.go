package locale

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// How a reply becomes the letters that a vocabulary is matched on. A Hangul
// syllable becomes its two or three letters (jamo), so that a stem matches
// whatever ending has merged with its last syllable:
//
//	됐어요    ㄷㅚㅆ ㅇㅓ ㅇㅛ
//	됩니다    ㄷㅚㅂ ㄴㅣ ㄷㅏ     both start with the stem 되: ㄷㅚ
//
// Spaces are not letters, because many Koreans leave them out. The tokens
// remember where they were.

// A letter is a character of a normalized text.
type letter struct {
	r     rune
	token int32 // the index of its word
	start bool  // a vocabulary entry may start here
	fresh bool  // the first of its word
	apart bool  // a punctuation mark is before it
	glued bool  // it begins a word in another script, without a space
}

// The blocks of Hangul in Unicode (chapter 3.12 of the standard).
const (
	syllableBase  = 0xAC00
	syllableLast  = 0xD7A3
	onsetBase     = 0x1100
	vowelBase     = 0x1161
	codaBase      = 0x11A7 // one before the first: coda 0 is none
	vowelCount    = 21
	codaCount     = 28
	compatFirst   = 0x3131 // a letter that stands alone, as in ㅋㅋ
	compatLast    = 0x3163
	vowelEo       = 4  // ㅓ
	vowelYeo      = 6  // ㅕ
	vowelAe       = 1  // ㅐ
	vowelA        = 0  // ㅏ
	vowelWae      = 10 // ㅙ
	vowelOe       = 11 // ㅚ
	onsetTikeut   = 3  // ㄷ
	onsetIeung    = 11 // ㅇ
	onsetHieuh    = 18 // ㅎ
	codaSsangSiot = 20 // ㅆ
)

// compatOnsets are the letters that stand alone, in the order of the onsets.
var compatOnsets = []rune{
	0x3131, 0x3132, 0x3134, 0x3137, 0x3138, 0x3139, 0x3141, 0x3142, 0x3143, 0x3145,
	0x3146, 0x3147, 0x3148, 0x3149, 0x314A, 0x314B, 0x314C, 0x314D, 0x314E,
}

// A mark is a punctuation mark that ends a clause.
type mark struct {
	token    int32 // the first token after it
	question bool
	hard     bool // a sentence or line ends, not only a phrase
}

// A spelling is a text as letters.
type spelling struct {
	letters []letter
	marks   []mark
	tokens  int32
}

// maxReply is how many characters of a reply are read. What people say to a bot
// is shorter, and a paste is matched as a whole elsewhere.
const maxReply = 400

// spell converts a text to letters.
func spell(text string) spelling {
	if len(text) > maxReply*utf8.UTFMax {
		text = text[:maxReply*utf8.UTFMax]
	}
	var s spelling
	s.letters = make([]letter, 0, len(text)+8)
	runes := []rune(norm.NFKC.String(text))
	if len(runes) > maxReply {
		runes = runes[:maxReply]
	}
	fresh, apart, glued := true, false, false
	var prev rune
	token := int32(-1)
	add := func(r rune, start bool) {
		s.letters = append(s.letters, letter{r, token, start, fresh, apart, glued})
		fresh, apart, glued = false, false, false
	}
	for i := 0; i < len(runes); i++ {
		r := unicode.ToLower(runes[i])
		var next rune
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch {
		case r == '\'' || r == '’' || r == '‘' || r == '`' || r == 0xFE0F || r == 0x200D || unicode.Is(unicode.Cf, r):
			continue
		case syllable(r):
			if kind(prev) != hangul {
				glued = !fresh
				fresh = true
			}
			if fresh {
				token++
			}
			i += s.addSyllable(r, next, add)
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r),
			inName(r) && alphanumericASCII(prev) && alphanumericASCII(next):
			if kind(prev) != kind(r) && !(inName(r) || inName(prev)) {
				fresh = true
			}
			if fresh {
				token++
			}
			add(r, fresh || kind(r) == letterAlone)
		case unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r == '+' && next == '1': // emoji
			if r != prev {
				fresh = true
				token++
				add(r, true)
			}
			fresh = true
		default:
			apart = s.mark(r, token+1) || apart
			fresh = true
		}
		prev = r
	}
	s.tokens = token + 1
	return s
}

// addSyllable adds the letters of a syllable, and returns how many of the
// following runes it used up. It unifies spellings that people mix up: 돼, 됬
// and 되어 become 되, and 하여 becomes 해.
func (s *spelling) addSyllable(r, next rune, add func(rune, bool)) (used int) {
	onset, vowel, coda := split(r)
	if coda == 0 && syllable(next) {
		o, v, c := split(next)
		switch {
		case onset == onsetTikeut && vowel == vowelOe && o == onsetIeung && v == vowelEo:
			coda, used = c, 1
		case onset == onsetHieuh && vowel == vowelA && o == onsetIeung && v == vowelYeo:
			vowel, coda, used = vowelAe, c, 1
		}
	}
	if onset == onsetTikeut && vowel == vowelWae {
		vowel = vowelOe
	}
	if onset == onsetTikeut && vowel == vowelOe && coda == codaSsangSiot-1 { // 됫
		coda = codaSsangSiot
	}
	add(onsetBase+onset, true)
	add(vowelBase+vowel, false)
	if coda > 0 {
		add(codaBase+coda, false)
	}
	return used
}

// mark adds a mark if the character is one.
func (s *spelling) mark(r rune, token int32) bool {
	switch r {
	case '?', '？':
		s.marks = append(s.marks, mark{token, true, true})
	case '.', '!', ';', '\n', '…', '。':
		s.marks = append(s.marks, mark{token, false, true})
	case ',', ':', '(', ')', '–', '—', '/', '、':
		s.marks = append(s.marks, mark{token, false, false})
	default:
		return false
	}
	return true
}

func syllable(r rune) bool { return r >= syllableBase && r <= syllableLast }

func split(r rune) (onset, vowel, coda rune) {
	r -= syllableBase
	return r / (vowelCount * codaCount), r / codaCount % vowelCount, r % codaCount
}

// inName reports whether a character connects the parts of a name, such as
// FS-11 or corp.example.
func inName(r rune) bool {
	return r == '-' || r == '.' || r == '_' || r == '\\' || r == '@' || r == ':'
}

func alphanumericASCII(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// The kinds of letters. A word ends where the kind changes.
const (
	noLetter = iota
	hangul
	letterAlone // ㅋ
	other
)

func kind(r rune) int {
	switch {
	case syllable(r):
		return hangul
	case r >= compatFirst && r <= compatLast:
		return letterAlone
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
		return other
	}
	return noLetter
}
