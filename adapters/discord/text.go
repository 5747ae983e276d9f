package discord

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Markdown: plain removes it from a user's text, and escape makes any text
// appear literally.
// https://docs.discord.com/developers/reference#message-formatting

var (
	codeBlock       = regexp.MustCompile("(?s)```(?:[A-Za-z0-9_+.#-]*\n)?(.*?)```")
	angleBrackets   = regexp.MustCompile(`<(@[!&]?|#|a?:[\w~]+:|t:-?|/[^<>:\n]+:|https?://)([^<>\s]*)>`)
	maskedLink      = regexp.MustCompile(`\[([^\[\]\n]+)\]\(<?(https?://[^\s()<>]+)>?\)`)
	lineMarkup      = regexp.MustCompile(`(?m)^(?:-# |#{1,3} )`)
	backslashEscape = regexp.MustCompile("\\\\([*_~|`<>#\\[\\]()-])")
	inlineMarkup    = strings.NewReplacer("**", "", "~~", "", "||", "", "`", "")
)

// plain removes the markdown from a text, except in code blocks, and mentions
// of self. Quotes keep their marks: a reply that quotes the bot does not say what
// it quotes.
func plain(text, self string) string {
	text = strings.ToValidUTF8(chat.CutBytes(text, chat.MaxText), "\uFFFD")
	var b strings.Builder
	for at := codeBlock.FindStringSubmatchIndex(text); at != nil; at = codeBlock.FindStringSubmatchIndex(text) {
		b.WriteString(plainInline(text[:at[0]], self) + "\n" + text[at[2]:at[3]] + "\n")
		text = text[at[1]:]
	}
	b.WriteString(plainInline(text, self))
	return strings.TrimSpace(b.String())
}

// plainInline removes the markdown from a text without code blocks.
func plainInline(text, self string) string {
	text = lineMarkup.ReplaceAllString(text, "")
	text = maskedLink.ReplaceAllString(text, "$1")
	text = angleBrackets.ReplaceAllStringFunc(text, func(s string) string {
		part := angleBrackets.FindStringSubmatch(s)
		switch kind, rest := part[1], part[2]; {
		case strings.HasPrefix(kind, "http"):
			return kind + rest
		case strings.HasPrefix(kind, "@") && rest == self:
			return ""
		case strings.HasPrefix(kind, "@"):
			return "@" + rest
		case kind == "#":
			return "#" + rest
		case strings.HasPrefix(kind, "/"):
			return strings.TrimSuffix(kind, ":")
		}
		return " " // an emoji or a timestamp
	})
	return backslashEscape.ReplaceAllString(inlineMarkup.Replace(text), "$1")
}

// mentions reports whether the text mentions the user.
func mentions(text, user string) bool {
	return user != "" && (strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@!"+user+">"))
}

var (
	// autoLink matches URLs that Discord links by itself and in which nothing is
	// markdown.
	autoLink = regexp.MustCompile(`https?://[^\s<>*~|\[\]` + "`" + `]+`)
	// angleMarkup matches the start of a mention, an emoji, a timestamp or a
	// link.
	angleMarkup  = regexp.MustCompile(`<([@#:/]|a:|t:|id:|https?:|sound)`)
	massMentions = regexp.MustCompile(`@(everyone|here)`)
)

// escape returns markdown that shows a text literally: nothing in it formats,
// mentions or hides. Code spans stay. Times become timestamps, which Discord
// shows in the reader's time zone.
// https://docs.discord.com/developers/reference#message-formatting-timestamp-styles
func escape(text string) string {
	parts := strings.Split(text, "`")
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i%2 == 0 || i == len(parts)-1: // the last backtick has no partner
			b.WriteString(escapeText(part))
		case strings.TrimSpace(part) != "":
			b.WriteString("`" + part + "`")
		}
	}
	text = massMentions.ReplaceAllString(b.String(), "@\u2060$1") // a word joiner, which is invisible
	return bot.ShowTimes(text, func(at time.Time) string {
		style := "t" // the time alone
		if time.Since(at).Abs() > sameDay {
			style = "f" // with the date
		}
		return fmt.Sprintf("<t:%d:%s>", at.Unix(), style)
	})
}

// sameDay is the age up to which a time needs no date: within it, the same time
// of day is passed at most once.
const sameDay = 20 * time.Hour

// plainTime returns a time where Discord has no markdown.
func plainTime(at time.Time) string { return at.UTC().Format("01-02 15:04 UTC") }

// escapeText escapes a text without code spans.
func escapeText(text string) string {
	var b strings.Builder
	for at := autoLink.FindStringIndex(text); at != nil; at = autoLink.FindStringIndex(text) {
		b.WriteString(escapeMarks(text[:at[0]]) + text[at[0]:at[1]])
		text = text[at[1]:]
	}
	return b.String() + escapeMarks(text)
}

// escapeMarks escapes only characters that would format something, because
// users copy names and paths from the text.
func escapeMarks(text string) string {
	rs := []rune(text)
	var b strings.Builder
	for i, r := range rs {
		if isMarkup(rs, i) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isMarkup reports whether the character at i would format something.
func isMarkup(rs []rune, i int) bool {
	next, before := runeAt(rs, i+1), runeAt(rs, i-1)
	switch rs[i] {
	case '*':
		return true
	case '\\':
		return next < utf8.RuneSelf && (unicode.IsPunct(next) || unicode.IsSymbol(next))
	case '<':
		return angleMarkup.MatchString(string(rs[i:min(i+len("<https:"), len(rs))]))
	case '_':
		return !inWord(before) || !inWord(next) || next == '_' || before == '_'
	case '~', '|':
		return next == rs[i] || before == rs[i]
	case '#', '>':
		return atLineStart(rs, i)
	case '-':
		return (next == ' ' || next == '#') && atLineStart(rs, i)
	case ']':
		return next == '('
	}
	return false
}

// atLineStart reports whether only white space precedes i in its line.
func atLineStart(rs []rune, i int) bool {
	for i--; i >= 0 && rs[i] != '\n'; i-- {
		if !unicode.IsSpace(rs[i]) {
			return false
		}
	}
	return true
}

// linkText returns the text of a masked link, in which Discord allows no
// escapes: it drops markdown, and splits URLs, which would end the link.
// https://github.com/discord/discord-api-docs/issues/6185
func linkText(text string) string {
	text = bot.ShowTimes(text, plainTime)
	text = strings.NewReplacer("[", "(", "]", ")", "://", ":/\u2060/", "`", "", "*", "", "~~", "", "||", "", "\\", "/", "<", "‹").Replace(text)
	return massMentions.ReplaceAllString(text, "@\u2060$1")
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// runeAt returns the i-th character, or 0.
func runeAt(rs []rune, i int) rune {
	if i < 0 || i >= len(rs) {
		return 0
	}
	return rs[i]
}

// removeInvisible removes control characters and overrides of the writing
// direction, which could disguise a text.
func removeInvisible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
