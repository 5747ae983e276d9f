package bot_test

import (
	"log/slog"
	"testing"
	"testing/fstest"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

const (
	sigmaRed = `
id: sigma-red-90021
title: {en: The kappa turned over, ko: 카파가 뒤집힘}
codes: ["90021"]
messages: {en: ["The kappa turned over on its own side."]}
facts: [version]
cause: {en: It was not level., ko: 수평이 아니었습니다.}
ask:
  - id: color
    text: {en: "Which color?", ko: "무슨 색인가요?"}
    choices:
      - {id: red, label: {en: Red, ko: 빨강}, when: [red], go: lift}
      - {id: blue, label: {en: Blue, ko: 파랑}, when: [blue], go: turn}
      - {id: code, label: {en: Any, ko: 아무거나}, when: ["90021"], go: turn}
steps:
  items:
    - {id: lift, title: {en: Lift it, ko: 드세요}, do: {en: Lift., ko: 듭니다.}}
    - {id: turn, title: {en: Turn it, ko: 돌리세요}, do: {en: Turn., ko: 돌립니다.}}
    - {id: shake, title: {en: Shake it, ko: 흔드세요}, do: {en: Shake., ko: 흔듭니다.}, if: {fact: version, is: [v3]}}
`
	colors = `
- id: version
  name: {en: Version, ko: 버전}
  text: {en: "Which version?", ko: "버전은 무엇인가요?"}
  choices:
    - {id: v3, label: {en: Three, ko: 삼}, when: [sigma], words: [v3]}
    - {id: v4, label: {en: Four, ko: 사}, words: [v4]}
    - {id: unsure, label: {en: Not sure, ko: 잘 모르겠음}}
`
)

// TestNamed names an entry by its ID: it is sure, and the words of the ID answer
// neither a question of the entry nor one about a fact.
func TestNamed(t *testing.T) {
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{
		"sigma-red-90021.yaml": {Data: []byte(sigmaRed)}, "_shared/facts.yaml": {Data: []byte(colors)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text    string
		command bool
		want    string // where the walkthrough is
		known   string // the version
	}{
		{"sigma-red-90021", true, "color", ""},
		{"sigma-red-90021", false, "color", ""},
		{" Sigma-red-90021 ", true, "color", ""},
		{"sigma-red-90021 90021", true, "turn", ""}, // the code is the user's
		{"sigma-red-90021 90021", false, "turn", ""},
		{"The kappa turned over on its own side. It is the red sigma.", false, "lift", "v3"},
	} {
		memory := store.NewMemory()
		b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
		m := message("m1", tt.text)
		m.Addressed, m.Command = !tt.command, tt.command
		if err := b.Handler(bottest.NewRecorder("test", everything))(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		w, _, err := memory.Load(t.Context(), m.Thread, bot.UserKey{})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.At.Question + w.At.Step; got != tt.want || w.Confidence < 0.9 || w.Known["version"] != tt.known {
			t.Errorf("%q: at %q with confidence %.2f, version %q; want %q, version %q", tt.text, got, w.Confidence, w.Known["version"], tt.want, tt.known)
		}
	}
}
