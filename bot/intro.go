package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// What the first answer says before its question or step: the error, the words of
// the paste that show it, its cause, and other errors of the same paste.

// intro says which error was recognized, by what, and why it happens.
func (v voice) intro(w Walkthrough) []Block {
	blocks := []Block{heading(v.title(w)), {Kind: BlockQuote, Text: shorten(v.quote(w.quoted()), maxQuote)}}
	if by := v.recognizedBy(w); by != "" {
		blocks = append(blocks, paragraph(v.text("recognized", "by", by)))
	}
	cause := v.cause(w)
	blocks = append(blocks, paragraph(cause), v.windowsResults(w.Text, v.title(w)+cause))
	if w.ReadIn != "" && w.ReadIn == w.Source {
		blocks = append(blocks, paragraph(v.text("collect_read", "facts", v.readings(w.Read, false))))
	}
	for _, a := range w.answers() {
		if q := findQuestion(w.Entry, a.Step); q != nil {
			if c := findChoice(q, a.Choice); c != nil {
				blocks = append(blocks, v.knownAnswer(w, a, c))
			}
		}
	}
	return append(append(blocks, v.otherErrors(w)...), v.maintenance(w))
}

// knownAnswer names an answer that is known before a question is asked.
func (v voice) knownAnswer(w Walkthrough, a Attempt, c *kb.Choice) Block {
	key := "told"
	if w.wasRead(v.rules.Base.Collector(), a) {
		key = "collect_told"
		if w.ReadIn == w.Source {
			return Block{} // said with the rest of what was read
		}
	}
	return paragraph(v.text(key, "answer", v.entryText(c.Label, w)))
}

// cause returns why the error happens: what holds for everybody, and what the
// paste shows.
func (v voice) cause(w Walkthrough) string {
	var said []string
	for _, s := range w.Entry.Cause {
		if w.shows(s.If) {
			said = append(said, v.entryText(s.Text, w))
		}
	}
	return strings.Join(said, " ")
}

// otherErrors names the other errors of the paste, and those that were left for
// this one. Only an entry can say that an error follows from its own.
func (v voice) otherErrors(w Walkthrough) []Block {
	var blocks []Block
	var follow, more []string
	for _, id := range w.Also {
		if slices.Contains(w.Entry.Causes, id) {
			follow = append(follow, id)
		} else {
			more = append(more, id)
		}
	}
	for _, list := range []struct {
		text string
		ids  []string
	}{{"follows", follow}, {"also", more}, {"left_open", w.Open}} {
		if titles := v.titles(list.ids); titles != "" {
			blocks = append(blocks, paragraph(v.text(list.text, "titles", titles)))
		}
	}
	return blocks
}

// quoted returns the sentence of the paste with the longest message or phrase
// that matched. A single word is no reason that means anything to a reader.
func (w *Walkthrough) quoted() string {
	var longest match.Evidence
	for _, e := range w.Evidence {
		if (e.Kind == match.EvidenceMessage || e.Kind == match.EvidencePhrase) && len(e.Text) > len(longest.Text) {
			longest = e
		}
	}
	if len(strings.Fields(longest.Text)) < 2 {
		return ""
	}
	quote := longest.Text
	if longest.Start >= 0 && longest.Start <= longest.End && longest.End <= len(w.Text) && w.Text[longest.Start:longest.End] == quote {
		quote = sentenceAround(w.Text, longest.Start, longest.End)
	}
	if open := strings.LastIndexByte(quote, '('); open >= 0 && !strings.Contains(quote[open:], ")") {
		quote = strings.TrimSpace(quote[:open]) // the start of "(ID: …)"
	}
	return quote
}

// maxAround is how many bytes of a sentence on each side of a span are quoted.
// In a longer one the span is quoted alone.
const maxAround = 120

// sentenceAround widens a span of a text to its sentence.
func sentenceAround(text string, start, end int) string {
	before, quotes := text[:start], false
	if i := strings.LastIndexAny(before, "\r\n"); i >= 0 {
		before = before[i+1:]
	}
	before = strings.TrimLeft(before, "> ") // of a quote
	for _, mark := range sentenceMarks {
		if i := strings.LastIndex(before, mark+" "); i >= 0 {
			before = before[i+len(mark)+1:]
		}
	}
	if i := strings.LastIndexAny(before, "`\"'“‘«"); i == 0 || i > 0 && before[i-1] == ' ' {
		_, size := utf8.DecodeRuneInString(before[i:])
		before = before[i+size:] // what a person quotes
		quotes = true
	}
	after := text[end:]
	if i := strings.IndexAny(after, "\r\n"); i >= 0 {
		after = after[:i]
	}
	if i := strings.IndexAny(after, "`\"'”’»"); quotes && i >= 0 {
		after = after[:i]
	}
	if !endsSentence(text[start:end]) {
		for _, mark := range sentenceMarks {
			if i := strings.Index(after+" ", mark+" "); i >= 0 {
				after = after[:i]
			}
		}
	} else {
		after = ""
	}
	if len(before) > maxAround {
		before = ""
	}
	if len(after) > maxAround {
		after = ""
	}
	return strings.TrimSpace(before + text[start:end] + after)
}

// sentenceMarks end a sentence, or introduce what is quoted, before a space.
var sentenceMarks = []string{".", "!", "?", ":", ";", "。"}

// sentencesOf splits a text of several lines into its sentences.
func sentencesOf(text string) (all []string) {
	for line := range strings.Lines(text) {
		from := 0
		for i := range line {
			if endsSentence(line[from:i]) && line[i] == ' ' {
				all = append(all, line[from:i])
				from = i
			}
		}
		all = append(all, line[from:])
	}
	return all
}

func endsSentence(s string) bool {
	return slices.ContainsFunc(sentenceMarks, func(mark string) bool { return strings.HasSuffix(s, mark) })
}

// maxQuote limits a quote to about three lines of a chat window.
const maxQuote = 240

// shorten truncates s to a number of runes, with an ellipsis.
func shorten(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// visible returns foreign text as a single line of visible characters.
func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		if invisible(r) || r == TimeStart || r == timeEnd {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return noBackquotes(strings.Join(strings.Fields(s), " "))
}

// recognizedBy lists the kinds of evidence, each once.
func (v voice) recognizedBy(w Walkthrough) string {
	var parts []string
	for _, code := range w.Codes {
		parts = append(parts, v.text("by_code", "code", codeLabel(code)))
	}
	for _, e := range w.Evidence {
		switch e.Kind {
		case match.EvidenceSymbol:
			parts = append(parts, v.text("by_symbol", "symbol", shorten(v.quote(e.Text), 80)))
		case match.EvidenceMessage:
			if len(strings.Fields(e.Text)) > 1 {
				parts = append(parts, v.text("by_message"))
			} else if len(w.Codes) == 0 {
				parts = append(parts, v.text("by_words"))
			}
		case match.EvidencePhrase, match.EvidenceWords:
			parts = append(parts, v.text("by_words"))
		}
	}
	var once []string
	for _, p := range parts {
		if !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	if len(once) > 1 {
		last := len(once) - 1
		return strings.Join(once[:last], ", ") + v.text("and") + once[last]
	}
	return strings.Join(once, "")
}

func (v voice) titles(ids []string) string {
	var all []string
	for _, id := range ids {
		if e := v.rules.Base.Entry(id); e != nil {
			all = append(all, v.text("quoted", "title", v.entryText(e.Title, Walkthrough{})))
		}
	}
	return strings.Join(all, ", ")
}
