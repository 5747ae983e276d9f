package kb

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"mabsbot/kb/match"
)

// The concepts are in a folder of the shared folder: their IDs in conceptsFile,
// and their forms in one file per language, such as en.yaml.
const (
	conceptsFolder = "concepts"
	conceptsFile   = "concepts.yaml"
)

// maxConcepts is how many concepts the matcher can hold.
const maxConcepts = 256 // as many as match.New takes

// maxGaps is how many ".." a form may have: the matcher tries all combinations
// of their widths.
const maxGaps = 2

// A conceptName is one line of conceptsFile.
type conceptName struct {
	id   string
	kind match.ConceptKind
	text string // what it is
	at   place
}

// A conceptForm is a form of a concept in the file of a language.
type conceptForm struct {
	id, form string
	at       place
}

// readConcepts reads the concepts of a layer.
func readConcepts(l Layer) batch {
	inLayer := path.Join(shared, conceptsFolder)
	folder := path.Join(l.Name, inLayer)
	listed, err := fs.ReadDir(l.FS, inLayer)
	if err != nil {
		return batch{mistakes: Mistakes{{File: folder, Text: "the folder cannot be read: " + cause(err)}}}
	}
	var all batch
	for _, d := range listed {
		name := d.Name()
		file := path.Join(folder, name)
		lang, isYAML := strings.CutSuffix(name, ".yaml")
		switch {
		case name[0] == '.':
		case name != conceptsFile && !(isYAML && language.MatchString(lang)):
			all.mistakes = append(all.mistakes, newMistake(file, 0, "want %s or the file of a language, such as en.yaml", conceptsFile))
		default:
			all.add(readWith(l, path.Join(inLayer, name), maxEntry, readConceptFile))
		}
	}
	return all
}

func readConceptFile(file string, data []byte) batch {
	doc, mistake := parseYAML(file, data)
	if mistake != nil {
		return batch{mistakes: Mistakes{*mistake}}
	}
	root := doc.Content[0]
	f := &typeChecker{file: file, seen: map[typedNode]bool{}}
	if path.Base(file) == conceptsFile {
		f.value(root, reflect.TypeFor[conceptLists]())
		return batch{names: conceptNames(file, root), mistakes: f.mistakes}
	}
	f.value(root, reflect.TypeFor[map[string][]string]())
	forms, mistakes := conceptForms(file, root)
	return batch{forms: forms, mistakes: append(f.mistakes, mistakes...)}
}

// conceptLists are the fields of conceptsFile: what each concept is, by its ID.
type conceptLists struct {
	Objects    map[string]string `yaml:"objects"`
	Operations map[string]string `yaml:"operations"`
	Symptoms   map[string]string `yaml:"symptoms"`
	Stances    map[string]string `yaml:"stances"`
}

// conceptNames returns the concepts of a file, which may have mistakes.
func conceptNames(file string, root *yaml.Node) (names []conceptName) {
	for key, list := range pairs(root) {
		kind := slices.Index(match.ConceptKinds[:], strings.TrimSuffix(key.Value, "s"))
		if kind < 0 || root.Kind != yaml.MappingNode || list.Kind != yaml.MappingNode {
			continue // reported by typeChecker
		}
		for id, text := range pairs(list) {
			names = append(names, conceptName{id.Value, match.ConceptKind(kind), text.Value, place{file, id.Line, id}})
		}
	}
	return names
}

// conceptForms returns the forms of a file, and the mistakes of each form alone.
func conceptForms(file string, root *yaml.Node) (forms []conceptForm, mistakes Mistakes) {
	if root.Kind != yaml.MappingNode {
		return nil, nil // reported by typeChecker
	}
	for key, list := range pairs(root) {
		if list.Kind == yaml.SequenceNode && len(list.Content) == 0 {
			mistakes = append(mistakes, newMistake(file, key.Line, "the list is empty"))
		}
		seen := map[string]bool{}
		for _, n := range list.Content {
			n = resolve(n)
			form, at := n.Value, place{file, n.Line, n}
			switch wrong := wrongForm(form); {
			case n.Kind != yaml.ScalarNode || list.Kind != yaml.SequenceNode: // reported by typeChecker
			case wrong != "":
				mistakes = append(mistakes, at.mistake("the form %q of %s %s", form, key.Value, wrong))
			case seen[plainForm(form)]:
				mistakes = append(mistakes, at.mistake("the form %q of %s is repeated", form, key.Value))
			default:
				seen[plainForm(form)] = true
				forms = append(forms, conceptForm{key.Value, form, at})
			}
		}
	}
	return forms, mistakes
}

