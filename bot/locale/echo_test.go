package locale

import (
	"strings"
	"testing"
)

func TestEcho(t *testing.T) {
	all := locales(t)
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"as it is", "Recognized by code `ID 319` and the message.", true},
		{"without markup, in one line", "mabsbot: The push cannot reach it (319) Recognized by the message. The agent", true},
		{"cut into lines, quoted", "> *This could be one\n> of several errors.*\n> Which one is yours?", true},
		{"in capitals", "THIS COULD BE ONE OF SEVERAL ERRORS. WHICH ONE IS YOURS?", true},
		{"with a value", "`319` has been seen with different messages. Which one is yours?", true},
		{"a link to the first answer", "This channel already has a thread for “X (319)”: <https://x>", true},
		{"a source", "Source: Azure Backup Server troubleshooting, agents · entry dpm-agent-coordinator, revision 12ab34cd", true},
		{"Korean", "**판단 근거:** 코드 `ID 100050`, 오류 메시지", true},
		{"Korean, decomposed", "판단 근거: 오류 메시지", true},
		{"a step", "X (319)\n●●○○ Step 2 of 4\nRun this.", true},
		{"a step of a chain, in one line", "> Install it ●○ Step 1 of 2, part 1 of 3 Run this", true},
		{"a step that is over", "✓ Step 4.1: Install the agent for 319 · done · alex", true},
		{"a Korean step", "319 오류\n●●\n2단계 중 2단계\n실행합니다.", true},
		{"a Korean step that was left", "– 1단계: 319 오류를 확인하세요", true},
		{"Korean, a link", "‘백업 에이전트가 연결할 수 없음’ 오류를 다루는 스레드가 이 채널에 이미 있습니다:", true},

		{"nothing", "", false},
		{"a list with dots", "● FS-11: 2 of 4 jobs failed with 319", false},
		{"steps of people", "✓ Step 2 done, but 319 is back. – Step 3 of 4?", false},
		{"an error", "The agent operation failed because of a communication error (ID 319)", false},
		{"a word of ours", "The tape was not recognized by the library", false},
		{"a source and an entry, far apart", "Source: VSS" + strings.Repeat(" the volume", 30) + " entry 5, revision 7", false},
		{"the parts in another order", "revision 3 of the entry, source unknown", false},
		{"a label of a button", "ID 319 again after I run the basic checks, not fixed", false},
		{"what people say to each other", "ID 319이 또 나는데 해결되었나요? 코드 인식이 안 됩니다", false},
	} {
		if got := all.Echo(tt.text); got != tt.want {
			t.Errorf("%s: %v for %q", tt.name, got, tt.text)
		}
	}
}

// TestEchoTexts checks that every text in echoTexts is long enough in all
// languages.
func TestEchoTexts(t *testing.T) {
	for lang, l := range locales(t) {
		if got, want := len(l.echoes), len(echoTexts)+len(recognizedBy); got != want {
			t.Errorf("%s: %d echoes, want %d", lang, got, want)
		}
	}
}

// BenchmarkEcho searches a text that contains the first part of an echo very
// often.
func BenchmarkEcho(b *testing.B) {
	all := locales(b)
	text := strings.Repeat("source entry ", 3000)
	for b.Loop() {
		all.Echo(text)
	}
}
