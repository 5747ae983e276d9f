package bot_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/kb"
)

// TestOtherErrors checks that two errors of one paste are related only if an
// entry says so, and that the cause comes first then.
func TestOtherErrors(t *testing.T) {
	paste := "The backup disk zeta was lost on FS-11.corp.example. (ID 90001)\n\nBoth omega things have to be done now. (ID 90002)"
	for name, test := range map[string]struct{ lost, order, heading, want string }{
		"unrelated":    {"", "", "The disk is lost on FS-11.corp.example · ID 90001", "There is another error in your message: “Two things are to be done”"},
		"first causes": {"causes: [two-things]\n", "", "The disk is lost on FS-11.corp.example · ID 90001", "Another error in your message follows from this one: “Two things are to be done”"},
		"other causes": {"", "causes: [lost-disk]\n", "Two things are to be done · ID 90002", "Another error in your message follows from this one: “The disk is lost on a server”"},
	} {
		base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{
			"lost-disk.yaml":  {Data: []byte(lost + test.lost)},
			"two-things.yaml": {Data: []byte(order + test.order)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		rules := bot.Rules{Base: base, Locales: testLocales(t), Policy: bot.DefaultPolicy(), Can: everything}
		turn := bot.Decide(rules, bot.State{}, message("m1", paste), base.Match(paste))
		if len(turn.Posts) != 1 {
			t.Fatalf("%s: %d posts, want one", name, len(turn.Posts))
		}
		got := bottest.Text(turn.Posts[0].Reply)
		if !strings.Contains(got, "# "+test.heading+"\n") || !strings.Contains(got, test.want) {
			t.Errorf("%s: the answer is\n%swant %q and %q", name, got, test.heading, test.want)
		}
	}
}

// TestQuote checks that what is quoted as the reason is the whole sentence that
// matched, and that a single word is none.
func TestQuote(t *testing.T) {
	rules := bot.Rules{Base: testBase(t), Locales: testLocales(t), Policy: bot.DefaultPolicy(), Can: everything}
	for text, want := range map[string]string{
		"hi all. The backup disk zeta was lost on FS-11.corp.example. Any idea?":           "> The backup disk zeta was lost on FS-11.corp.example\n",
		"it says \"The backup disk zeta was lost on FS-11.corp.example\" since last night": "> The backup disk zeta was lost on FS-11.corp.example\n",
		"오늘부터 이래요\nFS-11에서 백업 디스크 제타를 찾을 수 없습니다. 도와주세요":                                    "> FS-11에서 백업 디스크 제타를 찾을 수 없습니다\n",
		"zeta gives ID 90001 again": "",
	} {
		m := message("m1", text)
		m.Addressed = true
		turn := bot.Decide(rules, bot.State{}, m, rules.Base.Match(text))
		if len(turn.Posts) != 1 {
			t.Fatalf("%q: %d posts, want one", text, len(turn.Posts))
		}
		got := bottest.Text(turn.Posts[0].Reply)
		if want == "" && strings.Contains(got, "\n> ") || !strings.Contains(got, want) {
			t.Errorf("%q: the answer is\n%swant the quote %q", text, got, want)
		}
	}
}
