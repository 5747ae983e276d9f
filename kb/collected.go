package kb

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Collected is what a text has of the output of a collector.
type Collected struct {
	Values map[string]string // by the keys of the lines; of events, the latest
	Events []LoggedEvent     // the latest first
	Whole  bool              // it has its first and its last line
	Rest   string            // the text around it
}

// A LoggedEvent is an event of a log of Windows.
type LoggedEvent struct {
	At     string // as printed, which sorts by time
	ID     string
	Source string
	Text   string // "" if names were left out
}

// Limits on an output. The longest value that the built-in collector prints is
// the text of an event, of 300 characters; 253 is the length of a DNS name.
const (
	maxOutput = 64 << 10 // bytes of a text that may have an output
	maxValue  = 253      // characters
	maxEvent  = 600      // characters
)

// The first and the last line of an output, as they are after normalizeOutput.
// Copying may have changed the number of dashes.
var (
	outputBegins = regexp.MustCompile(`(?i)-*[ \t]*\bmabs facts \d+\b[ \t]*-*`)
	outputEnds   = regexp.MustCompile(`(?i)-+[ \t]*\bend\b[ \t]*-+`)
)

// What these lines become, each on a line of its own.
const (
	beginMark = "\x01"
	endMark   = "\x02"
)

// keysForm returns a pattern that finds the keys of lines in a text.
func keysForm(lines []Line) *regexp.Regexp {
	keys := make([]string, len(lines))
	for i, l := range lines {
		keys[i] = regexp.QuoteMeta(l.Key)
	}
	return regexp.MustCompile(`(?i)(?:^|[^\pL\d-])-?[ \t]*(` + strings.Join(keys, "|") + `)["'*` + "`" + `]*[ \t]*:`)
}

// Collected finds the output of the collector in a text, as people paste it: quoted,
// in a list, with other quotes and dashes, wrapped, on a single line, cut at
// either end, or below the command itself. Without its first line it is one if it
// has two of its keys.
func (b *Base) Collected(text string) (found Collected, ok bool) {
	c := b.collector
	if c == nil || len(c.Lines) == 0 || len(text) > maxOutput {
		return Collected{}, false
	}
	text = normalizeOutput(text)
	if !c.mayPrint(text) {
		return Collected{}, false
	}
	lines := outputLines(b.outputKeys, text)
	begin, end, begins := -1, -1, 0
	for i, line := range lines {
		switch line.text {
		case beginMark:
			begin, end = i, -1
			begins++
		case endMark:
			end = i
		}
	}
	found = Collected{Values: map[string]string{}, Whole: begin >= 0 && end > begin}
	if begin > 0 && strings.HasSuffix(lines[begin-1].text, "'") { // the command itself, which quotes the line
		return found, true
	}
	if begins < 2 { // otherwise what is before it is the command
		found.Rest = restOf(lines[:firstLine(lines, begin)])
	}
	if rest := c.readLines(&found, lines[firstLine(lines, begin):], end > begin); rest != "" {
		found.Rest = strings.TrimSpace(found.Rest + "\n" + rest)
	}
	return found, begin >= 0 && (found.Whole || len(found.Values) > 0) || len(found.Values) > 1
}

// mayPrint reports whether a text has a key of a line, or a part of the first line.
// Nearly no message has, and the patterns take as long as the matcher.
func (c *Collector) mayPrint(text string) bool {
	folded := foldCase(text)
	has := func(l Line) bool { return strings.Contains(folded, foldCase(l.Key)) }
	return strings.Contains(folded, "mabs facts") || slices.ContainsFunc(c.Lines, has)
}

// foldCase makes equal what patterns with (?i) take for equal, also the long s and
// the sign of kelvin.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

// An outputLine is a line of a text, or the part of one with a key.
type outputLine struct {
	key, text string // key is "" if there is none
	width     int    // of the whole line, in characters
}

// outputLines splits a normalized text into lines with at most one key each.
func outputLines(keys *regexp.Regexp, text string) (all []outputLine) {
	text = outputBegins.ReplaceAllString(text, "\n"+beginMark+"\n")
	text = outputEnds.ReplaceAllString(text, "\n"+endMark+"\n")
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		width := utf8.RuneCountInString(line)
		at := keys.FindAllStringSubmatchIndex(line, -1)
		if len(at) == 0 || at[0][0] > 0 {
			before := line
			if len(at) > 0 {
				before = line[:at[0][0]]
			}
			all = append(all, outputLine{text: before, width: width})
		}
		for i, m := range at {
			next := len(line)
			if i+1 < len(at) {
				next = at[i+1][0]
			}
			all = append(all, outputLine{strings.ToLower(line[m[2]:m[3]]), line[m[1]:next], width})
		}
	}
	return all
}

