package kb

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"

	jsonschema "github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the golden files anew")

const schemaFile = "entry.schema.json"

func TestSchemaMatchesTheTypes(t *testing.T) {
	want := generateSchema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(want, Schema()) {
		t.Errorf("%s differs from the types; run the test with -update", schemaFile)
	}
}

func TestSchemaDescribesEveryField(t *testing.T) {
	var s jsonschema.Schema
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	s.Definitions["Entry"] = &s
	for name, def := range s.Definitions {
		if def.Properties == nil {
			continue
		}
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			if p.Value.Description == "" {
				t.Errorf("%s.%s has no description", name, p.Key)
			}
		}
	}
}

func TestBuiltinEntriesFitTheSchema(t *testing.T) {
	valid := compileSchema(t)
	files, err := fs.Glob(Builtin(), "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no built-in entries", err)
	}
	for _, name := range files {
		data, err := fs.ReadFile(Builtin(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid.Validate(asEditor(t, data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	valid := compileSchema(t)
	const right = `{id: a, title: {en: A}, codes: ["52"]`
	for _, entry := range []string{
		`{title: A, codes: ["52"]}`,
		`{id: a, title: A}`,
		`{id: A, title: A, codes: ["52"]}`,
		right + `, titel: A}`,
		right + `, frames: []}`,
		right + `, frames: [[a]]}`,
		right + `, frames: [a, b]}`,
		right + `, cause: {English: A}}`,
		right + `, cause: [[A]]}`,
		right + `, cause: []}`,
		right + `, cause: [{en: A, if: "52"}]}`,
		right + `, cause: [{en: A, if: {codes: "52"}}]}`,
		right + `, steps: {order: any}}`,
		right + `, steps: {items: [{id: a}]}}`,
		right + `, steps: {items: [{id: a b, do: A}]}}`,
		right + `, steps: {items: [{id: a, title: A, do: A, chain: [{id: b, do: A}, {id: c, do: A}]}]}}`,
		right + `, steps: {items: [{id: a, title: A, chain: [{id: b}, {id: c, do: A}]}]}}`,
		right + `, steps: {items: [{id: a, do: A, command: {shell: bash, run: A}}]}}`,
		right + `, sources: [{url: "http://example.com"}]}`,
		right + `, sources: [{url: "https://example.com", read: yesterday}]}`,
	} {
		if valid.Validate(asEditor(t, []byte(entry))) == nil {
			t.Errorf("accepted: %s", entry)
		}
	}
	for _, more := range []string{`}`, `, cause: A}`, `, frames: [[a, b]]}`, `, cause: [A, {en: B, ko: B, if: {code: "52"}}]}`} {
		if err := valid.Validate(asEditor(t, []byte(right+more))); err != nil {
			t.Errorf("%s: %v", more, err)
		}
	}
}

// compileSchema compiles the embedded schema.
func compileSchema(t *testing.T) *validator.Schema {
	t.Helper()
	doc, err := validator.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource(schemaFile, doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(schemaFile)
}

// asEditor reads YAML as editors do: in YAML 1.2 a date is a plain string.
func asEditor(t *testing.T, data []byte) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return plainValue(doc.Content[0])
}

func plainValue(n *yaml.Node) any {
	switch n = resolve(n); {
	case n.Kind == yaml.MappingNode:
		m := map[string]any{}
		for key, value := range pairs(n) {
			m[key.Value] = plainValue(value)
		}
		return m
	case n.Kind == yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = plainValue(item)
		}
		return list
	case n.ShortTag() == "!!int" || n.ShortTag() == "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}

// patterns are the forms that the linter checks, by type and field.
var patterns = map[string]string{
	"Entry.id": entryID.String(), "Entry.area": areaID.String(), "Choice.entry": entryID.String(),
	"Question.id": partID.String(), "Choice.id": partID.String(), "Choice.go": partID.String(),
	"Step.id": partID.String(), "Step.next": partID.String(), "Question.slot": slotName.String(),
	"Link.url": "^https://", "Source.url": "^https://", "Source.read": `^\d{4}-\d{2}-\d{2}$`,
}

var enums = map[string][]any{
	"Steps.order":   {Alternatives, Sequence},
	"Command.shell": {ShellPowerShell, ShellCmd},
}

// generateSchema generates the schema from the Go types, with their comments as
// descriptions.
func generateSchema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{FieldNameTag: "yaml", ExpandedStruct: true, Anonymous: true, Mapper: textSchema}
	if err := r.AddGoComments("mabsbot/kb", "./", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&Entry{})
	s.Title = "An entry of the knowledge base"
	for _, field := range []string{"codes", "symbols", "messages"} {
		s.AnyOf = append(s.AnyOf, &jsonschema.Schema{Required: []string{field}})
	}
	for _, field := range []string{"do", "chain"} {
		s.Definitions["Step"].OneOf = append(s.Definitions["Step"].OneOf, &jsonschema.Schema{Required: []string{field}})
	}
	s.Definitions["Text"], s.Definitions["Texts"] = textDefinition(), textsDefinition()
	s.Definitions["Cause"], s.Definitions["Condition"] = causeDefinition(), r.Reflect(&Condition{})
	s.Definitions["Condition"].Version = ""
	refine("Entry", s)
	for name, def := range s.Definitions {
		refine(name, def)
	}
	frames, _ := s.Properties.Get("frames")
	limit(frames, 1, maxFrames)
	limit(frames.Items, minInFrame, maxInFrame)
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

// valueNames returns the values that the comments mention by their Go names.
var valueNames = strings.NewReplacer(
	"ShellPowerShell", ShellPowerShell, "ShellCmd", ShellCmd, "Alternatives", Alternatives, "Sequence", Sequence,
	"End", End, "\n", " ",
)

func refine(name string, s *jsonschema.Schema) {
	s.Description = valueNames.Replace(s.Description)
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		field := name + "." + p.Key
		p.Value.Pattern, p.Value.Enum = patterns[field], enums[field]
		p.Value.Description = valueNames.Replace(p.Value.Description)
	}
}

func limit(list *jsonschema.Schema, least, most uint64) { list.MinItems, list.MaxItems = &least, &most }

func textSchema(t reflect.Type) *jsonschema.Schema {
	if t == textType || t == textsType || t == causeType {
		return &jsonschema.Schema{Ref: "#/$defs/" + t.Name()}
	}
	return nil
}

func textDefinition() *jsonschema.Schema {
	text := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "string", MinLength: new(uint64(1))} }
	return &jsonschema.Schema{
		Description: "A text for every language, or a map from language (en, ko, …) to text",
		AnyOf:       []*jsonschema.Schema{text(), byLanguage(text())},
	}
}

// causeDefinition is a text, or a list of texts with conditions.
func causeDefinition() *jsonschema.Schema {
	const languageButIf = `^([a-hj-z][a-z]{1,2}|i[a-eg-z][a-z]?|if[a-z])(-[A-Za-z0-9]{2,8})*$`
	statement := byLanguage(nil)
	statement.PatternProperties = map[string]*jsonschema.Schema{languageButIf: {Type: "string", MinLength: new(uint64(1))}}
	statement.MinProperties = nil
	statement.Properties = jsonschema.NewProperties()
	statement.Properties.Set(conditionKey, &jsonschema.Schema{Ref: "#/$defs/Condition", Description: "said only if the paste shows this"})
	text := &jsonschema.Schema{Type: "string", MinLength: new(uint64(1))}
	return &jsonschema.Schema{
		Description: "A text, or a list of texts of which each may have a condition",
		AnyOf: []*jsonschema.Schema{
			{Ref: "#/$defs/Text"},
			{Type: "array", MinItems: new(uint64(1)), Items: &jsonschema.Schema{AnyOf: []*jsonschema.Schema{text, statement}}},
		},
	}
}

func textsDefinition() *jsonschema.Schema {
	list := func() *jsonschema.Schema {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
			{Type: "string", MinLength: new(uint64(1))},
			{Type: "array", Items: &jsonschema.Schema{Type: "string", MinLength: new(uint64(1))}, MinItems: new(uint64(1))},
		}}
	}
	return &jsonschema.Schema{
		Description: "Texts for every language, or a map from language (en, ko, …) to texts",
		AnyOf:       append(list().AnyOf, byLanguage(list())),
	}
}

func byLanguage(s *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{
		Type:                 "object",
		PatternProperties:    map[string]*jsonschema.Schema{language.String(): s},
		AdditionalProperties: jsonschema.FalseSchema,
		MinProperties:        new(uint64(1)),
	}
}
