package kb

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Changes of parts of an entry's YAML that leave the rest as it is: comments, order and
// line breaks.

// A Field is a part of an entry that can be changed on its own: a text, or a list of
// texts. Path has the keys, such as title en, and the IDs of steps.
type Field struct {
	Path   []string
	List   bool
	Values []string // of a text only one
}

// patchedSteps are the texts of a step that are fields.
var patchedSteps = []string{"title", "do", "check"}

// Fields returns the fields of an entry, in the order in which people read them. Parts
// that are written in another way than usual are no fields. The error is that of YAML
// which cannot be read.
func Fields(content string) ([]Field, error) {
	doc, mistake := parseYAML("", []byte(content))
	if mistake != nil {
		return nil, errors.New(mistake.Text)
	}
	root := doc.Content[0]
	var all []Field
	for _, key := range []string{"title", "cause"} {
		all = append(all, textFields(valueOf(root, key), key)...)
	}
	if steps := valueOf(valueOf(root, "steps"), "items"); steps != nil && steps.Kind == yaml.SequenceNode {
		for _, step := range steps.Content {
			id := valueOf(step, "id")
			for _, key := range patchedSteps {
				if id != nil {
					all = append(all, textFields(valueOf(step, key), "steps", id.Value, key)...)
				}
			}
		}
	}
	if phrases := valueOf(root, "phrases"); phrases != nil && phrases.Kind == yaml.MappingNode {
		for key, value := range pairs(phrases) {
			all = append(all, listField(value, "phrases", key.Value)...)
		}
	} else {
		all = append(all, listField(phrases, "phrases")...)
	}
	for _, key := range []string{"match", "silent"} {
		all = append(all, listField(valueOf(valueOf(root, "examples"), key), "examples", key)...)
	}
	return all, nil
}

// valueOf returns the value of a key, or nil.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for k, value := range pairs(n) {
		if k.Value == key {
			return value
		}
	}
	return nil
}

// textFields returns the fields of a text, which may have several languages.
func textFields(n *yaml.Node, path ...string) []Field {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.ScalarNode:
		return []Field{{Path: path, Values: []string{n.Value}}}
	case n.Kind != yaml.MappingNode:
		return nil
	}
	var all []Field
	for key, value := range pairs(n) {
		if value.Kind == yaml.ScalarNode {
			all = append(all, Field{Path: append(slices.Clone(path), key.Value), Values: []string{value.Value}})
		}
	}
	return all
}

// listField returns the field of a list of texts. One that is missing is empty.
func listField(n *yaml.Node, path ...string) []Field {
	f := Field{Path: path, List: true}
	if n == nil {
		return []Field{f}
	}
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			return nil
		}
		f.Values = append(f.Values, item.Value)
	}
	return []Field{f}
}

// ErrPatch reports that a part cannot be changed without changing others. It may share
// its text with another part by an anchor.
var ErrPatch = errors.New("kb: this part can be changed in the YAML only")

// Patch returns the content of an entry with a field changed. Nothing else changes.
func Patch(content string, f Field) (string, error) {
	doc, mistake := parseYAML("", []byte(content))
	if mistake != nil {
		return "", errors.New(mistake.Text)
	}
	trail, err := follow(doc.Content[0], f)
	if err != nil {
		return "", err
	}
	lines := strings.SplitAfter(content, "\n")
	patched := ""
	for _, at := range slices.Backward(trail) { // the smallest part that can be replaced on its own
		if patched, err = splice(lines, at); err == nil && changesOnly(content, patched, f) {
			return patched, nil
		}
	}
	return "", ErrPatch
}

// A keyed is a key of a mapping with its value. key is a new node if the mapping had
// none.
type keyed struct{ parent, key, value *yaml.Node }

