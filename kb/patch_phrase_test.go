package kb

import (
	"strings"
	"testing"
)

func TestAddPhrase(t *testing.T) {
	const both = "id: a\ntitle: {en: The door is open, ko: 문이 열려 있음}\nphrases:\n  en:\n    - the door is open\n  ko:\n    - 문이 열렸어요\n"
	for _, c := range []struct{ name, content, text, want string }{
		{"English", both, "nobody closed the door?", "  en:\n    - the door is open\n    - nobody closed the door\n  ko:\n"},
		{"Korean", both, "DPM Library 문을 안 닫았어요", "    - 문이 열렸어요\n    - DPM Library 문을 안 닫았어요\n"},
		{"another script than all", both, "дверь", "    - the door is open\n    - дверь\n"},
		{"one that is there", both, "the door is open.", ""},
		{"two lines", both, "the door\nis open", ""},
		{"a long one", both, strings.Repeat("the door ", 30), ""},
		{"no text", both, "?", ""},
		{"no language", "id: a\ntitle: T\nphrases: [the door is open]\n", "who opened it", "phrases: [the door is open, who opened it]\n"},
	} {
		got, err := AddPhrase(c.content, c.text)
		if err != nil || c.want == "" && got != c.content || !strings.Contains(got, c.want) {
			t.Errorf("%s: %v\n%s", c.name, err, got)
		}
	}
}
