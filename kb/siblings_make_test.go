package kb

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

var makeSiblings = flag.Bool("siblings", false, "make entries/_shared/siblings.tsv from the catalog")

const (
	madeSiblings = "entries/_shared/siblings.tsv"
	siblingRules = "testdata/siblings/rules.tsv"
	catalogFile  = "../../shared/reference/dpm-error-codes.tsv"
)

// firstAgentCode is the first code of the MARS agent and its service in the
// catalog. Those below are of DPM and MABS.
const firstAgentCode = 100000

// TestSiblings makes the list of the products' codes from their catalog, which is
// not part of this repository. The list has no sentence of the catalog, only the
// subject and kind that siblingRules find in it.
func TestSiblings(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	catalog := readCatalogRows(t)
	rules := readSiblingRules(t)
	var b strings.Builder
	b.WriteString("# The codes of the products, each with its subject and kind from siblings.yaml.\n" +
		"# An entry that has a code wins. testdata/siblings/rules.tsv makes this list.\n" +
		"code\tproduct\tsubject\tkind\n")
	for _, row := range catalog {
		product := "DPM"
		if row.code >= firstAgentCode {
			product = "MARS"
		}
		subject, kind := rules.find("subject", row), rules.find("kind", row)
		if kind == "hash" { // the catalog lost the message
			kind = "failed"
		}
		fmt.Fprintf(&b, "%d\t%s\t%s\t%s\n", row.code, product, subject, kind)
	}
	if *makeSiblings {
		if err := os.WriteFile(madeSiblings, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	made, err := os.ReadFile(madeSiblings)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(made) {
		t.Error("the list is not that of the catalog and the rules; run with -siblings")
	}
	for _, r := range rules {
		if !r.used {
			t.Errorf("no row fits the rule %s %s %d-%d %s", r.what, r.id, r.first, r.last, r.pattern)
		}
	}
}

// A catalogRow is a code of the catalog with the words of its message.
type catalogRow struct {
	code  uint32
	words string
}

func readCatalogRows(t *testing.T) []catalogRow {
	t.Helper()
	f, err := os.Open(catalogFile)
	if err != nil {
		t.Skip("the catalog is not next to this module")
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []catalogRow
	for _, fields := range lines[1:] {
		n, err := strconv.ParseUint(fields[0], 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			rows = append(rows, catalogRow{uint32(n), plainMessage(fields[3])})
		}
	}
	slices.SortStableFunc(rows, func(x, y catalogRow) int { return cmp.Compare(x.code, y.code) })
	return slices.CompactFunc(rows, func(x, y catalogRow) bool { return x.code == y.code })
}

var (
	messageMark  = regexp.MustCompile(`<br ?/?>|</?[a-z]+>|[<>*_\\%;]|Recovery Services`)
	alertHeading = regexp.MustCompile(`(?i)^status:.*description: ?`)
)

// plainMessage returns a message of the catalog without markup, in lower case. A
// name such as CatBusyError becomes words.
func plainMessage(s string) string {
	s = alertHeading.ReplaceAllString(messageMark.ReplaceAllString(s, " "), "")
	if s = strings.Join(strings.Fields(s), " "); !strings.Contains(s, " ") {
		var b strings.Builder
		runes := []rune(s)
		for i, r := range runes {
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if i > 0 && unicode.IsUpper(r) && (next || unicode.IsLower(runes[i-1])) {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
		}
		s = b.String()
	}
	return strings.ToLower(strings.ReplaceAll(s, "’", "'"))
}

// A siblingRule is a line of siblingRules.
type siblingRule struct {
	what, id    string
	first, last uint32
	pattern     *regexp.Regexp
	used        bool
}

type siblingRuleList []*siblingRule

func (all siblingRuleList) find(what string, row catalogRow) string {
	for _, r := range all {
		if r.what == what && r.first <= row.code && row.code <= r.last && r.pattern.MatchString(row.words) {
			r.used = true
			return r.id
		}
	}
	panic("the last rule fits everything")
}

func readSiblingRules(t *testing.T) (rules siblingRuleList) {
	t.Helper()
	f, err := os.Open(siblingRules)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) != 4 {
			t.Fatalf("want four fields: %q", lines.Text())
		}
		r := &siblingRule{what: fields[0], id: fields[1], last: 1 << 31, pattern: regexp.MustCompile(fields[3])}
		if fields[2] != "" {
			if _, err := fmt.Sscanf(fields[2], "%d-%d", &r.first, &r.last); err != nil {
				t.Fatalf("%q: %v", fields[2], err)
			}
		}
		rules = append(rules, r)
	}
	return rules
}
