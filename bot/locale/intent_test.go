package locale

import (
	"strings"
	"testing"
)

func TestIntent(t *testing.T) {
	all := locales(t)
	for text, want := range map[string]Intent{
		"next":                    IntentNext,
		"Next.":                   IntentNext,
		"ok next please":          IntentNext,
		"nope same thing":         IntentNext,
		"No, that didn’t help":    IntentNext,
		"still the same, sorry":   IntentNext,
		"didn't help":             IntentNext,
		"fixed":                   IntentFixed,
		"That fixed it, thanks!":  IntentFixed,
		"it works now, thank you": IntentFixed,
		"yes":                     IntentYes,
		"done":                    IntentDone,
		"back":                    IntentBack,
		"go back please":          IntentBack,
		"all steps":               IntentAll,
		"get a person":            IntentPerson,
		"which server?":           IntentRepeat,
		"quiet":                   IntentQuiet,
		"skip":                    IntentSkip,
		"다음":                      IntentNext,
		"다음이요":                    IntentNext,
		"안 돼요":                    IntentNext,
		"안돼요ㅠㅠ":                   IntentNext,
		"아직도 안돼요":                 IntentNext,
		"해결됐어요":                   IntentFixed,
		"됐어요 감사합니다":               IntentYes,
		"아 됐습니다! 감사합니다 ㅎㅎ": IntentYes,
		"이전":                         IntentBack,
		"담당자 연결해 주세요":                IntentPerson,
		"어느 서버에서요?":                  IntentRepeat,
		"조용히 해 주세요":                  IntentQuiet,
		"했습니다":                       IntentDone,
		"했는데 안돼요":                    IntentNext,
		"done, no change":            IntentNext,
		"rebooted, same thing":       IntentNext,
		"still there":                IntentNext,
		"Fixed, thank you so much":   IntentFixed,
		"it's back":                  IntentCameBack,
		"where do I run this?":       IntentRepeat,
		"여전히 안 됩니다":                  IntentNext,
		"했는데 똑같아요":                   IntentNext,
		"같은 오류예요":                    IntentNext,
		"해결 완료":                      IntentFixed,
		"어느 서버에서 실행하나요?":             IntentRepeat,
		"다시 발생했어요":                   IntentCameBack,
		"네":                          IntentThanks,
		"":                           IntentUnclear,
		"?":                          IntentUnclear,
		"ㅠㅠ":                         IntentUnclear,
		"thanks":                     IntentThanks,
		"fixed?":                     IntentUnclear,
		"did that fix it?":           IntentUnclear,
		"해결됐어요?":                     IntentUnclear,
		"the next meeting is at ten": IntentUnclear,
		"nothing":                    IntentUnclear,
		"no, the ticket is with the network team":           IntentUnclear,
		"@asker did the ticket come through?":               IntentUnclear,
		"I fixed the printer, back to the backup next week": IntentUnclear,
		"다음 주에 휴가예요":                                        IntentUnclear,
		"이전 담당자가 누구였죠":                                      IntentUnclear,
		"해결됐다고 들었는데 아닌가 봐요":                                 IntentUnclear,
		strings.Repeat("next ", 100):                        IntentUnclear,
		"next \u202e fixed":                                 IntentUnclear,
	} {
		if got := all.Intent(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestPhrases checks that every phrase of a locale has its own intent, however
// it is typed.
func TestPhrases(t *testing.T) {
	all := locales(t)
	for _, lang := range all.Tags() {
		for intent, phrases := range all[lang].Intents {
			for _, p := range phrases {
				for _, form := range []string{p, strings.ToUpper(p), p + "!", " " + p + " "} {
					if got := all.Intent(form); got != intent {
						t.Errorf("%s: %q is %q, want %q", lang, form, got, intent)
					}
				}
			}
		}
	}
}

func FuzzIntent(f *testing.F) {
	all := locales(f)
	for _, s := range []string{"next", "안 돼요", "네네네네네네네네네네네네네네네네네네", "\xff", "it it it it it it it it"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, again := all.Intent(s), all.Intent(s+" "); got != again && len(s) < MaxUtterance {
			t.Errorf("%q is %q, with a trailing space %q", s, got, again)
		}
	})
}
