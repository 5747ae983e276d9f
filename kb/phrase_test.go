package kb

import (
	"testing"

	"mabsbot/kb/match"
)

// TestWrittenPhrase matches phrases that an operator wrote, of which the fitted models
// know nothing.
func TestWrittenPhrase(t *testing.T) {
	const entry = `{"id":"proxy-swap","title":"A","codes":["777124"],"phrases":` +
		`{"en":["agent push dead after proxy swap","what port does the agent use to reach the server"],"ko":["어제부터 메가로 나르는 작업이 조용해요"]}}`
	b, err := Load(Layer{"builtin", Builtin()}, folder("above", "a.jsonl", entry))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		band match.Band
	}{
		{"agent push dead after proxy swap", match.Likely},
		{"Agent push DEAD after proxy swap!", match.Likely},
		{"hi, agent push dead after proxy swap, any idea?", match.Likely},
		{"어제부터 메가로 나르는 작업이 조용해요.", match.Likely},
		{"what port does the agent use to reach the server?", match.Likely},
		{"thanks, agent push dead after proxy swap is solved now", match.Silent},
		{"our intern pushed the agent after the proxy swap", match.Silent},
		{"proxy swap", match.Silent},
	} {
		r := b.Match(c.text)
		if r.Band != c.band || r.Band != match.Silent && r.Hits[0].Entry.ID != "proxy-swap" {
			t.Errorf("%q: %s %v", c.text, r.Band, r.Hits)
		}
	}
}
