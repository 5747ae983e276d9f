package match

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSimplify(t *testing.T) {
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
			t.Errorf("simplify(%q) = %q, want %q", text, p.s, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"Replica is inconsistent":          "Replica is inconsistent",
		"FileFaultFault":                   "File+Fault+Fault",
		"CBPSourceSnapshot":                "CBP+Source+Snapshot",
		"VMware ReFS OBEngine":             "VMware Re+FS OB+Engine",
		"cbp_source_snapshot":              "cbp+source+snapshot",
		"office365 Win7":                   "office+365 Win+7",
		"can't connect, isn’t ready":       "can't connect isn’t ready",
		"복제본 ok":                           "복 제 본 ok",
		"[0x29834] Ox29834 29834h":         "0x29834 Ox29834 29834h",
		"<@U0B2D599F8> :rotating_light: x": "x",
		"<https://a.example/b|label> see https://x.example/y?z end": "label see end",
		"on <ServerName> now": "on now",
		"12:30:45 ok":         "12 30 45 ok",
	} {
		var b strings.Builder
		for i, u := range tokenize(nil, text) {
			if i > 0 {
				b.WriteByte(" +"[btoi(u.glued)])
			}
			b.WriteString(text[u.from:u.to])
		}
		if b.String() != want {
			t.Errorf("split(%q) = %q, want %q", text, b.String(), want)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

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

func FuzzSimplify(f *testing.F) {
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
				t.Fatalf("unit %d:%d after %d in %q", u.from, u.to, end, p.s)
			}
			end = u.to
		}
	})
}
