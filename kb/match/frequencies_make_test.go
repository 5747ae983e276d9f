package match_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"mabsbot/kb/match"
)

var makeFrequencies = flag.Bool("frequencies", false, "make words/frequencies.txt from the catalogs")

// TestFrequencies counts the terms of all errors in the catalogs of the products,
// in their messages and what these say to do.
func TestFrequencies(t *testing.T) {
	var documents []match.Document
	all, seen := map[string]int{}, map[string]bool{}
	for _, file := range []struct {
		name    string
		columns []string
	}{{"dpm-error-codes.tsv", []string{"message"}}, {"family-errors.tsv", []string{"message_en", "message_ko"}}} {
		for _, row := range table(t, file.name) {
			for _, column := range file.columns {
				m := strings.Join(strings.Fields(catalogSlot.ReplaceAllString(catalogBreak.ReplaceAllString(row[column], " "), " 0 ")), " ")
				if m == "" || seen[m] {
					continue
				}
				seen[m] = true
				documents = append(documents, match.Document{Messages: []string{m}, Prose: []string{row["additional_information"]}})
				if strings.ContainsFunc(m, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
					all[match.AllSyllables]++
				} else {
					all[match.AllWords]++
				}
			}
		}
	}
	lines := []string{fmt.Sprint(match.AllSyllables, " ", all[match.AllSyllables], "\n"), fmt.Sprint(match.AllWords, " ", all[match.AllWords], "\n")}
	match.New(documents).EachFrequency(func(term string, n uint32) { lines = append(lines, fmt.Sprint(term, " ", n, "\n")) })
	slices.Sort(lines)
	text := strings.Join(lines, "")
	if *makeFrequencies {
		if err := os.WriteFile("words/frequencies.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile("words/frequencies.txt")
	if err != nil {
		t.Fatal(err)
	}
	if text != string(old) {
		t.Error("the frequencies are not those of the catalogs; run with -frequencies")
	}
}
