// Package locale holds the languages of the bot: the texts that it says, and the
// words by which people steer it. A language is a YAML file, named for its tag;
// Go code contains no words of a language, so that adding one needs no code.
//
// locale.go loads and checks the files, and commands.go has the subcommands of
// /mabs. reading.go reads what a reply says by the rules of a language: letters.go
// converts it to the letters on which vocabulary.go finds words, verbs.go forms
// those of English verbs, and typos.go corrects misspelled ones. inflect.go finds
// the verbs and nouns of Korean by the stems and endings of grammar.go, which
// conjugate.go derives from the dictionary form and trie.go stores. rules.go
// decides what a clause means; replies.go loads all this from the folder replies,
// and intent.go says which of several intents counts. model.go weighs the features
// of a reply (features.go), which include what the rules read. pick.go finds the
// answer that a reply names, and aside.go finds a question in it. fold.go normalizes other text. detect.go finds the
// language of a text, own.go what people wrote of it themselves, and echo.go
// recognizes the bot's own texts in messages of other bots.
package locale

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A Locale is a language of the bot: its texts, and the words by which people
// steer it. Each YAML file holds one.
type Locale struct {
	Lang      string               `yaml:"-"`
	Name      string               `yaml:"name"`
	Script    string               `yaml:"script"`    // a key of unicode.Scripts
	Words     []string             `yaml:"words"`     // frequent words, to distinguish languages of the same script
	Personal  []string             `yaml:"personal"`  // words of people that no product prints; for languages in Latin letters
	Places    []string             `yaml:"places"`    // words of a sentence that says where a step is carried out
	Durations []string             `yaml:"durations"` // words of a sentence that says how long it takes
	Effects   []string             `yaml:"effects"`   // words of a sentence that says what is restarted or interrupted, or that nothing is
	Pastes    []string             `yaml:"pastes"`    // words of a step that asks for the message or code of a failure
	Texts     map[string]string    `yaml:"texts"`
	Commands  map[Command][]string `yaml:"commands"`
	Settings  map[Setting][]string `yaml:"settings"`
	Collector []string             `yaml:"collector"` // words of a message that asks for the command that reads facts
	Cases     []string             `yaml:"cases"`     // how people ask in a message for the open hand-overs

	replies  *replies
	model    *model
	echoes   []echo
	lines    []*regexp.Regexp
	alphabet *unicode.RangeTable
}

// English is the language whose texts every other language must have, and the
// default.
const English = "en"

// Locales are the languages of the bot, by tag.
type Locales map[string]*Locale

//go:embed *.yaml replies
var builtin embed.FS

// Builtin returns the files of the built-in languages.
func Builtin() fs.FS { return builtin }

// Load reads all languages in files. Its error lists all mistakes.
func Load(files fs.FS) (Locales, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	all := Locales{}
	var mistakes []error
	for _, name := range names {
		l, err := load(files, name)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		all[l.Lang] = l
	}
	if len(mistakes) == 0 && all[English] == nil {
		mistakes = append(mistakes, errors.New("locale/en.yaml is missing: every other language is checked against it"))
	}
	if len(mistakes) == 0 {
		mistakes = all.check()
	}
	return all, errors.Join(mistakes...)
}

func load(files fs.FS, name string) (*Locale, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	l := &Locale{Lang: strings.TrimSuffix(path.Base(name), ".yaml")}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(l); err != nil {
		return nil, fmt.Errorf("locale/%s: %w", name, err)
	}
	l.alphabet = unicode.Scripts[l.Script]
	if l.alphabet == nil {
		return nil, fmt.Errorf("locale/%s: script %q is not the name of a Unicode script", name, l.Script)
	}
	if l.replies, err = loadReplies(files, l.Lang); err != nil {
		return nil, err
	}
	if l.model, err = loadModel(files, l.Lang); err != nil {
		return nil, err
	}
	l.echoes, l.lines = l.compileEchoes(), l.compileLines()
	return l, nil
}

// check returns the differences between the languages and English.
func (all Locales) check() []error {
	var mistakes []error
	want := all[English]
	for _, lang := range all.Tags() {
		l := all[lang]
		for _, key := range slices.Sorted(maps.Keys(want.Texts)) {
			if text, ok := l.Texts[key]; !ok {
				mistakes = append(mistakes, fmt.Errorf("locale/%s.yaml: text %q is missing", lang, key))
			} else if !slices.Equal(placeholders(text), placeholders(want.Texts[key])) {
				mistakes = append(mistakes, fmt.Errorf("locale/%s.yaml: text %q has the placeholders %v, English has %v", lang, key, placeholders(text), placeholders(want.Texts[key])))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(l.Texts)) {
			if _, ok := want.Texts[key]; !ok {
				mistakes = append(mistakes, fmt.Errorf("locale/%s.yaml: text %q is not one of the bot", lang, key))
			}
		}
		for _, command := range commands {
			if len(l.Commands[command]) == 0 {
				mistakes = append(mistakes, fmt.Errorf("locale/%s.yaml: no words for the command %q", lang, command))
			}
		}
		for _, s := range settings {
			if len(l.Settings[s]) == 0 {
				mistakes = append(mistakes, fmt.Errorf("locale/%s.yaml: no words for the setting %q", lang, s))
			}
		}
	}
	return mistakes
}

// placeholder matches the {name} of a value in a text.
var placeholder = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)\}`)

// placeholders returns the names of the values in a text, sorted.
func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Tags returns the tags of the languages, sorted.
func (all Locales) Tags() []string { return slices.Sorted(maps.Keys(all)) }

// Tag returns the tag of the language that a word names by its tag or name, or "".
func (all Locales) Tag(word string) string {
	for _, tag := range all.Tags() {
		if Fold(word) == tag || Fold(word) == Fold(all[tag].Name) {
			return tag
		}
	}
	return ""
}

// Get returns the locale of the language, or English.
func (all Locales) Get(lang string) *Locale {
	if l := all[lang]; l != nil {
		return l
	}
	return all[English]
}

// Text returns the text of the key with its values inserted; pairs are
// alternating names and values. It panics if the key does not exist.
func (l *Locale) Text(key string, pairs ...string) string {
	text, ok := l.Texts[key]
	if !ok {
		panic("locale: no text " + key)
	}
	if len(pairs) == 0 {
		return text
	}
	old := make([]string, len(pairs))
	for i := range pairs {
		old[i] = pairs[i]
		if i%2 == 0 {
			old[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(old...).Replace(text)
}
