package match_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// BenchmarkMatch measures one text on the built-in entries.
func BenchmarkMatch(b *testing.B) {
	base, err := kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	if err != nil {
		b.Fatal(err)
	}
	message := "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11."
	for name, text := range map[string]string{
		"paste":      "morning, this since the upgrade:\n" + message + " (ID 319)\nany ideas?",
		"korean":     "안녕하세요 디스크 백업 복제본이 잘못되었거나 누락되어 백업에 실패했습니다. 라고 나옵니다",
		"chatter":    "morning all, the coffee machine on floor three is broken again, who called somebody?",
		"1MB":        strings.Repeat("2020-05-28T03:06:21Z INFO [worker] heartbeat accepted, the queue is empty and nothing failed\n", 11000),
		"1MB-hot":    strings.Repeat(message+"\n", 9500),
		"1MB-varied": varied(1<<20, nil),
		"1MB-binary": binary(1 << 20),
		"1MB-korean": strings.Repeat("복제본이 불일치 ", 47000),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				base.Match(text)
			}
		})
	}
}

// BenchmarkCatalog measures pastes of the products' catalog of 2,450 messages, and
// reports the median and the 99th percentile.
func BenchmarkCatalog(b *testing.B) {
	dir := b.TempDir()
	catalog(b, "kb", dir)
	base, err := kb.Load(kb.Layer{Name: "catalog", FS: os.DirFS(dir)})
	if err != nil {
		b.Fatal(err)
	}
	times(b, base, bytes.Split(catalog(b, "pastes", "1", "1000"), []byte("\n")))
}

// BenchmarkDev does the same with the dev questions on the built-in entries. To
// compare two commits, run their test binaries in turns, because other load on
// the machine changes the times of one run more than a commit does:
//
//	go test -c -o /tmp/new.test ./kb/match         # the same in the other worktree
//	cd kb/match && /tmp/new.test -test.run '^$' -test.bench 'Dev|Catalog|Growth/match'
func BenchmarkDev(b *testing.B) {
	base, err := kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"noisy", "wild-positive", "paraphrase", "wild-negative"} {
		data, err := os.ReadFile("../../../shared/eval/dev/" + name + ".jsonl")
		if err != nil {
			b.Skip("no questions next to this module")
		}
		b.Run(name, func(b *testing.B) { times(b, base, bytes.Split(data, []byte("\n"))) })
	}
}

// times matches the texts of JSON lines again and again.
func times(b *testing.B, base *kb.Base, lines [][]byte) {
	var texts []string
	for _, line := range lines {
		var q devQuestion
		if json.Unmarshal(line, &q) == nil && q.Text != "" {
			texts = append(texts, q.Text)
		}
	}
	var took []float64
	i := 0
	for b.Loop() {
		start := time.Now()
		base.Match(texts[i%len(texts)])
		took = append(took, float64(time.Since(start).Nanoseconds()))
		i++
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "p50-ns")
	b.ReportMetric(took[len(took)*99/100], "p99-ns")
}

// varied returns a log with no two lines the same, and the given lines in its
// middle.
func varied(size int, middle []string) string {
	rng := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("backup job server replica volume disk agent started finished queue worker heartbeat accepted service retry error warning online point")
	var b strings.Builder
	for b.Len() < size {
		if middle != nil && b.Len() > size/2 {
			b.WriteString(strings.Join(middle, "\n") + "\n")
			middle = nil
		}
		fmt.Fprintf(&b, "2020-05-28T03:%02d:%02dZ %x INFO %s %s %s %s %d\n", rng.IntN(60), rng.IntN(60), rng.Uint32(),
			words[rng.IntN(len(words))], words[rng.IntN(len(words))], words[rng.IntN(len(words))], words[rng.IntN(len(words))], rng.IntN(1e6))
	}
	return b.String()
}

// binary returns data that is not text.
func binary(size int) string {
	rng := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(rng.IntN(256))
	}
	return string(b)
}

// BenchmarkGrowth measures how the time of New and Match grows with the number of
// documents, which share most of their words.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{300, 2450, 19600, 98000} {
		documents := variants(n)
		b.Run(fmt.Sprint("build-", n), func(b *testing.B) {
			for b.Loop() {
				match.New(documents)
			}
		})
		ix := match.New(documents)
		rng := rand.New(rand.NewPCG(5, 6))
		var pastes []string
		for range 200 {
			words := strings.Fields(documents[rng.IntN(n)].Messages[0])
			k := rng.IntN(len(words))
			pastes = append(pastes, "hello team, backup failed with "+strings.Join(append(words[:k:k], words[k+1:]...), " "))
		}
		b.Run(fmt.Sprint("match-", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				ix.Match(pastes[i%len(pastes)])
				i++
			}
		})
	}
}

// variants returns documents that are as confusable as those of the catalog: a
// third of the words of each is its own.
func variants(n int) []match.Document {
	base := strings.Fields(`DPM failed to communicate with the protection agent because the agent is not responding
		the replica of the volume on the server is inconsistent with the protected data source and recovery points
		cannot be created until the job has completed backup to tape was cancelled since the library drive is offline
		unable to connect to the database verify that the SQL Server service is running and retry the operation`)
	rng := rand.New(rand.NewPCG(7, 8))
	documents := make([]match.Document, n)
	for i := range documents {
		from := rng.IntN(len(base) - 24)
		words := append([]string(nil), base[from:from+12+rng.IntN(12)]...)
		for range len(words) / 3 {
			words[rng.IntN(len(words))] = fmt.Sprintf("%c%c%c%c", 'b'+rng.IntN(20), "aeiou"[rng.IntN(5)], 'b'+rng.IntN(20), "aeiou"[rng.IntN(5)])
		}
		documents[i] = match.Document{Messages: []string{strings.Join(words, " ")}}
	}
	return documents
}
