package discordfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A spec is Discord's OpenAPI document. Its schemas are JSON Schema, and are
// compiled when they are asked for.
type spec struct {
	document   object
	operations map[string]string // by method and shape, the pointer to the operation

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by pointer into the document; nil is none
}

// loadedSpecs are the documents that were read, by file, for all servers: to
// compile one takes as long as many a test.
var loadedSpecs sync.Map // of func() (*spec, error)

// findSpec finds a file that Discord made in the folder shared beside the
// module that the test is in. Where there is none it returns "".
func findSpec(name string) string {
	dir, err := filepath.Abs(".")
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
	file := filepath.Join(filepath.Dir(dir), "shared", "platform", "specs", name)
	if _, err := os.Stat(file); err != nil {
		return ""
	}
	return file
}

// loadSpec reads the document. Of "" it is nil, and checks nothing.
func loadSpec(file string) (*spec, error) {
	if file == "" {
		return nil, nil
	}
	load, _ := loadedSpecs.LoadOrStore(file, sync.OnceValues(func() (*spec, error) { return readSpec(file) }))
	return load.(func() (*spec, error))()
}

func readSpec(file string) (*spec, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("discordfake: %w", err)
	}
	s := &spec{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}, operations: map[string]string{}}
	if err := json.Unmarshal(text, &s.document); err != nil {
		return nil, fmt.Errorf("discordfake: %s: %w", file, err)
	}
	s.patch()
	for path, methods := range s.document["paths"].(object) {
		for method := range methods.(object) {
			s.operations[strings.ToUpper(method)+" "+shape(path)] = "/paths/" + pointer(path) + "/" + method
		}
	}
	s.compiler.DefaultDraft(jsonschema.Draft2020) // as OpenAPI 3.1 has it
	if err := s.compiler.AddResource("openapi.json", s.document); err != nil {
		return nil, fmt.Errorf("discordfake: %s: %w", file, err)
	}
	return s, nil
}

// patch lets the permissions that a command needs be a text of digits, as they are
// by Discord's documentation and in all its libraries: the document says that
// they are a number.
func (s *spec) patch() {
	components := s.document["components"].(object)["schemas"].(object)
	for _, each := range components {
		properties, _ := each.(object)["properties"].(object)
		if p, ok := properties["default_member_permissions"].(object); ok {
			p["type"] = []any{"integer", "string", "null"}
		}
	}
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// shape is a route with its parameters left out, for their names differ.
func shape(path string) string { return parameter.ReplaceAllString(path, "{}") }

// pointer escapes a key for a JSON pointer in an address.
func pointer(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key)
}

// schema compiles the schema at a pointer; nil where there is none.
func (s *spec) schema(pointer string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if schema, ok := s.schemas[pointer]; ok {
		return schema, nil
	}
	schema, err := s.compiler.Compile("openapi.json#" + pointer)
	if _, none := errors.AsType[*jsonschema.JSONPointerNotFoundError](err); none {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("discordfake: the OpenAPI document at %s: %w", pointer, err)
	}
	s.schemas[pointer] = schema
	return schema, nil
}

// request checks the body of a request. The error names what is wrong.
func (s *spec) request(name string, body any) error {
	return s.check(name, "/requestBody/content/application~1json/schema", body)
}

func (s *spec) check(name, part string, body any) error {
	if s == nil {
		return nil
	}
	operation, ok := s.operations[shape(name)]
	if !ok {
		return nil // Discord has no such route, and the fake answers so
	}
	schema, err := s.schema(operation + part)
	if err != nil || schema == nil {
		return err
	}
	return schema.Validate(body)
}
