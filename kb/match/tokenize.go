package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A plain text is split into tokens:
//
//	plain   "Error: FileFault, can’t 접근"
//	tokens  Error | File | Fault | can’t | 접 | 근
//
// Tokens without a space between them, such as File and Fault, are a compound.

type tokenKind uint8

const (
	wordToken     tokenKind = iota // letters of a script that puts spaces between words
	numberToken                    // digits, or hexadecimal with its mark
	syllableToken                  // one character of Hangul, Han or Kana, whose spaces mean little
)

// A token is the smallest piece of a text that is compared.
type token struct {
	from, to    int32 // bytes of the plain text
	kind        tokenKind
	glued       bool // belongs to the compound of the token before it: FileFault, Win7
	newLine     bool // a line break comes before it
	newSentence bool // a sentence ends before it
	inPath      bool // part of a file path, so a name, whatever the word means elsewhere
	newRecord   bool // the time of a log record comes before it
}

// tokenize appends the tokens of a plain text. It skips URLs, mentions, emoji
// names, and the times of log records.
func tokenize(tokens []token, s string) []token {
	t := tokenizer{s: s, tokens: tokens}
	t.beginLine()
	for t.i < len(s) {
		t.step()
	}
	return t.tokens
}

type tokenizer struct {
	s                    string
	i                    int
	tokens               []token
	newLine, newSentence bool // for the next token
	newRecord            bool // for the next token
	pathEnd              int  // end of the last path
}

// step takes a token or a compound, or skips a character.
func (t *tokenizer) step() {
	c := t.s[t.i]
	switch {
	case isAlnum(c):
		t.compound()
	case c >= utf8.RuneSelf:
		t.nonASCII()
	case c == '\n' || c == '\r':
		t.newLine = true
		t.i++
		t.beginLine()
	case c == '<' || c == ':':
		t.i += max(1, markup(t.s, t.i))
	case c == '\\':
		if t.i >= t.pathEnd && beginsPath(t.s, t.i) {
			t.pathEnd = pathEnd(t.s, t.i)
		}
		t.i++
	case c == '.' || c == '!' || c == '?' || c == ';':
		t.newSentence = true
		t.i++
	default:
		t.i++
	}
}

// beginLine skips the time of a log record at the beginning of a line, after the
// marks of a list or a quoted reply.
func (t *tokenizer) beginLine() {
	const marks = " \t>|*-"
	i := t.i
	for i < len(t.s) && strings.IndexByte(marks, t.s[i]) >= 0 {
		i++
	}
	if n := recordPrefix(t.s[i:]); n > 0 {
		t.i, t.newRecord = i+n, true
	}
}

// beginsPath reports whether the backslash at i begins a file path: after a
// drive letter, or without a word before it. Registry keys have a word before
// it; their words are worth reading.
func beginsPath(s string, i int) bool {
	if i == 0 {
		return true
	}
	c := s[i-1]
	return c == ':' || c <= ' ' || c == '"' || c == '\'' || c == '(' || c == '['
}

// pathEnd returns the end of the path with a backslash at i, which is the end
// of the word after its last backslash. A name in it may have spaces, but not
// at its end, and none of the characters that Windows reserves
// (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
func pathEnd(s string, i int) int {
	const longestName = 60 // a longer one is a sentence after a path
	const reserved = "<>:\"|?*\r\n"
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

// markup returns the length of a piece at i that a chat platform put into the
// text, or that is a placeholder: <@U123>, <ServerName>, :emoji:. It returns 0
// if there is none.
func markup(s string, i int) int {
	const longest = 60 // of a mention or emoji name
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
	if _, ok := hexToken(rest[:end]); ok {
		return 0 // <0x29834>
	}
	return end + 2
}

// urlLen returns the length of a URL at the start of s, whose words name places
// and not errors, or 0.
func urlLen(s string) int {
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		return 0
	}
	n := strings.IndexAny(s, " \t\r\n|>\"'<`")
	if n < 0 {
		return len(s)
	}
	return n
}

// add appends a token.
func (t *tokenizer) add(from, to int, kind tokenKind, glued bool) {
	t.tokens = append(t.tokens, token{int32(from), int32(to), kind, glued, t.newLine, t.newSentence, from < t.pathEnd, t.newRecord})
	t.newLine, t.newSentence, t.newRecord = false, false, false
}

// compound takes a run of ASCII letters and digits. It begins a token at each
// word in it: File|Fault, CBP|Source, office|365.
func (t *tokenizer) compound() {
	s, start := t.s, t.i
	if n := urlLen(s[start:]); n > 0 {
		t.i += n
		return
	}
	end := start + 1
	for end < len(s) && (isAlnum(s[end]) || s[end] == '_' && end+1 < len(s) && isLetter(s[end+1])) {
		end++
	}
	t.i = end
	if _, ok := hexToken(s[start:end]); ok {
		t.add(start, end, numberToken, false)
		return
	}
	from := start
	for k := start + 1; k < end; k++ {
		if cut := wordBegins(s[start:end], k-start, from-start); cut >= 0 {
			t.word(from, start+cut, from > start)
			from = start + cut
		}
	}
	t.word(from, end, from > start)
}

// word takes one token of a compound.
func (t *tokenizer) word(from, to int, glued bool) {
	if t.s[from] == '_' {
		from++
	}
	kind := wordToken
	if isDigit(t.s[from]) {
		kind = numberToken
	}
	if kind == wordToken && to < len(t.s) {
		to = t.contraction(from, to)
	}
	t.add(from, to, kind, glued)
}

// contraction extends the last word of a compound by an ending such as 't and
// returns its new end: can't is one token, which negation splits later.
func (t *tokenizer) contraction(from, to int) int {
	if to != t.i {
		return to
	}
	rest := t.s[to:]
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
		t.i = to + len(quote) + n
		return t.i
	}
	return to
}

// wordBegins returns where a word of a compound begins at k or just before it,
// or -1. The current word began at from.
func wordBegins(s string, k, from int) int {
	c, before := s[k], s[k-1]
	switch {
	case c == '_', isDigit(c) != isDigit(before):
		return k
	case isUpper(c) && !isUpper(before) && before != '_':
		return k
	case !isUpper(c) && isUpper(before) && k-from >= 3 && isUpper(s[k-2]) && isUpper(s[k-3]):
		return k - 1 // the last capital of an acronym begins the next word
	}
	return -1
}

// hexToken returns the digits of a hexadecimal number: 0x29834, 29834h, or
// Ox29834 with the letter O, as a misread screenshot has it.
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

// nonASCII takes one syllable or a word beyond ASCII, or skips one character.
func (t *tokenizer) nonASCII() {
	r, size := utf8.DecodeRuneInString(t.s[t.i:])
	switch {
	case isSyllable(r):
		t.add(t.i, t.i+size, syllableToken, false)
		t.i += size
	case unicode.IsLetter(r):
		from := t.i
		for t.i < len(t.s) {
			r, size = utf8.DecodeRuneInString(t.s[t.i:])
			if isSyllable(r) || !unicode.IsLetter(r) && !unicode.IsMark(r) {
				break
			}
			t.i += size
		}
		t.add(from, t.i, wordToken, false)
	default:
		t.newSentence = t.newSentence || r == '。' || r == '…'
		t.i += size
	}
}

// isSyllable reports whether a character is Hangul, Kana or a common Han
// character.
func isSyllable(r rune) bool {
	return isHangul(r) || r >= 0x3041 && r <= 0x30FF || r >= 0x4E00 && r <= 0x9FFF
}
