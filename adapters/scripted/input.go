package scripted

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"mabsbot/bot"
)

// What a line asks for: the name of the field that says so.
const (
	verbReset = "reset"
	verbSay   = "say"
	verbPress = "press"
	verbLater = "later"
)

// Who acts: the user who begins the conversation, and another one.
const (
	asker     = "asker"
	colleague = "colleague"
)

// Where a conversation takes place.
const (
	placeThread = "thread" // under a message in a channel
	placeDM     = "dm"
)

// A scene is where and how a conversation takes place.
type scene struct {
	place  string
	locale string   // of every user
	mode   bot.Mode // of the channel
}

// defaultScene is the scene without a reset, and that of an empty one.
var defaultScene = scene{place: placeThread, locale: "en-US", mode: bot.ModeOn}

// An input is a line that asks for something that can be done.
type input struct {
	verb  string
	as    string // verbSay, verbPress: who does it
	text  string // verbSay: what; verbPress: the ID or label of the button
	scene scene  // verbReset
}

// parse takes a line apart. Fields that it does not know are errors, so that a
// misspelled one does not silently change what a script tests.
func parse(line []byte) (input, error) {
	if len(line) > maxLine {
		return input{}, fmt.Errorf("the line is longer than %d MiB", maxLine>>20)
	}
	o, err := parseObject(line, verbReset, verbSay, verbPress, verbLater, "as")
	if err != nil {
		return input{}, err
	}
	verbs := slices.DeleteFunc([]string{verbReset, verbSay, verbPress, verbLater}, func(verb string) bool { return o[verb] == nil })
	if len(verbs) != 1 {
		return input{}, errors.New("a line has exactly one of reset, say, press and later")
	}
	in := input{verb: verbs[0]}
	switch in.verb {
	case verbReset:
		in.scene, err = parseScene(o[verbReset])
	case verbLater:
		if string(o[verbLater]) != "true" {
			err = errors.New("later: the only value is true")
		}
	default:
		in.text, err = o.text(in.verb, "")
	}
	if err != nil {
		return input{}, err
	}
	if o["as"] != nil && in.verb != verbSay && in.verb != verbPress {
		return input{}, fmt.Errorf("as: goes with say and press, not with %s", in.verb)
	}
	in.as, err = o.oneOf("as", asker, colleague)
	return in, err
}

// localeForm is the form of a platform's locales, such as "en-US".
var localeForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]+)*$`)

func parseScene(data []byte) (scene, error) {
	o, err := parseObject(data, "place", "locale", "mode")
	if err != nil {
		return scene{}, fmt.Errorf("reset: %w", err)
	}
	s := defaultScene
	place, err1 := o.oneOf("place", s.place, placeDM)
	locale, err2 := o.text("locale", s.locale)
	if err2 == nil && !localeForm.MatchString(locale) {
		err2 = fmt.Errorf("locale: %q is not of the form en-US", locale)
	}
	mode, err3 := o.oneOf("mode", string(s.mode), string(bot.ModeSupervised), string(bot.ModeMention), string(bot.ModeShadow), string(bot.ModeOff))
	if err := errors.Join(err1, err2, err3); err != nil {
		return scene{}, err
	}
	return scene{place, locale, bot.Mode(mode)}, nil
}

// An object is a JSON object, by the exact names of its fields.
type object map[string]json.RawMessage

// parseObject parses a JSON object that has no fields but those named.
func parseObject(data []byte, names ...string) (object, error) {
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return nil, errors.New("want a JSON object")
		}
		return nil, fmt.Errorf("bad JSON: %w", err)
	}
	if o == nil { // null
		return nil, errors.New("want a JSON object")
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("unknown field %q; the fields are %s", name, strings.Join(names, ", "))
		}
	}
	return o, nil
}

// text returns the string of a field, or otherwise if the field is absent.
func (o object) text(name, otherwise string) (string, error) {
	raw := o[name]
	if raw == nil {
		return otherwise, nil
	}
	if raw[0] != '"' {
		return "", fmt.Errorf("%s: want a string", name)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// oneOf returns the string of a field that has only these values; the first is
// that of an absent field.
func (o object) oneOf(name string, values ...string) (string, error) {
	s, err := o.text(name, values[0])
	if err == nil && !slices.Contains(values, s) {
		err = fmt.Errorf("%s: %q is not one of %s", name, s, strings.Join(values, ", "))
	}
	return s, err
}
