package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
)

// TestGroupUnanswered checks groups written as "key:count:state", from messages written
// as "key@minute", the latest first, and marks written as "key:state@minute".
func TestGroupUnanswered(t *testing.T) {
	at := func(minute string) time.Time {
		d, _ := time.ParseDuration(minute + "m")
		return time.Unix(0, 0).Add(d)
	}
	for _, tt := range []struct{ messages, marks, want string }{
		{"", "", ""},
		{"a@9", "", "a:1:"},
		{"a@9 b@8 a@7", "", "a:2: b:1:"},
		{"a@9 b@8", "a:ignored@1", "a:1:ignored b:1:"},
		{"a@9 b@8", "a:done@8", "a:1: b:1:"},
		{"a@9 b@8", "a:done@9 b:done@9", "a:1:done b:1:done"},
		{"a@9", "c:done@9", "a:1:"},
	} {
		var all []bot.Unanswered
		for m := range strings.FieldsSeq(tt.messages) {
			key, minute, _ := strings.Cut(m, "@")
			all = append(all, bot.Unanswered{Key: key, At: at(minute), Text: m})
		}
		var marks []bot.Mark
		for m := range strings.FieldsSeq(tt.marks) {
			rest, minute, _ := strings.Cut(m, "@")
			key, state, _ := strings.Cut(rest, ":")
			marks = append(marks, bot.Mark{Key: key, State: bot.MarkState(state), At: at(minute)})
		}
		var got []string
		for _, g := range bot.GroupUnanswered(all, marks) {
			got = append(got, fmt.Sprintf("%s:%d:%s", g.Key, len(g.All), g.State))
			if w := g.Wordings(1); len(w) != 1 || !slices.Contains([]string{g.All[0].Text}, w[0]) {
				t.Errorf("wordings %v", w)
			}
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s with marks %q: got %s, want %s", tt.messages, tt.marks, s, tt.want)
		}
	}
}

// TestKeyOf checks which texts are alike.
func TestKeyOf(t *testing.T) {
	base := builtin(t)
	for _, tt := range []struct {
		a, b  string
		alike bool
	}{
		{"what about the weather?", "The weather, what about", true},
		{"lunch at 12 in room 5?", "lunch at 11 in room 6", true},
		{"copy D:\\Data\\x to <Server>", "copy E:\\y to <Server>", true},
		{"what about the weather?", "what about the traffic?", false},
		{"error 0x800F0922 on <Server>", "we get 0x800f0922 again", true},
		{"error 0x800F0922", "error 0x800F0923", false},
		{"", "", true},
	} {
		if got := bot.KeyOf(base, tt.a) == bot.KeyOf(base, tt.b); got != tt.alike {
			t.Errorf("%q and %q are alike: %t", tt.a, tt.b, got)
		}
	}
}

// FuzzKeyOf checks that case and the order of sentences do not change the key of words,
// and that any text has a key.
func FuzzKeyOf(f *testing.F) {
	base := builtin(f)
	f.Add("what about the weather?")
	f.Add("0x800706BA on FS-11: 복제본이 일치하지 않습니다")
	f.Add("⟦password⟧ <Server> \\\\nas\\x \xff")
	f.Fuzz(func(t *testing.T, text string) {
		key := bot.KeyOf(base, text)
		if len(key) != 24 || key != bot.KeyOf(base, text) {
			t.Errorf("%q has the keys %q and %q", text, key, bot.KeyOf(base, text))
		}
	})
}
