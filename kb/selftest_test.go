package kb

import (
	"bytes"
	"strings"
	"testing"
)

func TestTest(t *testing.T) {
	const tape = `{"id":"tape","title":"A","codes":["777123"],"messages":["The tape library <Name> did not answer the barcode inventory request in time. (ID: 777123)"],"examples":{"match":["tape job failed, ID: 777123"]}}`
	b, err := Load(Layer{"builtin", Builtin()}, folder("above", "a.jsonl", tape))
	if err != nil {
		t.Fatal(err)
	}
	var before bytes.Buffer
	if err := Test(&before, b); strings.Contains(before.String(), "tape:") {
		t.Errorf("%v, %q", err, before.String())
	}
	e := b.Entry("tape")
	e.Examples = Examples{Match: []string{"Lunch?"}, Counterexamples: []string{sample(e.Messages[0].Texts[0])}}
	e.Messages = Texts{{"", []string{"Nobody prints this wording, and no index knows it."}}}
	var after bytes.Buffer
	if err := Test(&after, b); err == nil || !strings.HasSuffix(after.String(), " wrong\n") {
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
