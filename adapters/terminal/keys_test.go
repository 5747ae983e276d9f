package terminal

import (
	"slices"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	text := func(s string) key { return key{text: s} }
	named := func(n keyName) key { return key{name: n} }
	for _, tt := range []struct {
		name  string
		reads []string
		want  []key
	}{
		{"letters", []string{"a", "b"}, []key{text("a"), text("b")}},
		{"Korean, read at once", []string{"가나\r"}, []key{text("가나"), named(keyEnter)}},
		{"a syllable read in parts", []string{"\xea\xb0", "\x80"}, []key{text("가")}},
		{"arrow keys", []string{"\x1b[A\x1b[B\x1bOC\x1b[D"}, []key{named(keyEarlier), named(keyLater), named(keyRight), named(keyLeft)}},
		{"a sequence read in parts", []string{"\x1b", "[", "3", "~x"}, []key{named(keyDelete), text("x")}},
		{"control keys", []string{"\x01\x05\x17\x7f"}, []key{named(keyLineStart), named(keyLineEnd), named(keyCutWord), named(keyBackspace)}},
		{"unknown sequences", []string{"\x1b[24~\x1bz\x1b[?1;2c\x1a", "a"}, []key{named(keyUnknown), named(keyUnknown), named(keyUnknown), named(keyUnknown), text("a")}},
		{"a broken sequence", []string{"\x1b[1\x03"}, []key{named(keyUnknown), named(keyInterrupt)}},
		{"Escape, then text", []string{"\x1b", "다음"}, []key{text("다음")}},
		{"Escape twice", []string{"\x1b", "\x1b", "[A"}, []key{named(keyEarlier)}},
		{"Alt-Enter", []string{"a\x1b\rb"}, []key{text("a"), named(keyNewLine), text("b")}},
		{"a paste", []string{"\x1b[200~a\r\n\x1b[Ab\x03\x1b[201~\r"}, []key{text("a\r\n\x1b[Ab\x03"), named(keyEnter)}},
		{"a paste read in parts", []string{"x\x1b[20", "0~a\n", "b\x1b[2", "01~", "c"}, []key{text("x"), text("a\nb"), text("c")}},
		{"a paste into text", []string{"x\x1b[200~a\n\x1b[201~y"}, []key{text("xa\ny")}},
		{"an empty paste", []string{"\x1b[200~\x1b[201~"}, []key{text("")}},
		{"a paste without brackets", []string{"a\rb\r\rc\r"}, []key{text("a\nb\n\nc"), named(keyEnter)}},
		{"with CRLF", []string{"a\r\nb\r\n"}, []key{text("a\nb"), named(keyEnter)}},
		{"Enter, then a key", []string{"a\r\x1b[A"}, []key{text("a"), named(keyEnter), named(keyEarlier)}},
		{"Enter twice", []string{"a\r", "\r"}, []key{text("a"), named(keyEnter), named(keyEnter)}},
		{"a tab", []string{"\t"}, []key{text("\t")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d decoder
			var got []key
			for _, r := range tt.reads {
				got = append(got, d.decode([]byte(r))...)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q is\n%q, want\n%q", tt.reads, got, tt.want)
			}
		})
	}
}

// FuzzDecode checks that text survives wherever the reads of a paste are cut, and
// that the decoder always ends.
func FuzzDecode(f *testing.F) {
	f.Add("한글\r\nlog \x1b[31m line", 7, "\x1b[A\x1b")
	f.Add("\x1b", 7, "")
	f.Fuzz(func(t *testing.T, text string, cut int, before string) {
		text = strings.ReplaceAll(text, pasteEnd, "")
		all := pasteStart + text + pasteEnd
		if strings.Count(all, pasteEnd) != 1 || !strings.HasSuffix(all, pasteEnd) || cut <= len("\x1b") || cut >= len(all) {
			return
		}
		var noise decoder
		noise.decode([]byte(before))
		var d decoder
		got := append(d.decode([]byte(all[:cut])), d.decode([]byte(all[cut:]))...)
		if len(got) != 1 || got[0].text != text {
			t.Errorf("%q, cut at %d, is %q", text, cut, got)
		}
	})
}