// normalizeOutput undoes what copying and chat programs do to a text.
func normalizeOutput(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || ' ' <= r && r <= '~':
			return r
		case r == '\r' || unicode.Is(unicode.Cf, r): // a carriage return, or a character without a shape
			return -1
		case unicode.IsSpace(r) || unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.Is(unicode.Pd, r) || r == '−' || r == '─':
			return '-'
		case r == '：':
			return ':'
		case unicode.IsControl(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
}

// firstLine returns the index of the first line of the output, which begins after
// a line, or else with the first key.
func firstLine(lines []outputLine, begin int) int {
	if begin >= 0 {
		return begin
	}
	return max(0, slices.IndexFunc(lines, func(l outputLine) bool { return l.key != "" }))
}

// readLines reads the lines of an output, and returns the text that does not
// belong to it.
func (c *Collector) readLines(found *Collected, lines []outputLine, ends bool) (rest string) {
	var events []string
	var around []outputLine
	inEvent, over, width := false, false, 0
	for _, line := range lines {
		switch {
		case line.text == beginMark:
		case line.text == endMark || strings.EqualFold(line.text, "end") && !ends:
			over, inEvent = ends, false
		case over || line.key == "" && !ends && !inEvent:
			around = append(around, line)
		case line.key == "" && inEvent && fences.MatchString(line.text) && line.text != "":
		case line.key == "" && inEvent && line.text != "":
			space := " "
			if width >= consoleWidth {
				space = ""
			}
			events[len(events)-1] += space + strings.TrimLeft(line.text, "> ")
		case line.key == "" && !ends:
			inEvent = false // what follows an empty line is no event any more
		case line.key != "" && c.line(line.key).Takes == TakesEvent:
			events, inEvent = append(events, line.text), true
		case line.key != "":
			inEvent = false
			if value := cleanValue(line.text); value != "" && utf8.RuneCountInString(value) <= maxValue {
				found.Values[line.key] = value
			}
		}
		width = line.width
	}
	c.readEvents(found, events)
	return restOf(around)
}

// line returns the line with a key.
func (c *Collector) line(key string) Line {
	i := slices.IndexFunc(c.Lines, func(l Line) bool { return strings.EqualFold(l.Key, key) })
	return c.Lines[i]
}

// consoleWidth is the width at which a console wraps, in the middle of a word.
// Mail programs wrap earlier, between words.
const consoleWidth = 80

// eventForm matches an event: its time, ID, source and text.
var eventForm = regexp.MustCompile(`^(\S+ \S+) (\d{1,9}) ([^:]*):?(.*)$`)

// readEvents reads the events of an output.
func (c *Collector) readEvents(found *Collected, lines []string) {
	for _, line := range lines {
		m := eventForm.FindStringSubmatch(cleanValue(cutRunes(line, maxEvent)))
		if m == nil {
			continue
		}
		found.Events = append(found.Events, LoggedEvent{At: m[1], ID: m[2], Source: strings.TrimSpace(m[3]), Text: strings.TrimSpace(m[4])})
	}
	slices.SortStableFunc(found.Events, func(a, b LoggedEvent) int { return strings.Compare(b.At, a.At) })
	if len(found.Events) > 0 {
		i := slices.IndexFunc(c.Lines, func(l Line) bool { return l.Takes == TakesEvent })
		found.Values[c.Lines[i].Key] = found.Events[0].String()
	}
}

// String returns the event as a reader sees it.
func (e LoggedEvent) String() string {
	s := strings.TrimSpace(e.At + " " + e.ID + " " + e.Source)
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// shortestEventCode is the number of digits from which the ID of an event may be
// the ID of an error. The MARS agent numbers its events from 1.
const shortestEventCode = 3

// Error returns the error that the event reports, as a product prints it, or "".
func (e LoggedEvent) Error() string {
	if len(e.ID) < shortestEventCode || strings.Contains(e.Text, e.ID) {
		return e.Text
	}
	return strings.TrimSpace(e.Text + " (ID " + e.ID + ")")
}

// cleanValue returns a value without the quotes and marks around it.
func cleanValue(s string) string {
	return strings.Trim(s, " \t\"'`*_|,;“”‘’«»")
}

// cutRunes returns the first n characters of s.
func cutRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// prompt matches the prompt of PowerShell, and fences a line of marks alone.
var (
	prompt = regexp.MustCompile(`^PS [^>]*>+$`)
	fences = regexp.MustCompile("^[>`'•·|*+{} -]*$")
)

// restOf returns the text of lines that do not belong to the output.
func restOf(lines []outputLine) string {
	var all []string
	for _, line := range lines {
		if line.text != endMark && !prompt.MatchString(line.text) && !fences.MatchString(line.text) {
			all = append(all, line.text)
		}
	}
	return strings.Join(all, "\n")
}
