package discordfake

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A form collects the errors in the fields of a body.
type form struct{ errors object }

// add adds an error of a field such as embeds.0.title.
func (f *form) add(field, code, message string) {
	if f.errors == nil {
		f.errors = object{}
	}
	at := f.errors
	for key := range strings.SplitSeq(field, ".") {
		below, ok := at[key].(object)
		if !ok {
			below = object{}
			at[key] = below
		}
		at = below
	}
	mistakes, _ := at["_errors"].([]any)
	at["_errors"] = append(mistakes, object{"code": code, "message": message})
}

// err returns an Invalid Form Body error, or nil if there are no errors.
func (f *form) err() error {
	if len(f.errors) == 0 {
		return nil
	}
	e := fail(invalidFormBody).(*apiError)
	e.errors = f.errors
	return e
}

// length counts characters as Discord does.
func length(text string) int { return utf8.RuneCountInString(text) }

// text checks the length of a string and returns it. A missing one is "".
func (f *form) text(o object, key, at string, minimum, maximum int) string {
	at = fieldPath(at, key)
	switch v := o[key].(type) {
	case string:
		switch n := length(v); {
		case n > maximum && minimum > 0:
			f.add(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", minimum, maximum))
		case n > maximum:
			f.add(at, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", maximum))
		case n < minimum:
			f.required(at)
		}
		return v
	case nil:
		if minimum > 0 {
			f.required(at)
		}
	default:
		f.add(at, "STRING_TYPE_CONVERT", fmt.Sprintf("Could not interpret %q as string.", fmt.Sprint(v)))
	}
	return ""
}

func (f *form) required(at string) {
	f.add(at, "BASE_TYPE_REQUIRED", "This field is required")
}

// maxItems checks the number of items.
func (f *form) maxItems(at string, n, maximum int) {
	if n > maximum {
		f.add(at, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", maximum))
	}
}

// integer returns an integer, or fallback if it is missing.
func (f *form) integer(o object, key, at string, minimum, maximum, fallback int) int {
	v, ok := o[key]
	if !ok || v == nil {
		return fallback
	}
	n, ok := toInt(v)
	switch at := fieldPath(at, key); {
	case !ok:
		f.add(at, "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not int.", fmt.Sprint(v)))
	case n < minimum:
		f.add(at, "NUMBER_TYPE_MIN", fmt.Sprintf("int value should be greater than or equal to %d.", minimum))
	case n > maximum:
		f.add(at, "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", maximum))
	}
	return n
}

// toInt converts a JSON number or a string of digits to an int.
func toInt(v any) (int, bool) {
	switch v := v.(type) {
	case float64:
		return int(v), v == float64(int(v))
	case string:
		n, err := strconv.Atoi(v)
		return n, err == nil
	}
	return 0, false
}

// objects returns a JSON array of objects. Elements of another type are errors.
func (f *form) objects(o object, key, at string) []object {
	v, ok := o[key]
	if !ok || v == nil {
		return nil
	}
	at = fieldPath(at, key)
	each, ok := v.([]any)
	if !ok {
		f.add(at, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	objects := make([]object, len(each))
	for i, one := range each {
		if objects[i], ok = one.(object); !ok {
			f.add(fieldPath(at, strconv.Itoa(i)), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
		}
	}
	return objects
}

// fieldPath appends a key to the path of a field.
func fieldPath(at string, key any) string {
	if at == "" {
		return fmt.Sprint(key)
	}
	return fmt.Sprintf("%s.%v", at, key)
}
