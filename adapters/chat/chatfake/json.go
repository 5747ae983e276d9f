package chatfake

import "encoding/json"

// Clone returns a deep copy of a JSON value. It panics if v cannot be encoded.
func Clone[T any](v T) T {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var c T
	if err := json.Unmarshal(text, &c); err != nil {
		panic(err)
	}
	return c
}
