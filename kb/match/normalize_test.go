package match

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormalize(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"plain ASCII stays":              "plain ASCII stays",
		"복제본이 불일치":                       "복제본이 불일치",
		"\u1107\u1169\u11a8":             "복",      // decomposed Hangul
		"\u1107\u1169\u11a8\u110c\u1166": "복제",     // two syllables of it
		"통ㅅㅣㄴ오류":                         "통신오류",   // letters of a broken input method
		"ㅅㅡ토리지":                          "스토리지",   // the consonant belongs to the next syllable
		"안돼요 ㅠㅠ":                         "안돼요   ", // tears are no letters
		"Ｅｒｒｏｒ　ＩＤ：１０００５０":            "Error ID:100050",  // full width
		"a&gt;b &amp; &quot;c&#39;":  "a>b & \"c'",       // entities
		"&#48373;&#xc81c;":           "복제",               // numeric ones
		"&unknown; &#0; &":           "&unknown; &#0; &", // and what is none
		"re\u200bpli\u00adca\u200f":  "replica",          // invisible marks
		"ﬁle":                        "file",             // ligature
		"cafe\u0301":                 "café",             // combining mark
		"bad\xff\xfebytes":           "bad  bytes",       // no UTF-8
		"“quoted” ‘text’ – and more": "“quoted” ‘text’ – and more",
	} {
		p, _, _ := normalize(text, nil, nil)
		if p.s != want {
			t.Errorf("normalize(%q) = %q, want %q", text, p.s, want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"", "복제본\u1107\u1169\u11a8", "a&#x1F600;b", "ㅅㅣㄴ", "e\u0301\xff", "\u200b\u200f", "<@U1> :a: C:\\x y\\z", strings.Repeat("\u0301", 99)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, _, _ := normalize(text, nil, nil)
		if !utf8.ValidString(p.s) && utf8.ValidString(text) {
			t.Fatalf("%q became %q", text, p.s)
		}
		last := 0
		for i := range len(p.s) + 1 {
			if at := p.at(i); at < last || at > len(text) {
				t.Fatalf("byte %d of %q comes from %d, after %d, of %d", i, p.s, at, last, len(text))
			} else {
				last = at
			}
		}
		end := int32(0)
		for _, u := range tokenize(nil, p.s) {
			if u.from < end || u.to <= u.from || int(u.to) > len(p.s) {
				t.Fatalf("token %d:%d after %d in %q", u.from, u.to, end, p.s)
			}
			end = u.to
		}
	})
}
