package match

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalisation has two stages, and both keep the way back to the original.
//
//	text   "Ｅrror&gt; can’t 접근\u200b"
//	plain  "Error> can't 접근"       compatibility forms, entities, composed Hangul, no invisible marks
//	units  error | can | not | 접 | 근  one a word, a number or a syllable
//
// A plain that is equal to its text byte for byte, as nearly all are, is the
// text itself and needs no table of positions.

// A plainText is a text in one spelling of each character.
type plainText struct {
	s   string
	pos []int32 // where in the text each byte of s comes from, and one more for the end; nil if s is the text
}

// at gives the byte of the original text where byte i of the plain comes from.
func (p plainText) at(i int) int {
	if p.pos == nil {
		return i
	}
	return int(p.pos[i])
}

// normalize makes the plain of a text. buf and pos are space to use again.
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

// normalPrefix is the length of the part of the text that is its own plain:
// ASCII without entities, composed Hangul and the usual quotes.
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

// normalRune says whether a three-byte character at the start of s is left as
// it is: a composed Hangul syllable or a quote, dash or ellipsis.
func normalRune(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size == 3 && (r >= 0xAC00 && r <= 0xD7A3 || r >= 0x2010 && r <= 0x2022 && r != 0x2011 && r != 0x2017)
}

type normalizer struct {
	text string
	buf  []byte
	pos  []int32
}

// step writes the plain of what stands at byte i and returns its length there.
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

// combiningAt reports whether a mark stands at byte i that composes with the
// character before it.
func (w *normalizer) combiningAt(i int) bool {
	if i >= len(w.text) || w.text[i] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRuneInString(w.text[i:])
	return unicode.Is(unicode.M, r)
}

func (w *normalizer) write(r rune, from int) {
	n := len(w.buf)
	w.buf = utf8.AppendRune(w.buf, r)
	for range len(w.buf) - n {
		w.pos = append(w.pos, int32(from))
	}
}

// invisible marks leave no trace: zero-width characters, directions, byte
// order marks, soft hyphens, variation selectors.
func invisible(r rune) bool {
	return r == 0xAD || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E ||
		r >= 0x2060 && r <= 0x206F || r == 0xFEFF || r >= 0xFE00 && r <= 0xFE0F
}

// Letter jamo (ㅅ, ㅣ) are what a broken input method leaves of a syllable.
// Their order in Unicode differs from the order in syllables.
const (
	letterConsonants = "ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
	leadConsonants   = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
	tailConsonants   = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
	firstVowel       = 'ㅏ'
	lastVowel        = 'ㅣ'
	vowels           = 21
	tails            = 28 // and none
)

func isLetterJamo(r rune) bool { return r >= 'ㄱ' && r <= lastVowel }

func jamoIndex(list string, r rune) int {
	i := strings.IndexRune(list, r)
	return i / len("ㄱ") // -1/3 is 0: ask contains first
}

// jamo composes consonant, vowel and, where no vowel takes it away, consonant.
func (w *normalizer) jamo(i int) int {
	const size = len("ㄱ")
	letter := func(k int) rune {
		r, _ := utf8.DecodeRuneInString(w.text[min(i+k*size, len(w.text)):])
		return r
	}
	vowel := func(r rune) bool { return r >= firstVowel && r <= lastVowel }
	lead, mid, tail := letter(0), letter(1), letter(2)
	if !strings.ContainsRune(leadConsonants, lead) || !vowel(mid) {
		w.write(' ', i) // laughter and tears: ㅋㅋ, ㅠㅠ
		return size
	}
	r := 0xAC00 + rune((jamoIndex(leadConsonants, lead)*vowels+int(mid-firstVowel))*tails)
	if strings.ContainsRune(tailConsonants, tail) && tail != utf8.RuneError && !vowel(letter(3)) {
		w.write(r+1+rune(jamoIndex(tailConsonants, tail)), i)
		return 3 * size
	}
	w.write(r, i)
	return 2 * size
}

// entity reads an HTML entity at the start of s.
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

type tokenKind uint8

