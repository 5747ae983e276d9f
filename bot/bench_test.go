package bot_test

import (
	"strings"
	"testing"

	"mabsbot/bot"
)

// BenchmarkDecide measures the cost of an answer apart from the match, which
// has benchmarks of its own, and the store.
func BenchmarkDecide(b *testing.B) {
	base, locales := builtin(b), testLocales(b)
	rules := bot.Rules{Base: base, Locales: locales, Policy: bot.DefaultPolicy()}
	const paste = "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example. (ID 319)"
	for name, text := range map[string]string{
		"english":  "what is this? " + paste,
		"korean":   "이 오류 뭔가요? " + paste,
		"megabyte": strings.Repeat("이 줄에는 아무것도 없습니다. nothing in this line\n", 1<<14) + paste,
	} {
		b.Run(name, func(b *testing.B) {
			head := bot.Head{ID: "m1", From: alex, Thread: bot.Thread{Adapter: "test", Channel: "c", Root: "m1"}}
			found := base.Match(text)
			if len(found.Hits) == 0 {
				b.Fatal("not recognized")
			}
			for b.Loop() {
				turn := bot.Decide(rules, bot.State{}, bot.Message{Head: head, Text: text}, found)
				if len(turn.Posts) == 0 {
					b.Fatal("no answer")
				}
			}
		})
	}
}
