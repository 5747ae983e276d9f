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

// A spec is Discord's OpenAPI document. Its schemas are JSON Schema and are
// compiled on first use.
type spec struct {
	document   object
	operations map[string]string // JSON pointers, by method and path shape

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by JSON pointer; nil if there is none
}

// loadedSpecs caches documents by file name for all servers, because loading
// one takes longer than most tests.
var loadedSpecs sync.Map // of func() (*spec, error)

// findSpec returns the path of one of Discord's schema files in ../shared next
// to the module, or "" if it is not available.
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

// loadSpec reads the document. For "" it returns a nil spec, which accepts
// everything.
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
	s.compiler.DefaultDraft(jsonschema.Draft2020) // JSON Schema of OpenAPI 3.1
	if err := s.compiler.AddResource("openapi.json", s.document); err != nil {
		return nil, fmt.Errorf("discordfake: %s: %w", file, err)
	}
	return s, nil
}

// patch allows default_member_permissions to be a string of digits. The
// document says that it is a number, but Discord's documentation and libraries
// use a string.
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

// shape returns a path without the names of its parameters, which differ
// between the document and the fake.
func shape(path string) string { return parameter.ReplaceAllString(path, "{}") }

// pointer escapes a key for a JSON pointer in a URL.
func pointer(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key)
}

// schema returns the compiled schema at a JSON pointer, or nil if there is
// none.
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
		return nil, fmt.Errorf("discordfake: OpenAPI document at %s: %w", pointer, err)
	}
	s.schemas[pointer] = schema
	return schema, nil
}

// request validates the body of a request.
func (s *spec) request(name string, body any) error {
	return s.check(name, "/requestBody/content/application~1json/schema", body)
}

func (s *spec) check(name, part string, body any) error {
	if s == nil {
		return nil
	}
	operation, ok := s.operations[shape(name)]
	if !ok {
		return nil // the fake responds with 404
	}
	schema, err := s.schema(operation + part)
	if err != nil || schema == nil {
		return err
	}
	return schema.Validate(body)
}
