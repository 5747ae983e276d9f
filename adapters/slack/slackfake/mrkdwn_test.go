package slackfake

import (
	"strings"
	"testing"
)

// TestToMrkdwn checks the markup of text that a user types.
func TestToMrkdwn(t *testing.T) {
	g := newStage(t, Options{})
	for typed, want := range map[string]string{
		"plain":                         "plain",
		"a < b & c > d":                 "a &lt; b &amp; c &gt; d",
		"@mabsbot help":                 "<@U0FAKEBOT> help",
		"@nobody here":                  "@nobody here",
		"see #support":                  "see <#" + g.c.ID + "|>",
		"https://aka.ms/x?a=1&b=2 ok":   "<https://aka.ms/x?a=1&amp;b=2> ok",
		"on FS-11.contoso.com it fails": "on <http://FS-11.contoso.com|FS-11.contoso.com> it fails",
		"ask a.b@contoso.com":           "ask <mailto:a.b@contoso.com|a.b@contoso.com>",
		"```\nID 3106 <x>\n``` that":    "```\nID 3106 &lt;x&gt;\n``` that",
		"백업 실패 (ID: 3106)":              "백업 실패 (ID: 3106)",
		"one.two":                       "one.two",
	} {
		got, blocks := g.s.toMrkdwn(typed)
		if got != want {
			t.Errorf("toMrkdwn(%q) = %q, want %q", typed, got, want)
		}
		if errs := g.s.validator.Blocks(blocks); len(errs) > 0 {
			t.Errorf("%q: %v", typed, errs)
		}
	}
}

// FuzzToMrkdwn checks that toMrkdwn escapes every "&" and makes one block.
func FuzzToMrkdwn(f *testing.F) {
	f.Add("a < b ```c & d``` @mabsbot https://x.com/<")
	s := newServer(Options{}.withDefaults())
	f.Fuzz(func(t *testing.T, text string) {
		marked, blocks := s.toMrkdwn(text)
		if _, rest, ok := strings.Cut(strings.NewReplacer("&lt;", "", "&gt;", "", "&amp;", "").Replace(marked), "&"); ok {
			t.Errorf("%q: unescaped & before %q", text, rest)
		}
		if len(blocks) != 1 {
			t.Errorf("got %d blocks", len(blocks))
		}
	})
}
