package chat

import (
	"slices"
	"strings"
	"testing"
)

// Pieces are never empty, and the lines of code keep what they begin with.
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
