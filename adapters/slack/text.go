package slack

import (
	"regexp"
	"strings"
	"unicode"

	"mabsbot/adapters/chat"
)

// Slack's markup to plain text. What people type arrives with & < > escaped and
// with mentions and links in angle brackets.
// https://docs.slack.dev/messaging/formatting-message-text/

var (
	brackets   = regexp.MustCompile(`<([^<>]*)>`)
	quoteMarks = regexp.MustCompile(`(?m)^(?:&gt;)+ ?`)
)

// plain undoes the markup of a text. Mentions of self are left out.
func plain(text, self string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = quoteMarks.ReplaceAllString(text, "")
	text = brackets.ReplaceAllStringFunc(text, func(s string) string { return unescapeBrackets(s[1:len(s)-1], self) })
	text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "```", "\n", "`", "").Replace(text)
	return strings.TrimSpace(chat.CutBytes(text, chat.MaxText))
}

// unescapeBrackets is what <s> stands for.
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
	case labelled: // a link that Slack made of a host's name has that as its label
		return label
	}
	return strings.TrimPrefix(target, "mailto:")
}

// unescapeSpecial is what <!s> stands for: a mention of many, or a date.
func unescapeSpecial(s, label string) string {
	if label != "" {
		return label
	}
	name, _, _ := strings.Cut(s, "^")
	return "@" + name
}

// mentions reports whether the text mentions the user.
func mentions(text, user string) bool {
	return user != "" && (strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|"))
}

// escape makes a text that shows as it is: nothing in it is a mention or a link
// any more.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// removeInvisible takes out what is not seen and may steer what shows it: control
// characters, and those that turn the direction of writing.
func removeInvisible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
			return -1
		}
		return r
	}, text)
}

// escapePlain makes a plain text, which Slack does not read for mentions, look like
// none to other readers of it either. The word joiner is not seen.
func escapePlain(text string) string {
	return strings.NewReplacer("<!", "<\u2060!", "<@", "<\u2060@", "<#", "<\u2060#", "`", "").Replace(text)
}