const (
	wordToken     tokenKind = iota // letters of a script that puts spaces between words
	numberToken                    // digits, or hexadecimal with its mark
	syllableToken                  // Hangul, Han, Kana: spaces tell little
)

// A token is the smallest piece that is compared.
type token struct {
	from, to    int32 // bytes of the plain
	kind        tokenKind
	glued       bool // one token with the unit before: FileFault, Win7
	newLine     bool // a line break stands before it
	newSentence bool // a sentence ends before it
	inPath      bool // part of a path: a name, whatever it means elsewhere
}

// tokenize appends the units of a plain. Addresses, mentions and emoji names are
// passed over.
func tokenize(units []token, s string) []token {
	sp := tokenizer{s: s, tokens: units}
	for sp.i < len(s) {
		sp.step()
	}
	return sp.tokens
}

type tokenizer struct {
	s                    string
	i                    int
	tokens               []token
	newLine, newSentence bool
	pathEnd              int // where the path ends that was met last
}

func (sp *tokenizer) step() {
	c := sp.s[sp.i]
	switch {
	case isAlnum(c):
		sp.compound()
	case c >= utf8.RuneSelf:
		sp.nonASCII()
	case c == '\n' || c == '\r':
		sp.newLine = true
		sp.i++
	case c == '<' || c == ':':
		sp.i += max(1, markup(sp.s, sp.i))
	case c == '\\':
		if sp.i >= sp.pathEnd && beginsPath(sp.s, sp.i) {
			sp.pathEnd = pathEnd(sp.s, sp.i)
		}
		sp.i++
	case c == '.' || c == '!' || c == '?' || c == ';':
		sp.newSentence = true
		sp.i++
	default:
		sp.i++
	}
}

// beginsPath reports whether a path begins at the backslash at i: after a drive,
// or where no word stands before. Registry keys begin otherwise, and are read.
func beginsPath(s string, i int) bool {
	if i == 0 {
		return true
	}
	c := s[i-1]
	return c == ':' || c <= ' ' || c == '"' || c == '\'' || c == '(' || c == '['
}

// pathEnd is where the path ends that has a backslash at i: after the name that
// follows its last backslash. A name may have spaces, though not at its end, is
// not longer than longestName, and lacks the characters that Windows reserves.
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
func pathEnd(s string, i int) int {
	const longestName, reserved = 60, "<>:\"|?*\r\n"
	last := i
	for k := i + 1; k < len(s) && k-last <= longestName && strings.IndexByte(reserved, s[k]) < 0; k++ {
		if s[k] == '\\' && s[k-1] != ' ' {
			last = k
		}
	}
	end := last + 1
	for end < len(s) && s[end] > ' ' {
		end++
	}
	return end
}

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLetter(c byte) bool {
	c |= 0x20
	return c >= 'a' && c <= 'z'
}

// markup is the length of what a chat platform puts into text and is none of
// it: <@U123>, <https://…|, <ServerName>, :emoji:.
func markup(s string, i int) int {
	const longest = 60 // a mention or emoji name; longer ones are text
	rest := s[i+1 : min(len(s), i+1+longest)]
	if s[i] == ':' {
		end := strings.IndexByte(rest, ':')
		if end < 2 || i > 0 && s[i-1] > ' ' {
			return 0
		}
		for k := range end {
			if c := rest[k]; !isAlnum(c) && c != '_' && c != '-' && c != '+' {
				return 0
			}
		}
		return end + 2
	}
	end := strings.IndexByte(rest, '>')
	if end < 1 || strings.ContainsAny(rest[:end], " \t\n|:") {
		return 0
	}
	return end + 2
}

// address is the length of an address at the start of s: its words name
// places, not errors.
func address(s string) int {
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		return 0
	}
	n := strings.IndexAny(s, " \t\r\n|>\"'<`")
	if n < 0 {
		return len(s)
	}
	return n
}

func (sp *tokenizer) add(from, to int, kind tokenKind, glued bool) {
	sp.tokens = append(sp.tokens, token{int32(from), int32(to), kind, glued, sp.newLine, sp.newSentence, from < sp.pathEnd})
	sp.newLine, sp.newSentence = false, false
}

