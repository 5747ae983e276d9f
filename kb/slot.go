package kb

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// slotsFile is the file of the shared folder with the slots.
const slotsFile = "slots.yaml"

// A Slot is a value that a message captures or a question asks for. The entries
// that use the same name share it.
type Slot struct {
	Name  string `yaml:"name"`            // as in <Name> and {Name}; a later layer replaces the slot of the same name
	Label Text   `yaml:"label"`           // what users read instead of the name
	Takes Kind   `yaml:"takes,omitempty"` // the kind of its values, by default any name
}

// A Kind is a kind of values. It says what fits a slot, and how it is written.
type Kind string

// The kinds of values.
const (
	KindName     Kind = "name"     // anything, such as the name of a virtual machine
	KindDrive    Kind = "drive"    // E:
	KindServer   Kind = "server"   // fs01, fs01.corp.example or an IP address
	KindInstance Kind = "instance" // sql01 or sql01\INSTANCE
	KindAccount  Kind = "account"  // agent-user or CORP\agent-user
	KindAddress  Kind = "address"  // proxy.corp.example:8080
	KindPath     Kind = "path"     // D:\Data or \\fs01\share
	KindAmount   Kind = "amount"   // 20, 20GB or 15%
	KindVersion  Kind = "version"  // 13.0.580.0
)

// A form is how the values of a kind are written.
type form struct {
	pattern *regexp.Regexp // the value is its first group
	normal  func(string) string
	plain   bool // a word of talk may have this form
	spaces  bool // a value may contain spaces
}

// A computer name is a label of letters, digits, hyphens and, in Windows,
// underscores; a number alone is none.
const computer = `[\pL\d_](?:[\pL\d_-]*[\pL\d_])?(?:\.[\pL\d_](?:[\pL\d_-]*[\pL\d_])?)*`

var forms = map[Kind]form{
	KindName:     {pattern: regexp.MustCompile(`^(.+)$`), plain: true, spaces: true},
	KindDrive:    {pattern: regexp.MustCompile(`^([A-Za-z]):?\\?$`), normal: func(s string) string { return strings.ToUpper(s) + ":" }},
	KindServer:   {pattern: regexp.MustCompile(`^(?:\\\\)?(` + computer + `)$`), plain: true},
	KindInstance: {pattern: regexp.MustCompile(`^((?:` + computer + `|\.)(?:\\[\pL_#][\pL\d_#$]*)?(?:,\d+)?)$`), plain: true},
	KindAccount:  {pattern: regexp.MustCompile(`^((?:(?:` + computer + `|\.)\\)?[^\s"/\\\[\]:;|=,+*?<>@]+)$`), plain: true},
	KindAddress:  {pattern: regexp.MustCompile(`^(?:https?://)?(` + computer + `:\d{1,5})/?$`)},
	KindPath:     {pattern: regexp.MustCompile(`^([A-Za-z]:\\[^<>"|?*:]*|\\\\[^\s\\<>"|?*:]+\\[^<>"|?*:]+)$`), spaces: true},
	KindAmount:   {pattern: regexp.MustCompile(`(?i)^(\d+(?:[.,]\d+)? ?(?:[KMGT]B|%)?)$`), normal: func(s string) string { return strings.ToUpper(strings.ReplaceAll(s, " ", "")) }},
	KindVersion:  {pattern: regexp.MustCompile(`^[Vv]?(\d+(?:\.\d+){1,3})$`)},
}

// code matches an error code, which has the form of a computer name.
var code = regexp.MustCompile(`^(?:\d+|0[xX][\dA-Fa-f]+)$`)

// Read returns a value as it is written, such as E: for e, and whether it is of
// the kind.
func (k Kind) Read(value string) (normal string, ok bool) {
	f := k.form()
	m := f.pattern.FindStringSubmatch(strings.TrimSpace(value))
	if m == nil || f.plain && k != KindName && code.MatchString(m[1]) {
		return "", false
	}
	if f.normal != nil {
		return f.normal(m[1]), true
	}
	return m[1], true
}

// Plain reports whether a word of talk may have the form of a value, so that the
// form alone does not tell them apart.
func (k Kind) Plain() bool { return k.form().plain }

// Spaces reports whether a value may contain spaces, so that a word of a text
// may be only a part of it.
func (k Kind) Spaces() bool { return k.form().spaces }

func (k Kind) form() form {
	if f, ok := forms[k]; ok {
		return f
	}
	return forms[KindName]
}

// Slot returns what is known of the slot with the name. A slot that no layer
// describes is labeled with its own name, and takes any name.
func (b *Base) Slot(name string) Slot {
	if i := slices.IndexFunc(b.slots, func(s Slot) bool { return s.Name == name }); i >= 0 {
		s := b.slots[i]
		if s.Takes == "" {
			s.Takes = KindName
		}
		return s
	}
	return Slot{Name: name, Label: Text{{Text: spaced(name)}}, Takes: KindName}
}

// spaced returns a name such as ServerName in words.
func spaced(name string) string {
	var b strings.Builder
	before := 'A'
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return b.String()
}

// readSlots reads the file of the slots: a list.
func readSlots(file string, data []byte) batch {
	slots, at, mistakes := readList[Slot](file, data)
	return batch{slots: slots, mistakes: append(mistakes, lintSlots(at, slots)...)}
}

// lintSlots returns the mistakes of the slots of a file.
func lintSlots(at place, slots []Slot) (mistakes Mistakes) {
	for i := range slots {
		s, at := &slots[i], at.item(i)
		add := func(at place, format string, args ...any) {
			mistakes = append(mistakes, at.mistake(format, args...))
		}
		if !slotName.MatchString(s.Name) {
			add(at.key("name"), "%q is not a slot; want letters and digits, as in <ServerName>", s.Name)
		}
		if slices.ContainsFunc(slots[:i], func(o Slot) bool { return o.Name == s.Name }) {
			add(at.key("name"), "the slot %q is already described", s.Name)
		}
		if got, want := s.Label.langs(), slots[0].Label.langs(); !slices.Equal(got, want) {
			add(at.key("label"), "label is in %s; want it in %s, as the first label", listed(got), listed(want))
		}
		if s.Label.blank() {
			add(at.key("label"), "the label is empty")
		}
		if _, ok := forms[s.Takes]; !ok && s.Takes != "" {
			add(at.key("takes"), "%q is not a kind of values; want one of %v", s.Takes, Kinds())
		}
	}
	return mistakes
}

// Kinds lists the kinds of values, sorted.
func Kinds() []Kind { return slices.Sorted(maps.Keys(forms)) }

// overlaySlots keeps the last slot of each name.
func overlaySlots(all []Slot) []Slot {
	return overlayBy(all, func(s Slot) string { return s.Name })
}
