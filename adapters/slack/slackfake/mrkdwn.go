package slackfake

import (
	"regexp"
	"strings"
)

// escape escapes the control characters of mrkdwn.
//
// https://docs.slack.dev/messaging/formatting-message-text/
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// unescape reverses escape.
func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// linkable matches the text outside code that Slack's client turns into markup:
// URLs, email addresses, domains, and names of users and channels.
var linkable = regexp.MustCompile(`https?://[^\s<>|]+|[\w.+-]+@[\w-]+\.[\w.-]*\w|(?:[a-zA-Z0-9-]+\.)+(?:com|net|org|io|dev)\b(?:/[^\s<>|]*)?|[@#][\w-]+`)

// toMrkdwn converts text that a user types to mrkdwn and the rich_text block
// that Slack adds. The caller holds s.mu.
func (s *Server) toMrkdwn(text string) (string, []any) {
	var marked strings.Builder
	var parts, line []any
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			marked.WriteString("```" + escape(part) + "```")
			if len(line) > 0 {
				parts = append(parts, object{"type": "rich_text_section", "elements": line})
			}
			line = nil
			parts = append(parts, object{"type": "rich_text_preformatted", "elements": []any{object{"type": "text", "text": strings.Trim(part, "\n")}}, "border": 0})
			continue
		}
		m, l := s.markupLine(part)
		marked.WriteString(m)
		line = l
	}
	if len(line) > 0 || len(parts) == 0 {
		parts = append(parts, object{"type": "rich_text_section", "elements": append([]any{}, line...)})
	}
	return marked.String(), []any{object{"type": "rich_text", "elements": parts}}
}

// markupLine converts text outside code.
func (s *Server) markupLine(text string) (marked string, rich []any) {
	var b strings.Builder
	plain := func(part string) {
		b.WriteString(escape(part))
		if part != "" {
			rich = append(rich, object{"type": "text", "text": part})
		}
	}
	at := 0
	for _, span := range linkable.FindAllStringIndex(text, -1) {
		markup, e := s.markupWord(text[span[0]:span[1]])
		if e == nil {
			continue
		}
		plain(text[at:span[0]])
		b.WriteString(markup)
		rich = append(rich, e)
		at = span[1]
	}
	plain(text[at:])
	return b.String(), rich
}

// markupWord converts a match of linkable. It returns nil if there is no such
// user or channel.
func (s *Server) markupWord(word string) (string, object) {
	switch {
	case word[0] == '@':
		u := find(s.users, func(u *User) bool { return u.Name == word[1:] })
		if u == nil {
			return "", nil
		}
		return "<@" + u.ID + ">", object{"type": "user", "user_id": u.ID}
	case word[0] == '#':
		c := find(s.channels, func(c *Channel) bool { return c.Name == word[1:] })
		if c == nil {
			return "", nil
		}
		return "<#" + c.ID + "|>", object{"type": "channel", "channel_id": c.ID}
	case strings.HasPrefix(word, "http"):
		return "<" + escape(word) + ">", object{"type": "link", "url": word}
	case strings.Contains(word, "@"):
		return "<mailto:" + word + "|" + word + ">", object{"type": "link", "url": "mailto:" + word, "text": word}
	}
	return "<http://" + escape(word) + "|" + escape(word) + ">", object{"type": "link", "url": "http://" + word, "text": word}
}