// follow sets the field in the nodes, and returns the keys that lead to it.
func follow(n *yaml.Node, f Field) (trail []keyed, err error) {
	path := f.Path
	if path[0] == "steps" {
		if len(path) < 3 {
			return nil, ErrPatch
		}
		items := valueOf(valueOf(n, "steps"), "items")
		if items == nil {
			return nil, ErrPatch
		}
		i := slices.IndexFunc(items.Content, func(step *yaml.Node) bool {
			id := valueOf(step, "id")
			return id != nil && id.Value == path[1]
		})
		if i < 0 {
			return nil, ErrPatch
		}
		n, path = items.Content[i], path[2:]
	}
	for i, key := range path {
		if n.Kind != yaml.MappingNode {
			return nil, ErrPatch
		}
		at := keyed{parent: n}
		for k := 0; k+1 < len(n.Content); k += 2 {
			if n.Content[k].Value == key {
				at.key, at.value = n.Content[k], n.Content[k+1]
			}
		}
		if at.key == nil {
			at.key, at.value = &yaml.Node{Kind: yaml.ScalarNode, Value: key}, &yaml.Node{Kind: yaml.MappingNode}
			n.Content = append(n.Content, at.key, at.value)
		}
		if at.value.Anchor != "" {
			return nil, ErrPatch
		}
		trail = append(trail, at)
		if i == len(path)-1 {
			set(at.value, f)
		}
		n = at.value
	}
	return trail, nil
}

// set gives a node the values of a field. Items that stay keep their style.
func set(n *yaml.Node, f Field) {
	if !f.List {
		*n = scalar(f.Values[0], n)
		return
	}
	old := n.Content
	*n = yaml.Node{Kind: yaml.SequenceNode, Style: n.Style, HeadComment: n.HeadComment, LineComment: n.LineComment, FootComment: n.FootComment}
	for _, value := range f.Values {
		item := &yaml.Node{}
		if i := slices.IndexFunc(old, func(o *yaml.Node) bool { return o.Value == value }); i >= 0 {
			item = old[i]
		} else {
			*item = scalar(value, item)
		}
		n.Content = append(n.Content, item)
	}
}

// scalar returns the node of a text, with the comments of another one.
func scalar(text string, like *yaml.Node) yaml.Node {
	n := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, HeadComment: like.HeadComment, LineComment: like.LineComment, FootComment: like.FootComment}
	switch {
	case like.Kind == yaml.ScalarNode && like.Style&(yaml.FoldedStyle|yaml.LiteralStyle) == 0:
		n.Style = like.Style
	case strings.Contains(text, "\n"):
		n.Style = yaml.LiteralStyle
	case like.Kind == yaml.ScalarNode:
		n.Style = yaml.FoldedStyle
	}
	return n
}

// splice replaces the lines of a key with its value, as it now is.
func splice(lines []string, at keyed) (string, error) {
	parent := at.parent
	if parent.Style&yaml.FlowStyle != 0 || parent.Content[0].Line == 0 {
		return "", ErrPatch
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{bare(at.key), at.value}}); err != nil {
		return "", err
	}
	indent := strings.Repeat(" ", parent.Content[0].Column-1)
	var text strings.Builder
	for line := range strings.Lines(out.String()) {
		if line != "\n" {
			text.WriteString(indent)
		}
		text.WriteString(line)
	}
	if at.key.Line == 0 { // after the last key
		last := parent.Content[len(parent.Content)-4]
		_, end := blockOf(lines, last)
		return strings.Join(lines[:end], "") + text.String() + strings.Join(lines[end:], ""), nil
	}
	begin, end := blockOf(lines, at.key)
	first := text.String()
	if lead := lines[begin][:at.key.Column-1]; strings.TrimSpace(lead) != "" { // the dash of a list
		first = lead + strings.TrimPrefix(first, indent)
	}
	return strings.Join(lines[:begin], "") + first + strings.Join(lines[end:], ""), nil
}

// bare returns a key without the comments around it, which stay where they are.
func bare(key *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: key.Value, Style: key.Style}
}

// blockOf returns the lines of a key of a block, with its value and without the empty
// lines and comments after it.
func blockOf(lines []string, key *yaml.Node) (begin, end int) {
	begin = key.Line - 1
	end = begin + 1
	for i := end; i < len(lines); i++ {
		text := strings.TrimLeft(lines[i], " ")
		indent := len(lines[i]) - len(text)
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#") && indent < key.Column {
			continue
		}
		if indent < key.Column-1 || indent == key.Column-1 && !strings.HasPrefix(text, "- ") {
			break
		}
		end = i + 1
	}
	return begin, end
}

