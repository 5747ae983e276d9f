package locale

import "testing"

// TestAside splits replies that say something and ask something, and no others.
func TestAside(t *testing.T) {
	all := locales(t)
	for _, c := range []struct{ reply, said, question string }{
		{"finished, but what was that good for?", "finished,", "but what was that good for?"},
		{"Same error. Where would I see that log?", "Same error.", "Where would I see that log?"},
		{"what is this rule for? it's running again", "it's running again", "what is this rule for?"},
		{"실행 완료. 이건 무슨 뜻인가요?", "실행 완료.", "이건 무슨 뜻인가요?"},
		{"돌렸는데 이거 왜 하는 거예요?", "돌렸는데", "이거 왜 하는 거예요?"},
		{"nope, still there. why that rule, then?", "nope, still there.", "why that rule, then?"},
		{"why does it still fail?", "", ""},
		{"done. what's next?", "", ""},
		{"do I have to reboot, and is it safe?", "", ""},
		{"I can't find it, where is it?", "", ""},
		{"재부팅 해야 하나요?", "", ""},
		{"", "", ""},
	} {
		said, question, ok := all.Aside(c.reply)
		if said != c.said || question != c.question || ok != (c.said != "") {
			t.Errorf("%q is split into %q and %q, want %q and %q", c.reply, said, question, c.said, c.question)
		}
	}
}
