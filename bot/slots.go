package bot

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"mabsbot/bot/redact"
	"mabsbot/kb"
)

// slotUse matches {Name} and {Name|default text}.
var slotUse = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)(\|[^{}]*)?\}`)

// requiredSlots lists the slots that a step uses without a default text.
func requiredSlots(s *kb.Step) []string {
	var names []string
	add := func(text string) {
		for _, m := range slotUse.FindAllStringSubmatch(text, -1) {
			if m[2] == "" {
				names = append(names, m[1])
			}
		}
	}
	for _, t := range []kb.Text{s.Title, s.Do, s.Check, s.Risk} {
		for _, v := range t {
			add(v.Text)
		}
	}
	add(s.Path)
	if s.Command != nil {
		add(s.Command.Run)
	}
	return names
}

// fill replaces the slots in prose. A slot without a value becomes its default
// text, or <Name>.
func fill(text string, slots map[string]string) string {
	return replaceSlots(text, slots, noBackquotes)
}

// fillProse replaces the slots in prose that says what to do. A value becomes a
// code span, because it may have to be typed.
func fillProse(text string, slots map[string]string) string {
	var b strings.Builder
	at := 0
	for _, m := range slotUse.FindAllStringIndex(text, -1) {
		b.WriteString(text[at:m[0]])
		use, inCode := text[m[0]:m[1]], strings.Count(text[:m[0]], "`")%2 == 1
		filled := fill(use, slots)
		if name, _, _ := strings.Cut(use[1:len(use)-1], "|"); slots[name] != "" && !inCode {
			filled = "`" + filled + "`"
		}
		b.WriteString(filled)
		at = m[1]
	}
	return b.String() + text[at:]
}

// holes returns the slots without a value in what is to be copied, as they
// appear there.
func holes(s *kb.Step, slots map[string]string) []string {
	copied := s.Path
	if s.Command != nil {
		copied += " " + s.Command.Run
	}
	var left []string
	for _, m := range slotUse.FindAllStringSubmatch(copied, -1) {
		if hole := "`<" + m[1] + ">`"; slots[m[1]] == "" && m[2] == "" && !slices.Contains(left, hole) {
			left = append(left, hole)
		}
	}
	return left
}

// fillCommand replaces the slots in a command, quoting values for its shell.
func fillCommand(c *kb.Command, slots map[string]string) string {
	quote := quotePowerShell
	if c.Shell == kb.ShellCmd {
		quote = quoteCmd
	}
	return replaceSlots(c.Run, slots, quote)
}

func replaceSlots(text string, slots map[string]string, quote func(string) string) string {
	return slotUse.ReplaceAllStringFunc(text, func(use string) string {
		name, words, _ := strings.Cut(use[1:len(use)-1], "|")
		if value := slots[name]; value != "" {
			return quote(value)
		}
		if words != "" {
			return words
		}
		return "<" + name + ">"
	})
}

// noBackquotes replaces the backquotes in a value because they would end a code
// span.
func noBackquotes(value string) string { return strings.ReplaceAll(value, "`", "'") }

// quotePowerShell returns a value as a single-quoted PowerShell string, in
// which only the quote is special. PowerShell treats four typographic quotes
// like it: see about_Quoting_Rules, and IsSingleQuote in its tokenizer.
func quotePowerShell(value string) string {
	if needsNoQuotes(value) {
		return value
	}
	r := strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛")
	return "'" + r.Replace(value) + "'"
}

// quoteCmd returns a value as an argument for cmd.exe. Inside double quotes
// only the quote, % and ! are special, and no escape works for every program,
// so acceptable rejects them.
func quoteCmd(value string) string {
	if needsNoQuotes(value) {
		return value
	}
	return `"` + value + `"`
}

// needsNoQuotes reports whether a value is safe without quotes in every shell.
func needsNoQuotes(value string) bool {
	for _, r := range value {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(`._-:`, r)) {
			return false
		}
	}
	return value != "" && value[0] != '-'
}

// maxSlot is the maximum length of a slot value: the 253 bytes of a DNS name
// (RFC 1035, 2.3.4).
const maxSlot = 253

// acceptable reports whether a value may be put into a command: one line of
// visible characters, none of which can end the quotes of cmd.exe, and no
// secret, because commands are shown to everyone in the thread.
func acceptable(value string) bool {
	return value != "" && len(value) <= maxSlot &&
		!strings.ContainsAny(value, "\"%!`\r\n\t\x00") && !strings.ContainsFunc(value, invisible) && !redact.Masked(value) && len(redact.Find(value)) == 0
}

// invisible reports whether a rune is a control character or a mark that
// changes the direction of writing.
func invisible(r rune) bool {
	return r < 0x20 || r == 0x7f || 0x80 <= r && r < 0xa0 ||
		0x200b <= r && r <= 0x200f || 0x202a <= r && r <= 0x202e || 0x2060 <= r && r <= 0x2069 ||
		r == 0xfeff || r == 0xfffd
}

// usable returns the slots of a hit whose values may be put into a command.
func usable(slots map[string]string) map[string]string {
	kept := map[string]string{}
	for name, value := range slots {
		if acceptable(value) {
			kept[name] = value
		}
	}
	return kept
}

// withValue returns a copy of slots or facts with one more value. The copy keeps
// states apart that share the map.
func withValue(values map[string]string, name, value string) map[string]string {
	next := maps.Clone(values)
	if next == nil {
		next = map[string]string{}
	}
	next[name] = value
	return next
}

// withoutValue returns a copy of slots or facts without a value.
func withoutValue(values map[string]string, name string) map[string]string {
	next := maps.Clone(values)
	delete(next, name)
	return next
}
