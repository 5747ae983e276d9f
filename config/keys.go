package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// A key is one setting, such as console.addr.
type key struct {
	name  string
	usage string        // "" for keys without a flag: lists, and secrets, because every user of the machine can read arguments
	value reflect.Value // settable, in the Config that the keys were listed from
}

// keysOf lists the keys of a section and its subsections in struct order.
func keysOf(section reflect.Value, prefix string) []key {
	var keys []key
	for f, v := range section.Fields() {
		name := f.Tag.Get("mapstructure")
		switch {
		case name == "" || name == "-":
		case isSection(f.Type):
			keys = append(keys, keysOf(v, prefix+name+".")...)
		default:
			keys = append(keys, key{prefix + name, f.Tag.Get("usage"), v})
		}
	}
	return keys
}

func (c *Config) keys() []key { return keysOf(reflect.ValueOf(c).Elem(), "") }

// isSection reports whether a type has keys of its own.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && len(names(t)) > 0
}

// names returns the names of the keys and sections in a struct.
func names(t reflect.Type) []string {
	var list []string
	for f := range t.Fields() {
		if name := f.Tag.Get("mapstructure"); name != "" && name != "-" {
			list = append(list, name)
		}
	}
	return list
}

func (k key) isList() bool { return k.value.Kind() == reflect.Slice }

func (k key) isSecret() bool {
	return slices.Contains([]reflect.Type{reflect.TypeFor[Secret](), reflect.TypeFor[Key]()}, k.value.Type())
}

// holdsSecret reports whether a key is a list, and the name that of a secret in one
// of its items, such as console.users.0.hash.
func (k key) holdsSecret(name string) bool {
	rest, ok := strings.CutPrefix(name, k.name+".")
	_, field, inItem := strings.Cut(rest, ".")
	if !ok || !inItem || !k.isList() || k.value.Type().Elem().Kind() != reflect.Struct {
		return false
	}
	t, ok := fieldType(k.value.Type().Elem(), field)
	return ok && t == reflect.TypeFor[Secret]()
}

// variable returns the name of the environment variable for a key.
func variable(name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

const prefix = "MABSBOT_"

// fileFlag is the flag that names the configuration file. It is not a key,
// because a file cannot name itself. Its variable is MABSBOT_CONFIG.
const fileFlag = "config"

// AddFlags defines the flag that names the file.
func AddFlags(flags *pflag.FlagSet) {
	flags.String(fileFlag, "", "configuration file (default "+defaultFile+" in the working directory, if there is one)")
}

// AddKeyFlags defines a flag for every key of some sections, named like the key,
// unless the key is a list or a secret. The section of a key without a dot is the
// key itself.
func AddKeyFlags(flags *pflag.FlagSet, sections ...string) {
	for _, k := range Default().keys() {
		section, _, _ := strings.Cut(k.name, ".")
		if k.usage == "" || !slices.Contains(sections, section) {
			continue
		}
		switch v := k.value.Interface().(type) {
		case bool:
			flags.Bool(k.name, v, k.usage)
		case time.Duration:
			flags.Duration(k.name, v, k.usage)
		default:
			flags.String(k.name, text(k.value), k.usage)
		}
	}
}

// Sections returns the sections of the keys.
func Sections() []string { return names(reflect.TypeFor[Config]()) }
