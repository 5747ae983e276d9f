package kb

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mabsbot/kb/match"
)

// windowsFile is the file of the shared folder with results of Windows.
const windowsFile = "windows.tsv"

// A WindowsCode is a result of Windows that many errors have in common, such as
// 0x80070005. It identifies no error, but says something about it.
type WindowsCode struct {
	Code    string // as Windows writes it: 0x and eight digits
	Name    string // as in E_ACCESSDENIED; may be ""
	Meaning Text

	number uint32
}

// resultText matches a result of Windows in a text. Scripts print its number as a
// signed one.
var resultText = regexp.MustCompile(`(?i)\b0x[89a-f][0-9a-f]{7}\b|-2\d{9}\b`)

// WindowsCodes returns the results of Windows in a text that are known, each once,
// in the order of the text.
func (b *Base) WindowsCodes(text string) (all []WindowsCode) {
	for _, s := range resultText.FindAllString(text, -1) {
		w, ok := b.WindowsCode(s)
		if ok && !slices.ContainsFunc(all, func(o WindowsCode) bool { return o.number == w.number }) {
			all = append(all, w)
		}
	}
	return all
}

// WindowsCode returns what a result of Windows means: in hexadecimal, as a signed
// number, or as the error of Windows in it, as in 1722 for 0x800706BA.
func (b *Base) WindowsCode(spelling string) (w WindowsCode, ok bool) {
	n, ok := resultNumber(spelling)
	i := slices.IndexFunc(b.windows, func(w WindowsCode) bool { return w.number == n })
	if !ok || i < 0 {
		return WindowsCode{}, false
	}
	return b.windows[i], true
}

// win32Results is the part of a result that makes it an error of Windows.
const win32Results = 0x80070000

// resultNumber parses a result of Windows.
func resultNumber(s string) (n uint32, ok bool) {
	if hex, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		n, err := strconv.ParseUint(hex, 16, 32)
		return uint32(n), err == nil && len(hex) == 8
	}
	signed, err := strconv.ParseInt(s, 10, 32)
	switch {
	case err != nil:
		return 0, false
	case signed < 0:
		return uint32(signed), true
	}
	return win32Results | uint32(signed), signed <= 0xFFFF
}

// Carrying returns the entries with which a code appears, by ID: a result of
// Windows, or a code of these products that no entry has.
func (b *Base) Carrying(code string) (all []*Entry) {
	if w, ok := b.WindowsCode(code); ok {
		code = w.Code
	}
	for _, e := range b.entries {
		if slices.ContainsFunc(e.Relatives, func(r string) bool { return match.HasCode(r, code) }) {
			all = append(all, e)
		}
	}
	return all
}

// readWindows reads the list of results. The names of the fields after the second
// are languages.
func readWindows(file string, data []byte) (b batch) {
	first := map[uint32]int{}
	b.mistakes = readTable(file, data, []string{"code", "name"}, func(r tableRow) string {
		n, ok := resultNumber(r.fields[0])
		w := WindowsCode{Code: fmt.Sprintf("0x%08X", n), Name: strings.Clone(r.fields[1]), number: n}
		for i, text := range r.fields[2:] {
			w.Meaning = append(w.Meaning, Variant{strings.Clone(r.head[2+i]), strings.Clone(text)})
		}
		switch {
		case !ok || n < 1<<31 || !strings.HasPrefix(r.fields[0], "0x"):
			return fmt.Sprintf("%q is not a result of Windows; want one such as 0x80070005", r.fields[0])
		case first[n] > 0:
			return fmt.Sprintf("the code %s is already on line %d", r.fields[0], first[n])
		case w.Name != "" && !symbol.MatchString(w.Name):
			return fmt.Sprintf("%q is not a symbolic name; want letters, digits and _", w.Name)
		case w.Meaning.blank():
			return "the meaning is empty"
		}
		for _, v := range w.Meaning {
			if !language.MatchString(v.Lang) {
				return fmt.Sprintf(noLanguage, v.Lang)
			}
		}
		first[n] = r.at.line
		b.windows = append(b.windows, w)
		return ""
	})
	return b
}

// overlayWindows keeps the last meaning of each result.
func overlayWindows(all []WindowsCode) []WindowsCode {
	kept := make([]WindowsCode, 0, len(all))
	at := make(map[uint32]int, len(all))
	for _, w := range all {
		if i, ok := at[w.number]; ok {
			kept[i] = w
			continue
		}
		at[w.number] = len(kept)
		kept = append(kept, w)
	}
	return kept
}
