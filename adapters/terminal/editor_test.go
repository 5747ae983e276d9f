package terminal

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestEdit types the keys, where ^ and a letter is a control key and < > are the
// arrow keys, and shows the cursor as |.
func TestEdit(t *testing.T) {
	named := map[rune]keyName{
		'<': keyLeft, '>': keyRight, '«': keyWordLeft, '»': keyWordRight, '↑': keyEarlier, '↓': keyLater, '⇤': keyLineStart, '⇥': keyLineEnd,
		'⌫': keyBackspace, '⌦': keyDelete, '⏎': keyNewLine, 'W': keyCutWord, 'U': keyCutToStart, 'K': keyCutToEnd, '?': keyUnknown,
	}
	for _, tt := range []struct{ keys, want string }{
		{"", "|"},
		{"⌫⌦<>«»WUK↑↓?", "|"},
		{"abc<⌫", "a|c"},
		{"abc<⌦", "ab|"},
		{"다음으로<⌫", "다음|로"},
		{"다음<<<>⌦", "다|"},
		{"e\u0301x<⌫", "|x"}, // an accent of its own
		{"\u1112\u1161\u11ab글<<⌦", "|글"},
		{"👩‍🔧!<⌫", "|!"},
		{"one two  three«", "one two  |three"},
		{"one two  ««", "|one two  "},
		{"one two⇤»", "one| two"},
		{"one two⇤»»»", "one two|"},
		{"오류 코드\u3000둘WW", "오류 |"},
		{"one two⇤»K", "one|"},
		{"one two«U", "|two"},
		{"a⏎bc<⇤", "a\n|bc"},
		{"a⏎bc⇤<⇥", "a|\nbc"},
		{"a⏎bcU⌫", "a|"},
		{"a⏎b⇤<K", "a|\nb"},
		{"a⏎⏎b<⌫⌫", "a|b"},
	} {
		var e editor
		for _, r := range tt.keys {
			if name := named[r]; name != "" {
				e.edit(key{name: name})
			} else {
				e.edit(key{text: string(r)})
			}
		}
		if got := e.text[:e.at] + "|" + e.text[e.at:]; got != tt.want {
			t.Errorf("%s is %q, want %q", tt.keys, got, tt.want)
		}
	}
}

func TestPastedText(t *testing.T) {
	var e editor
	e.edit(key{text: "a\r\nb\rc\nd\te\x1b[31m\x03\u202e\xff"})
	if want := "a\nb\nc\nd    e[31m\uFFFD"; e.text != want {
		t.Errorf("%q, want %q", e.text, want)
	}
}

func TestHistory(t *testing.T) {
	var e editor
	write := func(s string) { e.edit(key{text: s}) }
	for _, s := range []string{"first", "  ", "한 줄\n두 줄", "한 줄\n두 줄"} {
		write(s)
		if got := e.take(); got != s || e.text != "" {
			t.Fatalf("%q is taken as %q", s, got)
		}
	}
	write("draft")
	var got []string
	for _, k := range []keyName{keyEarlier, keyEarlier, keyEarlier, keyLater, keyLater, keyLater} {
		e.edit(key{name: k})
		got = append(got, e.text)
	}
	if want := []string{"한 줄\n두 줄", "first", "first", "한 줄\n두 줄", "draft", "draft"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for i := range maxHistory + 5 {
		write(fmt.Sprint(i))
		e.take()
	}
	for range maxHistory + 5 {
		e.edit(key{name: keyEarlier})
	}
	if e.text != "5" || len(e.history) != maxHistory {
		t.Errorf("the oldest of %d messages is %q", len(e.history), e.text)
	}
	e.clear()
	e.edit(key{name: keyLater})
	if e.text != "" {
		t.Errorf("after the last message comes %q", e.text)
	}
}

// FuzzEdit checks that the cursor never leaves the text, and is never within a
// character.
func FuzzEdit(f *testing.F) {
	f.Add("가나 다\ne\u0301", []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	names := []keyName{keyLeft, keyRight, keyWordLeft, keyWordRight, keyLineStart, keyLineEnd, keyBackspace, keyDelete, keyCutWord, keyNewLine, keyEarlier, keyLater}
	f.Fuzz(func(t *testing.T, text string, pressed []byte) {
		var e editor
		e.edit(key{text: "history"})
		e.take()
		e.edit(key{text: text})
		for _, p := range pressed {
			e.edit(key{name: names[int(p)%len(names)]})
			if e.at < 0 || e.at > len(e.text) || !utf8.ValidString(e.text[:e.at]) {
				t.Fatalf("the cursor is at %d of %q", e.at, e.text)
			}
			lines, row, col := layout(e, 20)
			if row >= len(lines) || col > columns(lines[row]) {
				t.Fatalf("the cursor is at %d, %d of %q", row, col, lines)
			}
			if got := strings.Join(lines, ""); strings.Count(got, "") < strings.Count(strings.ReplaceAll(e.text, "\n", ""), "") {
				t.Fatalf("%q is drawn as %q", e.text, lines)
			}
		}
	})
}
