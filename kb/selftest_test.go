package kb

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mabsbot/kb/match"
)

func TestTest(t *testing.T) {
	const tape = `{"id":"tape","title":"A","codes":["777123"],"messages":["The tape library <Name> did not answer the barcode inventory request in time. (ID: 777123)"],"examples":{"match":["tape job failed, ID: 777123"]}}`
	b, err := Load(Layer{"builtin", Builtin()}, folder("above", "a.jsonl", tape))
	if err != nil {
		t.Fatal(err)
	}
	var before bytes.Buffer
	if err := Test(&before, b, false); strings.Contains(before.String(), "tape:") {
		t.Errorf("%v, %q", err, before.String())
	}
	e := b.Entry("tape")
	e.Examples = Examples{Match: []string{"Lunch?"}, Counterexamples: []string{sample(e.Messages[0].Texts[0])}}
	e.Messages = Texts{{"", []string{"Nobody prints this wording, and no index knows it."}}}
	var after bytes.Buffer
	if err := Test(&after, b, false); err == nil || !strings.HasSuffix(after.String(), ": 3 wrong, 0 warnings\n") {
		t.Errorf("%v, %q", err, after.String())
	}
	for _, want := range []string{
		`tape: the example does not lead here but is silent`,
		`tape: the example must not lead here but is sure (tape `,
		`tape: its message is silent`,
	} {
		if !strings.Contains(after.String(), want) {
			t.Errorf("%q is missing in\n%s", want, after.String())
		}
	}
}

// TestTestReport compares the warnings about the entries of an overlay, and what
// they do to the stored talk, with a golden file.
func TestTestReport(t *testing.T) {
	const codeless = `{"id":"%s","title":"%s","messages":["%s"],"phrases":["%s"],"frames":[[%s]]}` + "\n"
	b, err := Load(
		folder("below",
			"below.jsonl", fmt.Sprintf(codeless, "arm", "The arm", "The picker arm of library <Name> is stuck in slot <Slot>.", "the robot arm does not move today", `"robot","stuck"`),
			"_shared/concepts/concepts.yaml", twoConcepts, "_shared/concepts/en.yaml", theirForms,
			"_shared/negative.txt", "# Talk\n\nLunch?\nThe picker arm of library L2 is stuck in slot 4.\n"),
		folder("above",
			"above.jsonl",
			fmt.Sprintf(codeless, "door", "The door", "The front door of library <Name> was opened during an inventory.", "now the robot arm does not move", `"robot","stuck","open"`)+
				fmt.Sprintf(codeless, "robot", "The robot", "Robot calibration of the library failed after <Count> attempts.", "calibrating the robot gets stuck", `"robot","stuck"`)+
				fmt.Sprintf(codeless, "slot", "The slot", "No free slot is left in magazine <Name>.", "The picker arm of library one is stuck in slot two.", `"slot","open"`),
			"_shared/concepts/concepts.yaml", "objects:\n  slot: a place for a tape\nsymptoms:\n  open: open or free\n",
			"_shared/concepts/en.yaml", "slot: [slot]\nopen: [open, opened]\n",
			"_shared/negative.txt", "Tea?\nthe front door of library L1 was opened during an inventory\n"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, all := range map[string]bool{"test.txt": false, "test.all.txt": true} {
		var out bytes.Buffer
		if err := Test(&out, b, all); err != nil {
			t.Error(err)
		}
		golden(t, name, out.Bytes())
	}
}

func TestTwins(t *testing.T) {
	stuck := batch{names: []conceptName{{id: "stuck", kind: match.Symptom}}, forms: []conceptForm{{id: "stuck", form: "stuck"}}}
	for _, c := range []struct {
		one, other string
		twins      bool
	}{
		{"Vault is full!", "disk is full", false}, // too short to differ in a word
		{"is vault full", "vault is full", true},
		{"the azure vault is full", "azure vault is full", true},
		{"the azure vault is full", "the azure vault was full", true},
		{"the azure vault is full", "the tape vault was full", false},
		{"the robot arm is full", "the robot lid is full", true},
		{"the robot arm is full", "the robot arm is stuck", false}, // another concept
	} {
		b := newBase([]*Entry{
			{ID: "one", Phrases: Texts{{"en", []string{c.one}}}},
			{ID: "other", Phrases: Texts{{"en", []string{c.other}}}},
		}, stuck)
		if got := len(b.twins()); got != map[bool]int{true: 2}[c.twins] {
			t.Errorf("%q, %q: %d twins", c.one, c.other, got)
		}
	}
}

func TestSharesWording(t *testing.T) {
	e := &Entry{Messages: Texts{{"en", []string{"Setup failed. Cause: <Reason>", "Online recovery point creation failed."}}}}
	for message, want := range map[string]bool{
		"SETUP FAILED - cause: <Why>.":                     true,
		"Online recovery point creation failed (ID: 3188)": true,
		"Setup failed":                           true,
		"Setup failed. Cause: the disk is full":  false,
		"Offline recovery point creation failed": false,
		"소프트웨어 설치 실패":                            false,
	} {
		if got := e.shares(wording(message)); got != want {
			t.Errorf("shares(%q) = %v", message, got)
		}
	}
}

func TestSample(t *testing.T) {
	for message, want := range map[string]string{
		"<ServerName> is down":       "srv-07.corp.example is down",
		"<VMName> on <Volume>":       `vm-web-2 on E:\`,
		"<Reason> at <https://a.b/>": "Contoso-1 at <https://a.b/>",
		"nothing":                    "nothing",
	} {
		if got := sample(message); got != want {
			t.Errorf("sample(%q) = %q, want %q", message, got, want)
		}
	}
}
