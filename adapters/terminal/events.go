package terminal

import (
	"fmt"
	"strconv"
	"strings"

	"mabsbot/bot"
)

// user is the ID of the user at the terminal.
const user = "you"

// event turns a typed message into an event, always addressed to the bot. The
// number of a button is a press of it.
func (t *Terminal) event(text string) bot.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.written++
	head := bot.Head{
		ID:     bot.EventID(fmt.Sprintf("terminal:%d-%d", t.began.UnixNano(), t.written)),
		Thread: bot.Thread{Adapter: t.Name(), Channel: bot.DirectChannel + user},
		From:   bot.User{ID: user, Name: user, Locale: t.o.Locale},
		Direct: true,
	}
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(t.buttons) {
		return bot.Press{Head: head, Button: t.buttons[n-1].Button}
	}
	m := bot.Message{Head: head, Text: text, Addressed: true}
	if rest, ok := strings.CutPrefix(text, "/mabs"); ok && (rest == "" || strings.ContainsAny(rest[:1], " \t\n")) {
		m.Command, m.Text = true, strings.TrimSpace(rest)
	}
	return m
}
