package config

import (
	"fmt"
	"io"
	"log/slog"
)

// A Secret is a text that must not be printed. The value is held in a closure
// and not in a field: whatever walks over the memory of a struct finds a
// function, also where the Secret stands in an unexported field and none of
// its methods is called. The zero Secret is not set.
type Secret struct{ value func() string }

// NewSecret returns a secret; that of "" is not set.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{func() string { return s }}
}

// Reveal returns the text, or "" where the secret is not set.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return s.value()
}

// IsSet reports whether there is a text.
func (s Secret) IsSet() bool { return s.value != nil }

// String says only whether the secret is set.
func (s Secret) String() string {
	if s.IsSet() {
		return "[set]"
	}
	return "[not set]"
}

// Format prints String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText gives String; JSON and others use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML gives String.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue gives String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

var (
	_ fmt.Formatter  = Secret{}
	_ slog.LogValuer = Secret{}
)
