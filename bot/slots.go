package bot

import (
	"maps"
	"regexp"
	"strings"

	"mabsbot/kb"
)

// slotUse is {Name} or {Name|words for when the value is unknown}.
var slotUse = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)(\|[^{}]*)?\}`)

// requiredSlots lists the slots without which a step would have a hole.
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

// fill puts values into prose. Where one is unknown the words after | stand,
// or <Name>.
func fill(text string, slots map[string]string) string {
	return replaceSlots(text, slots, noBackquotes)
}

// fillCommand puts values into a command, quoted for its shell.
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

// noBackquotes takes the backquotes out of a value: they would end a code span.
func noBackquotes(value string) string { return strings.ReplaceAll(value, "`", "'") }

// quotePowerShell writes a value as a single-quoted string, in which only the
// quote itself means anything. PowerShell takes four typographic quotes for
// it, too: about_Quoting_Rules, and the tokenizer's IsSingleQuote.
func quotePowerShell(value string) string {
	if needsNoQuotes(value) {
		return value
	}
	r := strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛")
	return "'" + r.Replace(value) + "'"
}

// quoteCmd writes a value for cmd.exe. Inside double quotes only the quote,
// % and ! keep a meaning, and none of them can be escaped there for every
// program: acceptable refuses them before.
func quoteCmd(value string) string {
	if needsNoQuotes(value) {
		return value
	}
	return `"` + value + `"`
}

// needsNoQuotes reports whether a value needs no quotes in any shell.
func needsNoQuotes(value string) bool {
	for _, r := range value {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(`._-`, r)) {
			return false
		}
	}
	return value != "" && value[0] != '-'
}

// maxSlot is the length of the longest name that a slot may hold: a DNS name's
// 253 bytes (RFC 1035, 2.3.4).
const maxSlot = 253

// acceptable reports whether a value may stand in a command at all: one line
// of visible characters, none of which can break out of quotes in cmd.exe.
func acceptable(value string) bool {
	return value != "" && len(value) <= maxSlot &&
		!strings.ContainsAny(value, "\"%!`\r\n\t\x00") && !strings.ContainsFunc(value, invisible)
}

// invisible are characters that one cannot see: controls, and marks that change
// the direction of writing.
func invisible(r rune) bool {
	return r < 0x20 || r == 0x7f || 0x80 <= r && r < 0xa0 ||
		0x200b <= r && r <= 0x200f || 0x202a <= r && r <= 0x202e || 0x2060 <= r && r <= 0x2069 ||
		r == 0xfeff || r == 0xfffd
}

// usable keeps the slots of a hit that may stand in commands.
func usable(slots map[string]string) map[string]string {
	kept := map[string]string{}
	for name, value := range slots {
		if acceptable(value) {
			kept[name] = value
		}
	}
	return kept
}

// withSlot returns a copy of slots with one more value; the copy keeps states
// that share the map apart.
func withSlot(slots map[string]string, name, value string) map[string]string {
	next := maps.Clone(slots)
	if next == nil {
		next = map[string]string{}
	}
	next[name] = value
	return next
}