// compound splits a run of ASCII letters and digits where a new word begins in
// it: file|Fault, CBP|Source, office|365.
func (sp *tokenizer) compound() {
	s, start := sp.s, sp.i
	if n := address(s[start:]); n > 0 {
		sp.i += n
		return
	}
	end := start + 1
	for end < len(s) && (isAlnum(s[end]) || s[end] == '_' && end+1 < len(s) && isLetter(s[end+1])) {
		end++
	}
	sp.i = end
	if _, ok := hexToken(s[start:end]); ok {
		sp.add(start, end, numberToken, false)
		return
	}
	from := start
	for k := start + 1; k < end; k++ {
		if cut := wordBegins(s[start:end], k-start, from-start); cut >= 0 {
			sp.word(from, start+cut, from > start)
			from = start + cut
		}
	}
	sp.word(from, end, from > start)
}

func (sp *tokenizer) word(from, to int, glued bool) {
	if sp.s[from] == '_' {
		from++
	}
	kind := wordToken
	if isDigit(sp.s[from]) {
		kind = numberToken
	}
	if kind == wordToken && to < len(sp.s) {
		to = sp.contraction(from, to)
	}
	sp.add(from, to, kind, glued)
}

// contraction takes «'t» and the like into the word: can't is one unit here
// and becomes two words later.
func (sp *tokenizer) contraction(from, to int) int {
	if to != sp.i {
		return to
	}
	rest := sp.s[to:]
	for _, quote := range []string{"'", "’", "‘", "`"} {
		after, ok := strings.CutPrefix(rest, quote)
		if !ok || after == "" {
			continue
		}
		n := 0
		for n < len(after) && n < 3 && isLetter(after[n]) {
			n++
		}
		if n == 0 || n > 2 || n < len(after) && isAlnum(after[n]) {
			return to
		}
		sp.i = to + len(quote) + n
		return sp.i
	}
	return to
}

// wordBegins says where a word of token t begins at or just before k, or -1;
// from is where the present word began.
func wordBegins(t string, k, from int) int {
	c, before := t[k], t[k-1]
	switch {
	case c == '_', isDigit(c) != isDigit(before):
		return k
	case isUpper(c) && !isUpper(before) && before != '_':
		return k
	case !isUpper(c) && isUpper(before) && k-from >= 3 && isUpper(t[k-2]) && isUpper(t[k-3]):
		return k - 1 // the last capital of an acronym begins the next word
	}
	return -1
}

// hexToken reads 0x29834, Ox29834 or 29834h.
func hexToken(t string) (digits string, ok bool) {
	switch {
	case len(t) > 2 && (t[0] == '0' || t[0]|0x20 == 'o') && t[1]|0x20 == 'x':
		digits = t[2:]
	case len(t) > 3 && isDigit(t[0]) && t[len(t)-1]|0x20 == 'h':
		digits = t[:len(t)-1]
	default:
		return "", false
	}
	for i := range len(digits) {
		if c := digits[i] | 0x20; !isDigit(digits[i]) && (c < 'a' || c > 'f') {
			return "", false
		}
	}
	return digits, true
}

// nonASCII takes a run of letters beyond ASCII, or passes over one character.
func (sp *tokenizer) nonASCII() {
	r, size := utf8.DecodeRuneInString(sp.s[sp.i:])
	switch {
	case isSyllable(r):
		sp.add(sp.i, sp.i+size, syllableToken, false)
		sp.i += size
	case unicode.IsLetter(r):
		from := sp.i
		for sp.i < len(sp.s) {
			r, size = utf8.DecodeRuneInString(sp.s[sp.i:])
			if isSyllable(r) || !unicode.IsLetter(r) && !unicode.IsMark(r) {
				break
			}
			sp.i += size
		}
		sp.add(from, sp.i, wordToken, false)
	default:
		sp.newSentence = sp.newSentence || r == '。' || r == '…'
		sp.i += size
	}
}

func isSyllable(r rune) bool {
	return r >= 0xAC00 && r <= 0xD7A3 || r >= 0x3041 && r <= 0x30FF || r >= 0x4E00 && r <= 0x9FFF
}
