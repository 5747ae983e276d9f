package kb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"go.yaml.in/yaml/v3"
)

// A Text is one text in several languages, in the order of the file. A variant
// without a language serves every language. In YAML and JSON it is a map from
// language to text, or a plain string. It is a slice instead of a map because
// large collections hold hundreds of thousands of texts with one variant each.
type Text []Variant

// A Variant is a Text in one language. Lang is a tag such as "ko", or "" for
// every language.
type Variant struct{ Lang, Text string }

// In returns the text in the first of langs that it has, or its first variant,
// or "".
func (t Text) In(langs ...string) string {
	for _, lang := range langs {
		for _, v := range t {
			if v.Lang == lang || v.Lang == "" {
				return v.Text
			}
		}
	}
	if len(t) > 0 {
		return t[0].Text
	}
	return ""
}

// Texts are lists of texts in several languages: in YAML and JSON a map from
// language to list. A plain list or string serves every language.
type Texts []Variants

// Variants are the Texts in one language.
type Variants struct {
	Lang  string
	Texts []string
}

// UnmarshalYAML reads a string or a map of strings.
func (t *Text) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*t = Text{{"", n.Value}}
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return typeError(n, "want a text, or a map from language to text")
	}
	for key, value := range pairs(n) {
		if value.Kind != yaml.ScalarNode {
			return typeError(value, "want a text")
		}
		if slices.ContainsFunc(*t, func(v Variant) bool { return v.Lang == key.Value }) {
			return typeError(key, fmt.Sprintf("language %q is repeated", key.Value))
		}
		*t = append(*t, Variant{key.Value, value.Value})
	}
	return nil
}

// UnmarshalYAML reads a string, a list of strings, or a map of either.
func (t *Texts) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		list, err := stringList(n)
		*t = Texts{{"", list}}
		return err
	}
	for key, value := range pairs(n) {
		list, err := stringList(value)
		if err != nil {
			return err
		}
		*t = append(*t, Variants{key.Value, list})
	}
	return nil
}

func stringList(n *yaml.Node) ([]string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		return []string{n.Value}, nil
	case yaml.SequenceNode:
		var list []string
		for _, item := range n.Content {
			item = resolve(item)
			if item.Kind != yaml.ScalarNode {
				return nil, typeError(item, "want a text")
			}
			list = append(list, item.Value)
		}
		return list, nil
	}
	return nil, typeError(n, "want a list of texts")
}

// pairs yields the keys of a map with their values, following aliases.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], resolve(n.Content[i+1])) {
				return
			}
		}
	}
}

func typeError(n *yaml.Node, text string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s", n.Line, text)}}
}

// UnmarshalJSON reads the JSON form of what UnmarshalYAML reads.
func (t *Text) UnmarshalJSON(data []byte) error {
	*t = nil
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '"' {
		var s string
		err := json.Unmarshal(data, &s)
		*t = Text{{"", s}}
		return err
	}
	return jsonMap(data, func(lang string, value json.RawMessage) error {
		var s string
		err := json.Unmarshal(value, &s)
		*t = append(*t, Variant{lang, s})
		return err
	})
}

// UnmarshalJSON reads the JSON form of what UnmarshalYAML reads.
func (t *Texts) UnmarshalJSON(data []byte) error {
	*t = nil
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] != '{' {
		list, err := jsonList(data)
		*t = Texts{{"", list}}
		return err
	}
	return jsonMap(data, func(lang string, value json.RawMessage) error {
		list, err := jsonList(value)
		*t = append(*t, Variants{lang, list})
		return err
	})
}

func jsonList(data []byte) ([]string, error) {
	if len(data) > 0 && data[0] == '"' {
		var s string
		err := json.Unmarshal(data, &s)
		return []string{s}, err
	}
	var list []string
	err := json.Unmarshal(data, &list)
	return list, err
}

// jsonMap calls f for each member in the order of the file, which a Go map
// would not keep.
func jsonMap(data []byte, f func(key string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(data))
	open, err := d.Token()
	if err != nil {
		return err
	}
	if open == nil {
		return nil // null
	}
	if open != json.Delim('{') {
		return errors.New("want a text, or a map from language to text")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := f(key.(string), value); err != nil {
			return err
		}
	}
	return nil
}

// MarshalJSON writes a plain string for a text without a language, else a map
// in the order of the file.
func (t Text) MarshalJSON() ([]byte, error) {
	if len(t) == 1 && t[0].Lang == "" {
		return json.Marshal(t[0].Text)
	}
	var b bytes.Buffer
	for i, v := range t {
		if err := member(&b, i, v.Lang, v.Text); err != nil {
			return nil, err
		}
	}
	return closeMap(&b), nil
}

// MarshalJSON writes a plain list for texts without a language, else a map in
// the order of the file.
func (t Texts) MarshalJSON() ([]byte, error) {
	if len(t) == 1 && t[0].Lang == "" {
		return json.Marshal(t[0].Texts)
	}
	var b bytes.Buffer
	for i, v := range t {
		if err := member(&b, i, v.Lang, v.Texts); err != nil {
			return nil, err
		}
	}
	return closeMap(&b), nil
}

func member(b *bytes.Buffer, i int, key string, value any) error {
	b.WriteByte("{,"[min(i, 1)])
	k, err := json.Marshal(key)
	if err != nil {
		return err
	}
	v, err := json.Marshal(value)
	if err != nil {
		return err
	}
	b.Write(k)
	b.WriteByte(':')
	b.Write(v)
	return nil
}

func closeMap(b *bytes.Buffer) []byte {
	if b.Len() == 0 {
		return []byte("{}")
	}
	b.WriteByte('}')
	return b.Bytes()
}
