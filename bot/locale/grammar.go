package locale

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// A grammar is what a language file knows of verbs and nouns that change their
// form. It exists for languages such as Korean, which express in the endings of
// a verb what others say in words of their own:
//
//	안 돼요          not + 되다 + (statement)
//	되지 않았어요     되다 + not + past
//	되면 할게요       되다 + if; 하다 + later
//
// A verb in a text becomes an item of its class, which carries the forms that
// the negation before it and the endings after it express. So does a noun with
// the verb that belongs to it, whatever is between: 해결이 아직 안 됐어요 is 해결,
// with not and past.
type grammar struct {
	verbs     trie
	nouns     trie
	light     trie    // verbs that do nothing but give a noun its endings
	being     trie    // those of them that say what or whether something is
	endings   [2]trie // after a stem, and after its connected form
	polite    trie    // after the last ending
	particles trie
	adverbs   trie // words that may come between a noun and its verb
	negations trie // words before a verb

	names    []string // of the forms, by bit
	unreal   form     // forms in which a verb states no fact
	splits   form     // forms that end a clause
	asks     form     // forms that make a clause a question
	evident  form     // forms by which a verb is recognized that the file does not know
	copula   form     // forms of the endings that may directly follow a noun
	negative form     // forms that negate
	bare     form     // a noun alone
	unknown  classSet // the class of verbs that the file does not know
}

// A form is a set of the forms that a language file names.
type form uint64

const maxForms = 64

// formBare is the form of a noun without a verb.
const formBare = "bare"

// classVerb is the class of verbs that the file does not know.
const classVerb = "VERB"

// A grammarFile is the form of a grammar in a language file. Words are lists in
// one string, separated by commas.
type grammarFile struct {
	Forms     map[string]string `yaml:"forms"`  // endings, by what they express
	Before    map[string]string `yaml:"before"` // words before a verb, likewise
	Verbs     map[string]string `yaml:"verbs"`  // by class
	Nouns     map[string]string `yaml:"nouns"`  // by class: those that become verbs
	Things    map[string]string `yaml:"things"` // by class: all others
	Light     map[string]string `yaml:"light"`  // verbs that turn a noun into a verb, by what they express
	Being     map[string]string `yaml:"being"`  // those of them that may follow a thing
	Particles string            `yaml:"particles"`
	Adverbs   string            `yaml:"adverbs"`
	Polite    string            `yaml:"polite"`

	// Lists of forms.
	Unreal   string `yaml:"unreal"`
	Splits   string `yaml:"splits"`
	Asks     string `yaml:"asks"`
	Evident  string `yaml:"evident"`
	Copula   string `yaml:"copula"`
	Negative string `yaml:"negative"`
}

// compile adds the classes of verbs and nouns to the vocabulary.
func (f *grammarFile) compile(v *vocabulary) (*grammar, error) {
	b := grammarBuilder{grammar: &grammar{}, vocabulary: v}
	for _, names := range []map[string]string{{formBare: ""}, f.Forms, f.Light, f.Being, f.Before} {
		b.names = append(b.names, slices.Collect(maps.Keys(names))...)
	}
	slices.Sort(b.names)
	b.names = slices.DeleteFunc(slices.Compact(b.names), func(name string) bool { return name == "" })
	if len(b.names) > maxForms {
		return nil, fmt.Errorf("more than %d forms", maxForms)
	}
	b.unreal, b.splits, b.asks = b.forms(f.Unreal), b.forms(f.Splits), b.forms(f.Asks)
	b.evident, b.copula, b.bare = b.forms(f.Evident), b.forms(f.Copula), b.forms(formBare)
	b.negative = b.forms(f.Negative)
	b.unknown.add(v.classOf(classVerb))
	for name, text := range sorted(f.Forms) {
		for _, ending := range list(text) {
			b.addEnding(b.forms(name), ending)
		}
	}
	for class, text := range sorted(f.Verbs) {
		b.addVerbs(&b.verbs, v.only(v.classOf(class)), 0, text)
	}
	for name, text := range sorted(f.Light) {
		b.addVerbs(&b.light, classSet{}, b.forms(name), text)
	}
	for name, text := range sorted(f.Being) {
		b.addVerbs(&b.being, classSet{}, b.forms(name), text)
		b.addVerbs(&b.light, classSet{}, b.forms(name), text)
	}
	b.addNouns(f.Nouns, true)
	b.addNouns(f.Things, false)
	b.particles.addWords(f.Particles, 0)
	b.adverbs.addWords(f.Adverbs, 0)
	b.polite.addWords(f.Polite, 0)
	for name, text := range sorted(f.Before) {
		b.negations.addWords(text, b.forms(name))
	}
	return b.grammar, errors.Join(b.mistakes...)
}

// sorted yields the entries of a map by key.
func sorted(m map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

// A grammarBuilder adds words to a grammar and collects the mistakes of the
// file.
type grammarBuilder struct {
	*grammar
	vocabulary *vocabulary
	mistakes   []error
}

// forms returns the set of forms in a list of their names.
func (b *grammarBuilder) forms(names string) (set form) {
	for _, name := range list(names) {
		f, err := b.named(name)
		if err != nil {
			b.mistakes = append(b.mistakes, err)
		}
		set |= f
	}
	return set
}

func (b *grammarBuilder) addVerbs(t *trie, classes classSet, forms form, text string) {
	for _, verb := range list(text) {
		all, ok := stems(verb)
		if !ok {
			b.mistakes = append(b.mistakes, fmt.Errorf("%q is not a verb as a dictionary has it", verb))
		}
		for _, s := range all {
			n := len([]rune(s.text))
			t.add(runesOf(spell(s.text)), leaf{classes: classes, forms: forms, after: after(s.connected), dropped: s.dropped, short: n == 1, long: n > 2})
		}
	}
}

func (b *grammarBuilder) addNouns(nouns map[string]string, acts bool) {
	for class, text := range sorted(nouns) {
		for _, noun := range list(text) {
			b.nouns.add(runesOf(spell(noun)), leaf{classes: b.vocabulary.only(b.vocabulary.classOf(class)), after: -1, acts: acts, short: len([]rune(noun)) == 1, spaced: strings.Contains(noun, " ")})
		}
	}
}

// named returns the set of the forms whose names are joined by +.
func (g *grammar) named(names string) (set form, err error) {
	if names == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(names, "+") {
		i := slices.Index(g.names, name)
		if i < 0 {
			return 0, fmt.Errorf("there is no form %q", name)
		}
		set |= 1 << i
	}
	return set, nil
}

// after returns the index of the endings that may follow a stem.
func after(connected bool) int {
	if connected {
		return 1
	}
	return 0
}

// addEnding adds an ending. One in the form of the dictionary is an auxiliary
// verb, which takes endings itself, unless it is marked as the end of a word.
func (g *grammar) addEnding(f form, text string) {
	text = strings.TrimPrefix(text, "-")
	add := func(text string, l leaf) {
		all, connected := endings(text)
		l.spaced = strings.HasPrefix(text[len(connecting(text)):], " ")
		for _, letters := range all {
			g.endings[after(connected)].add(letters, l)
		}
	}
	auxiliary, ok := stems(text)
	if !ok {
		add(strings.TrimSuffix(text, "_"), leaf{forms: f, after: -1})
	}
	for _, s := range auxiliary {
		add(s.text, leaf{forms: f, after: after(s.connected), dropped: s.dropped})
	}
}
