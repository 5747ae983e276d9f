package match

import (
	"strings"
	"testing"
)

func TestStem(t *testing.T) {
	for words, want := range map[string]string{
		"server servers": "server",
		"configure configures configured configuring": "configur",
		"policy policies":       "policy",
		"access accesses":       "access",
		"stop stopped stopping": "stop",
		"vms vm":                "vm",
		"status":                "status",
	} {
		for w := range strings.FieldsSeq(words) {
			if got := string(stem([]byte(w))); got != want && !(len(w) < 4 && got == w) {
				t.Errorf("stem(%q) = %q, want %q", w, got, want)
			}
		}
	}
}

func TestNegation(t *testing.T) {
	for w, want := range map[string]string{"can't": "can not", "cannot": "can not", "isn’t": "is not", "won't": "will not", "dont": "do not", "it's": "it", "server": "server"} {
		verb, not := negation([]byte(w))
		got := string(verb)
		if not {
			got += " not"
		}
		if got != want {
			t.Errorf("negation(%q) = %q, want %q", w, got, want)
		}
	}
}
