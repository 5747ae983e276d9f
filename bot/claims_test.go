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
		"unrelated":    {"", "", "The disk is lost on FS-11.corp.example · ID 90001", "as an error of its own: “Two things are to be done”"},
		"first causes": {"causes: [two-things]\n", "", "The disk is lost on FS-11.corp.example · ID 90001", "as a consequence of this error: “Two things are to be done”"},
		"other causes": {"", "causes: [lost-disk]\n", "Two things are to be done · ID 90002", "as a consequence of this error: “The disk is lost on a server”"},
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
