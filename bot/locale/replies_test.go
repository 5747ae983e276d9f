package locale

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestReplies reads the replies of testdata/replies.txt.
func TestReplies(t *testing.T) {
	all := locales(t)
	data, err := os.ReadFile("testdata/replies.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		want, reply, _ := strings.Cut(line, ": ")
		n++
		if got := all.Read(reply); !slices.Contains(strings.Split(want, "/"), string(got.Main)) {
			t.Errorf("%q is %q of %q, want %s", reply, got.Main, got.Intents, want)
		}
	}
	if n < 150 {
		t.Errorf("%d replies", n)
	}
}

func BenchmarkRead(b *testing.B) {
	all := locales(b)
	for _, reply := range []string{"thought it worked, it didn't, still the same error", "여전히 같은 오류가 나는데 다른 방법은 없나요?"} {
		b.Run(reply[:6], func(b *testing.B) {
			for b.Loop() {
				all.Judge(all.Read(reply), Scene{"alternatives", SceneAlone})
			}
		})
	}
}

// FuzzRead checks that reading is pure and that spaces around a reply do not
// matter.
func FuzzRead(f *testing.F) {
	all := locales(f)
	for _, s := range []string{"next", "안 돼요", "네네네네네네네네네네네네네네네네네네", "\xff", "it it it it it it it it", "> quoted\nno", "ㅋㅋ 됬어요👍", strings.Repeat("안 되", 30_000), "\u202e해결\u200b됐어요", "don't\u0301", "🤔👍", "\u200f\u202e", "> all of it\n> is quoted"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, again := all.Read(s), all.Read(s)
		if got.Main != again.Main || !slices.Equal(got.Intents, again.Intents) {
			t.Errorf("%q is %v, then %v", s, got, again)
		}
		all.Pick(s, []Answer{{Labels: []string{"Same or trusted domain"}, Phrases: []string{"domain"}}, {Labels: []string{"작업 그룹"}}})
	})
}
