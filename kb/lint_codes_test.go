package kb

import (
	"strings"
	"testing"
)

func TestSharedCodes(t *testing.T) {
	const one = "id: a\ntitle: A\ncodes: ['0x29834']\n"
	for other, want := range map[string]string{
		"id: b\ntitle: B\ncodes: ['1', '170036']\n":                        `kb/b.yaml:3: the entry "a" has the code 170036, too, and no message or symbol distinguishes them`,
		"id: b\ntitle: B\ncodes: ['170037']\n":                             "",
		"id: b\ntitle: B\ncodes: ['170036']\nmessages: The policy fell.\n": "",
		"id: b\ntitle: B\ncodes: ['170036']\nsymbols: [PolicyFault]\n":     "",
	} {
		got := mistakesOf(t, folder("kb", "a.yaml", one, "b.yaml", other))
		if (len(got) > 0) != (want != "") || want != "" && got[0].String() != want {
			t.Errorf("%q: %v; want %q", other, got, want)
		}
	}
	alike := strings.ReplaceAll(one, "id: a", "id: b")
	for _, message := range []string{"messages: The <Policy> fell.\n", ""} {
		got := mistakesOf(t, folder("kb", "a.yaml", one+message, "b.yaml", alike+strings.ReplaceAll(message, "Policy", "Name")))
		if len(got) != 1 {
			t.Errorf("%q: %v", message, got)
		}
	}
	if got := mistakesOf(t, folder("below", "a.yaml", one), folder("above", "a.yaml", one)); len(got) > 0 {
		t.Errorf("an entry that is replaced: %v", got)
	}
}
