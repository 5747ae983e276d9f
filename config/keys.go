package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// A key is one thing that can be set, such as console.addr.
type key struct {
	name  string
	usage string        // "" where no flag is offered: lists, and secrets, which everybody on the machine would see
	value reflect.Value // in the Config that the keys are of
}

// keysOf lists the keys of a section and those below it, in the order of the
// struct. The values can be set.
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

// isSection reports whether a type holds keys of its own.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && len(names(t)) > 0
}

// names are the names of the keys and sections in a struct.
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

// variable is the name of a key in the environment.
func variable(name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

const prefix = "MABSBOT_"

// fileFlag names the configuration file. It is no key, for a file cannot say
// where it is; the variable for it is MABSBOT_CONFIG.
const fileFlag = "config"

// AddFlags defines a flag for every key that is neither a list nor a secret,
// named like the key.
func AddFlags(flags *pflag.FlagSet) {
	flags.String(fileFlag, "", "configuration file (default "+defaultFile+" in the working directory, if there is one)")
	for _, k := range Default().keys() {
		if k.usage == "" {
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
