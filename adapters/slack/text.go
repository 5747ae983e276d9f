package slack

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Between Slack's markup and plain text. The text of a message arrives with & < >
// escaped, and with mentions and links in angle brackets.
// https://docs.slack.dev/messaging/formatting-message-text/

var (
	brackets   = regexp.MustCompile(`<([^<>]*)>`)
	quoteMarks = regexp.MustCompile(`(?m)^(?:&gt;)+ ?`)
)

// plain removes the markup of a text, and mentions of self. Quotes keep their
// marks: a reply that quotes the bot does not say what it quotes.
func plain(text, self string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = quoteMarks.ReplaceAllString(text, "> ")
	text = brackets.ReplaceAllStringFunc(text, func(s string) string { return unescapeBrackets(s[1:len(s)-1], self) })
	text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "```", "\n", "`", "").Replace(text)
	return strings.TrimSpace(chat.CutBytes(text, chat.MaxText))
}

// unescapeBrackets returns the plain text of <s>.
func unescapeBrackets(s, self string) string {
	target, label, labelled := strings.Cut(s, "|")
	switch {
	case self != "" && target == "@"+self:
		return ""
	case strings.HasPrefix(target, "!"):
		return unescapeSpecial(target[1:], label)
	case strings.HasPrefix(target, "#") && labelled:
		return "#" + label
	case strings.HasPrefix(target, "@") && labelled:
		return "@" + strings.TrimPrefix(label, "@")
	case labelled: // a host name that Slack turned into a link is its label
		return label
	}
	return strings.TrimPrefix(target, "mailto:")
}

// namedIn returns the channels and users that a text mentions.
func namedIn(text string) []bot.Mention {
	var all []bot.Mention
	for _, m := range brackets.FindAllStringSubmatch(text, -1) {
		if target, _, _ := strings.Cut(m[1], "|"); strings.HasPrefix(target, "#") || strings.HasPrefix(target, "@") {
			all = append(all, bot.Mention{Text: unescapeBrackets(m[1], ""), ID: target[1:]})
		}
	}
	return all
}

// unescapeSpecial returns the plain text of <!s>, a special mention or a date.
func unescapeSpecial(s, label string) string {
	if label != "" {
		return label
	}
	name, _, _ := strings.Cut(s, "^")
	return "@" + name
}

// mentions reports whether a text mentions the user.
func mentions(text, user string) bool {
	return user != "" && (strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|"))
}

// escape escapes a text for Slack's markup, so that it contains no mention and no
// link. Times become dates, which Slack shows in the reader's time zone.
// https://docs.slack.dev/messaging/formatting-message-text/#date-formatting
func escape(text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	return bot.ShowTimes(text, func(at time.Time) string {
		format := "{time}"
		if time.Since(at).Abs() > sameDay {
			format = "{date_short_pretty} {time}"
		}
		return fmt.Sprintf("<!date^%d^%s|%s>", at.Unix(), format, plainTime(at))
	})
}

// sameDay is the age up to which a time needs no date: within it, the same time
// of day is passed at most once.
const sameDay = 20 * time.Hour

// plainTime returns a time where Slack has no markup.
func plainTime(at time.Time) string { return at.UTC().Format("01-02 15:04 UTC") }

// removeInvisible removes control characters and those that change the direction
// of writing.
func removeInvisible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
			return -1
		}
		return r
	}, text)
}

// escapePlain breaks up mentions in a plain_text object. Slack does not interpret
// them, but other clients may. The word joiner is invisible.
func escapePlain(text string) string {
	text = bot.ShowTimes(text, plainTime)
	return strings.NewReplacer("<!", "<\u2060!", "<@", "<\u2060@", "<#", "<\u2060#", "`", "").Replace(text)
}
