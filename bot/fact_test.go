package bot_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

const (
	triage = `
- id: version
  name: {en: Version, ko: 버전}
  text: {en: "Which version?", ko: "버전은 무엇인가요?"}
  explain: {en: Help shows it., ko: 도움말에 있습니다.}
  choices:
    - {id: v3, label: {en: Omega three, ko: 오메가 삼}, when: [Omega 3], words: [v3]}
    - {id: v4, label: {en: Omega four, ko: 오메가 사}, when: [Omega 4], words: [v4]}
    - {id: unsure, label: {en: Not sure, ko: 잘 모르겠음}}
- id: scope
  name: {en: Affected, ko: 범위}
  text: {en: "How many?", ko: "몇 개인가요?"}
  choices:
    - {id: one, label: {en: Only one, ko: 하나}}
    - {id: all, label: {en: All of them, ko: 전부}}
    - {id: unsure, label: {en: Not sure, ko: 잘 모르겠음}}
`
	omega = `
id: omega-stops
title: {en: Omega stops, ko: 오메가가 멈춤}
codes: ["90011"]
messages: {en: ["The omega service stopped for good on <ServerName>."]}
facts: [version, scope]
cause:
  - {en: Its log is full., ko: 로그가 가득 찼습니다.}
  - {en: Four keeps a second log., ko: 사 버전에는 로그가 하나 더 있습니다., if: {fact: version, is: [v4]}}
steps:
  items:
    - {id: empty, title: {en: Empty the log, ko: 로그를 비우세요}, do: {en: Empty it., ko: 비웁니다.}}
    - {id: second, title: {en: Empty the second log, ko: 두 번째 로그를 비우세요}, do: {en: Empty that., ko: 비웁니다.}, if: {fact: version, is: [v4]}}
    - id: rebuild
      title: {en: Build it anew, ko: 다시 만드세요}
      chain:
        - {id: pull, title: {en: Pull it, ko: 뽑으세요}, do: {en: Pull., ko: 뽑습니다.}}
        - {id: all-of-them, title: {en: Pull the others, ko: 나머지도 뽑으세요}, do: {en: Pull the others., ko: 나머지도 뽑습니다.}, if: {fact: scope, is: [all]}}
        - {id: push, title: {en: Push it, ko: 미세요}, do: {en: Push., ko: 밉니다.}}
    - {id: replace, title: {en: Replace the old one, ko: 옛것을 교체하세요}, do: {en: Replace it., ko: 교체합니다.}, if: {fact: version, is: [v3]}}
`
	sigma = `
id: sigma-stops
title: {en: Sigma stops, ko: 시그마가 멈춤}
codes: ["90012"]
messages: {en: ["The sigma process ended too early on <ServerName>."]}
facts: [version]
ask:
  - id: which
    text: {en: "Which sigma?", ko: "어떤 시그마인가요?"}
    choices:
      - {id: small, label: {en: The small one, ko: 작은 것}, go: small, if: {fact: version, is: [v3]}}
      - {id: large, label: {en: The large one, ko: 큰 것}, go: large}
steps:
  items:
    - {id: small, title: {en: Shake the small one, ko: 작은 것을 흔드세요}, do: {en: Shake., ko: 흔듭니다.}}
    - {id: large, title: {en: Shake the large one, ko: 큰 것을 흔드세요}, do: {en: Shake., ko: 흔듭니다.}}
`
)

