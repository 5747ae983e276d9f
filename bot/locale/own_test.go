package locale

import (
	"strings"
	"testing"
)

// TestOwnWords checks the language of what people wrote themselves. The product
// in brackets ⟦⟧ is given as a span.
func TestOwnWords(t *testing.T) {
	all := locales(t)
	for _, test := range []struct{ text, want string }{
		// nothing of the product
		{"how do I change the retention of a group", "en"},
		{"보존 기간을 줄일 수 없어요", "ko"},
		{"the agent cannot connect to the service", "en"},

		// only the product, in whatever language
		{"⟦The agent operation failed because of a communication error with the DPM Agent Coordinator service on⟧ FS-11.corp.example. (ID ⟦319⟧)", ""},
		{"⟦The agent operation failed⟧ on the server FS-11. (ID 319) The RPC server is unavailable (0x800706BA)", ""},
		{"⟦failed because of⟧ FS-11.corp.example ⟦is not in the domain⟧", ""},
		{"The VSS writer is in a failed state on the server (0x800423f4)", ""},
		{"⟦에이전트 작업이 실패했습니다.⟧", ""},

		// own words around it
		{"we have this since the update: ⟦The agent operation failed because of an error⟧", "en"},
		{"⟦The agent operation failed because of an error.⟧ Why is that?", "en"},
		{"오늘 아침부터 이래요 ⟦The agent operation failed because of an error⟧", "ko"},
		{"⟦The replica is inconsistent⟧ 라고 나옵니다", "ko"},
		{"I get ⟦에이전트 작업이 실패했습니다⟧ on the new server", "en"},

		// forms of output
		{"2026-11-29 10:15:33 the agent is not on the server and the job failed", ""},
		{"[11/29/2026 10:15] the agent is not on the server", ""},
		{"1A2C 0B34 11/29 10:15:33.123 32 the agent is not on the server", ""},
		{"ERROR: the job is not in the list", ""},
		{"WARN [main] the job is not in the list", ""},
		{"PS C:\\Users\\kim> Get-Service the is not", ""},
		{"C:\\Windows> net start the is not", ""},
		{"Get-ChildItem -Path C:\\the\\is\\on -Recurse", ""},
		{"At line:1 char:1\n+ Get-Item is not the\n+ ~~~~~~~~~~~~~~~~\n    + CategoryInfo : the is not", ""},
		{"System.IO.IOException: the file is not on the disk\n   at System.IO.File.Open(String the, is not)", ""},
		{"Affected area: D:\\ on the server\nOccurred since: the 3rd\nDescription: the replica is not valid", ""},
		{"> the backup is failed, what does that have to do with it", ""},
		{"a\tthe\tis\tnot on the", ""},
		{"netsh advfirewall /the -is -on", ""},

		// and people around output
		{"2026-11-29 10:15:33 the agent is not on the server\nany idea why this happens to my server?", "en"},
		{"2026-11-29 10:15:33 the agent is not on the server\n왜 이러는지 아시는 분?", "ko"},
		{"Problem: my backup is failing and I have no idea", "en"},
		{"it failed at 10:15 and again at 10:20, on the same server", "en"},
	} {
		text, spans := marked(test.text)
		if got := all.Detect(all.OwnWords(text, spans)); got != test.want {
			t.Errorf("%q: own words %q in %q, want %q", text, all.OwnWords(text, spans), got, test.want)
		}
	}
}

// marked removes the brackets from a text and returns what was in them as spans.
func marked(s string) (text string, spans []Span) {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '⟦':
			spans = append(spans, Span{Start: b.Len()})
		case '⟧':
			spans[len(spans)-1].End = b.Len()
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), spans
}

// FuzzOwnWords checks that no text or span breaks OwnWords.
func FuzzOwnWords(f *testing.F) {
	f.Add("2026-11-29 10:15:33 왜 the (ID 3)", 3, 9)
	f.Add("\xff\xfe: a\tb\t\t", -1, 100)
	all := locales(f)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		all.OwnWords(text, []Span{{start, end}, {end, start}})
	})
}

func BenchmarkOwnWords(b *testing.B) {
	all := locales(b)
	text := strings.Repeat("2026-11-29 10:15:33 INFO the agent is on the server and all is well\nand we have lunch now\n", 2000)
	for b.Loop() {
		all.OwnWords(text, nil)
	}
}

// TestOwnSentences checks the sentences that a person may read as the asker's.
func TestOwnSentences(t *testing.T) {
	all, err := Load(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	const message = "The replica is inconsistent"
	for text, want := range map[string]string{
		"hi, FS-11 moved. " + message + " (ID 3106). The audit is at six.":             "hi, FS-11 moved. The audit is at six.",
		"pushing the agent dies with " + message:                                       "pushing the agent dies with",
		"Really " + message + " now.":                                                  "",
		"FS-11에서 야간 백업이 안 됩니다. " + message:                                             "FS-11에서 야간 백업이 안 됩니다.",
		"2026-11-30 03:12:00 ERROR disk full\n" + message + "\nthis began on Monday\n": "this began on Monday",
		message: "",
	} {
		at := strings.Index(text, message)
		if got := all.OwnSentences(text, []Span{{at, at + len(message)}}); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
