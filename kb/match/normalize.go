package match

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalizing gives every character one spelling: Unicode compatibility forms
// (NFKC) and HTML entities are resolved, Hangul is composed, and invisible
// marks are removed.
//
//	text   "Ｅrror&gt; can’t 접근\u200b"
//	plain  "Error> can’t 접근"
//
// Nearly all texts are normalized already. Their plain text is the text itself
// and needs no table of positions.

// A plainText is a normalized text that knows where its bytes come from.
type plainText struct {
	s    string
	pos  []int32 // for each byte of s, and for its end, the offset in the original text; nil if s is a piece of the original
	base int     // where that piece begins
}

// at returns the offset in the original text of byte i of the plain text.
func (p plainText) at(i int) int {
	if p.pos == nil {
		return p.base + i
	}
	return int(p.pos[i])
}

// normalize returns the plain text of a text, and buf and pos, which it may
// have grown, for reuse.
func normalize(text string, buf []byte, pos []int32) (plainText, []byte, []int32) {
	n := normalPrefix(text)
	if n == len(text) {
		return plainText{s: text}, buf, pos
	}
	w := normalizer{text: text, buf: append(buf[:0], text[:n]...), pos: pos[:0]}
	for i := range n {
		w.pos = append(w.pos, int32(i))
	}
	for i := n; i < len(text); {
		i += w.step(i)
	}
	w.pos = append(w.pos, int32(len(text)))
	return plainText{s: string(w.buf), pos: w.pos}, w.buf, w.pos
}

// normalPrefix returns the length of the prefix that normalizing does not
// change: ASCII without entities, composed Hangul and common punctuation.
func normalPrefix(text string) int {
	i := 0
	for i < len(text) {
		c := text[i]
		if c < utf8.RuneSelf {
			if c == '&' {
				break
			}
			i++
			continue
		}
		if !normalRune(text[i:]) {
			break
		}
		i += 3
	}
	if i == len(text) || i == 0 {
		return i
	}
	// What follows may compose with the last character.
	_, size := utf8.DecodeLastRuneInString(text[:i])
	return i - size
}

// normalRune reports whether normalizing leaves the three-byte character at the
// start of s unchanged: a Hangul syllable, or a dash, quote or bullet. U+2011
// and U+2017 have compatibility forms.
func normalRune(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size == 3 && (isHangul(r) || r >= 0x2010 && r <= 0x2022 && r != 0x2011 && r != 0x2017)
}

// A normalizer writes a plain text and where its bytes come from.
type normalizer struct {
	text string
	buf  []byte
	pos  []int32
}

// step normalizes the characters at byte i and returns their length in the
// text.
func (w *normalizer) step(i int) int {
	c := w.text[i]
	if c == '&' {
		if r, n := entity(w.text[i:]); n > 0 {
			w.write(r, i)
			return n
		}
	}
	if c < utf8.RuneSelf && !w.combiningAt(i+1) {
		w.buf, w.pos = append(w.buf, c), append(w.pos, int32(i))
		return 1
	}
	r, size := utf8.DecodeRuneInString(w.text[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		w.write(' ', i)
		return 1
	case invisible(r):
		return size
	case isLetterJamo(r):
		return w.jamo(i)
	}
	n := norm.NFKC.NextBoundaryInString(w.text[i:], true)
	if n <= 0 {
		n = size
	}
	if k := strings.IndexFunc(w.text[i+size:i+n], isLetterJamo); k >= 0 {
		n = size + k
	}
	for _, r := range norm.NFKC.String(w.text[i : i+n]) {
		if !invisible(r) {
			w.write(r, i)
		}
	}
	return n
}

// combiningAt reports whether a combining mark begins at byte i.
func (w *normalizer) combiningAt(i int) bool {
	if i >= len(w.text) || w.text[i] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRuneInString(w.text[i:])
	return unicode.Is(unicode.M, r)
}

// write appends a character that comes from an offset of the text.
func (w *normalizer) write(r rune, from int) {
	n := len(w.buf)
	w.buf = utf8.AppendRune(w.buf, r)
	for range len(w.buf) - n {
		w.pos = append(w.pos, int32(from))
	}
}

// invisible reports whether a character is dropped: soft hyphens, zero-width
// characters, directional marks, byte order marks, variation selectors.
func invisible(r rune) bool {
	return r == 0xAD || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E ||
		r >= 0x2060 && r <= 0x206F || r == 0xFEFF || r >= 0xFE00 && r <= 0xFE0F
}

// Hangul compatibility jamo (ㅅ, ㅣ) are letters. A broken input method leaves
// them in place of syllables, and NFKC does not compose them. Their order in
// Unicode differs from their order in syllables (The Unicode Standard, section
// 3.12).
const (
	letterConsonants = "ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
	leadConsonants   = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
	tailConsonants   = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
	firstVowel       = 'ㅏ'
	lastVowel        = 'ㅣ'
	firstHangul      = 0xAC00
	vowels           = 21
	tails            = 28 // including no final consonant
)

func isHangul(r rune) bool { return r >= firstHangul && r <= 0xD7A3 }

func isLetterJamo(r rune) bool { return r >= 'ㄱ' && r <= lastVowel }

func jamoIndex(list string, r rune) int {
	i := strings.IndexRune(list, r)
	return i / len("ㄱ") // -1/3 is 0: ask contains first
}

// jamo composes a consonant, a vowel and, unless a vowel follows it, a final
// consonant. Other jamo are laughter and tears (ㅋㅋ, ㅠㅠ) and become a space.
func (w *normalizer) jamo(i int) int {
	const size = len("ㄱ")
	letter := func(k int) rune {
		r, _ := utf8.DecodeRuneInString(w.text[min(i+k*size, len(w.text)):])
		return r
	}
	vowel := func(r rune) bool { return r >= firstVowel && r <= lastVowel }
	lead, mid, tail := letter(0), letter(1), letter(2)
	if !strings.ContainsRune(leadConsonants, lead) || !vowel(mid) {
		w.write(' ', i)
		return size
	}
	r := firstHangul + rune((jamoIndex(leadConsonants, lead)*vowels+int(mid-firstVowel))*tails)
	if strings.ContainsRune(tailConsonants, tail) && tail != utf8.RuneError && !vowel(letter(3)) {
		w.write(r+1+rune(jamoIndex(tailConsonants, tail)), i)
		return 3 * size
	}
	w.write(r, i)
	return 2 * size
}

// entity decodes the HTML entity at the start of s and returns its length, or
// 0.
func entity(s string) (rune, int) {
	end := strings.IndexByte(s[:min(len(s), 10)], ';') // &#x10FFFF; is the longest
	if end < 0 {
		return 0, 0
	}
	name := s[1:end]
	if num, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if strings.HasPrefix(num, "x") || strings.HasPrefix(num, "X") {
			num, base = num[1:], 16
		}
		v, err := strconv.ParseUint(num, base, 32)
		if err != nil || v == 0 || v > unicode.MaxRune {
			return 0, 0
		}
		return rune(v), end + 1
	}
	switch name {
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "amp":
		return '&', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	case "nbsp":
		return ' ', end + 1
	}
	return 0, 0
}
