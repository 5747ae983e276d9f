package kb

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Cause is why a problem happens. In YAML and JSON it is a text, or a list of
// texts of which each may have a condition:
//
//	cause:
//	  - {en: The server did not answer., ko: …}
//	  - {en: A proxy blocks the connection., ko: …, if: {code: "407"}}
type Cause []Statement

// A Statement is a part of a cause. With a condition, it is said only to those
// whose paste shows it.
type Statement struct {
	Text Text
	If   *Condition
}

// A Condition is met by what was seen of an error, or by a fact. It has exactly
// one of Code, Word, Slot and Fact.
type Condition struct {
	Code string   `yaml:"code,omitempty" json:"code,omitempty"` // the paste has this number, in any spelling; an HRESULT, too
	Word string   `yaml:"word,omitempty" json:"word,omitempty"` // the paste has these words
	Slot string   `yaml:"slot,omitempty" json:"slot,omitempty"` // the value of this slot is known
	Fact string   `yaml:"fact,omitempty" json:"fact,omitempty"` // the ID of a fact, which has one of the answers in is
	Is   []string `yaml:"is,omitempty" json:"is,omitempty"`     // IDs of answers to fact; a user who is not sure may have any of them
}

// conditionKey is the key of a condition among the languages of a statement.
const conditionKey = "if"

// In returns all statements in the first of langs that each has, conditional
// ones, too.
func (c Cause) In(langs ...string) string {
	var all []string
	for _, s := range c {
		all = append(all, s.Text.In(langs...))
	}
	return strings.Join(all, " ")
}

// UnmarshalYAML reads a text or a list of statements.
func (c *Cause) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		var t Text
		err := t.UnmarshalYAML(n)
		*c = Cause{{Text: t}}
		return err
	}
	for _, item := range n.Content {
		var s Statement
		if err := s.UnmarshalYAML(resolve(item)); err != nil {
			return err
		}
		*c = append(*c, s)
	}
	return nil
}

// UnmarshalYAML reads a text that may have a condition among its languages.
func (s *Statement) UnmarshalYAML(n *yaml.Node) error {
	condition, text := splitCondition(n)
	if condition != nil {
		if err := condition.Decode(&s.If); err != nil {
			return err
		}
	}
	return s.Text.UnmarshalYAML(text)
}

// splitCondition returns the condition of a statement, or nil, and its text.
func splitCondition(n *yaml.Node) (condition, text *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return nil, n
	}
	rest := *n
	rest.Content = nil
	for key, value := range pairs(n) {
		if key.Value == conditionKey {
			condition = value
		} else {
			rest.Content = append(rest.Content, key, value)
		}
	}
	return condition, &rest
}

// UnmarshalJSON reads the JSON form of what UnmarshalYAML reads.
func (c *Cause) UnmarshalJSON(data []byte) error {
	*c = nil
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, (*[]Statement)(c))
	}
	var t Text
	err := json.Unmarshal(data, &t)
	if len(t) > 0 {
		*c = Cause{{Text: t}}
	}
	return err
}

// UnmarshalJSON reads the JSON form of what UnmarshalYAML reads.
func (s *Statement) UnmarshalJSON(data []byte) error {
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &s.Text)
	}
	return jsonMap(data, func(key string, value json.RawMessage) error {
		if key == conditionKey {
			return json.Unmarshal(value, &s.If)
		}
		var text string
		err := json.Unmarshal(value, &text)
		s.Text = append(s.Text, Variant{key, text})
		return err
	})
}

// MarshalJSON writes a text if there is a single statement without a condition,
// as in entries that had no other form.
func (c Cause) MarshalJSON() ([]byte, error) {
	if len(c) == 1 && c[0].If == nil {
		return json.Marshal(c[0].Text)
	}
	return json.Marshal([]Statement(c))
}

// MarshalJSON writes the condition after the languages.
func (s Statement) MarshalJSON() ([]byte, error) {
	if s.If == nil {
		return json.Marshal(s.Text)
	}
	var b bytes.Buffer
	for i, v := range s.Text {
		if err := member(&b, i, v.Lang, v.Text); err != nil {
			return nil, err
		}
	}
	if err := member(&b, len(s.Text), conditionKey, s.If); err != nil {
		return nil, err
	}
	return closeMap(&b), nil
}
