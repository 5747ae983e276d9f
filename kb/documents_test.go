package kb

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/tools/txtar"

	"mabsbot/kb/match"
)

func matchBase(t testing.TB) *Base {
	t.Helper()
	read := readLayer(Layer{"testdata/match", os.DirFS("testdata/match")})
	if read.wrong() > 0 {
		t.Fatal(read.mistakes)
	}
	var entries []*Entry
	for _, it := range read.items {
		entries = append(entries, it.entry)
	}
	return newBase(entries, read)
}

// TestMatch compares the result for each text, with its evidence, with
// testdata/match/*.txtar. -update writes the files.
func TestMatch(t *testing.T) {
	b := matchBase(t)
	files, err := filepath.Glob("testdata/match/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(data)
			text := strings.TrimSuffix(string(a.Files[0].Data), "\n")
			if a.Files[0].Name == "text, decomposed" { // a txtar file cannot keep NFD apart from NFC visibly
				text = norm.NFD.String(text)
			}
			var got bytes.Buffer
			r := b.Match(text)
			if r.Band == match.Silent {
				r.Hits = nil // what is closest to a text that is ignored does not matter
			}
			if err := WriteResult(&got, r); err != nil {
				t.Fatal(err)
			}
			if *update {
				a.Files[1].Data = got.Bytes()
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got.String() != string(a.Files[1].Data) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), a.Files[1].Data)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	b := matchBase(t)
	for query, want := range map[string]string{
		"0x29834":        "sure policy-change",
		"170036":         "sure policy-change",
		"/mabs 319":      "sure agent-coordinator",
		"312":            "sure coordinator-silent",
		"100035":         "silent",
		"0x298340":       "silent",
		"":               "silent",
		"점심 뭐 먹지":        "silent",
		"#common-issues": "likely snapshot-cloning snapshot-inconsistent",
		"cbpsourcesnapshotfailedreplicacloningissue": "sure snapshot-cloning",
		"CBPSource Snapshot Failed Replica Cloning":  "sure snapshot-cloning",
		"shorten retention":                          "likely policy-change",
		"복제본 불일치":                                    "sure replica-inconsistent",
	} {
		r := b.Lookup(query)
		got := r.Band.String()
		for _, h := range r.Hits {
			if r.Band == match.Likely || len(strings.Fields(got)) == 1 {
				got += " " + h.Entry.ID
			}
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("Lookup(%q) = %s, want %s", query, got, want)
		}
	}
}

// TestLookupID checks that the ID of an entry looks up that entry, whatever
// words it contains.
func TestLookupID(t *testing.T) {
	base, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range base.Entries() {
		r := base.Lookup(" " + e.ID + "\n")
		if r.Band != match.Sure || r.Hits[0].Entry != e || len(r.Hits) != 1 || r.Hits[0].Evidence[0] != (match.Evidence{Kind: match.EvidenceWords, Text: e.ID, Start: 1, End: 1 + len(e.ID)}) {
			t.Errorf("%s is %s, %v", e.ID, r.Band, r.Hits)
		}
	}
}

// TestNegative matches chatter and errors of other products with the built-in
// entries. The budget is zero: no answers and no questions.
func TestNegative(t *testing.T) {
	b, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.talk) == 0 {
		t.Fatal("no talk")
	}
	for _, line := range b.talk {
		if r := b.Match(line); r.Band != match.Silent {
			t.Errorf("%s (%s %.2f): %s", r.Band, r.Hits[0].Entry.ID, r.Hits[0].Confidence, line)
		}
	}
}

// TestSlots checks that a slot captures what is in its place, and nothing if
// the words around it belong to another message.
func TestSlots(t *testing.T) {
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
		if r.Band == match.Silent || !maps.Equal(r.Hits[0].Slots, c.slots) {
			t.Errorf("%q: %s, slots %v, want %v", c.text, r.Band, r.Hits[0].Slots, c.slots)
		}
	}
}

// TestCounterexamples checks that errors that differ from a built-in one by a
// word or two, pasted without their codes, are not answered, because the entry
// lists them as counterexamples.
func TestCounterexamples(t *testing.T) {
	b, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"The Microsoft .NET Framework 4.6 installation failed. All changes made by the Microsoft .NET Framework 4.6 installation to the system were rolled back.",
		"Recovery point for Volume D: on HV2 was created when the replica was inconsistent. Some data from this recovery point may contain partially synchronized data.",
		"DPM could not enumerate one or more volumes on protected computer FS-11.",
	} {
		if r := b.Match(text); r.Band == match.Sure {
			t.Errorf("%q: %s", text, r.summary())
		}
	}
	for text, want := range map[string]string{
		"An error occured when the agent operation attempted to create the DPM Agent Coordinator service on sql-prod":    "agent-create-coordinator-347",
		"The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS1.":     "dpm-agent-coordinator",
		"the agent operation failed because the DPM Agent Coordinator service on hv01 did not respond":                   "coordinator-no-answer-324",
		"The replica of Volume D: on HV2 is inconsistent with the protected data source.":                                "replica-inconsistent",
		"An unexpected error occurred while the job was running. (ID 104 Details: The device is not ready (0x80070015))": "device-not-ready",
	} {
		if r := b.Match(text); r.Band != match.Sure || r.Hits[0].Entry.ID != want {
			t.Errorf("%q: %s, want %s", text, r.summary(), want)
		}
	}
}

// TestSeparatedSlots captures values of several words that the template separates by a
// common one, and no word that names nothing.
func TestSeparatedSlots(t *testing.T) {
	b, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]map[string]string{
		"The replica of volume E: on FS-22 is inconsistent with the protected data source. (ID 3106)":              {"DataSource": "volume E:", "ServerName": "FS-22"},
		`The replica of E:\ on FS-11.corp.example is inconsistent with the protected data source.`:                 {"DataSource": `E:\`, "ServerName": "FS-11.corp.example"},
		`Replica of SQL Server 2019\PAYROLL on SQL-03.corp.example is inconsistent with the protected data source`: {"DataSource": `SQL Server 2019\PAYROLL`, "ServerName": "SQL-03.corp.example"},
		"a communication error with the DPM Agent Coordinator service on the server. (ID 319)":                     nil,
	} {
		got := b.Match(text).Hits[0].Slots
		if !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}
