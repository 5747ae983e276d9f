package chat

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Decode unmarshals a JSON object and ignores a field whose type differs from that
// in to: platforms, and servers that imitate them, do not always keep to the
// platform's documentation.
func Decode(data []byte, to any) error {
	err := json.Unmarshal(data, to)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return nil // json.Unmarshal reads the other fields all the same
	}
	return err
}
