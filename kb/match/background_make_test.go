package match_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

var makeBackground = flag.Bool("background", false, "make words/background.bloom from the catalogs")

// TestBackground makes the background from the catalogs of the products' errors,
// without those that an entry explains, and the messages of Windows.
func TestBackground(t *testing.T) {
	b := builtinBase(t)
	ix := match.New(kb.Documents(b.Entries()), b.Concepts()...)
	bits := make([]byte, match.BackgroundBytes)
	for _, file := range []struct {
		name    string
		columns []string
	}{{"dpm-error-codes.tsv", []string{"message", "additional_information"}}, {"family-errors.tsv", []string{"message_en", "message_ko"}}} {
		for _, row := range table(t, file.name) {
			for _, column := range file.columns {
				m := row[column]
				m = catalogSlot.ReplaceAllString(catalogBreak.ReplaceAllString(m, " "), " 0 ")
				if !owned(b, m) && !ix.HasCode(row["code"]) {
					match.AddToBackground(bits, m)
				}
			}
		}
	}
	windows, err := os.ReadFile("testdata/windows.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(windows)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") && !owned(b, line) {
			match.AddSentences(bits, line)
		}
	}
	if *makeBackground {
		if err := os.WriteFile("words/background.bloom", bits, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile("words/background.bloom")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bits, old) {
		t.Error("the background is not that of the catalogs; run with -background")
	}
}
