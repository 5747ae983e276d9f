package console

import (
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

// The search in messages.

const (
	// maxFound is more than a user reads, and few enough for a panel.
	maxFound = 50
	// snippetBytes is how much of a message is shown around the first word that
	// was found: three lines of the panel.
	snippetBytes = 180
)

// A found message contains all words of a search.
type found struct {
	From    bot.User
	Bot     bool
	Channel string
	At      time.Time
	Text    []span // an excerpt; the words that were found have the Kind "found"
	URL     string
}

// IsDirect reports whether it was written in the conversation with the bot.
func (f found) IsDirect() bool { return isDirect(f.Channel) }

// find returns the messages that contain all words of the view's query, newest
// first.
func (c *Console) find(v view) []found {
	words := strings.Fields(strings.ToLower(v.Query))
	if len(words) == 0 {
		return nil
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	var all []found
	later := map[string]int{} // by channel: how many messages its page has before this one
	for _, m := range slices.Backward(c.ws.messages) {
		if m.Gone || !m.visible(v.User.ID) {
			continue
		}
		if m.Root == "" {
			later[m.Channel]++
		}
		text := m.words()
		marks := wordMarks(text, words)
		if marks == nil {
			continue
		}
		all = append(all, found{
			From: c.setup.user(m.User), Bot: m.User == "", Channel: m.Channel, At: m.At,
			Text: snippet(text, marks), URL: v.message(m, later[m.Channel] <= maxShown),
		})
		if len(all) == maxFound {
			break
		}
	}
	return all
}

// message returns the address of a message in its channel or thread, or in the
// thread under it if its channel does not show it. The search stays open where
// there is room for it, which is next to a channel.
func (v view) message(m *message, shown bool) string {
	if m.Root == "" && !shown && !isDirect(m.Channel) {
		return v.In(m.Channel).Thread(m.ID).URL() + "#" + threadList + "-" + m.ID
	}
	if m.Root != "" {
		return v.In(m.Channel).Thread(m.Root).URL() + "#" + threadList + "-" + m.ID
	}
	to := v.In(m.Channel)
	to.Panel, to.Query = v.Panel, v.Query
	return to.URL() + "#" + channelList + "-" + m.ID
}

// words returns the text of a message as it is searched.
func (m *message) words() string {
	if m.User != "" {
		return m.Text
	}
	var parts []string
	for _, b := range m.Reply.Blocks {
		parts = append(parts, b.Text)
		for _, row := range b.Rows {
			parts = append(parts, strings.Join(row, " "))
		}
		for _, item := range b.Items {
			parts = append(parts, item.Text)
		}
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return strings.ReplaceAll(strings.Join(parts, "\n"), "`", "")
}

// wordMarks returns where the words, which are in lower case, are in a text. It
// returns nil unless all of them are.
func wordMarks(text string, words []string) []mark {
	low := strings.ToLower(text)
	if len(low) != len(text) { // a letter whose lower case is longer or shorter
		low = text
	}
	var marks []mark
	for _, word := range words {
		at := strings.Index(low, word)
		if at < 0 {
			return nil
		}
		for n := 0; at >= 0 && n < maxFound; n++ { // a word of one letter may be everywhere
			marks = append(marks, mark{"found", at, at + len(word)})
			next := strings.Index(low[at+len(word):], word)
			if next < 0 {
				break
			}
			at += len(word) + next
		}
	}
	return marks
}

// snippet cuts the part of a text around the first mark, at spaces.
func snippet(text string, marks []mark) []span {
	first := slices.MinFunc(marks, func(a, b mark) int { return a.start - b.start })
	start := boundary(text, first.start-snippetBytes/3)
	if at := strings.IndexAny(text[start:first.start], " \n"); start > 0 && at >= 0 {
		start += at + 1
	}
	end := boundary(text, max(first.end, start+snippetBytes))
	if at := strings.LastIndexAny(text[first.end:end], " \n"); end < len(text) && at >= 0 {
		end = first.end + at
	}
	var inside []mark
	for _, m := range marks {
		if m.start < end && m.end > start {
			inside = append(inside, mark{m.kind, m.start - start, m.end - start})
		}
	}
	all := highlight(text[start:end], inside)
	if start > 0 {
		all = append([]span{{Kind: "gap"}}, all...)
	}
	if end < len(text) {
		all = append(all, span{Kind: "gap"})
	}
	return all
}
