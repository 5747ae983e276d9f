package config

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const hidden = "hunter2-hunter2"

// holder holds a secret in every way that a struct can.
type holder struct {
	Open   Secret
	closed Secret
	Ptr    *Secret
	list   []Secret
	byName map[string]Secret
	any    any
	key    Key
	Config *Config
}

func holders() []any {
	s := NewSecret(hidden)
	c := Default()
	c.Console.Password, c.Store.Key = s, Key{s}
	h := holder{s, s, &s, []Secret{s}, map[string]Secret{"a": s}, s, Key{s}, c}
	return []any{s, &s, Key{s}, h, &h, []any{s, h}, c, *c}
}

func TestSecretIsNotPrinted(t *testing.T) {
	for _, v := range holders() {
		for verb := 'A'; verb <= 'z'; verb++ {
			for _, flags := range []string{"", "+", "#", "-20", "020", ".40", "# ", "+#"} {
				format := "%" + flags + string(verb)
				unseen(t, fmt.Sprintf("%T %s", v, format), fmt.Sprintf(format, v))
			}
		}
		unseen(t, "Sprint", fmt.Sprint(v))
		unseen(t, "Errorf", fmt.Errorf("a: %v", v).Error())
	}
}

func TestSecretIsNotMarshalled(t *testing.T) {
	for _, v := range holders() {
		for name, marshal := range map[string]func(any) ([]byte, error){"json": json.Marshal, "yaml": yaml.Marshal, "xml": xml.Marshal} {
			out, err := marshal(v)
			if err != nil && name != "xml" { // which does not support maps
				t.Errorf("%s %T: %v", name, v, err)
			}
			unseen(t, fmt.Sprintf("%s %T", name, v), string(out)+fmt.Sprint(err))
		}
	}
}

func TestSecretIsNotLogged(t *testing.T) {
	var b strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		for _, v := range holders() {
			slog.New(h).Info("a", "v", v, slog.Group("g", "v", v))
		}
	}
	unseen(t, "slog", b.String())
}

// TestSecretIsNotReachable checks every value that reflection can reach.
func TestSecretIsNotReachable(t *testing.T) {
	for _, v := range holders() {
		walk(t, reflect.ValueOf(v), 0)
	}
}

func walk(t *testing.T, v reflect.Value, depth int) {
	if depth > 10 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		unseen(t, "walk", v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(t, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for _, f := range v.Fields() {
			walk(t, f, depth+1)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(t, v.Index(i), depth+1)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			walk(t, it.Value(), depth+1)
		}
	}
}

func unseen(t *testing.T, what, out string) {
	t.Helper()
	for _, form := range []string{hidden, strings.ToUpper(hidden), fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden), fmt.Sprintf("% x", hidden), fmt.Sprint([]byte(hidden))} {
		if strings.Contains(out, form) {
			t.Errorf("%s shows the secret: %s", what, out)
		}
	}
}

func TestSecret(t *testing.T) {
	for _, text := range []string{"", hidden} {
		s := NewSecret(text)
		if s.Reveal() != text || s.IsSet() != (text != "") {
			t.Errorf("%q: %q, %v", text, s.Reveal(), s.IsSet())
		}
	}
	if got := fmt.Sprintf("%s %v", Secret{}, NewSecret("x")); got != "[not set] [set]" {
		t.Errorf("%q", got)
	}
}
