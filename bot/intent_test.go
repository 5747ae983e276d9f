package bot

import (
	"strings"
	"testing"
)

func TestIntent(t *testing.T) {
	all := locales(t)
	for text, want := range map[string]Intent{
		"next":                    WantNext,
		"Next.":                   WantNext,
		"ok next please":          WantNext,
		"nope same thing":         WantNext,
		"No, that didn’t help":    WantNext,
		"still the same, sorry":   WantNext,
		"didn't help":             WantNext,
		"fixed":                   WantFixed,
		"That fixed it, thanks!":  WantFixed,
		"it works now, thank you": WantFixed,
		"yes":                     WantYes,
		"done":                    WantDone,
		"back":                    WantBack,
		"go back please":          WantBack,
		"all steps":               WantAll,
		"get a person":            WantPerson,
		"which server?":           WantRepeat,
		"quiet":                   WantQuiet,
		"skip":                    WantSkip,
		"다음":                      WantNext,
		"다음이요":                    WantNext,
		"안 돼요":                    WantNext,
		"안돼요ㅠㅠ":                   WantNext,
		"아직도 안돼요":                 WantNext,
		"해결됐어요":                   WantFixed,
		"됐어요 감사합니다":               WantYes,
		"아 됐습니다! 감사합니다 ㅎㅎ": WantYes,
		"이전":                         WantBack,
		"담당자 연결해 주세요":                WantPerson,
		"어느 서버에서요?":                  WantRepeat,
		"조용히 해 주세요":                  WantQuiet,
		"했습니다":                       WantDone,
		"했는데 안돼요":                    WantNext,
		"done, no change":            WantNext,
		"rebooted, same thing":       WantNext,
		"still there":                WantNext,
		"Fixed, thank you so much":   WantFixed,
		"it's back":                  WantAgain,
		"where do I run this?":       WantRepeat,
		"여전히 안 됩니다":                  WantNext,
		"했는데 똑같아요":                   WantNext,
		"같은 오류예요":                    WantNext,
		"해결 완료":                      WantFixed,
		"어느 서버에서 실행하나요?":             WantRepeat,
		"다시 발생했어요":                   WantAgain,
		"네":                          WantThanks,
		"":                           Unclear,
		"?":                          Unclear,
		"ㅠㅠ":                         Unclear,
		"thanks":                     WantThanks,
		"fixed?":                     Unclear,
		"did that fix it?":           Unclear,
		"해결됐어요?":                     Unclear,
		"the next meeting is at ten": Unclear,
		"nothing":                    Unclear,
		"no, the ticket is with the network team":           Unclear,
		"@asker did the ticket come through?":               Unclear,
		"I fixed the printer, back to the backup next week": Unclear,
		"다음 주에 휴가예요":                                        Unclear,
		"이전 담당자가 누구였죠":                                      Unclear,
		"해결됐다고 들었는데 아닌가 봐요":                                 Unclear,
		strings.Repeat("next ", 100):                        Unclear,
		"next \u202e fixed":                                 Unclear,
	} {
		if got := all.intent(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Every phrase of a locale reads as its own intent, in whatever form it is
// typed.
func TestPhrases(t *testing.T) {
	all := locales(t)
	for _, lang := range all.Tags() {
		for intent, phrases := range all[lang].Intents {
			for _, p := range phrases {
				for _, form := range []string{p, strings.ToUpper(p), p + "!", " " + p + " "} {
					if got := all.intent(form); got != intent {
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
		if got, again := all.intent(s), all.intent(s+" "); got != again && len(s) < maxUtterance {
			t.Errorf("%q is %q, with a space behind it %q", s, got, again)
		}
	})
}
