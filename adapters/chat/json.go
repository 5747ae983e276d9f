package chat

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Decode reads JSON leniently: a field of another type counts as absent.
func Decode(data []byte, to any) error {
	err := json.Unmarshal(data, to)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return nil // all fields of the right type were read
	}
	return err
}
