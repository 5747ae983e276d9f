package console

import (
	"net/url"
	"slices"
	"strings"

	"mabsbot/kb"
)

// The form of the parts of an entry that people change most. The YAML has all.

// A fieldGroup is some fields under a heading.
type fieldGroup struct {
	Key    string // of the heading
	Step   string // the ID of a step; "" of other groups
	Fields []formField
}

// A formField is a field in the form.
type formField struct {
	kb.Field
	Name string
	Kind string // text, lines or texts
	Lang string // the last key, if it is a language
	Key  string // of the label
}

// More returns the values with one that is empty, so that another can be added.
func (f formField) More() []string { return append(slices.Clip(f.Values), "") }

// Lines returns the values on lines.
func (f formField) Lines() string { return strings.Join(f.Values, "\n") }

// Value returns that of a text.
func (f formField) Value() string { return f.Values[0] }

// fieldPrefix begins the names of the fields in a form.
const fieldPrefix = "field/"

// groups returns fields as the form shows them.
func groups(fields []kb.Field) []fieldGroup {
	all := []fieldGroup{}
	for _, field := range fields {
		f := formField{Field: field, Name: fieldPrefix + strings.Join(field.Path, "/"), Kind: "text"}
		g := fieldGroup{Key: field.Path[0]}
		rest := field.Path[1:]
		if field.Path[0] == "steps" {
			g.Step, f.Key, rest = field.Path[1], "step_"+field.Path[2], field.Path[3:]
		}
		switch {
		case field.Path[0] == "examples":
			f.Kind, f.Key = "texts", "examples_"+rest[0]
		case field.List && slices.ContainsFunc(field.Values, func(v string) bool { return strings.Contains(v, "\n") || strings.TrimSpace(v) != v }):
			continue // the YAML has it
		case field.List:
			f.Kind = "lines"
		}
		if f.Kind != "texts" && len(rest) > 0 {
			f.Lang = rest[0]
		}
		if n := len(all); n == 0 || all[n-1].Key != g.Key || all[n-1].Step != g.Step {
			all = append(all, g)
		}
		last := &all[len(all)-1]
		last.Fields = append(last.Fields, f)
	}
	return all
}

// applyFields returns the content with the fields that differ from those of base, and
// the names of those that could not be changed.
func applyFields(base, content string, form url.Values) (patched string, stuck []string) {
	fields, err := kb.Fields(base)
	if err != nil {
		return content, nil
	}
	for _, g := range groups(fields) {
		for _, f := range g.Fields {
			values, sent := form[f.Name]
			if !sent {
				continue
			}
			changed := f.Field
			changed.Values = postedValues(f.Kind, values)
			if slices.EqualFunc(changed.Values, f.Values, func(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }) {
				continue
			}
			with, err := kb.Patch(content, changed)
			if err != nil {
				stuck = append(stuck, strings.Join(f.Path, " "))
				continue
			}
			content = with
		}
	}
	return content, stuck
}

// postedValues returns the values of a field that a form sent.
func postedValues(kind string, sent []string) (values []string) {
	if kind == "lines" {
		sent = strings.Split(strings.Join(sent, "\n"), "\n")
	}
	for _, v := range sent {
		if v = strings.TrimSpace(unix(v)); v != "" || kind == "text" {
			values = append(values, v)
		}
	}
	return values
}
