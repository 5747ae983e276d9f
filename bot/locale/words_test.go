package locale

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestWordsAreData checks that the words of languages are in data files: no
// string in a Go file of the program contains letters of a script other than
// Latin, or is a phrase of a locale.
func TestWordsAreData(t *testing.T) {
	all := locales(t)
	files := 0
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || forTests(name)) {
			return fs.SkipDir
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || wordsAllowed[name] != "" {
			return nil
		}
		files++
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		for line, text := range literals(data) {
			if word, found := wordOf(all, text); found {
				t.Errorf("%s:%d: %q belongs in a locale file", name, line, word)
			}
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("%d files read, error %v", files, err)
	}
}

// wordsAllowed lists the exceptions, with their reasons. The matcher reads error
// texts in all languages, whatever languages the bot speaks.
var wordsAllowed = map[string]string{
	"kb/match/normalize.go": "composes Hangul from jamo",
	"kb/match/code.go":      "the words around a number that make it a code or a count",
	"kb/match/announce.go":  "the words that announce a code, and those that announce another number",
	"kb/match/build.go":     "the words before a code in a message",
	"kb/concepts.go":        "tells lone jamo from letters",
}

// forTests reports whether only tests import the packages of a folder.
func forTests(folder string) bool {
	return strings.HasSuffix(folder, "test") || strings.HasSuffix(folder, "fake")
}

// literals yields the strings and characters in Go source, with their lines.
func literals(source []byte) func(yield func(line int, text string) bool) {
	return func(yield func(int, string) bool) {
		files := token.NewFileSet()
		file := files.AddFile("", files.Base(), len(source))
		var s scanner.Scanner
		s.Init(file, source, nil, 0)
		for {
			pos, kind, text := s.Scan()
			if kind == token.EOF {
				return
			}
			if kind != token.STRING && kind != token.CHAR {
				continue
			}
			if plain, err := strconv.Unquote(text); err == nil {
				text = plain
			}
			if !yield(file.Line(pos), text) {
				return
			}
		}
	}
}

// wordOf returns the part of a literal that belongs to a language: a letter of
// another script, or the whole literal if it is a phrase of three words or more.
// Shorter ones are also names of texts and of API methods.
func wordOf(all Locales, literal string) (string, bool) {
	for _, r := range literal {
		if unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Common) {
			return literal, true
		}
	}
	folded := Fold(literal)
	if strings.Count(folded, " ") < 2 {
		return "", false
	}
	for _, l := range all {
		if l.replies.vocabulary.has(folded) {
			return literal, true
		}
	}
	return "", false
}

// TestWordOf checks that TestWordsAreData can fail.
func TestWordOf(t *testing.T) {
	all := locales(t)
	source := "package p\n// 다음\nvar a, b = \"say 다음\", `talk to a human`\nvar c = []string{\"next\", \"'→«»\"}"
	var found []string
	for line, text := range literals([]byte(source)) {
		if word, ok := wordOf(all, text); ok {
			found = append(found, strconv.Itoa(line)+": "+word)
		}
	}
	if want := []string{"3: say 다음", "3: talk to a human"}; !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
}