// wrongForm says what is wrong with the marks of a form, or returns "".
func wrongForm(form string) string {
	if strings.TrimSpace(form) == "" {
		return "is empty"
	}
	body, open := strings.CutSuffix(strings.TrimPrefix(form, "^"), "~")
	last := []rune(body)
	switch {
	case strings.Contains(body, "^"):
		return `has a "^" that is not at its beginning`
	case strings.Contains(body, "~"):
		return `has a "~" that is not at its end`
	case strings.Contains(body, "..."):
		return `has more than two dots in a row; want ".."`
	case open && (len(last) == 0 || !unicode.Is(unicode.Hangul, last[len(last)-1])):
		return `has a "~" without a Hangul syllable before it`
	}
	pieces := strings.Split(body, "..")
	if len(pieces) > maxGaps+1 {
		return fmt.Sprintf(`has %d gaps; want at most %d ".."`, len(pieces)-1, maxGaps)
	}
	for _, piece := range pieces {
		if !strings.ContainsFunc(piece, isWordPart) {
			return `has no word on one side of ".."`
		}
	}
	return ""
}

// isWordPart reports whether a character is part of a word. A lone jamo, as in
// ㅠㅠ, is none.
func isWordPart(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && (r < 'ㄱ' || r > 'ㅣ')
}

// plainForm returns a form in the spelling in which forms are compared.
func plainForm(form string) string { return strings.Join(strings.Fields(strings.ToLower(form)), " ") }

// lintConcepts checks the concepts of all layers against each other. Unless
// reading stopped early, a form of an unknown concept is a mistake.
func lintConcepts(read batch) (mistakes Mistakes) {
	first := map[string]conceptName{}
	for _, n := range read.names {
		other, known := first[n.id]
		switch {
		case !entryID.MatchString(n.id):
			mistakes = append(mistakes, n.at.mistake("%q is not an ID; want lowercase letters, digits and hyphens, at most 40", n.id))
		case strings.TrimSpace(n.text) == "":
			mistakes = append(mistakes, n.at.mistake("the text of %q is empty; want a line that says what it is", n.id))
		case !known && len(first) == maxConcepts:
			mistakes = append(mistakes, n.at.mistake("%q is one concept too many; want at most %d", n.id, maxConcepts))
		case known && other.kind != n.kind:
			mistakes = append(mistakes, n.at.mistake("%q is already a concept of another kind: %s, %s:%d", n.id, other.kind, other.at.file, other.at.line))
		}
		if !known {
			first[n.id] = n
		}
	}
	if read.conceptsBroken() {
		return mistakes
	}
	return append(mistakes, lintForms(read.forms, first)...)
}

// lintForms checks that forms are those of known concepts, and no form that of
// two concepts of one kind.
func lintForms(forms []conceptForm, known map[string]conceptName) (mistakes Mistakes) {
	type key struct {
		form string
		kind match.ConceptKind
	}
	used := map[key]conceptForm{}
	ids := slices.Sorted(maps.Keys(known))
	unknown := map[string]bool{}
	for _, f := range forms {
		n, ok := known[f.id]
		if !ok {
			if !unknown[f.at.file+f.id] { // once in a file
				mistakes = append(mistakes, f.at.mistake("the concept %q does not exist%s", f.id, suggestOne(f.id, ids)))
			}
			unknown[f.at.file+f.id] = true
			continue
		}
		k := key{plainForm(f.form), n.kind}
		if other, ok := used[k]; ok && other.id != f.id {
			mistakes = append(mistakes, f.at.mistake("the form %q of %s is also a form of %s: %s:%d", f.form, f.id, other.id, other.at.file, other.at.line))
			continue
		}
		used[k] = f
	}
	return mistakes
}

// conceptsBroken reports whether concepts may exist that could not be read.
func (b batch) conceptsBroken() bool {
	return b.more || slices.ContainsFunc(b.mistakes, func(m Mistake) bool {
		return strings.HasSuffix(m.File, path.Join(shared, conceptsFolder, conceptsFile)) || strings.HasSuffix(m.File, path.Join(shared, conceptsFolder))
	})
}

// concepts returns the concepts of all layers with their forms, sorted by ID.
func (b batch) concepts() []match.Concept {
	byID := map[string]*match.Concept{}
	for _, n := range b.names {
		byID[n.id] = &match.Concept{ID: n.id, Kind: n.kind}
	}
	for _, f := range b.forms {
		byID[f.id].Forms = append(byID[f.id].Forms, f.form)
	}
	all := make([]match.Concept, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		all = append(all, *byID[id])
	}
	return all
}
