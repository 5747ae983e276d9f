package kb

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fit finds what in a node does not fit the Go type that it is to be decoded
// into: unknown and repeated fields, wrong kinds of values. The decoder of the
// library would stop at the first, and say it in words of Go.
type fit struct {
	file     string
	mistakes Mistakes
	seen     map[fitting]bool // of anchored nodes, so that aliases cost nothing
}

type fitting struct {
	node *yaml.Node
	into reflect.Type
}

var (
	textType  = reflect.TypeFor[Text]()
	textsType = reflect.TypeFor[Texts]()
)

// language is a tag such as "ko" or "zh-CN": BCP 47 in its usual short forms.
var language = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

const noLanguage = "%q is no language; want a tag such as en, ko or zh-CN"

// checkFit returns what in the document does not fit an Entry.
func checkFit(file string, n *yaml.Node) Mistakes {
	f := &fit{file: file, seen: map[fitting]bool{}}
	f.value(n, reflect.TypeFor[Entry]())
	return f.mistakes
}

func (f *fit) add(n *yaml.Node, format string, args ...any) {
	if len(f.mistakes) <= maxMistakes {
		f.mistakes = append(f.mistakes, newMistake(f.file, n.Line, format, args...))
	}
}

func (f *fit) value(n *yaml.Node, t reflect.Type) {
	n = resolve(n)
	if f.seen[fitting{n, t}] {
		return
	}
	if n.Anchor != "" {
		f.seen[fitting{n, t}] = true
	}
	switch {
	case t == textType && n.Kind == yaml.MappingNode:
		f.languages(n, reflect.TypeFor[string]())
	case t == textsType && n.Kind == yaml.MappingNode:
		f.languages(n, reflect.TypeFor[[]string]())
	case t == textsType && n.Kind == yaml.SequenceNode:
		f.list(n, reflect.TypeFor[string]())
	case t == textType || t == textsType || t.Kind() == reflect.String:
		f.scalar(n, t)
	case t.Kind() == reflect.Pointer:
		f.value(n, t.Elem())
	case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		f.list(n, t.Elem())
	case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		f.fields(n, t)
	default:
		f.misfit(n, t)
	}
}

func (f *fit) misfit(n *yaml.Node, t reflect.Type) {
	kind := "a single value"
	switch {
	case n.Kind == yaml.MappingNode:
		kind = "a map"
	case n.Kind == yaml.SequenceNode:
		kind = "a list"
	case n.ShortTag() == "!!null":
		kind = "empty"
	}
	f.add(n, "this is %s; want %s", kind, wanted(t))
}

func (f *fit) scalar(n *yaml.Node, t reflect.Type) {
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null":
		f.misfit(n, t)
	case !slices.Contains([]string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp"}, n.ShortTag()):
		f.add(n, "the tag %s is not known here; want %s", n.ShortTag(), wanted(t))
	}
}

func (f *fit) list(n *yaml.Node, t reflect.Type) {
	for _, item := range n.Content {
		f.value(item, t)
	}
}

// languages checks a map from language to a text, or to a list of texts or a
// single one.
func (f *fit) languages(n *yaml.Node, t reflect.Type) {
	f.keys(n)
	for key, value := range pairs(n) {
		switch {
		case language.MatchString(key.Value):
		case strings.Contains(key.Value, " "):
			f.add(key, "%q is no language; a text with a comma or colon in it needs quotes", key.Value)
			continue
		default:
			f.add(key, noLanguage, key.Value)
		}
		if value.Kind == yaml.ScalarNode {
			f.scalar(value, t)
		} else {
			f.value(value, t)
		}
	}
}

func (f *fit) fields(n *yaml.Node, t reflect.Type) {
	f.keys(n)
	types, names := fieldsOf(t)
	for key, value := range pairs(n) {
		if ft, ok := types[key.Value]; ok {
			f.value(value, ft)
		} else {
			f.add(key, "the field %q is not known here%s", key.Value, meant(key.Value, names))
		}
	}
}

// keys checks that every key is a plain one and stands once. Repetitions are
// taken out, for the decoder takes nothing from a map that has some.
func (f *fit) keys(n *yaml.Node) {
	line := map[string]int{}
	var kept []*yaml.Node
	for key, value := range pairs(n) {
		if first := line[key.Value]; first > 0 {
			f.add(key, "%q stands here a second time; the first is in line %d", key.Value, first)
			continue
		}
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			f.add(key, "want a plain field name; merging with << is not supported")
			continue
		}
		line[key.Value] = key.Line
		kept = append(kept, key, value)
	}
	n.Content = kept
}

// fieldsOf gives the types of a struct's fields by their name in the file, and
// the names in the order of the struct.
func fieldsOf(t reflect.Type) (types map[string]reflect.Type, names []string) {
	types = map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name != "-" {
			types[name] = f.Type
			names = append(names, name)
		}
	}
	return types, names
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias // never an alias itself: the grammar allows no anchor on an alias
	}
	return n
}

func wanted(t reflect.Type) string {
	switch {
	case t == textType:
		return "a text, or a map from language to text"
	case t == textsType:
		return "texts: a map from language to list"
	case t.Kind() == reflect.String:
		return "a text"
	case t == reflect.TypeFor[[]string]():
		return "a list of texts"
	case t.Kind() == reflect.Slice:
		return "a list"
	}
	_, names := fieldsOf(t)
	return "a map with the fields " + strings.Join(names, ", ")
}
