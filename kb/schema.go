package kb

import (
	_ "embed"
	"slices"
)

//go:embed entry.schema.json
var schema []byte

// Schema is the JSON Schema of an entry, for editors. What it cannot say, such
// as that a name exists, Load checks.
func Schema() []byte { return slices.Clone(schema) }
