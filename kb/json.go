package kb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The JSON forms of the output of "kb lint", "kb list", "kb show" and "kb test".
// kb/README.md describes their fields. They may gain fields, and lose none.

type lintReport struct {
	Entries  int      `json:"entries"` // 0 if there are mistakes
	Revision string   `json:"revision,omitempty"`
	Mistakes Mistakes `json:"mistakes"`
	Ignored  Mistakes `json:"ignored"`
}

// LintJSON is Lint with output in JSON.
func LintJSON(w io.Writer, layers ...Layer) error {
	b, err := load(layers, true)
	mistakes, ok := errors.AsType[Mistakes](err)
	if err != nil && !ok {
		return err
	}
	r := lintReport{Mistakes: listOf(mistakes), Ignored: listOf(Ignored(layers...))}
	if b != nil {
		r.Entries, r.Revision = len(b.entries), b.revision
	}
	if err := writeJSON(w, r); err != nil {
		return err
	}
	return mistakesError(mistakes)
}

// mistakesError is the error of a command that has written the mistakes.
func mistakesError(mistakes Mistakes) error {
	if len(mistakes) == 0 {
		return nil
	}
	return fmt.Errorf("kb: %s", count(len(mistakes), "mistake"))
}

type listedEntry struct {
	ID       string   `json:"id"`
	Product  string   `json:"product,omitempty"`
	Area     string   `json:"area,omitempty"`
	AreaName string   `json:"area_name,omitempty"`
	Title    string   `json:"title"`
	Codes    []string `json:"codes"`
	Symbols  []string `json:"symbols"`
	Owner    string   `json:"owner,omitempty"`
	VerifyBy string   `json:"verify_by,omitempty"`
	Revision string   `json:"revision"`
}

// ListJSON is List with output in JSON: a list, with titles in the language.
func ListJSON(w io.Writer, b *Base, lang, area string) error {
	entries, err := b.inArea(area)
	if err != nil {
		return err
	}
	list := []listedEntry{}
	for _, e := range entries {
		list = append(list, listedEntry{
			ID: e.ID, Product: e.Product, Area: e.Area, AreaName: b.Area(e.Area, lang, "en"), Title: plainSlots(e.Title.In(lang)),
			Codes: listOf(e.Codes), Symbols: listOf(e.Symbols),
			Owner: e.Owner, VerifyBy: e.VerifyBy, Revision: e.Revision,
		})
	}
	return writeJSON(w, list)
}

type shownEntry struct {
	Revision string `json:"revision"`
	Entry    *Entry `json:"entry"`
}

// ShowJSON is Show with output in JSON: a list of entries, with all languages.
func ShowJSON(w io.Writer, b *Base, lang, what string) error {
	entries, err := b.Find(lang, what)
	if err != nil {
		return err
	}
	var list []shownEntry
	for _, e := range entries {
		list = append(list, shownEntry{e.Revision, e})
	}
	return writeJSON(w, list)
}

// TestJSON is Test with output in JSON.
func TestJSON(w io.Writer, b *Base, all bool) error {
	r := b.test(all)
	if err := writeJSON(w, r); err != nil {
		return err
	}
	return r.err()
}

// listOf returns a list that is [] in JSON if it is empty.
func listOf[S ~[]T, T any](list S) S {
	if list == nil {
		return S{}
	}
	return list
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
