package chat

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestSplit makes no empty pieces, and keeps the indentation of code.
func TestSplit(t *testing.T) {
	size := Size(func(rune) int { return 1 })
	for text, want := range map[string][]string{
		"word" + strings.Repeat(" ", 30) + "x": {"word", "    x"},
		"one two three":                        {"one two", "three"},
		"  if a {\n    b()\n  }":               {"  if a {", "    b()", "  }"},
		"가나다라마바사아자차카타":                         {"가나다라마바사아자차", "카타"},
		"":                                     nil,
	} {
		got := size.Split(text, 10)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestSplitMarks splits a letter that has more marks than fit.
func TestSplitMarks(t *testing.T) {
	size := Size(func(rune) int { return 1 })
	if got := size.Split("a"+strings.Repeat("\u0301", 3999), 1000); len(got) != 4 {
		t.Errorf("%d pieces, want 4", len(got))
	}
}

// FuzzSplit checks, for any widths of characters and any limit, that Split ends,
// that no piece is larger than the limit, and that only characters that cannot fit
// are left out.
func FuzzSplit(f *testing.F) {
	for _, text := range []string{"", "a b c", "&0", "0&", "&&&", "가나다\n라마바 사", "각각각", "e\u0301e\u0301 👨‍👩‍👧&<>", "\xff", "a\xe2\x80"} {
		for limit := range 7 {
			f.Add(text, limit)
		}
	}
	size := Size(func(r rune) int {
		switch {
		case r == '&':
			return len("&amp;")
		case r > 0xFFFF:
			return 2
		}
		return 1
	})
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if len(text) > 1000 {
			return // each piece looks at all of the rest
		}
		fits := strings.Map(func(r rune) rune {
			if size(r) > limit || r == ' ' || r == '\n' {
				return -1
			}
			return r
		}, text)
		pieces := size.Split(text, limit)
		if got := strings.NewReplacer("\n", "", " ", "").Replace(strings.Join(pieces, "")); utf8.ValidString(text) && got != fits {
			t.Errorf("%q became %q", text, pieces)
		}
		for _, p := range pieces {
			if p == "" || size.Of(p) > limit || utf8.ValidString(text) && !utf8.ValidString(p) {
				t.Errorf("%q is %d wide, of %d", p, size.Of(p), limit)
			}
		}
		if short := size.Shorten(text, limit); size.Of(short) > max(limit, 0) || !strings.HasPrefix(text, strings.TrimSuffix(short, "…")) {
			t.Errorf("%q shortened to %q", text, short)
		}
	})
}
