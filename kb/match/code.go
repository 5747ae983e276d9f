package match

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A code identifies an error code independently of its spelling. The products
// print the same number in decimal ("ID: 170036") and in hexadecimal
// ("[0x29834]"), so the number is the identity.
type code uint32

// firstResult is the lowest HRESULT that means failure: its highest bit is set.
// Many errors share an HRESULT, so it does not identify one.
const firstResult = 1 << 31

// IsCode reports whether a text is a single error code, in any spelling.
func IsCode(s string) bool {
	_, ok := parseCode(s)
	return ok
}

// parseCode parses a code in any spelling: 0x29834, 0X29834, Ox29834, 29834h,
// 170036, [0x29834], "ID: 170036", also in full-width digits. It rejects
// HRESULTs.
func parseCode(s string) (code, bool) {
	p, _, _ := normalize(s, nil, nil)
	var found code
	n := 0
	for _, t := range tokenize(nil, p.s) {
		text := p.s[t.from:t.to]
		if t.kind != numberToken {
			if t.kind == wordToken && announcement(text) < mediumCode {
				return 0, false
			}
			continue
		}
		c, ok := number(text)
		if !ok {
			return 0, false
		}
		found = c
		n++
	}
	if n != 1 {
		return 0, false
	}
	return found, true
}

// number parses a decimal number, or a hexadecimal one with its mark.
func number(s string) (code, bool) {
	base := 10
	if digits, ok := hexToken(s); ok {
		s, base = digits, 16
	}
	n, err := strconv.ParseUint(s, base, 32)
	if err != nil || n >= firstResult {
		return 0, false
	}
	return code(n), true
}

// A codeStrength is how certain it is that a number is an error code of these
// products.
type codeStrength uint8

const (
	bareCode   codeStrength = iota + 1 // 100050, a number among words
	mediumCode                         // error 100050
	strongCode                         // (ID: 100050), [0x29834]
)

// A codeRef is a number in a text that may be a code.
type codeRef struct {
	code     code
	token    int32 // its place among the tokens
	strength codeStrength
}

// scanCodes appends the codes among the tokens of a plain text.
func scanCodes(dst []codeRef, s string, tokens []token) []codeRef {
	for i, t := range tokens {
		if t.kind != numberToken || t.to-t.from < 2 {
			continue
		}
		if c, ok := number(s[t.from:t.to]); ok {
			if strength := codeAt(s, tokens, i); strength > 0 {
				dst = append(dst, codeRef{c, int32(i), strength})
			}
		}
	}
	return dst
}

// minHexCode is the smallest number whose hexadecimal mark alone makes it a
// code. Smaller ones are flags, offsets and counts.
const minHexCode = 0x1000

// codeAt returns the strength of the number at token i by the text around it,
// or 0 if it is no code.
func codeAt(s string, tokens []token, i int) codeStrength {
	t := tokens[i]
	text := s[t.from:t.to]
	if i+1 < len(tokens) && tokens[i+1].glued || isQuantity(s[t.to:]) {
		return 0
	}
	strength := codeBefore(s, tokens, i)
	if strength == 0 {
		return 0
	}
	if _, hex := hexToken(text); hex {
		if c, _ := number(text); c >= minHexCode {
			return strongCode
		}
	}
	if strength == bareCode && errorAfter(s, tokens, i) {
		return mediumCode
	}
	return strength
}

// isQuantity reports whether the text after a number makes it a date, a
// version, an amount or a count.
func isQuantity(after string) bool {
	if after == "" {
		return false
	}
	if strings.IndexByte("-/\\.,:", after[0]) >= 0 {
		return len(after) > 1 && isAlnum(after[1])
	}
	if after[0] == '%' || after[0] == '_' {
		return true
	}
	r, _ := utf8.DecodeRuneInString(after)
	return r >= utf8.RuneSelf && strings.ContainsRune("원년월일개건명시분초대권층", r)
}

// codeBefore returns the strength of the number at token i by the text before
// it, or 0 if the number is part of something else.
func codeBefore(s string, tokens []token, i int) codeStrength {
	t := tokens[i]
	if i == 0 {
		return bareAfter(s[:t.from])
	}
	before := tokens[i-1]
	gap := s[before.to:t.from]
	if t.glued {
		if before.kind == wordToken && announcement(s[before.from:before.to]) >= mediumCode {
			return idOf(s, tokens, i-1)
		}
		return 0
	}
	const longestGap = 6 // bytes, as in "ID ( [ "
	strength := codeStrength(0)
	if len(gap) <= longestGap && before.kind != numberToken {
		strength = announcement(lastWord(s, tokens, i-1))
	}
	if strength >= mediumCode && strings.Trim(gap, " \t\r\n.:=#([{-–—'\"`*：") == "" && gap != "." {
		return idOf(s, tokens, i-1)
	}
	return bareAfter(gap)
}

// bareAfter returns bareCode for a number after a gap, or 0 if the gap joins it
// to what comes before, as in a path, a version or a sum.
func bareAfter(gap string) codeStrength {
	if gap == "" {
		return bareCode
	}
	if strings.IndexByte("./\\#_+=$@,-:&~^", gap[len(gap)-1]) >= 0 {
		return 0
	}
	return bareCode
}

// lastWord returns the word token at i, or the last two syllables up to it.
func lastWord(s string, tokens []token, i int) string {
	from := tokens[i].from
	if tokens[i].kind == syllableToken && i > 0 && tokens[i-1].kind == syllableToken {
		from = tokens[i-1].from
	}
	return s[from:tokens[i].to]
}

// announcement returns how strongly a word announces a code after it.
func announcement(w string) codeStrength {
	const longest = 10 // bytes; spares longer words the comparison
	if len(w) > longest {
		return 0
	}
	switch strings.ToLower(w) {
	case "id", "ids":
		return strongCode
	case "error", "err", "code", "codes", "오류", "에러", "코드", "erro", "fehler", "erreur":
		return mediumCode
	}
	return 0
}

// idOf returns how strongly the word at token i announces a code, given the
// word before it: an "event ID" belongs to another system.
func idOf(s string, tokens []token, i int) codeStrength {
	strength := announcement(lastWord(s, tokens, i))
	if i == 0 || strength < strongCode {
		return strength
	}
	before := tokens[i-1]
	if gap := s[before.to:tokens[i].from]; len(gap) > 1 || before.kind != wordToken {
		return strength
	}
	switch strings.ToLower(s[before.from:before.to]) {
	case "event", "task", "job", "process", "thread", "user", "session", "device", "product", "account", "client", "order", "ticket", "request":
		return 0
	}
	return strength
}

// errorAfter reports whether a word for "error" follows the number at token i,
// as in Korean.
func errorAfter(s string, tokens []token, i int) bool {
	if i+1 >= len(tokens) {
		return false
	}
	next := tokens[i+1]
	if gap := s[tokens[i].to:next.from]; len(gap) > 1 {
		return false
	}
	to := next.to
	if next.kind == syllableToken && i+2 < len(tokens) && tokens[i+2].kind == syllableToken {
		to = tokens[i+2].to
	}
	return announcement(s[next.from:to]) == mediumCode
}
