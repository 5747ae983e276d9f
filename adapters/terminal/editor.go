package terminal

import (
	"slices"
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"
)

// maxHistory bounds the history: more messages than a conversation has.
const maxHistory = 100

// An editor is the message that the user writes, and those written before. It
// does not draw.
//
// The history is kept in memory only. What people paste may hold names of
// servers and credentials; the conversation itself is stored encrypted, and a
// history file would undo that.
type editor struct {
	text string
	at   int // the cursor: a byte offset in text

	history []string // oldest first
	shown   int      // index in history of what text was taken from; len(history) is draft
	draft   string   // what was written before the user went back in history
}

// edit changes the text as the key says. Keys that it does not know change
// nothing.
func (e *editor) edit(k key) {
	before, after := e.text[:e.at], e.text[e.at:]
	switch k.name {
	case "":
		e.replace(before+tidy(k.text), after)
	case keyNewLine:
		e.replace(before+"\n", after)
	case keyBackspace:
		e.replace(before[:previous(before)], after)
	case keyDelete, keyEndOfInput:
		e.replace(before, after[next(after):])
	case keyLeft:
		e.at = previous(before)
	case keyRight:
		e.at += next(after)
	case keyWordLeft:
		e.at = wordStart(before)
	case keyWordRight:
		e.at += wordEnd(after)
	case keyLineStart:
		e.at = lineStart(before)
	case keyLineEnd:
		e.at += lineEnd(after)
	case keyCutWord:
		e.replace(before[:wordStart(before)], after)
	case keyCutToStart:
		e.replace(before[:lineStart(before)], after)
	case keyCutToEnd:
		e.replace(before, after[lineEnd(after):])
	case keyEarlier:
		e.recall(e.shown - 1)
	case keyLater:
		e.recall(e.shown + 1)
	}
}

// replace sets the text before and after the cursor.
func (e *editor) replace(before, after string) { e.text, e.at = before+after, len(before) }

// recall shows an earlier message, or the draft after the last one.
func (e *editor) recall(i int) {
	if i < 0 || i > len(e.history) {
		return
	}
	if e.shown == len(e.history) {
		e.draft = e.text
	}
	e.shown = i
	text := e.draft
	if i < len(e.history) {
		text = e.history[i]
	}
	e.replace(text, "")
}

// take returns the message, adds it to the history, and empties the line.
func (e *editor) take() string {
	text := e.text
	if last := len(e.history) - 1; strings.TrimSpace(text) != "" && (last < 0 || e.history[last] != text) {
		e.history = append(e.history, text)
		e.history = slices.Delete(e.history, 0, max(0, len(e.history)-maxHistory))
	}
	e.clear()
	return text
}

// clear empties the line.
func (e *editor) clear() {
	e.replace("", "")
	e.shown, e.draft = len(e.history), ""
}

// tidy returns pasted text with line feeds as line ends, and without what would
// control the terminal. Tabs are spaces, which are easier to see and to delete.
func tidy(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", "    ").Replace(s)
	return safe(strings.ToValidUTF8(s, "\uFFFD"))
}

// previous returns where the last character of s begins: a letter with its
// accents, a syllable of Hangul jamo, an emoji of several code points. Only the
// last line counts, because a paste may be long.
func previous(s string) int {
	start := lineStart(s)
	if start == len(s) {
		return max(0, start-1) // the line feed
	}
	g, last := displaywidth.StringGraphemes(s[start:]), start
	for end := start; g.Next(); end += len(g.Value()) {
		last = end
	}
	return last
}

// next returns where the first character of s ends.
func next(s string) int {
	g := displaywidth.StringGraphemes(s)
	if !g.Next() {
		return 0
	}
	return len(g.Value())
}

func lineStart(s string) int { return strings.LastIndexByte(s, '\n') + 1 }

func lineEnd(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

// wordStart returns where the last word of s begins.
func wordStart(s string) int {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	return len(strings.TrimRightFunc(s, func(r rune) bool { return !unicode.IsSpace(r) }))
}

// wordEnd returns where the first word of s ends.
func wordEnd(s string) int {
	rest := strings.TrimLeftFunc(s, unicode.IsSpace)
	if i := strings.IndexFunc(rest, unicode.IsSpace); i >= 0 {
		return len(s) - len(rest) + i
	}
	return len(s)
}
