package kb

import (
	_ "embed"
	"slices"
)

//go:embed entry.schema.json
var schema []byte

// Schema returns the JSON Schema of an entry, for editors. Load also checks
// what a schema cannot express, such as that a referenced step exists.
func Schema() []byte { return slices.Clone(schema) }
