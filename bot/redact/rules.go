package redact

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A rule finds the secrets of one kind.
type rule struct {
	Kind    string   `yaml:"kind"`
	Any     []string `yaml:"any"`     // lowercase words, one of which is near every such secret
	Run     int      `yaml:"run"`     // so many characters of a key in a row are, too
	After   bool     `yaml:"after"`   // the pattern begins at the word or behind it
	Word    bool     `yaml:"word"`    // word and secret have no white space between them
	Lines   bool     `yaml:"lines"`   // the secret may have several lines
	Pattern string   `yaml:"pattern"` // its first group that takes part is the secret; without groups, the match
	Value   string   `yaml:"value"`   // what the secret must look like; see values
	Find    []string `yaml:"find"`    // texts with such a secret between « and »
	Keep    []string `yaml:"keep"`    // texts that look similar and have none

	compiled *regexp.Regexp
}

// values are the tests of what a rule found.
var values = map[string]func(string) bool{
	"":           func(string) bool { return true },
	"given":      given,
	"password":   passwordLike,
	"passphrase": func(s string) bool { return passwordLike(s) || given(s) && isLongWord(s) },
	"random":     random,
}

func (r *rule) accepts(secret string) bool { return values[r.Value](secret) }

//go:embed rules.yaml
var rulesFile []byte

// rules are those of rulesFile, which the tests check.
var rules = mustParse(rulesFile)

func mustParse(data []byte) []rule {
	all, err := parse(data)
	if err != nil {
		panic(err)
	}
	return all
}

// parse reads rules. Its error lists all mistakes.
func parse(data []byte) ([]rule, error) {
	var all []rule
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("redact: rules.yaml: %w", err)
	}
	var mistakes []error
	for i := range all {
		r := &all[i]
		mistake := func(format string, args ...any) {
			mistakes = append(mistakes, fmt.Errorf("redact: rules.yaml: rule %d, %s: %w", i+1, r.Kind, fmt.Errorf(format, args...)))
		}
		var err error
		if r.compiled, err = regexp.Compile(r.Pattern); err != nil {
			mistake("%w", err)
		}
		if r.Kind == "" || len(r.Any) == 0 && r.Run == 0 || len(r.Find) == 0 {
			mistake("it needs a kind, words and examples")
		}
		if values[r.Value] == nil {
			mistake("the value %q is unknown", r.Value)
		}
		if slices.ContainsFunc(r.Any, func(word string) bool { return len(word) < minWord }) {
			mistake("a word has less than %d bytes", minWord)
		}
	}
	return all, errors.Join(mistakes...)
}

// given reports whether a text is a value and neither a placeholder nor a mask.
func given(s string) bool {
	if s == "" || strings.ContainsAny(s[:1], "<([") || strings.HasPrefix(s, maskStart) {
		return false
	}
	switch strings.ToLower(strings.Trim(s, `"'.,;`)) {
	case "", "true", "false", "null", "none", "yes", "no", "redacted", "password", "pass", "pwd", "secret", "token", "here", "prompt", "parameter", "option", "and", "or", "the", "with":
		return false
	}
	first, last := s[0], s[len(s)-1]
	switch {
	case first == '{' && last == '}', first == '%' && last == '%' && len(s) > 1, strings.HasPrefix(s, "$(") || strings.HasPrefix(s, "${"), strings.HasPrefix(s, "-") && len(s) < minPassword:
		return false
	case first == '$' && !strings.ContainsFunc(s[1:], func(r rune) bool { return !isWordRune(r) && r != '.' && r != ':' }):
		return false // a variable
	}
	return strings.Trim(s, "*•xX.#-") != "" // a mask
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// minPassword is the length of the shortest text that counts as a password:
// Windows allows shorter ones, but domains do not by default, and shorter texts
// are mostly words such as "no".
const minPassword = 6

// passwordLike distinguishes a password from a word of the sentence that follows
// "password:". A password has a digit or a sign inside next to letters, or
// uppercase letters among lowercase ones.
func passwordLike(s string) bool {
	if len(s) < minPassword || !given(s) {
		return false
	}
	s = strings.TrimRight(s, ".,;:!?)")
	var letters, others, inner bool
	before := ' '
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters = true
			inner = inner || unicode.IsUpper(r) && unicode.IsLower(before)
		case unicode.IsDigit(r), strings.ContainsRune("!@#$%^&*+=~?_", r):
			others = true
		}
		before = r
	}
	return others && (letters || len(s) >= 8) || letters && inner
}

// minLongWord is the shortest passphrase that the MARS agent takes. Words of the
// sentence that follows "passphrase:" are shorter.
const minLongWord = 16

func isLongWord(s string) bool {
	return len(s) >= minLongWord && !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || strings.ContainsRune(`\/`, r) })
}

var guid = regexp.MustCompile(`^\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$`)

// random reports whether a text is a key and neither an identifier nor a name.
func random(s string) bool {
	return given(s) && strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter) && !guid.MatchString(s)
}
