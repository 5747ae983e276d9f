package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// Load reads the configuration. Flags take precedence over environ ("NAME=value"
// pairs), which takes precedence over the file and the defaults. The file is
// named by --config or MABSBOT_CONFIG; otherwise it is mabsbot.yaml in the
// working directory, if it exists. flags is a parsed set that includes those of
// AddFlags, or nil. The error is a Mistakes with every problem.
func Load(flags *pflag.FlagSet, environ []string) (*Config, error) {
	l := &loader{c: Default(), v: viper.New(), given: map[string]given{}, failed: map[string]bool{}}
	keys := l.c.keys()
	byFlag := readFlags(flags, keys)
	byVariable, mistakes := readEnviron(environ, keys)
	f := readFile(cmp.Or(byFlag[fileFlag].text, byVariable[fileFlag].text))
	l.c.file, l.mistakes = f.path, append(mistakes, f.mistakes...)
	for _, source := range []struct {
		tree   map[string]any
		values map[string]given
	}{{f.tree, f.values}, {nest(byVariable), byVariable}, {nest(byFlag), byFlag}} { // each takes precedence over the previous ones
		if err := l.v.MergeConfigMap(source.tree); err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
		maps.Copy(l.given, source.values)
	}
	l.decode(keys)
	l.readSecrets(keys)
	l.chooseStore()
	for _, check := range checks() {
		check(l.c, l.wrong)
	}
	if l.mistakes.sort(); len(l.mistakes) > 0 {
		return nil, l.mistakes
	}
	l.c.Warnings = append(l.c.Warnings, l.c.withoutTeam()...)
	l.c.Warnings = append(l.c.Warnings, l.c.withoutDigest()...)
	return l.c, nil
}

// A loader fills in a Config and records where its values come from.
type loader struct {
	c        *Config
	v        *viper.Viper
	given    map[string]given // by key
	failed   map[string]bool  // keys with a reported mistake
	mistakes Mistakes
}

// readFlags returns the flags that were set on the command line.
func readFlags(flags *pflag.FlagSet, keys []key) map[string]given {
	values := map[string]given{}
	if flags == nil {
		return values
	}
	for _, k := range append(slices.Clone(keys), key{name: fileFlag}) {
		if f := flags.Lookup(k.name); f != nil && f.Changed {
			values[k.name] = given{f.Value.String(), Mistake{Place: "--" + k.name}}
		}
	}
	return values
}

// nest turns dotted keys into a tree.
func nest(values map[string]given) map[string]any {
	tree := map[string]any{}
	for name, g := range values {
		at := tree
		parts := strings.Split(name, ".")
		for _, part := range parts[:len(parts)-1] {
			if at[part] == nil {
				at[part] = map[string]any{}
			}
			at = at[part].(map[string]any)
		}
		at[parts[len(parts)-1]] = g.text
	}
	return tree
}

// decode sets the values that a source gave.
func (l *loader) decode(keys []key) {
	strict := func(c *mapstructure.DecoderConfig) {
		c.WeaklyTypedInput = false
		c.DecodeHook = mapstructure.ComposeDecodeHookFunc(
			secretHook, mapstructure.StringToTimeDurationHookFunc(), mapstructure.StringToBoolHookFunc(), mapstructure.TextUnmarshallerHookFunc(), intHook)
	}
	for _, k := range keys {
		if !l.v.IsSet(k.name) {
			continue
		}
		if err := l.v.UnmarshalKey(k.name, k.value.Addr().Interface(), strict); err != nil {
			l.wrong(k.name, wanted(k.value.Type()))
		}
	}
}

// secretHook decodes strings into secrets.
func secretHook(_, to reflect.Type, data any) (any, error) {
	s, ok := data.(string)
	switch {
	case ok && to == reflect.TypeFor[Secret]():
		return NewSecret(s), nil
	case ok && to == reflect.TypeFor[Key]():
		return Key{NewSecret(s)}, nil
	}
	return data, nil
}

