package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// TestEvidence checks all spans of the results of many damaged texts.
func TestEvidence(t *testing.T) {
	documents := match.LoadDocuments(t)
	ix := match.New(documents)
	rng := rand.New(rand.NewPCG(3, 4))
	for _, d := range documents {
		for _, m := range d.Messages {
			for range 20 {
				text := damage(rng, m)
				checkSpans(t, text, ix.Match(text))
				checkSpans(t, text, ix.Lookup(text))
			}
		}
	}
}

// damage puts talk before a text and drops, decomposes and separates characters.
func damage(rng *rand.Rand, m string) string {
	var b strings.Builder
	b.WriteString([]string{"", "hi&gt; ", "로그: ", "\u200b\u200f"}[rng.IntN(4)])
	for _, r := range m {
		switch rng.IntN(25) {
		case 0:
		case 1:
			b.WriteString(norm.NFD.String(string(r)))
		case 2:
			b.WriteString(string(r) + "\n")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// The limits that Result and Hit promise.
const (
	maxHits      = 3
	maxSlotValue = 253
)

func checkSpans(t *testing.T, text string, r match.Result) {
	t.Helper()
	if len(r.Hits) > maxHits || r.Band != match.Silent && len(r.Hits) == 0 {
		t.Fatalf("%s with %d hits for %q", r.Band, len(r.Hits), text)
	}
	for _, h := range append(r.Hits[:len(r.Hits):len(r.Hits)], r.Also...) {
		if h.Confidence < 0 || h.Confidence > 1 {
			t.Fatalf("confidence %f", h.Confidence)
		}
		last := 0
		for _, e := range h.Evidence {
			if e.Start < last || e.Start >= e.End || e.End > len(text) || text[e.Start:e.End] != e.Text {
				t.Fatalf("evidence %+v of %q", e, text)
			}
			last = e.Start
		}
		for name, value := range h.Slots {
			if value == "" || len(value) > maxSlotValue || !utf8.ValidString(value) || strings.TrimSpace(value) != value {
				t.Fatalf("slot %s = %q of %q", name, value, text)
			}
		}
	}
}

// TestHostile matches texts that are meant to be slow. The limit only finds a
// stall: the race detector and other programs take time, too. The benchmarks
// measure one megabyte.
func TestHostile(t *testing.T) {
	documents := match.LoadDocuments(t)
	ix := match.New(documents)
	const mega = 1 << 20
	message := documents[0].Messages[0]
	for name, text := range map[string]string{
		"empty":       "",
		"zeros":       strings.Repeat("\x00", mega),
		"invalid":     strings.Repeat("\xff\xfe\x80", mega/3),
		"one letter":  strings.Repeat("a", mega),
		"one word":    strings.Repeat("replica ", mega/8),
		"syllables":   strings.Repeat("복제본이불일치", mega/21),
		"jamo":        strings.Repeat("ㅅ", mega/3),
		"marks":       "e" + strings.Repeat("\u0301", mega/2),
		"directions":  strings.Repeat("\u202e\u200f", mega/6),
		"numbers":     strings.Repeat("ID: 319 ", mega/8),
		"one message": strings.Repeat(message+"\n", mega/len(message)),
		"brackets":    strings.Repeat("<", mega),
		"colons":      strings.Repeat(":a", mega/2),
		"backslashes": strings.Repeat("\\", mega),
		"entities":    strings.Repeat("&#", mega/2),
		"unknown":     strings.Repeat("zqxjv wkqzx ", mega/12),
	} {
		start := time.Now()
		r := ix.Match(text)
		checkSpans(t, text, r)
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: %s", name, d)
		}
		ix.Lookup(text)
	}
}

func TestLongPaste(t *testing.T) {
	documents := match.LoadDocuments(t)
	noise := strings.Repeat("2020-05-28T03:06:21Z INFO [worker] heartbeat accepted, queue empty\n", 3000)
	text := noise + "ERROR The credentials specified for server FS-11 are invalid. (ID: 32680)\n" + noise
	r := match.New(documents).Match(text)
	checkSpans(t, text, r)
	if r.Band != match.Sure || documents[r.Hits[0].Doc].Codes[0] != "32680" || r.Hits[0].Slots["ServerName"] != "FS-11" {
		t.Errorf("got %s %v", r.Band, r.Hits)
	}
}

func TestMatchConcurrently(t *testing.T) {
	documents := match.LoadDocuments(t)
	ix := match.New(documents)
	var texts, want []string
	for _, d := range documents {
		text := slices.Concat(d.Messages, d.Phrases)[0]
		texts, want = append(texts, text), append(want, fmt.Sprint(ix.Match(text)))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				for i, text := range texts {
					if got := fmt.Sprint(ix.Match(text)); got != want[i] {
						t.Errorf("%q: %s, want %s", text, got, want[i])
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestHiddenInALog finds an error in the middle of a long log of backup jobs.
func TestHiddenInALog(t *testing.T) {
	base, err := kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	ix := match.New(kb.Documents(base.Entries()))
	for want, line := range map[string]string{
		"online-rp-obengine":          "ERROR The Microsoft Azure Backup Agent cannot connect to the OBEngine service. (ID: 100052)",
		"cbp-replica-cloning":         "오류: 디스크 백업 복제본을 복제할 수 없어 백업이 실패했습니다. (ID: 100193)",
		"agent-unable-connect-100050": "Azure Backup Agent was unable to connect to the Azure Backup service (ID: 100050)",
	} {
		text := varied(1<<20, []string{line})
		r := ix.Match(text)
		checkSpans(t, text, r)
		if r.Band != match.Sure || base.Entries()[r.Hits[0].Doc].ID != want {
			t.Errorf("%s is %s, %d hits", want, r.Band, len(r.Hits))
		}
	}
}

func FuzzMatch(f *testing.F) {
	documents := match.LoadDocuments(f)
	ix := match.New(documents)
	for _, d := range documents {
		f.Add(strings.Join(d.Messages, "\n"))
	}
	f.Add("\xff\u202e복제본\u1107<@U1>C:\\a b\\c &#48373; 0x29834 29834h ID: 319")
	f.Fuzz(func(t *testing.T, text string) {
		checkSpans(t, text, ix.Match(text))
		checkSpans(t, text, ix.Lookup(text))
	})
}
