package bot_test

import (
	"strings"
	"testing"

	"mabsbot/bot"
)

const (
	rolledBack = "The Microsoft Azure Recovery Services installation failed. All changes made by the Microsoft Azure Recovery Services installation to the system were rolled back. ID: 4024"
	noAccess   = "The backup ends with: Error while accessing files/shared folders"
)

// TestCodes checks what a code is taken for that a user finds at a step or
// question.
func TestCodes(t *testing.T) {
	base := builtin(t)
	value := func(code string) bot.Understood { return bot.Understood{Intent: bot.IntentValue, Value: code} }
	choose := func(id string) bot.Understood { return bot.Understood{Intent: bot.IntentChoose, Choice: id} }
	other := bot.Understood{Intent: bot.IntentOtherError}
	const push = "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11. (ID 319)"
	for _, tt := range []struct {
		before []string
		text   string
		want   bot.Understood
	}{
		// A step that asks for the message of a failed installation.
		{[]string{rolledBack}, "0x80070643", value("0x80070643")},
		{[]string{rolledBack}, "1603", value("1603")},
		{[]string{rolledBack}, "it says 1603", value("1603")},
		{[]string{rolledBack}, "it failed with 0x80070643 in the log", value("0x80070643")},
		{[]string{rolledBack}, "1603이라고 나와요", value("1603")},
		{[]string{rolledBack}, "0x80070643 코드가 나왔어요", value("0x80070643")},
		// A step and a question that ask for no code.
		{[]string{push, "same domain"}, "66317", other},
		{[]string{push}, "both run Windows 2019", bot.Understood{Intent: bot.IntentInfo}},
		// A choice that names the code, in any spelling.
		{[]string{noAccess}, "0X80070020", choose("in-use")},
		{[]string{noAccess}, "0x80070005 나와요", choose("denied")},
		{[]string{noAccess}, "0x80070643 나왔어요", value("0x80070643")},
		// A code of another entry.
		{[]string{rolledBack}, "now I get error 319", other},
		// Numbers that are no codes.
		{[]string{rolledBack}, "rebooted at 1430", bot.Understood{Intent: bot.IntentDone}},
		{[]string{rolledBack}, "wait 300 seconds", bot.Understood{Intent: bot.IntentWait}},
	} {
		all := talkOn(t, base, true, append(tt.before, tt.text)...)
		if got := all[len(all)-1]; got.Intent != tt.want.Intent || got.Choice != tt.want.Choice || got.Value != tt.want.Value {
			t.Errorf("%q after %q is understood as %+v, want %+v", tt.text, tt.before, got, tt.want)
		}
	}
}

// TestCodeInSummary checks that a code is kept for the person who takes over, and
// that the walkthrough goes on.
func TestCodeInSummary(t *testing.T) {
	said := conversation(t, builtin(t), rolledBack, "it says 1603", "get me a person please")
	if !strings.Contains(said[1], "I noted `1603`") || !strings.Contains(said[1], "# Run Setup again") {
		t.Errorf("the code leads to\n%s", said[1])
	}
	if !strings.Contains(said[2], "| it says 1603") {
		t.Errorf("the summary lacks the code:\n%s", said[2])
	}
}
