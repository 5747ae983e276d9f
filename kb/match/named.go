package match

import "strings"

// minNamedDigits is the number of digits from which a number alone may be an
// error code. The products have codes of two digits, but so has everything else.
const minNamedDigits = 3

// firstUncounted is the smallest number that people do not have of anything
// that they write about: what comes after "319 VMs" is a count, what comes after
// "100050 again" is not.
const firstUncounted = firstOwnCode

// NamedCode returns the number that a text names as an error code, in the
// spelling of the text: one that is announced as a code ("error 3106", "ID 52")
// or has the form of one (0x80070005). In a few words, such as a question to a
// bot, a number is enough ("what is 3106?"), unless a word after it makes it a
// count ("I have 319 VMs"). Whether a document has the code is not checked.
func NamedCode(text string, few bool) (spelling string, ok bool) {
	text = text[:min(len(text), windowBytes)]
	p, _, _ := normalize(text, nil, nil)
	tokens := tokenize(nil, p.s)
	best := codeStrength(0)
	for i, t := range tokens {
		if s := namedAt(p.s, tokens, i, few); t.kind == numberToken && s > best {
			best, spelling = s, text[p.at(int(t.from)):p.at(int(t.to))]
		}
	}
	return spelling, best > 0
}

// namedAt returns how strongly the number at token i is named as a code, or 0.
func namedAt(s string, tokens []token, i int, few bool) codeStrength {
	t := tokens[i]
	if t.kind != numberToken {
		return 0
	}
	text := s[t.from:t.to]
	if digits, hex := hexToken(text); hex && len(digits) > 3 {
		return strongCode // also an HRESULT, which no document can have
	}
	strength := codeAt(s, tokens, i)
	if strength != bareCode {
		return strength
	}
	c, _ := number(text)
	if !few || len(text) < minNamedDigits || c < firstUncounted && countsWord(s, tokens, i) {
		return 0
	}
	return bareCode
}

// countsWord reports whether a word that can be counted follows the number at
// token i: one in letters of a script that puts spaces between words.
func countsWord(s string, tokens []token, i int) bool {
	if i+1 == len(tokens) || tokens[i+1].kind != wordToken {
		return false
	}
	return strings.TrimSpace(s[tokens[i].to:tokens[i+1].from]) == ""
}

// HasCode reports whether a text has a number, in any spelling: one that
// identifies an error, or a result such as 0x800706BA that many errors share.
func HasCode(text, code string) bool {
	p, _, _ := normalize(text, nil, nil)
	want, isNumber := number(code)
	for _, t := range tokenize(nil, p.s) {
		if t.kind != numberToken {
			continue
		}
		spelling := p.s[t.from:t.to]
		if n, ok := number(spelling); isNumber && ok && n == want || strings.EqualFold(spelling, code) {
			return true
		}
	}
	return false
}
