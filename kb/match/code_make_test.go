package match_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var makeCodes = flag.Bool("codes", false, "make words/codes.txt from the catalogs")

// familyCode is a code in a row of the products' articles. An HRESULT, with its
// eight digits, is none.
var familyCode = regexp.MustCompile(`\b(?:0x[0-9A-Fa-f]{3,7}|[0-9]+)\b`)

// TestCodes makes the list of the products' codes from the catalogs.
func TestCodes(t *testing.T) {
	var list []uint64
	add := func(s string) {
		if n, err := strconv.ParseUint(s, 0, 32); err == nil && n > 0 {
			list = append(list, n)
		}
	}
	for _, row := range table(t, "dpm-error-codes.tsv") {
		add(row["code"])
	}
	for _, row := range table(t, "family-errors.tsv") {
		if p := row["product"]; strings.Contains(p, "DPM") || strings.Contains(p, "MABS") || strings.Contains(p, "MARS") {
			for _, s := range familyCode.FindAllString(row["code"], -1) {
				add(s)
			}
		}
	}
	slices.Sort(list)
	var b strings.Builder
	for _, n := range slices.Compact(list) {
		fmt.Fprintln(&b, n)
	}
	if *makeCodes {
		if err := os.WriteFile("words/codes.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile("words/codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(old) {
		t.Error("the codes are not those of the catalogs; run with -codes")
	}
}
