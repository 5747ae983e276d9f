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

// CodeNumber returns the number that identifies an error code, in any spelling.
func CodeNumber(s string) (n uint32, ok bool) {
	c, ok := parseCode(s)
	return uint32(c), ok
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
	if i+1 < len(tokens) && tokens[i+1].glued || isQuantity(s[t.to:]) {
		return 0
	}
	strength := codeBefore(s, tokens, i)
	if strength == 0 {
		return 0
	}
	c, _ := number(s[t.from:t.to])
	switch {
	case isHex(s, t):
		return strongCode
	case strength == bareCode && (errorAfter(s, tokens, i) || inParentheses(s, tokens, i, c)):
		return mediumCode
	}
	return strength
}

// isHex reports whether a number is marked as hexadecimal and large enough to be
// a code for that alone.
func isHex(s string, t token) bool {
	if _, ok := hexToken(s[t.from:t.to]); !ok {
		return false
	}
	c, _ := number(s[t.from:t.to])
	return c >= minHexCode
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
		return gapStrength(s, t, s[:t.from])
	}
	before := tokens[i-1]
	gap := s[before.to:t.from]
	if t.glued {
		if before.kind == wordToken && announcement(s[before.from:before.to]) >= mediumCode {
			return announcedBy(s, tokens, i-1)
		}
		return 0
	}
	const longestGap = 6 // bytes, as in "ID ( [ "
	if len(gap) <= longestGap && before.kind != numberToken && strings.Trim(gap, " \t\r\n.:=#([{-–—'\"`*：") == "" && gap != "." {
		call := gap == "(" && before.kind == wordToken && announcement(s[before.from:before.to]) < strongCode // alert(1)
		if strength, ok := announcer(s, tokens, i-1); ok && !call {
			return strength
		}
	}
	return gapStrength(s, t, gap)
}

// gapStrength returns bareCode for a number after a gap, or 0 if the gap joins it
// to what comes before. A hexadecimal number may follow "#" or "=".
func gapStrength(s string, t token, gap string) codeStrength {
	if gap != "" && strings.IndexByte("#=:", gap[len(gap)-1]) >= 0 && isHex(s, t) {
		return bareCode
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
