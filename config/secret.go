package config

import (
	"fmt"
	"io"
	"log/slog"
)

// A Secret is a string that must not be printed. The value is held in a closure
// instead of a field: code that walks a struct by reflection finds a function,
// even if the Secret is in an unexported field, where fmt does not call its
// methods. The zero Secret is not set.
type Secret struct{ value func() string }

// NewSecret returns a Secret. NewSecret("") is not set.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{func() string { return s }}
}

// Reveal returns the value, or "" if the secret is not set.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return s.value()
}

// IsSet reports whether the secret has a value.
func (s Secret) IsSet() bool { return s.value != nil }

// String returns "[set]" or "[not set]".
func (s Secret) String() string {
	if s.IsSet() {
		return "[set]"
	}
	return "[not set]"
}

// Format prints String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText returns String; encoding/json and others use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML returns String.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue returns String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

var (
	_ fmt.Formatter  = Secret{}
	_ slog.LogValuer = Secret{}
)
