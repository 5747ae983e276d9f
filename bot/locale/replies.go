package locale

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A replies is what a language file in the folder replies says about how people
// answer: words by class, and rules over these classes.
type replies struct {
	vocabulary *vocabulary
	grammar    *grammar
	rules      *ruleList // on a clause
	message    *ruleList // on a whole reply
	named      rule      // a reply that begins by naming the bot
	about      [len(subjects)]classSet
	ordinals   map[int]int // the number that a class of words means
	ordinal    classSet    // the classes of ordinals
	negates    classSet    // words that negate what follows
	negated    classSet    // words that negate what is before them
	asks       classSet    // words that make a clause a question
}

// A repliesFile is the form of the file. Words are lists in one string,
// separated by commas.
type repliesFile struct {
	Endings       string              `yaml:"endings"`
	Words         map[string]string   `yaml:"words"`
	Verbs         map[string]string   `yaml:"verbs"`
	Grammar       grammarFile         `yaml:"grammar"`
	About         map[string]string   `yaml:"about"`
	Ordinals      map[int]string      `yaml:"ordinals"`
	Negates       string              `yaml:"negates"`
	NegatesBefore string              `yaml:"negates_before"`
	Asks          string              `yaml:"asks"`
	Named         string              `yaml:"named"`
	Message       []map[Intent]string `yaml:"message"`
	Rules         []map[Intent]string `yaml:"rules"`
}

// loadReplies reads the file of a language.
func loadReplies(files fs.FS, lang string) (*replies, error) {
	name := "replies/" + lang + ".yaml"
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var f repliesFile
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("locale/%s: %w", name, err)
	}
	r, err := f.compile()
	if err != nil {
		return nil, fmt.Errorf("locale/%s: %w", name, err)
	}
	return r, nil
}

func (f *repliesFile) compile() (*replies, error) {
	p := &replies{vocabulary: newVocabulary(list(f.Endings))}
	v := p.vocabulary
	var mistakes []error
	for _, class := range slices.Sorted(maps.Keys(f.Words)) {
		for _, w := range list(f.Words[class]) {
			if err := v.add(class, w); err != nil {
				mistakes = append(mistakes, err)
			}
		}
	}
	for _, class := range slices.Sorted(maps.Keys(f.Verbs)) {
		for _, w := range list(f.Verbs[class]) {
			if err := v.addVerb(class, w); err != nil {
				mistakes = append(mistakes, err)
			}
		}
	}
	var err error
	if p.grammar, err = f.Grammar.compile(v); err != nil {
		return nil, errors.Join(append(mistakes, err)...)
	}
	compile := func(from []map[Intent]string) (all []rule) {
		for _, m := range from {
			for intent, patterns := range m {
				if err := checkIntent(intent); err != nil {
					mistakes = append(mistakes, err)
				}
				for _, pattern := range list(patterns) {
					r, err := p.compileRule(intent, pattern)
					if err != nil {
						mistakes = append(mistakes, err)
					}
					all = append(all, r)
				}
			}
		}
		return all
	}
	rules, message := compile(f.Rules), compile(f.Message)
	if p.named, err = p.compileRule(IntentUnclear, f.Named); err != nil {
		mistakes = append(mistakes, err)
	}
	set := func(names string) (set classSet) {
		for _, name := range list(names) {
			c, err := v.named(name)
			if err != nil {
				mistakes = append(mistakes, err)
				continue
			}
			set.add(c)
		}
		return set
	}
	p.asks, p.negates, p.negated = set(f.Asks), set(f.Negates), set(f.NegatesBefore)
	for i, name := range subjects {
		p.about[i] = set(f.About[name])
	}
	p.ordinals = map[int]int{}
	for _, n := range slices.Sorted(maps.Keys(f.Ordinals)) {
		class := "ORDINAL " + strconv.Itoa(n)
		for _, w := range list(f.Ordinals[n]) {
			if err := v.add(class, w); err != nil {
				mistakes = append(mistakes, err)
			}
		}
		p.ordinals[v.classOf(class)] = n
		p.ordinal.add(v.classOf(class))
	}
	if p.rules, err = newRuleList(rules, len(v.classes)); err != nil {
		mistakes = append(mistakes, err)
	}
	if p.message, err = newRuleList(message, len(v.classes)); err != nil {
		mistakes = append(mistakes, err)
	}
	return p, errors.Join(mistakes...)
}

// scan returns the words, verbs and nouns of a text, in order, without those that
// lie within a longer one. An entry of the vocabulary wins over a verb of the same
// extent.
func (p *replies) scan(s spelling) []item { return p.vocabulary.longest(p.matches(s)) }

// matches returns all words, verbs and nouns of a text, in order.
func (p *replies) matches(s spelling) []item {
	items := append(p.vocabulary.matches(s), p.grammar.inflected(s)...)
	slices.SortStableFunc(items, func(a, b item) int { return a.from - b.from })
	return items
}

// list splits a string at its commas and line breaks.
func list(s string) []string {
	all := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '\n' })
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}
