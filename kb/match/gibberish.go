package match

import (
	"strings"
)

// A path, an ID or a piece of encoded data in a query has words and numbers of
// ours only by chance.

// forgetGibberish takes away the terms and codes in fields of the text that are
// no words: paths, GUIDs, hashes and base64. It reports whether anything is left.
func (q *query) forgetGibberish() bool {
	s := q.plain.s
	gibberish := make([]bool, len(q.tokens))
	left := false
	for i, t := range q.tokens {
		gibberish[i] = t.inPath || isGibberish(fieldAt(s, int(t.from)))
		left = left || !gibberish[i]
	}
	n := 0
	for _, t := range q.terms {
		if !gibberish[t.at] {
			q.terms[n] = t
			n++
		}
	}
	if n < len(q.terms) {
		q.terms = q.terms[:n]
		q.index()
	}
	n = 0
	for _, ref := range q.codes {
		if !gibberish[ref.token] {
			q.codes[n] = ref
			n++
		}
	}
	q.codes = q.codes[:n]
	return left
}

// fieldAt returns the text between the spaces around byte i.
func fieldAt(s string, i int) string {
	from := strings.LastIndexAny(s[:i], spaces) + 1
	to := len(s)
	if n := strings.IndexAny(s[i:], spaces); n >= 0 {
		to = i + n
	}
	return strings.Trim(s[from:to], "\"'`()[]{}<>,;")
}

// isGibberish reports whether a field is a path, a GUID, a hash or base64.
func isGibberish(s string) bool {
	return isPath(s) || isHash(s) || isBase64(s)
}

func isPath(s string) bool {
	if len(s) > 2 && isLetter(s[0]) && s[1] == ':' && (s[2] == '\\' || s[2] == '/') {
		return true
	}
	if strings.HasPrefix(s, `\\`) || strings.HasPrefix(s, "~/") || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") {
		return true
	}
	return strings.HasPrefix(s, "/") && strings.Count(s, "/") > 1
}

// isHash reports whether a field is a long number in hexadecimal, or a GUID.
func isHash(s string) bool {
	const shortest = 16 // digits
	digits := 0
	for i := range len(s) {
		c := s[i] | 0x20
		switch {
		case isDigit(s[i]), c >= 'a' && c <= 'f':
			digits++
		case s[i] != '-':
			return false
		}
	}
	return digits >= shortest
}

// isBase64 reports whether a field looks like base64: padded, or letters in both
// cases whose cases and digits change again and again, as no name with a digit
// has them.
func isBase64(s string) bool {
	const shortest, changes = 12, 4
	data := strings.TrimRight(s, "=")
	upper, lower, digit, n := false, false, false, 0
	for i := range len(data) {
		c := data[i]
		if !isAlnum(c) && c != '+' && c != '/' {
			return false
		}
		upper = upper || isUpper(c)
		lower = lower || isLetter(c) && !isUpper(c)
		digit = digit || isDigit(c)
		if i > 0 && (isDigit(c) != isDigit(data[i-1]) || isUpper(c) && isLetter(data[i-1]) && !isUpper(data[i-1])) {
			n++
		}
	}
	return len(s) >= shortest && (len(data) < len(s) || upper && lower && digit && n >= changes)
}
