package console

import (
	"fmt"
	"strings"
	"testing"

	"mabsbot/bot"
)

// TestPointedAt checks what the last message of each conversation points at, in
// order. A line is "user channel root: text", where root is the number of an
// earlier message or "-", and $1 in a text is the address of its thread.
func TestPointedAt(t *testing.T) {
	for _, tt := range []struct{ name, said, want string }{
		{"above", "alex backup-support -: ID 3106\nminji backup-support -: hello\nalex backup-support -: yes\nalex backup-support -: @mabsbot this?", "above [yes] [ID 3106]"},
		{"thread", "minji backup-support -: ID 3106\nminji backup-support 1: red\nalex backup-support 1: mine, too\nalex backup-support 1: @mabsbot this?", "thread [mine, too] [ID 3106] [red]"},
		{"link", "minji escalations -: ID 3106\nalex backup-support -: @mabsbot $1", "link [ID 3106]; above"},
		{"link to the own direct message", "alex dm:alex -: ID 3106\nalex backup-support -: @mabsbot $1", "link [ID 3106] hidden; above"},
		{"link to a direct message of others", "minji dm:minji -: ID 3106\nalex backup-support -: @mabsbot $1", "link failed; above"},
		{"nothing in a direct message", "alex dm:alex -: ID 3106\nalex dm:alex -: this", ""},
		{"no commands", "alex backup-support -: /mabs 3106\nalex backup-support -: @mabsbot this?", "above"},
		{"nothing without a mention", "alex backup-support -: ID 3106\nalex backup-support -: this?", ""},
	} {
		s := newStage(t)
		for line := range strings.Lines(tt.said) {
			head, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
			who := strings.Fields(head)
			root := ""
			if who[2] != "-" {
				root = s.ws.messages[0].ID
			}
			if len(s.ws.messages) > 0 {
				text = strings.ReplaceAll(text, "$1", "http://localhost/?as=alex&thread="+s.ws.messages[0].ID)
			}
			s.says(t, who[0], who[1], root, text)
		}
		m := s.core.events[len(s.core.events)-1].(bot.Message)
		var got []string
		for _, p := range m.Points {
			found, ok := s.Read(t.Context(), m, p)
			var words strings.Builder
			words.WriteString(string(p.Kind))
			if !ok {
				words.WriteString(" failed")
			}
			for _, q := range found {
				fmt.Fprintf(&words, " [%s]", q.Text)
				if q.Hidden {
					words.WriteString(" hidden")
				}
			}
			got = append(got, words.String())
		}
		if all := strings.Join(got, "; "); all != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, all, tt.want)
		}
	}
}
