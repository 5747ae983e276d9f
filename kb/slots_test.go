package kb

import (
	"maps"
	"testing"
)

// A slot takes what stands in its place, and nothing where the words beside it
// are another's.
func TestSlotsOfBuiltinEntries(t *testing.T) {
	b, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text  string
		slots map[string]string
	}{
		{"The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.", map[string]string{"ServerName": "FS-11"}},
		{"FS-11에서 DPM 에이전트 코디네이터 서비스와의 통신 오류로 에이전트 작업이 실패했습니다", map[string]string{"ServerName": "FS-11"}},
		{"에이전트 작업이 DPM 에이전트 코디네이터 서비스와의 통신 오류로 실패했습니다", nil},
	} {
		r := b.Match(c.text)
		if r.Band == Silent || !maps.Equal(r.Hits[0].Slots, c.slots) {
			t.Errorf("%q: %s, slots %v, want %v", c.text, r.Band, r.Hits[0].Slots, c.slots)
		}
	}
}