// changesOnly reports whether a patched content differs from the original in the field
// alone, and has the same comments.
func changesOnly(content, patched string, f Field) bool {
	if comments(content) != comments(patched) {
		return false
	}
	var before, after yaml.Node
	if yaml.Unmarshal([]byte(content), &before) != nil || yaml.Unmarshal([]byte(patched), &after) != nil {
		return false
	}
	if _, err := follow(before.Content[0], f); err != nil {
		return false
	}
	var want, got any
	if before.Decode(&want) != nil || after.Decode(&got) != nil {
		return false
	}
	return reflect.DeepEqual(want, got)
}

// comments returns the number of lines that are comments.
func comments(content string) (n int) {
	for line := range strings.Lines(content) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			n++
		}
	}
	return n
}

// AddValue returns the content with a text added to a list, such as the examples.
func AddValue(content, text string, path ...string) (string, error) {
	fields, err := Fields(content)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(fields, func(f Field) bool { return slices.Equal(f.Path, path) && f.List })
	if i < 0 {
		return "", ErrPatch
	}
	f := fields[i]
	if slices.Contains(f.Values, text) {
		return content, nil
	}
	f.Values = append(slices.Clip(f.Values), text)
	return Patch(content, f)
}

// stepNames is how many steps with the same beginning of their ID an entry may have.
const stepNames = 100

// AddStep returns the content of an entry with a step after the last one. Its ID is id, or
// that with a number if there is a step with it. In the other languages of the entry its
// texts are empty. Nothing else changes.
func AddStep(content, id, lang, title, text string) (string, error) {
	doc, mistake := parseYAML("", []byte(content))
	if mistake != nil {
		return "", errors.New(mistake.Text)
	}
	items := valueOf(valueOf(doc.Content[0], "steps"), "items")
	if items == nil || items.Kind != yaml.SequenceNode || items.Style&yaml.FlowStyle != 0 || len(items.Content) == 0 {
		return "", ErrPatch
	}
	last := items.Content[len(items.Content)-1]
	if last.Kind != yaml.MappingNode || len(last.Content) == 0 {
		return "", ErrPatch
	}
	taken := func(id string) bool {
		return slices.ContainsFunc(items.Content, func(step *yaml.Node) bool { v := valueOf(step, "id"); return v != nil && v.Value == id })
	}
	name := id
	for n := 2; taken(name) && n < stepNames; n++ {
		name = id + "-" + strconv.Itoa(n)
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode([]any{struct {
		ID    string            `yaml:"id"`
		Title map[string]string `yaml:"title"`
		Do    map[string]string `yaml:"do"`
	}{name, inLangs(doc.Content[0], lang, title), inLangs(doc.Content[0], lang, text)}}); err != nil {
		return "", err
	}
	indent := strings.Repeat(" ", items.Column-1)
	lines := strings.SplitAfter(strings.TrimSuffix(content, "\n")+"\n", "\n")
	end := last.Line
	for i := end; i < len(lines); i++ { // the lines of its keys
		text := strings.TrimLeft(lines[i], " ")
		column := len(lines[i]) - len(text) + 1
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#") && column < last.Column {
			continue
		}
		if column < last.Column {
			break
		}
		end = i + 1
	}
	var step strings.Builder
	for line := range strings.Lines(out.String()) {
		if line != "\n" {
			step.WriteString(indent)
		}
		step.WriteString(line)
	}
	patched := strings.Join(lines[:end], "") + step.String() + strings.Join(lines[end:], "")
	if !addsOnly(content, patched) {
		return "", ErrPatch
	}
	return patched, nil
}

// inLangs returns a text in one language, and empty ones in the other languages of an entry.
func inLangs(entry *yaml.Node, lang, text string) map[string]string {
	all := map[string]string{}
	for _, f := range textFields(valueOf(entry, "title"), "title") {
		if len(f.Path) > 1 {
			all[f.Path[1]] = ""
		}
	}
	all[lang] = text
	return all
}

// addsOnly reports whether a patched content differs from the original in one more step
// alone.
func addsOnly(content, patched string) bool {
	var before, after yaml.Node
	if yaml.Unmarshal([]byte(content), &before) != nil || yaml.Unmarshal([]byte(patched), &after) != nil {
		return false
	}
	items := valueOf(valueOf(after.Content[0], "steps"), "items")
	if items == nil || len(items.Content) == 0 {
		return false
	}
	items.Content = items.Content[:len(items.Content)-1]
	var want, got any
	return before.Decode(&want) == nil && after.Decode(&got) == nil && reflect.DeepEqual(want, got)
}
