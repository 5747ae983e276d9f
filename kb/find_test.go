package kb

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	b, err := Load(folder("kb", "more.jsonl", `{"id":"one","title":"A","codes":["52","0x29834"],"symbols":["FileFault"],"messages":["A fault."],"relatives":["0x80070005"]}`+"\n"+
		`{"id":"two","title":"B","codes":["52"],"messages":["Another fault."]}`,
		"_shared/siblings.yaml", tapeNames, "_shared/siblings.tsv", tapeCodes, "_shared/windows.tsv", denied))
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]string{
		"one": "one", "52": "one two", "170036": "one", "0X29834": "one", "filefault": "one",
		"tow":        `kb: no entry "tow"; did you mean "two"?; see mabsbot kb list`,
		"53":         `kb: no entry "53"; did you mean "52"?; see mabsbot kb list`,
		"nothing":    `kb: no entry "nothing"; see mabsbot kb list`,
		"0x5DE5":     `kb: no entry "0x5DE5"; it is a DPM code about tapes: in use; see mabsbot kb list`,
		"0x80070005": `kb: no entry "0x80070005"; it is a result of Windows: Denied, it appears with one; see mabsbot kb list`,
		"0x80042306": `kb: no entry "0x80042306"; it is a result of Windows: Vetoed; see mabsbot kb list`,
	} {
		found, err := b.Find("en", what)
		var got []string
		for _, e := range found {
			got = append(got, e.ID)
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v; want %s", what, got, want)
		}
	}
}

func TestIgnored(t *testing.T) {
	layer := folder("kb", "a.yaml", oneEntry, "notes.txt", "", "b.yaml.bak", "", ".hidden", "", "drafts/c.yaml", "", "_share/areas.yaml", "", "_shared/areas.yaml", tapeArea)
	want := []string{
		`kb/_share: ignored: subfolders are not read, except _shared; did you mean "_shared"?`,
		"kb/b.yaml.bak: ignored: want *.yaml, *.yml or *.jsonl",
		"kb/drafts: ignored: subfolders are not read, except _shared",
		"kb/notes.txt: ignored: want *.yaml, *.yml or *.jsonl",
	}
	var got []string
	for _, m := range Ignored(layer) {
		got = append(got, m.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
	var out bytes.Buffer
	if err := Lint(&out, layer); err != nil || !strings.HasPrefix(out.String(), strings.Join(want, "\n")+"\n1 entry, no mistakes") {
		t.Errorf("%v, %q", err, out.String())
	}
}

// TestJSONReports compares the output of the commands in JSON with files of
// testdata/report: other programs read it.
func TestJSONReports(t *testing.T) {
	b := shown(t)
	var list, show, test bytes.Buffer
	for _, err := range []error{ListJSON(&list, b, "ko", "agent"), ShowJSON(&show, b, "en", "54")} {
		if err != nil {
			t.Error(err)
		}
	}
	if err := TestJSON(&test, b, true); err == nil || err.Error() != "kb: the matcher gets 2 texts wrong" {
		t.Error(err)
	}
	var lint, wrong bytes.Buffer
	if err := LintJSON(&lint, folder("kb", "a.yaml", oneEntry, "notes.txt", "")); err != nil {
		t.Error(err)
	}
	if err := LintJSON(&wrong, folder("kb", "a.yaml", "id: b\ntitle: A\ncodes: ['1']\n")); err == nil || err.Error() != "kb: 1 mistake" {
		t.Error(err)
	}
	for name, out := range map[string]bytes.Buffer{"list": list, "show": show, "test": test, "lint": lint, "lint.wrong": wrong} {
		if !json.Valid(out.Bytes()) {
			t.Errorf("%s is no JSON: %s", name, out.Bytes())
		}
		golden(t, name+".json", out.Bytes())
	}
	for name, err := range map[string]error{
		"lint": LintJSON(full{}, folder("kb", "a.yaml", oneEntry)), "list": ListJSON(full{}, b, "en", ""),
		"show": ShowJSON(full{}, b, "en", "54"), "test": TestJSON(full{}, b, false),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := ShowJSON(&show, b, "en", "none"); err == nil {
		t.Error("an unknown entry is no error")
	}
}
