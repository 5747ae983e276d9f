package bot

import "testing"

// TestReported checks which words of a colleague to others are a report that the
// asker's error is gone.
func TestReported(t *testing.T) {
	rules := builtinRules(t)
	w := Walkthrough{Entry: rules.Base.Entry("dpm-agent-coordinator"), At: Position{Step: "firewall"}, Status: StatusWalking}
	for _, c := range []struct {
		text string
		want bool
	}{
		{"he got the push working", true},
		{"she tells me it works again", true},
		{"담당자분이 해결하셨대요", true},
		{"오류가 없어졌다고 하네요", true},
		{"it works again", false},
		{"he says it still fails", false},
		{"did she say that it works?", false},
		{"somebody fixed it in the lab, no idea how", false},
		{"they said the fix comes with the next release, so we just wait for that", false},
		{"아직 안 된대요", false},
		{"다음 버전에서 수정된대요", false},
	} {
		d, r := asking(rules, "en", c.text)
		r = weigh(r, rules.Locales.Judge(r, d.scene(w, CompanyRemarked)))
		if got := d.reported(w, r, d.hear(w, Message{Text: c.text}, r)); got != c.want {
			t.Errorf("%q is a report: %v, want %v", c.text, got, c.want)
		}
	}
}
