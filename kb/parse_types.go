package kb

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// typeChecker finds what in a node does not match the Go type it is decoded
// into: unknown and repeated fields, and values of the wrong kind. The YAML
// library would stop at the first and report it in terms of Go.
type typeChecker struct {
	file     string
	mistakes Mistakes
	seen     map[typedNode]bool // anchored nodes, so that aliases cost nothing
}

type typedNode struct {
	node *yaml.Node
	into reflect.Type
}

var (
	textType  = reflect.TypeFor[Text]()
	textsType = reflect.TypeFor[Texts]()
	causeType = reflect.TypeFor[Cause]()
)

// language matches a tag such as "ko" or "zh-CN": the common short forms of BCP
// 47.
var language = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

const noLanguage = "%q is not a language; want a tag such as en, ko or zh-CN"

// checkTypes returns what in the document does not match an Entry.
func checkTypes(file string, n *yaml.Node) Mistakes {
	f := &typeChecker{file: file, seen: map[typedNode]bool{}}
	f.value(n, reflect.TypeFor[Entry]())
	return f.mistakes
}

func (f *typeChecker) add(n *yaml.Node, format string, args ...any) {
	if len(f.mistakes) <= maxMistakes {
		f.mistakes = append(f.mistakes, newMistake(f.file, n.Line, format, args...))
	}
}

func (f *typeChecker) value(n *yaml.Node, t reflect.Type) {
	n = resolve(n)
	if f.seen[typedNode{n, t}] {
		return
	}
	if n.Anchor != "" {
		f.seen[typedNode{n, t}] = true
	}
	switch {
	case t == causeType && n.Kind == yaml.SequenceNode:
		f.statements(n)
	case t == causeType:
		f.value(n, textType)
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
	case t.Kind() == reflect.Map && n.Kind == yaml.MappingNode:
		f.keys(n)
		for _, value := range pairs(n) {
			f.value(value, t.Elem())
		}
	case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		f.fields(n, t)
	default:
		f.mismatch(n, t)
	}
}

func (f *typeChecker) mismatch(n *yaml.Node, t reflect.Type) {
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

func (f *typeChecker) scalar(n *yaml.Node, t reflect.Type) {
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null":
		f.mismatch(n, t)
	case !slices.Contains([]string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp"}, n.ShortTag()):
		f.add(n, "unknown tag %s; want %s", n.ShortTag(), wanted(t))
	}
}

func (f *typeChecker) list(n *yaml.Node, t reflect.Type) {
	for _, item := range n.Content {
		f.value(item, t)
	}
}

// statements checks a list of texts that may have conditions.
func (f *typeChecker) statements(n *yaml.Node) {
	for _, item := range n.Content {
		item = resolve(item)
		if item.Kind == yaml.MappingNode {
			f.keys(item)
		}
		condition, text := splitCondition(item)
		if condition != nil {
			f.value(condition, reflect.TypeFor[Condition]())
		}
		f.value(text, textType)
	}
}

// languages checks a map from language to a text, a list of texts, or a single
// text for a list.
func (f *typeChecker) languages(n *yaml.Node, t reflect.Type) {
	f.keys(n)
	for key, value := range pairs(n) {
		switch {
		case language.MatchString(key.Value):
		case strings.Contains(key.Value, " "):
			f.add(key, "%q is not a language; a text with a comma or colon in it needs quotes", key.Value)
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

func (f *typeChecker) fields(n *yaml.Node, t reflect.Type) {
	f.keys(n)
	types, names := fieldsOf(t)
	for key, value := range pairs(n) {
		if ft, ok := types[key.Value]; ok {
			f.value(value, ft)
		} else {
			f.add(key, "unknown field %q%s", key.Value, suggest(key.Value, names))
		}
	}
}

// keys checks that every key is plain and unique. It removes repeated keys,
// because the decoder rejects a map that has any.
func (f *typeChecker) keys(n *yaml.Node) {
	line := map[string]int{}
	var kept []*yaml.Node
	for key, value := range pairs(n) {
		if first := line[key.Value]; first > 0 {
			f.add(key, "%q is repeated; it first appears on line %d", key.Value, first)
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

// fieldsOf returns the types of a struct's fields by their name in the file,
// and the names in struct order.
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

// resolve returns the node that an alias refers to, or n.
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
	case t.Kind() == reflect.Map:
		return "a map with " + wanted(t.Elem()) + " for each ID"
	}
	_, names := fieldsOf(t)
	return "a map with the fields " + strings.Join(names, ", ")
}
