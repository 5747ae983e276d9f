package locale

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// maxWritten is how much of a text can be a user's own words: the longest
// message of Slack (40,000 characters). Attached files come after it.
const maxWritten = 40_000

// OwnWords returns what people wrote of a text themselves. It removes the given
// spans, which are known to be the product's, and whatever has the form of
// output or of a command: log lines, records, prompts, stack traces, quotations,
// paths and identifiers.
//
// What is left in Latin letters can still be the rest of an error message. So
// if the text has anything of the product, a sentence in Latin letters counts
// only if it asks or has a word that people use of themselves.
func (all Locales) OwnWords(text string, product []Span) string {
	var own strings.Builder
	for _, s := range all.ownSentences(text, product, false) {
		own.WriteString(identifier.ReplaceAllString(s, " ") + "\n")
	}
	return own.String()
}

// OwnSentences returns the sentences that people wrote of a text themselves,
// with the identifiers in them. In doubt a sentence in Latin letters counts if
// it has a few words, and nothing was removed from it.
func (all Locales) OwnSentences(text string, product []Span) string {
	var own []string
	for _, s := range all.ownSentences(text, product, true) {
		s = strings.TrimLeft(strings.TrimSpace(s), ")]}.,:;-` ") // the rest of "(ID: …)"
		said := len(strings.Fields(s)) > 2 || !isLatin(s) || all.personal(s)
		if s != "" && said && strings.Contains(text, s) {
			own = append(own, s)
		}
	}
	return strings.Join(own, " ")
}

// ownSentences returns what people wrote of a text themselves, by sentence. In
// doubt a sentence in Latin letters counts if doubtful is set.
func (all Locales) ownSentences(text string, product []Span, doubtful bool) []string {
	written := cutAtRune(text, maxWritten)
	left := withoutSpans(written, product)
	var lines []string
	record := isRecord(left)
	found := left != written
	for line := range strings.Lines(left) {
		line = strings.TrimRight(line, "\r\n")
		if isOutput(line) || record && recordLine.MatchString(line) {
			found = true
			continue
		}
		lines = append(lines, line)
	}
	var own []string
	for _, line := range lines {
		for _, s := range sentences(line) {
			coded := codeForm.MatchString(s)
			if plain := identifier.ReplaceAllString(s, " "); doubtful || !found && !coded || !isLatin(plain) || all.personal(plain) {
				own = append(own, s)
			}
		}
	}
	return own
}

// cutAtRune returns the first n bytes of s, without a rune that is cut in two.
func cutAtRune(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// maxSlotGap is the length in bytes of the longest gap between two spans that
// belongs to them: a long host name, and a word on both sides.
const maxSlotGap = 80

// withoutSpans removes spans of a text, and the names between neighboring ones.
func withoutSpans(text string, spans []Span) string {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	var b strings.Builder
	at := 0
	for _, s := range spans {
		s.End = min(s.End, len(text))
		if s.End <= at || s.Start < 0 || s.Start > s.End {
			continue
		}
		if between := text[at:max(at, s.Start)]; at == 0 || !isGap(between) {
			b.WriteString(between + " ")
		}
		at = s.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// isGap reports whether the text between two spans is a name rather than words
// of a sentence.
func isGap(s string) bool {
	return len(s) <= maxSlotGap && !strings.ContainsAny(s, "\r\n"+QuestionMarks) && isLatin(s) && len(strings.Fields(s)) <= 4
}

// The forms of output. They are those of programs in general, so that they hold
// for products that are not known here.
var (
	logLine = regexp.MustCompile(`^[\s\[(<#*|]*(` + strings.Join([]string{
		`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b`,           // 2026-11-29
		`\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b`,         // 11/29/2026
		`\d{1,2}:\d{2}:\d{2}\b`,                     // 10:15:33
		`[0-9A-F]{4}\s+[0-9A-F]{4}\s+\d{2}/\d{2}\s`, // process, thread and date
		`(TRACE|DEBUG|INFO|WARN(ING)?|ERROR|ERR|FATAL|CRITICAL|VERBOSE|NOTICE)(\b[\]:)>|]|\s+[-\[\d]|\s*\|)`,
		`(at\s+[\w.$<>` + "`" + `]+[\[(])|(---+>)|([\w.]+Exception\b)`, // a stack trace
		`PS(\s+\w:[^>]*)?>`,   // the prompt of PowerShell
		`[A-Za-z]:\\[^<>|]*>`, // the prompt of cmd
		`\+\s+([~]|CategoryInfo|FullyQualifiedErrorId|\S+-\S+)`,
		`At (line|[A-Z]:\\)`,
		`>`, // a quotation
	}, "|") + `)`)
	outputAnywhere = regexp.MustCompile(strings.Join([]string{
		`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]\d{1,2}:\d{2}`,         // date and time
		`\d{1,2}/\d{1,2}(/\d{2,4})?\s+\d{1,2}:\d{2}:\d{2}`,       // the same, American
		`\t[^\t]+\t[^\t]*\t`,                                     // columns
		`\b\w+=\S+\s+(\S+\s+)?\w+=\S`,                            // key=value
		`\b[A-Z][a-z]+-[A-Z][A-Za-z]+\b.*\s(-[A-Za-z]|\||["'$])`, // a cmdlet with arguments
		`(\s[-/][A-Za-z?]\w*){2}`,                                // a command with switches
		`^\s*</?[\w:]+[^>]*>`,                                    // XML
	}, "|"))
	recordLine = regexp.MustCompile(`^\s*[\pL][\pL\d]*( [\pL\d()]+){0,3}\s*[:：]\s*\S`) // Affected area: D:\
	codeForm   = regexp.MustCompile(`(?i)\b0x[0-9a-f]{4,}\b|\bID\s*[:#]?\s*\d{2,}|[(\[]\s*\d{3,}\s*[)\]]`)
	identifier = regexp.MustCompile(`[A-Za-z]:\\\S*|\\\\\S+|\bhttps?://\S+|[\w-]*(\w[\\/._@]\w|\d)[\w\\/._:@-]*`)
)

// isOutput reports whether a line has the form of output or of a command.
func isOutput(line string) bool { return logLine.MatchString(line) || outputAnywhere.MatchString(line) }

// isRecord reports whether a text has a list of fields, as an alert has. A
// single line of that form may be a person's: "Problem: nothing works".
func isRecord(text string) bool {
	n := 0
	for line := range strings.Lines(text) {
		if recordLine.MatchString(line) {
			n++
		}
	}
	return n > 1
}

// sentences splits a line after the marks that end a sentence or introduce a
// quotation. The mark stays with its sentence.
func sentences(line string) []string {
	var all []string
	start := 0
	for i, r := range line {
		end := i + utf8.RuneLen(r)
		if strings.ContainsRune(".!:;。"+QuestionMarks, r) && (end >= len(line) || line[end] == ' ') {
			all = append(all, line[start:end])
			start = end
		}
	}
	return append(all, line[start:])
}

// isLatin reports whether a text has fewer than minLetters letters of other
// scripts.
func isLatin(s string) bool {
	n := 0
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			n++
		}
	}
	return n < minLetters
}

// personal reports whether a sentence asks, or has a word by which people speak
// of themselves or greet.
func (all Locales) personal(sentence string) bool {
	if strings.ContainsAny(sentence, QuestionMarks) {
		return true
	}
	for word := range strings.FieldsSeq(Fold(sentence)) {
		for _, l := range all {
			if slices.Contains(l.Personal, word) {
				return true
			}
		}
	}
	return false
}
