package kb

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden compares text with a file of testdata/report, or writes the file with
// -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata/report", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, got, want)
	}
}

// shown returns a base with one entry that uses every field, one with a chain,
// and two bare ones.
func shown(t *testing.T) *Base {
	t.Helper()
	full, err := os.ReadFile("testdata/lint/right.yaml")
	if err != nil {
		t.Fatal(err)
	}
	chain, err := os.ReadFile("testdata/lint/chain.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Load(folder("kb", "_shared/concepts/concepts.yaml", twoConcepts, "right.yaml", string(full), "chain.yaml", string(chain),
		"more.jsonl", `{"id":"bare","title":"A bare one","codes":["54","0x34a"]}`+"\n"+`{"id":"agent","area":"agent","title":{"en":"The agent","ko":"에이전트"},"codes":["53"],"ask":[{"id":"q","text":"Which?","choices":[{"id":"a","label":"This","entry":"bare"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestShow(t *testing.T) {
	b := shown(t)
	for _, lang := range []string{"en", "ko"} {
		var out bytes.Buffer
		for _, e := range b.Entries() {
			if err := Show(&out, b, lang, e.ID); err != nil {
				t.Fatal(err)
			}
		}
		golden(t, "show."+lang+".txt", out.Bytes())
	}
}

func TestList(t *testing.T) {
	b := shown(t)
	for name, area := range map[string]string{"list.txt": "", "list.area.txt": "agent"} {
		var out bytes.Buffer
		if err := List(&out, b, "en", area); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
	var out bytes.Buffer
	if err := List(&out, b, "en", "agents"); err == nil || err.Error() != `kb: no entry in the area "agents"; did you mean "agent"?` || out.Len() > 0 {
		t.Errorf("%v, %q", err, out.String())
	}
}

func TestLintReport(t *testing.T) {
	var out bytes.Buffer
	if err := Lint(&out, folder("kb", "a.yaml", entryNamed("a", "1"))); err != nil || !strings.HasPrefix(out.String(), "1 entry, no mistakes, revision ") {
		t.Errorf("%v, %q", err, out.String())
	}
	err := Lint(full{}, folder("kb", "c.yaml", ""))
	if !errors.Is(err, errFull) {
		t.Error(err)
	}
	out.Reset()
	err = Lint(&out, folder("kb", "a.yaml", "id: b\ntitle: A\ncodes: ['1']\n", "c.yaml", ""))
	want := "kb/a.yaml:1: the id is \"b\", but the file is named a.yaml; want b.yaml\nkb/c.yaml: the file is empty; want an entry\n"
	if err == nil || err.Error() != "kb: 2 mistakes" || out.String() != want {
		t.Errorf("%v, %q", err, out.String())
	}
}

// A write error, such as a broken pipe, must be reported.
func TestReportsReturnWriteErrors(t *testing.T) {
	b := shown(t)
	for name, err := range map[string]error{
		"lint": Lint(full{}, folder("kb", "a.yaml", entryNamed("a", "1"))),
		"list": List(full{}, b, "en", ""),
		"show": Show(full{}, b, "en", "bare"),
		"test": Test(full{}, b, false),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
