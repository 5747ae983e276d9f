package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// defaultFile is read if no file is named and it exists.
const defaultFile = "mabsbot.yaml"

// maxFile is the largest file that is read, in bytes. A configuration of a
// thousand channels is about a tenth of it; a larger file is a mistaken path.
const maxFile = 1 << 20

// A given is the value of a key and the place that set it. All values start as
// text, so that a file, a variable and a flag are decoded alike.
type given struct {
	text string
	at   Mistake // its Text is empty
}

// A file is a parsed configuration file.
type file struct {
	path     string
	tree     map[string]any
	values   map[string]given // the values of tree by key; list items are keyed as bot.channels.0.id
	mistakes Mistakes
}

// readFile reads the file at path, or the default file if path is "".
func readFile(path string) *file {
	f := &file{path: path, values: map[string]given{}}
	if path == "" {
		if _, err := os.Stat(defaultFile); errors.Is(err, os.ErrNotExist) {
			return f
		}
		f.path = defaultFile
	}
	data, err := readSmall(f.path)
	if err != nil {
		f.mistakes = Mistakes{{Place: f.path, Text: "the file cannot be read: " + cause(err)}}
		return f
	}
	f.parse(data)
	return f
}

func readSmall(path string) ([]byte, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it is larger than %d MB", maxFile>>20)
	}
	return data, err
}

// cause returns the error without its operation and path, which Mistake.Place gives.
func cause(err error) string {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

var (
	yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	// yamlEarly matches the errors whose lines count from 0: those of the YAML
	// library's parser. Those of its scanner count from 1.
	yamlEarly = regexp.MustCompile(`^did not find expected (<|node content|'-' indicator|key$|',' or)`)
)

func (f *file) parse(data []byte) {
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	err := d.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return // an empty file leaves all defaults
	}
	if err == nil {
		err = d.Decode(&more)
	}
	switch {
	case err == nil:
		f.add(&more, "a second document begins here; want only one")
	case errors.Is(err, io.EOF):
		f.tree = f.section(doc.Content[0], reflect.TypeFor[Config](), "")
	default:
		f.mistakes = append(f.mistakes, Mistake{f.path, yamlLine(data, err), "not valid YAML: " + yamlPlace.ReplaceAllString(err.Error(), "")})
	}
}

// yamlLine returns the line of an error of the YAML library, which reports no
// line for an error in the first one, and one too many at the end of the file.
func yamlLine(data []byte, err error) int {
	m := yamlPlace.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	line, _ := strconv.Atoi(m[1]) // no line is line 0
	if line == 0 || yamlEarly.MatchString(err.Error()[len(m[0]):]) {
		line++
	}
	return min(line, bytes.Count(bytes.TrimRight(data, "\n"), []byte("\n"))+1)
}

func (f *file) add(n *yaml.Node, format string, args ...any) {
	f.mistakes = append(f.mistakes, Mistake{f.path, n.Line, fmt.Sprintf(format, args...)})
}

// section reads the keys of a map. An empty section leaves all defaults.
func (f *file) section(n *yaml.Node, t reflect.Type, prefix string) map[string]any {
	tree := map[string]any{}
	if n.ShortTag() == "!!null" {
		return tree
	}
	if n.Kind != yaml.MappingNode {
		f.add(n, "want a map with the keys %s", strings.Join(names(t), ", "))
		return tree
	}
	line := map[string]int{}
	for pair := range slices.Chunk(n.Content, 2) {
		k := pair[0]
		if first := line[k.Value]; first > 0 {
			f.add(k, "%s is repeated; it first appears on line %d", prefix+k.Value, first)
			continue
		}
		line[k.Value] = k.Line
		if ft, ok := fieldType(t, k.Value); !ok {
			f.add(k, "unknown key %s%s", prefix+k.Value, suggest(k.Value, names(t)))
		} else if v := f.value(k, resolve(pair[1]), ft, prefix+k.Value); v != nil {
			tree[k.Value] = v
		}
	}
	return tree
}

// resolve returns the node that an alias refers to, or n.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// fieldType returns the type of the struct field with the given key name.
func fieldType(t reflect.Type, name string) (reflect.Type, bool) {
	for f := range t.Fields() {
		if tag := f.Tag.Get("mapstructure"); tag == name && tag != "" && tag != "-" {
			return f.Type, true
		}
	}
	return nil, false
}

// value reads the value of a key, or returns nil if it has none.
func (f *file) value(k, v *yaml.Node, t reflect.Type, name string) any {
	switch {
	case isSection(t):
		return f.section(v, t, name+".")
	case v.ShortTag() == "!!null":
		return nil
	case t == reflect.TypeFor[[]string]() && v.Kind == yaml.SequenceNode:
		return f.texts(v, name)
	case t.Kind() == reflect.Slice && v.Kind == yaml.SequenceNode:
		items := []any{}
		for i, n := range v.Content {
			item := fmt.Sprintf("%s.%d", name, i)
			f.values[item] = given{at: Mistake{Place: f.path, Line: n.Line}}
			items = append(items, f.section(resolve(n), t.Elem(), item+"."))
		}
		return items
	case t.Kind() == reflect.Slice:
		f.add(k, "%s: want a list", name)
	case v.Kind != yaml.ScalarNode:
		f.add(k, "%s: want a single value", name)
	default:
		f.values[name] = given{v.Value, Mistake{Place: f.path, Line: k.Line}}
		return v.Value
	}
	return nil
}

// texts reads a list of scalars.
func (f *file) texts(v *yaml.Node, name string) []any {
	items := []any{}
	for i, n := range v.Content {
		if n = resolve(n); n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
			f.add(n, "%s: want single values in the list", name)
			continue
		}
		f.values[fmt.Sprintf("%s.%d", name, i)] = given{n.Value, Mistake{Place: f.path, Line: n.Line}}
		items = append(items, n.Value)
	}
	return items
}