func triageBase(t *testing.T) *kb.Base {
	t.Helper()
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{
		"omega-stops.yaml": {Data: []byte(omega)}, "sigma-stops.yaml": {Data: []byte(sigma)}, "_shared/facts.yaml": {Data: []byte(triage)},
		"_shared/slots.yaml": {Data: []byte("- {name: ServerName, label: {en: server, ko: 서버}, takes: server}\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return base
}

const (
	omegaStopped = "The omega service stopped for good on FS-11. (ID 90011)"
	sigmaEnded   = "The sigma process ended too early on FS-11. (ID 90012)"
)

// TestFactsInConversations says what people say, and the words that the last
// answer has, or with a ! in front has not.
func TestFactsInConversations(t *testing.T) {
	for _, tt := range []struct {
		name  string
		says  []string
		wants []string
	}{
		{"not asked before it counts", []string{omegaStopped}, []string{"# Empty the log", "!version", "!second log"}},
		{"asked where it counts", []string{omegaStopped, "didn't help"}, []string{"? Which version?", "[Omega three]", "[Not sure]"}},
		{"explained", []string{omegaStopped, "didn't help", "where do I see that?"}, []string{"Help shows it."}},
		{"met", []string{omegaStopped, "didn't help", "v4"}, []string{"# Empty the second log", "Four keeps a second log."}},
		{"not met", []string{omegaStopped, "didn't help", "v3"}, []string{"# Pull it", "!second log"}},
		{"unsure hides nothing", []string{omegaStopped, "didn't help", "no idea"}, []string{"# Empty the second log", "!Four keeps"}},
		{"unsure is not asked again", []string{omegaStopped, "didn't help", "no idea", "didn't help"}, []string{"# Pull it"}},
		{"another fact", []string{omegaStopped, "didn't help", "v3", "done"}, []string{"? How many?"}},
		{"a step of a chain", []string{omegaStopped, "didn't help", "v3", "done", "all of them"}, []string{"# Pull the others", "2 of 3"}},
		{"left out of a chain", []string{omegaStopped, "didn't help", "v3", "done", "only one"}, []string{"# Push it", "2 of 2"}},
		{"the last step", []string{omegaStopped, "didn't help", "v4", "didn't help", "done", "only one", "didn't help"}, []string{"everything I know", "!Replace"}},
		{"from the paste", []string{"Omega 4: " + omegaStopped}, []string{"You said: Omega four.", "Four keeps a second log."}},
		{"not asked after the paste", []string{"Omega 4: " + omegaStopped, "didn't help"}, []string{"# Empty the second log"}},
		{"which of two", []string{"From Omega 3 to Omega 4: " + omegaStopped}, []string{"!You said"}},
		{"back", []string{omegaStopped, "didn't help", "v3", "back"}, []string{"? Which version?"}},
		{"back and other", []string{omegaStopped, "didn't help", "v3", "back", "v4"}, []string{"# Empty the second log"}},
		{"corrected", []string{omegaStopped, "didn't help", "v3", "no wait, back, it's v4"}, []string{"Changed: Omega four", "# Empty the second log"}},
		{"the paste corrected", []string{"Omega 4: " + omegaStopped, "didn't help", "no wait, back, it's v3"}, []string{"Changed: Omega three", "# Empty the log"}},
		{"restarted", []string{omegaStopped, "didn't help", "v3", "start over", "didn't help"}, []string{"# Pull it"}},
		{"all steps", []string{omegaStopped, "didn't help", "v3", "show all steps"}, []string{"Replace the old one", "Other"}},
		{"in the summary", []string{omegaStopped, "didn't help", "v3", "get a person"}, []string{"| Version | Omega three", "!version:"}},
		{"another error", []string{omegaStopped, "didn't help", "v3", sigmaEnded}, []string{"You said: Omega three.", "? Which sigma?", "[The small one]"}},
		{"nothing left to ask", []string{omegaStopped, "didn't help", "v4", sigmaEnded}, []string{"# Shake the large one"}},
		{"told first", []string{omegaStopped, "didn't help", "v4", "Omega 3: " + sigmaEnded}, []string{"[The small one]"}},
		{"another server", []string{omegaStopped, "didn't help", "v4", strings.ReplaceAll(sigmaEnded, "FS-11", "FS-77")}, []string{"? Which version?"}},
		{"the same server", []string{omegaStopped, "didn't help", "v4", strings.ReplaceAll(sigmaEnded, "FS-11", "fs-11.corp.example")}, []string{"# Shake the large one"}},
		{"an unsure question", []string{sigmaEnded, "not sure"}, []string{"[The small one] [The large one]"}},
		{"in Korean", []string{omegaStopped, "안 돼요", "오메가 사요", "담당자 연결해 주세요"}, []string{"| 버전 | 오메가 사"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said := conversation(t, triageBase(t), tt.says...)
			last := said[len(said)-1]
			for _, want := range tt.wants {
				if words, not := strings.CutPrefix(want, "!"); strings.Contains(last, words) == not {
					t.Errorf("want %q in\n%s", want, last)
				}
			}
		})
	}
}

// TestEditedPasteReplacesFacts checks that an edit replaces what the paste said.
func TestEditedPasteReplacesFacts(t *testing.T) {
	f := runOn(t, triageBase(t), testLocales(t))
	handle := f.Handler(f.recorder)
	head := bot.Head{ID: "m1", Thread: bot.Thread{Adapter: "test", Channel: bot.DirectChannel + alex.ID}, From: alex, Direct: true}
	for _, m := range []bot.Message{
		{Head: head, Text: "Omega 4: " + omegaStopped, Addressed: true},
		{Head: bot.Head{ID: "m2", Thread: head.Thread, From: alex, Direct: true}, Change: bot.ChangeEdited, Original: "m1", Text: omegaStopped},
	} {
		if err := handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w, _, err := f.memory.Load(t.Context(), head.Thread, bot.UserKey{})
	if err != nil || w.Entry == nil || len(w.Known) > 0 || w.About != "FS-11" {
		t.Errorf("after the edit it knows %v of %q, %v", w.Known, w.About, err)
	}
}

// TestStoredEntryKeepsItsQuestions checks that a walkthrough asks about facts as
// its entry did when it began, whatever became of them since.
func TestStoredEntryKeepsItsQuestions(t *testing.T) {
	base := triageBase(t)
	memory, a := store.NewMemory(), bottest.NewRecorder("test", everything)
	b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
	say := func(id, text string) {
		t.Helper()
		head := bot.Head{ID: bot.EventID(id), Thread: bot.Thread{Adapter: "test", Channel: bot.DirectChannel + alex.ID}, From: alex, Direct: true}
		if err := b.Handler(a)(t.Context(), bot.Message{Head: head, Text: text, Addressed: true}); err != nil {
			t.Fatal(err)
		}
	}
	say("m1", omegaStopped)
	base = testBase(t) // a reload: neither the entry nor the facts exist
	say("m2", "didn't help")
	say("m3", "v4")
	say("m4", "get a person")
	if err := b.Flush(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, p := range a.Take() {
		said.WriteString(bottest.Text(p.Reply))
	}
	for _, want := range []string{"? Which version?", "# Empty the second log", "| version | Omega four"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("want %q in\n%s", want, said.String())
		}
	}
}
