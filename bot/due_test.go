package bot_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/kb"
)

// TestDue checks that the first answer about an entry says that it is due for
// review, by the day of the event, and that no later answer does.
func TestDue(t *testing.T) {
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{"lost-disk.yaml": {Data: []byte(lost + "verify_by: 2027-05-31\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ locale, day, want string }{
		{"en-US", "2027-05-30", ""},
		{"en-US", "2027-05-31", "This entry was due for review by 2027-05-31, so parts of it may be out of date."},
		{"ko-KR", "2028-01-01", "이 안내의 검토 기한(2027-05-31)이 지나 일부 내용이 최신이 아닐 수 있습니다."},
	} {
		t.Run(tt.locale+" "+tt.day, func(t *testing.T) {
			at, err := time.Parse(time.DateOnly, tt.day)
			if err != nil {
				t.Fatal(err)
			}
			f := runOn(t, base, testLocales(t))
			paste := message("m1", lostPaste)
			paste.Head.At, paste.From.Locale, paste.Addressed = at, tt.locale, true
			first := f.handle(t, paste)[0]
			last := first.Reply.Blocks[len(first.Reply.Blocks)-1]
			if got := last.Kind == bot.BlockContext && last.Text == tt.want; got != (tt.want != "") {
				t.Errorf("the first answer ends with %q, want %q", last.Text, tt.want)
			}
			answer := press("p1", first, "USB")
			answer.At, answer.From.Locale = at, tt.locale
			for _, p := range f.handle(t, answer) {
				if text := bottest.Text(p.Reply); p.Replaces == "" && strings.Contains(text, "2027-05-31") {
					t.Errorf("a later answer says %q", text)
				}
			}
		})
	}
}