// intHook decodes decimal numbers. That of mapstructure takes 09 for an octal one.
func intHook(_, to reflect.Type, data any) (any, error) {
	if s, ok := data.(string); ok && to == reflect.TypeFor[int]() {
		return strconv.Atoi(s)
	}
	return data, nil
}

const wantDuration = "want a duration such as 30s, 10m or 24h"

// wanted describes the expected value of a type. Lists cannot fail to decode
// because their items are strings.
func wanted(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[bool]():
		return "want true or false"
	case reflect.TypeFor[time.Duration]():
		return wantDuration
	case reflect.TypeFor[int]():
		return wantHour // the only number
	case reflect.TypeFor[slog.Level]():
		return "want debug, info, warn or error"
	}
	return "want a text"
}

// wrong records a mistake in the value of a key. It ignores further mistakes of
// the same key, which usually follow from the first. The message never includes
// the value of a secret.
func (l *loader) wrong(name, text string) {
	if l.failed[name] {
		return
	}
	l.failed[name] = true
	section := name[:max(0, strings.LastIndex(name, "."))]
	for _, from := range []string{name, name + fileSuffix, section} {
		g, ok := l.given[from]
		if !ok {
			continue
		}
		switch {
		case from != name && from == section:
			text = name + " is missing; " + text
		case from != name || l.isSecret(name):
			text = name + " is not valid; " + text
		case g.text == "":
			text = name + " is empty; " + text
		default:
			text = fmt.Sprintf("%s is %q; %s", name, g.text, text)
		}
		g.at.Text = text
		l.mistakes = append(l.mistakes, g.at)
		return
	}
	l.mistakes = append(l.mistakes, Mistake{Place: name, Text: text})
}

func (l *loader) isSecret(name string) bool {
	return slices.ContainsFunc(l.c.keys(), func(k key) bool { return k.name == name && k.isSecret() || k.holdsSecret(name) })
}

// fileSuffix turns the key of a secret into the key of the file that contains it.
const fileSuffix = "_file"

// readSecrets reads the secrets that are kept in separate files.
func (l *loader) readSecrets(keys []key) {
	for _, k := range keys {
		g, ok := l.given[k.name+fileSuffix]
		if !k.isSecret() || !ok || g.text == "" {
			continue
		}
		if l.given[k.name].text != "" {
			l.wrong(k.name+fileSuffix, k.name+" is set as well; want one of them")
			continue
		}
		secret, err := l.readSecret(g)
		if err != nil {
			l.wrong(k.name+fileSuffix, "the file cannot be used: "+cause(err))
			continue
		}
		if k.value.Type() == reflect.TypeFor[Key]() {
			k.value.Set(reflect.ValueOf(Key{secret}))
		} else {
			k.value.Set(reflect.ValueOf(secret))
		}
	}
}

// chooseStore drops the default path of a database if there is a URL. Only the
// loader knows whether a path is the default.
func (l *loader) chooseStore() {
	if !l.c.Store.URL.IsSet() {
		return
	}
	if l.given["store.path"].text != "" {
		l.wrong("store.path", "store.url is set as well; want one of them")
	}
	l.c.Store.Path = ""
}

// readSecret reads a secret from a file without its final line break, which
// most editors add.
func (l *loader) readSecret(g given) (Secret, error) {
	data, err := readSmall(g.text)
	if err != nil {
		return Secret{}, err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if text == "" {
		return Secret{}, errors.New("it is empty")
	}
	if info, err := os.Stat(g.text); err == nil && info.Mode().Perm()&0o004 != 0 {
		g.at.Text = fmt.Sprintf("every user of this machine can read %s (%s); chmod 600 restricts it to its owner", g.text, info.Mode().Perm())
		l.c.Warnings = append(l.c.Warnings, g.at)
	}
	return NewSecret(text), nil
}
