package terminal

import (
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"

	"mabsbot/bot"
)

// Colors of blocks: the basic eight of ECMA-48, which follow the theme of the
// terminal. Marks distinguish the kinds of blocks even without color.
const (
	bold, dim, red, cyan, plain = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[36m", "\x1b[0m"
)

// Marks of a code span, in place of its backquotes. They are control characters
// (shift out, shift in) and take no column; safe removes them from other text.
const codeStart, codeEnd = '\x0e', '\x0f'

// prepare makes a text safe. If it will be colored, color replaces the
// backquotes of code spans. An unpaired backquote is a literal backquote.
func (t *Terminal) prepare(text string) string {
	text = safe(text)
	if !t.o.Color {
		return text
	}
	var b strings.Builder
	for {
		before, rest, opens := strings.Cut(text, "`")
		code, after, closes := strings.Cut(rest, "`")
		if !opens || !closes {
			return b.String() + text
		}
		b.WriteString(before + string(codeStart) + code + string(codeEnd))
		text = after
	}
}

// colored colors lines of a prepared text. A code span has a color of its own,
// and may continue on the next line.
func (t *Terminal) colored(color string, lines ...string) []string {
	if !t.o.Color {
		return lines
	}
	end := ""
	if color != "" {
		end = plain
	}
	colors := strings.NewReplacer(string(codeStart), cyan, string(codeEnd), plain+color)
	inCode := false
	all := make([]string, len(lines))
	for i, line := range lines {
		if line == "" {
			continue
		}
		start := color
		if inCode {
			start += cyan
		}
		if at := strings.LastIndexAny(line, string(codeStart)+string(codeEnd)); at >= 0 {
			inCode = line[at] == codeStart
		}
		all[i] = start + colors.Replace(line) + end
		if inCode && end == "" {
			all[i] += plain
		}
	}
	return all
}

// safe removes control characters and bidirectional overrides, because a paste
// may contain escape sequences.
func safe(s string) string {
	s = bot.ShowTimes(s, func(at time.Time) string { return at.Local().Format("15:04") })
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' || r == 0x7f || 0x80 <= r && r < 0xa0 || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
}

// wrap breaks a line at spaces, and within a code span only if it is longer than
// a line. A word longer than the line is cut.
func wrap(line string, most int) []string {
	most = max(most, 10) // the narrowest line that is still readable after a mark
	var lines []string
	now := ""
	for i, word := range words(line) {
		if i > 0 && columns(now)+1+columns(word) > most {
			lines = append(lines, now)
			now = word
		} else if i > 0 {
			now += " " + word
		} else {
			now = word
		}
		for columns(now) > most {
			head := cut(now, most)
			lines = append(lines, head)
			now = now[len(head):]
		}
	}
	return append(lines, now)
}

// words splits a line at the spaces outside of code spans.
func words(line string) []string {
	var all []string
	start, inCode := 0, false
	for i, r := range line {
		switch {
		case r == codeStart:
			inCode = true
		case r == codeEnd:
			inCode = false
		case r == ' ' && !inCode:
			all = append(all, line[start:i])
			start = i + 1
		}
	}
	return append(all, line[start:])
}

// cut returns the longest prefix of s that fits, at least one character.
func cut(s string, most int) string {
	g := displaywidth.StringGraphemes(s)
	n, at := 0, 0
	for g.Next() {
		if n += g.Width(); n > most && at > 0 {
			break
		}
		at += len(g.Value())
	}
	return s[:at]
}

// columns returns the display width of s. Hangul takes two columns a syllable,
// control characters take none.
func columns(s string) int { return displaywidth.String(s) }
