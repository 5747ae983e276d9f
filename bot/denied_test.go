package bot_test

import (
	"sync"
	"testing"

	"mabsbot/bot"
	"mabsbot/kb"
)

var loadBuiltin = sync.OnceValues(func() (*kb.Base, error) {
	return kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
})

// builtin returns the built-in entries.
func builtin(t testing.TB) *kb.Base {
	t.Helper()
	base, err := loadBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// TestDenied checks when "access denied" is an answer, and when it says that the
// user cannot do what is asked.
func TestDenied(t *testing.T) {
	const (
		device = "An unexpected error occurred while the job was running. The device is not ready."
		folder = "The backup ends with: Error while accessing files/shared folders"
		domain = "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11. (ID 319)"
	)
	base := builtin(t)
	cannot := bot.Understood{Intent: bot.IntentCannot}
	for _, tt := range []struct {
		before []string
		text   string
		want   bot.Understood
	}{
		// A question of a step: its command failed.
		{[]string{device, "not sure"}, "access denied", cannot},
		{[]string{device, "not sure"}, "it is limited to access denied for me", cannot},
		{[]string{device, "not sure"}, "the prompt says access is denied", cannot},
		{[]string{device, "not sure"}, "액세스가 거부됐어요", cannot},
		{[]string{device, "not sure"}, "권한이 없다고 나와요", cannot},
		{[]string{domain, "not sure"}, "access denied on the trusted domain", cannot},
		{[]string{domain, "not sure"}, "같은 도메인인데 액세스 거부 떠요", cannot},
		// A step.
		{[]string{domain, "same domain"}, "got access denied", cannot},
		{[]string{domain, "same domain"}, "실행하니 액세스가 거부됩니다", cannot},
		{[]string{domain, "workgroup"}, "access denied", cannot},
		// A question before the steps: the user cannot find out.
		{[]string{domain}, "access denied", cannot},
		{[]string{domain}, "액세스 거부래요", cannot},
		// A choice that is about it.
		{[]string{folder}, "access denied", bot.Understood{Intent: bot.IntentChoose, Choice: "denied"}},
		{[]string{folder}, "액세스가 거부됐다고 나와요", bot.Understood{Intent: bot.IntentChoose, Choice: "denied"}},
		{[]string{folder}, "no permission, it says", bot.Understood{Intent: bot.IntentChoose, Choice: "denied"}},
	} {
		all := talkOn(t, base, true, append(tt.before, tt.text)...)
		if got := all[len(all)-1]; got.Intent != tt.want.Intent || got.Choice != tt.want.Choice {
			t.Errorf("%q after %q is understood as %+v, want %+v", tt.text, tt.before, got, tt.want)
		}
	}
}
