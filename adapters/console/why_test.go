package console

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// show formats spans as one line, marked ones as [kind:text].
func show(all []span) string {
	var b strings.Builder
	for _, s := range all {
		switch s.Kind {
		case "":
			b.WriteString(s.Text)
		case "gap":
			b.WriteString("…")
		default:
			fmt.Fprintf(&b, "[%s:%s]", s.Kind, s.Text)
		}
	}
	return b.String()
}

func TestHighlight(t *testing.T) {
	cases := []struct {
		text  string
		marks []mark
		want  string
	}{
		{"", nil, ""},
		{"plain", nil, "plain"},
		{"error 319 here", []mark{{"code", 6, 9}}, "error [code:319] here"},
		{"오류[0x29834]로", []mark{{"code", 7, 14}}, "오류[[code:0x29834]]로"},
		{"오류 메시지 [319]", []mark{{"message", 0, 22}, {"code", 18, 21}}, "[message:오류 메시지 [][code:319][message:]]"},
		{"abcdef", []mark{{"words", 0, 4}, {"message", 2, 6}}, "[words:ab][message:cdef]"},
		{"abcdef", []mark{{"code", 0, 3}, {"code", 3, 6}}, "[code:abcdef]"},
		{"abc", []mark{{"code", -5, 99}}, "[code:abc]"},
		{"abc", []mark{{"code", 2, 1}}, "abc"},
		{"가나", []mark{{"code", 1, 5}}, "[code:가]나"},
		{"abc", []mark{{"unknown", 0, 3}}, "abc"},
	}
	for _, c := range cases {
		if got := show(highlight(c.text, c.marks)); got != c.want {
			t.Errorf("highlight(%q, %v) = %s, want %s", c.text, c.marks, got, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("0123456789", 1000)
	cut := show(excerpt([]span{{Text: long}, {"319", "code"}, {Text: long}, {"320", "code"}, {Text: long}}))
	want := "…" + long[:contextBytes] + "[code:319]" + long[:contextBytes] + "…" + long[:contextBytes] + "[code:320]" + long[:contextBytes] + "…"
	if cut != want {
		t.Errorf("got  %s\nwant %s", cut, want)
	}
	if got := show(excerpt([]span{{Text: long}})); got != long[:4*contextBytes]+"…" {
		t.Errorf("a long text without evidence: %s", got)
	}
	short := []span{{Text: "before "}, {"319", "code"}, {Text: " after"}}
	if got := show(excerpt(short)); got != "before [code:319] after" {
		t.Errorf("a short text: %s", got)
	}
}

// FuzzHighlight checks that, for any offsets, the text is complete, in order
// and split between letters, and that an excerpt of it is valid.
func FuzzHighlight(f *testing.F) {
	f.Add("오류[0x29834]로 인해", 7, 14, 0, 99)
	f.Add("a\xffb", 1, 2, -1, 3)
	f.Fuzz(func(t *testing.T, text string, a, b, c, d int) {
		all := highlight(text, []mark{{"message", a, b}, {"code", c, d}})
		var whole strings.Builder
		for _, s := range all {
			whole.WriteString(s.Text)
			if utf8.ValidString(text) && !utf8.ValidString(s.Text) {
				t.Errorf("%q is cut within a letter", s.Text)
			}
		}
		if whole.String() != text {
			t.Errorf("%q became %q", text, whole.String())
		}
		excerpt(all)
	})
}
