package locale

import (
	"strings"
	"testing"
)

func TestInflect(t *testing.T) {
	for _, forms := range []string{
		"run runs runned running", "restart restarts restarted restarting", "stop stops stopped stopping",
		"try tries tried trying", "deploy deploys deployed deploying", "change changes changed changing",
		"free frees freed freeing", "fix fixes fixed fixing", "pass passes passed passing", "open opens opened opening",
		"clear clears cleared clearing", "show shows showed showing", "go goes goed going", "push pushes pushed pushing",
		"reboot reboots rebooted rebooting", "add adds added adding", "sync syncs synced syncing",
	} {
		want := strings.Fields(forms)
		for i, ending := range []string{"", "s", "ed", "ing"} {
			if ending == "" {
				continue
			}
			if got := inflect(want[0], ending); got != want[i] {
				t.Errorf("%s with %s is %q, want %q", want[0], ending, got, want[i])
			}
		}
	}
}

func TestVerbs(t *testing.T) {
	v := newVocabulary(nil)
	if err := v.addVerb("ACT", "write/wrote/written down"); err != nil {
		t.Fatal(err)
	}
	if err := v.addVerb("ACT", "2x"); err == nil {
		t.Error("2x is taken for a verb")
	}
	for text, class := range map[string]string{
		"write down": "ACT", "writes down": "ACT_S", "wrote down": "ACT_ED", "written down": "ACT_ED", "writing down": "ACT_ING",
	} {
		items := v.scan(spell(text))
		if len(items) != 1 || !items[0].classes.has(v.class[class]) {
			t.Errorf("%q is not of the class %s", text, class)
		}
	}
}
