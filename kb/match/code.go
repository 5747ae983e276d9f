package match

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A code is the identity of an error code, whatever its spelling. The products
// print the same number in decimal («ID: 170036») and in hexadecimal
// («[0x29834]»), so the number itself is the identity.
type code uint32

// firstResult is the lowest HRESULT that means a failure (its highest bit says
// so). Many errors share one; it is a detail and no identity.
const firstResult = 1 << 31

// IsCode reports whether a text is one error code, in any spelling.
func IsCode(s string) bool {
	_, ok := parseCode(s)
	return ok
}

// parseCode reads one code in any spelling: 0x29834, 0X29834, Ox29834, 29834h,
// 170036, [0x29834], «ID: 170036», in full-width digits too. HRESULTs are no
// codes.
func parseCode(s string) (code, bool) {
	p, _, _ := normalize(s, nil, nil)
	var found code
	n := 0
	for _, u := range tokenize(nil, p.s) {
		t := p.s[u.from:u.to]
		if u.kind != numberToken {
			if u.kind == wordToken && announcement(t) < mediumCode {
				return 0, false
			}
			continue
		}
		c, ok := number(t)
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

// number reads a number in decimal, or in hexadecimal with its mark.
func number(t string) (code, bool) {
	base := 10
	if digits, ok := hexToken(t); ok {
		t, base = digits, 16
	}
	n, err := strconv.ParseUint(t, base, 32)
	if err != nil || n >= firstResult {
		return 0, false
	}
	return code(n), true
}

// How sure it is that a number is meant as one of these products' codes.
type codeStrength uint8

const (
	bareCode   codeStrength = iota + 1 // a number among words
	mediumCode                         // «error 100050»
	strongCode                         // «(ID: 100050)», «[0x29834]»
)

// A codeRef is a number of a text that may be a code.
type codeRef struct {
	code     code
	token    int32
	strength codeStrength
}

// scanCodes finds the codes among the units of a plain.
func scanCodes(dst []codeRef, s string, units []token) []codeRef {
	for i, u := range units {
		if u.kind != numberToken || u.to-u.from < 2 {
			continue
		}
		if c, ok := number(s[u.from:u.to]); ok {
			if strength := codeAt(s, units, i); strength > 0 {
				dst = append(dst, codeRef{c, int32(i), strength})
			}
		}
	}
	return dst
}

// minHexCode is the smallest number that stands as a code by its
// hexadecimal mark alone: what is smaller is a flag, an offset or a count.
const minHexCode = 0x1000

// codeAt judges the number at unit i by what stands around it.
func codeAt(s string, units []token, i int) codeStrength {
	u := units[i]
	t := s[u.from:u.to]
	if i+1 < len(units) && units[i+1].glued || isQuantity(s[u.to:]) {
		return 0
	}
	strength := bareCode
	if announced := codeBefore(s, units, i); announced == 0 {
		return 0
	} else {
		strength = announced
	}
	if _, hex := hexToken(t); hex {
		if c, _ := number(t); c >= minHexCode {
			return strongCode
		}
	}
	if strength == bareCode && errorAfter(s, units, i) {
		return mediumCode
	}
	return strength
}

// isQuantity reports whether what follows a number makes it a date, a version, a
// sum or a count.
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

// codeBefore judges what leads to the number at unit i: 0 if it is a part of
// something else.
func codeBefore(s string, units []token, i int) codeStrength {
	u := units[i]
	if i == 0 {
		return standsAlone(s[:u.from])
	}
	before := units[i-1]
	gap := s[before.to:u.from]
	if u.glued {
		if before.kind == wordToken && announcement(s[before.from:before.to]) >= mediumCode {
			return idOf(s, units, i-1)
		}
		return 0
	}
	said := codeStrength(0)
	if len(gap) <= 6 && before.kind != numberToken {
		said = announcement(lastWord(s, units, i-1))
	}
	if said >= mediumCode && strings.Trim(gap, " \t\r\n.:=#([{-–—'\"`*：") == "" && gap != "." {
		return idOf(s, units, i-1)
	}
	return standsAlone(gap)
}

// standsAlone reports whether a number after this gap stands for itself.
func standsAlone(gap string) codeStrength {
	if gap == "" {
		return bareCode
	}
	if strings.IndexByte("./\\#_+=$@,-:&~^", gap[len(gap)-1]) >= 0 {
		return 0
	}
	return bareCode
}

// lastWord is a word unit, or the last two syllables.
func lastWord(s string, units []token, i int) string {
	from := units[i].from
	if units[i].kind == syllableToken && i > 0 && units[i-1].kind == syllableToken {
		from = units[i-1].from
	}
	return s[from:units[i].to]
}

// announcement says how strongly a word announces a code.
func announcement(w string) codeStrength {
	if len(w) > 10 {
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

// idOf judges the word at unit i, which announces a code, by the word before
// it: an «event ID» is another system's.
func idOf(s string, units []token, i int) codeStrength {
	said := announcement(lastWord(s, units, i))
	if i == 0 || said < strongCode {
		return said
	}
	before := units[i-1]
	if gap := s[before.to:units[i].from]; len(gap) > 1 || before.kind != wordToken {
		return said
	}
	switch strings.ToLower(s[before.from:before.to]) {
	case "event", "task", "job", "process", "thread", "user", "session", "device", "product", "account", "client", "order", "ticket", "request":
		return 0
	}
	return said
}

func errorAfter(s string, units []token, i int) bool {
	if i+1 >= len(units) {
		return false
	}
	next := units[i+1]
	if gap := s[units[i].to:next.from]; len(gap) > 1 {
		return false
	}
	to := next.to
	if next.kind == syllableToken && i+2 < len(units) && units[i+2].kind == syllableToken {
		to = units[i+2].to
	}
	w := s[next.from:to]
	return announcement(w) == mediumCode
}
