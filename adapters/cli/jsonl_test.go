package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A jsonlAnswer is a line of the output of chat --jsonl as the scripts show it:
// what is empty is left out, and so are the words of posts, which belong to the
// languages. A post that is taken back is the only one with a text.
type jsonlAnswer struct {
	Intent   string      `json:"intent,omitempty"`
	Also     []string    `json:"also,omitempty"`
	Choice   string      `json:"choice,omitempty"`
	Value    string      `json:"value,omitempty"`
	Status   string      `json:"status,omitempty"`
	Entry    string      `json:"entry,omitempty"`
	Question string      `json:"question,omitempty"`
	Slot     string      `json:"slot,omitempty"`
	Step     string      `json:"step,omitempty"`
	Posts    []jsonlPost `json:"posts,omitempty"`
	Error    string      `json:"error,omitempty"`
}

type jsonlPost struct {
	Text      *string  `json:"text,omitempty"`
	Buttons   []string `json:"buttons,omitempty"`
	IDs       []string `json:"ids,omitempty"`
	Private   bool     `json:"private,omitempty"`
	Replaces  bool     `json:"replaces,omitempty"`
	Elsewhere bool     `json:"elsewhere,omitempty"`
}

// chatJSONL runs chat --jsonl on the lines, in an empty folder where it must
// leave nothing, and returns its answers.
func chatJSONL(t *testing.T, lines []string, args ...string) []jsonlAnswer {
	t.Helper()
	t.Chdir(t.TempDir())
	var out, log bytes.Buffer
	c := root()
	c.SetArgs(append([]string{"chat", "--jsonl"}, args...))
	c.SetIn(strings.NewReader(strings.Join(lines, "\n")))
	c.SetOut(&out)
	c.SetErr(&log)
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log.Len() > 0 {
		t.Errorf("it logs %s", log.String())
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	var answers []jsonlAnswer
	for d := json.NewDecoder(&out); d.More(); {
		d.DisallowUnknownFields()
		var a jsonlAnswer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(lines) {
		t.Fatalf("%d answers to %d lines", len(answers), len(lines))
	}
	return answers
}

// TestChatJSONL plays scripted conversations with the entries of
// testdata/jsonl/entries. Each section of a file is named by a line of input and
// holds the answer. -update writes the answers.
func TestChatJSONL(t *testing.T) {
	dir, err := filepath.Abs("adapters/cli/testdata/jsonl")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, section := range archive.Files {
				lines = append(lines, section.Name)
			}
			for i, a := range chatJSONL(t, lines, "--kb.dir", filepath.Join(dir, "entries")) {
				got := a.withoutWords(t)
				if want := string(archive.Files[i].Data); !*update && got != want {
					t.Errorf("%s is answered with\n%swant\n%s", lines[i], got, want)
				}
				archive.Files[i].Data = []byte(got)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// withoutWords writes an answer, and each of its posts, as a line.
func (a jsonlAnswer) withoutWords(t *testing.T) string {
	t.Helper()
	posts := a.Posts
	a.Posts = nil
	var b strings.Builder
	b.WriteString(marshalLine(t, a))
	for _, p := range posts {
		if p.Text == nil || len(p.Buttons) != len(p.IDs) || slices.Contains(p.IDs, "") {
			t.Errorf("not a post: %+v", p)
			continue
		}
		if *p.Text != "" {
			p.Text = nil
		}
		p.Buttons = nil
		b.WriteString("\t" + marshalLine(t, p))
	}
	return b.String()
}

func marshalLine(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data) + "\n"
}

// TestREADMEConversation plays the example of adapters/scripted/README.md, which
// shows the position after each line.
func TestREADMEConversation(t *testing.T) {
	page := read(t, "adapters/scripted/README.md")
	_, rest, _ := strings.Cut(page, "```jsonl\n")
	in, rest, _ := strings.Cut(rest, "\n```")
	_, rest, _ = strings.Cut(rest, "```json\n")
	want, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("README.md shows no example")
	}
	var got strings.Builder
	for _, a := range chatJSONL(t, strings.Split(in, "\n")) {
		got.WriteString(marshalLine(t, []string{a.Intent, a.Status, a.Entry, a.Question, a.Step}))
	}
	if got.String() != want {
		t.Errorf("the answers are\n%swant\n%s", got.String(), want)
	}
}
