package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// What the pages export. The browser may disconnect, so errors are ignored.

// writeCSV serves rows as a file for spreadsheets.
func writeCSV(w http.ResponseWriter, name string, rows [][]string) {
	export(w, name, "text/csv")
	_ = csv.NewWriter(w).WriteAll(rows)
}

// writeJSON serves a value as a file for programs.
func writeJSON(w http.ResponseWriter, name string, value any) {
	export(w, name, "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// export sets the headers of a file.
func export(w http.ResponseWriter, name, kind string) {
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
}

// cell returns foreign text as a cell that a spreadsheet does not take for a formula.
// https://owasp.org/www-community/attacks/CSV_Injection
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
