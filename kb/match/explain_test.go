package match

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// explainedIndex returns an index whose documents have frames.
func explainedIndex(t *testing.T) *Index {
	documents := LoadDocuments(t)
	for i := range documents {
		documents[i].Frames = [][]string{{"agent", "fails"}, {"agent", "rejected", "password"}}
	}
	documents[0].Relatives = []string{"30229"}
	return New(documents, []Concept{
		{ID: "agent", Forms: []string{"agent", "에이전트"}},
		{ID: "asks-help", Kind: Stance, Forms: []string{"any idea", "도와주"}},
		{ID: "fails", Kind: Symptom, Forms: []string{"fail", "실패"}},
		{ID: "password", Forms: []string{"password", "암호"}},
		{ID: "push", Kind: Operation, Forms: []string{"push", "밀어넣"}},
		{ID: "rejected", Kind: Symptom, Forms: []string{"refuse", "거부"}},
	}...)
}

// TestExplain compares explanations with testdata/explain.txt. The documents are
// in no model, so that a new fit changes nothing but the probabilities, which are
// left out.
func TestExplain(t *testing.T) {
	ix := explainedIndex(t)
	var got strings.Builder
	for _, text := range []string{
		"Nice weather today.",
		"The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11. (ID: 319) and error 30229, task ID 4711, error 52",
		"에이전트 작업에 실패했는데 도와주실 수 있나요?",
		"agent refuses the push, any idea?",
		"the agent refuses",
		"Hello.\nThe log of FS-11 says \"The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.\" since Monday, and the office was painted over the weekend.\nRegards, Tom",
		"Hello all, here is more about the new office and the plants in it.\nThe agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.\nThe parking lot is closed, please use the bicycle stand.",
		"we moved to the new building last month, since then my colleague Ben sees a mail every morning which says\nReplica is inconsistent\nand asks himself what he should do about it, he has been on holiday for three weeks and now wants to clean his desk before the painters come, who were late twice and left their ladders in the hall next to the kitchen",
		"Hello all.\nThe agent console prints “agent operation failed because of a communication error with the DPM” volume and then replica vanished",
		"The agent operation failed because of a communication error",
		"The agent operation failed (ID: 4711)",
		"The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11. (ID: 3106)",
	} {
		fmt.Fprintf(&got, "%s\n%s\n", text, summary(ix.Explain(text)))
	}
	const file = "testdata/explain.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("%s differs; got\n%s", file, got.String())
	}
}

// summary formats an explanation, without what a fit changes.
func summary(e Explanation) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "\t"+format+"\n", args...) }
	line("%s, document %d", e.Result.Band, e.Doc)
	for _, c := range e.Concepts {
		line("%s %s %q at %d", c.Kind, c.ID, c.Text, c.Start)
	}
	for _, c := range e.Codes {
		line("%s code %s of %v, against %v", c.Role, c.Text, c.Docs, c.Against)
	}
	if e.Block != nil {
		line("block %q at %d, quoted %v", e.Block.Text, e.Block.Start, e.Block.Quoted)
	}
	for _, f := range e.Frames {
		line("says %v", f)
	}
	if e.Lacks != "" {
		line("almost says %v, lacks %s", e.Almost, e.Lacks)
	}
	for _, d := range e.Doubts {
		switch d.Kind {
		case DoubtPart:
			line("doubt %s %.2f of %.2f", d.Kind, d.Has, d.Needs)
		default:
			line("doubt %s %s %d", d.Kind, d.Text, d.Doc)
		}
	}
	return b.String()
}

// TestSignals checks what features of a linear model are called, and what they
// weigh.
func TestSignals(t *testing.T) {
	documents := []Document{
		{Name: "a", Messages: []string{"The agent failed to copy files."}, Phrases: []string{"agent copy broken"}},
		{Name: "b", Messages: []string{"The tape drive is dirty today."}},
	}
	ix := New(documents, Concept{ID: "agent", Forms: []string{"agent", "에이전트"}}, Concept{ID: "fails", Kind: Symptom, Forms: []string{"fail", "안되~"}})
	m, err := parseLinear([]byte(testModel()))
	if err != nil {
		t.Fatal(err)
	}
	ix.name(documents, m)
	for text, want := range map[string]string{
		// In hundredths: 2 × complaint + 1 × (a - b) + 1 × (a - none).
		"my agents FAILED to copy": "for words[failed] 0.20, words[agents] 0.18, concepts[agent fails] 0.10; against words[my] -0.20, missing[stance] -0.06",
		"에이전트가 안됩니다":               "for words[에이전트가] 0.19, concepts[agent fails] 0.10; against missing[stance] -0.06",
	} {
		e := ix.Explain(text)
		if e.Doc != 0 {
			t.Fatalf("%q is about document %d", text, e.Doc)
		}
		got := "for " + signals(e.For) + "; against " + signals(e.Against)
		if got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// testModel is a model of two documents. The weights of a feature are those of
// the complaint, no document, a and b.
func testModel() string {
	var b strings.Builder
	named := make([]string, numAccept)
	for i := range named {
		named[i] = "0"
	}
	named[aComplaint], named[aDocument], named[aSome] = "2000", "1000", "1000"
	fmt.Fprintf(&b, "documents\ta b\nnamed\t%s\nunnamed\t%s\n", strings.Join(named, " "), strings.Join(named, " "))
	for _, f := range []struct {
		key string
		w   [4]int
	}{
		{"w fail", [4]int{10, 0, 0, 0}}, {"w agent", [4]int{0, -5, 5, 0}}, {"t agent", [4]int{0, 0, 2, 1}}, {"c agent", [4]int{0, 0, 0, 0}},
		{"kk agent fails", [4]int{0, 0, 5, 0}}, {"w my", [4]int{-10, 0, 0, 0}}, {"no stance", [4]int{-3, 0, 0, 0}}, {"bias", [4]int{9, 9, 9, 9}}, {"w to", [4]int{1, 0, 0, 0}},
		{"s 에이전", [4]int{0, 0, 6, 2}}, {"s 전트가", [4]int{0, -1, 4, 3}},
	} {
		b.WriteString(f.key + "\t")
		for _, w := range f.w {
			b.WriteByte(byte(zeroWeight + w))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func signals(list []Signal) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = fmt.Sprintf("%s%v %.2f", s.Kind, s.Words, s.Weight)
	}
	return strings.Join(texts, ", ")
}

// TestSignalNames checks that every feature of a text is called something.
func TestSignalNames(t *testing.T) {
	ix := explainedIndex(t)
	q := ix.query()
	defer ix.release(q)
	for _, text := range []string{"the agent's push to FS-11 doesn't work, 319", "에이전트 밀어넣기가 안 됩니다 ㅠㅠ FS-11 서버", "ReplicaInconsistent on C:\\data\\x.log, error (ID: 319)"} {
		q.load(text)
		q.findConcepts()
		var keys []string
		q.eachFeature(func(key []byte) { keys = append(keys, string(key)) })
		x := explaining{query: q}
		for _, key := range keys {
			if s := x.signal(key); len(s.Words) == 0 && key != "bias" {
				t.Errorf("%q: the feature %q is called nothing", text, key)
			}
		}
	}
}
