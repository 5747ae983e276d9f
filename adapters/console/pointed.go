package console

import (
	"context"
	"regexp"
	"slices"
	"time"

	"mabsbot/bot"
)

// The messages that a message points at: those of its thread, those whose thread
// it links to, and those above it.

// threadLink matches the address of a thread.
var threadLink = regexp.MustCompile(`[?&]thread=([\w-]+)`)

// What counts as "the error above", as on chat platforms.
const (
	maxAbove = 3
	aboveAge = time.Hour
)

// points returns what a message for the bot points at. Each pointer leads to a
// message ID.
func (m *message) points() []bot.Pointer {
	if !m.addressed() || m.Command {
		return nil
	}
	var all []bot.Pointer
	for _, l := range threadLink.FindAllStringSubmatch(m.Text, -1) {
		all = append(all, bot.Pointer{Kind: bot.PointLink, To: l[1]})
	}
	switch {
	case m.Root != "":
		all = append(all, bot.Pointer{Kind: bot.PointThread, To: m.ID})
	case !isDirect(m.Channel):
		all = append(all, bot.Pointer{Kind: bot.PointAbove, To: m.ID})
	}
	return all
}

// Read implements bot.Reader.
func (c *Console) Read(_ context.Context, e bot.Message, p bot.Pointer) (found []bot.Quoted, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	id, _ := p.To.(string)
	m := c.ws.byID[id]
	if m == nil || m.Gone || !m.visible(e.From.ID) {
		return nil, false
	}
	switch p.Kind {
	case bot.PointLink:
		return []bot.Quoted{{Text: m.plain(), Hidden: isDirect(m.Channel) && !e.Direct}}, m.User != ""
	case bot.PointThread:
		return c.ws.thread(m), true
	case bot.PointTop:
		if !m.quotable() {
			return nil, true
		}
		return []bot.Quoted{{ID: postedID(m.ID), Text: m.plain()}}, true
	}
	return c.ws.above(m), true
}

// thread returns the thread of a message: first what its sender wrote there
// before, then the root, then what others wrote.
func (w *workspace) thread(m *message) []bot.Quoted {
	var own, root, others []bot.Quoted
	for _, each := range slices.Backward(w.messages[:m.Order]) {
		switch q := (bot.Quoted{Text: each.plain()}); {
		case !each.quotable():
		case each.ID == m.Root:
			root = append(root, q)
		case each.Root != m.Root:
		case each.User == m.User:
			own = append(own, q)
		default:
			others = append(others, q)
		}
	}
	return slices.Concat(own, root, others)
}

// above returns what the sender of a message wrote in the channel just before.
func (w *workspace) above(m *message) (found []bot.Quoted) {
	for _, each := range slices.Backward(w.messages[:m.Order]) {
		if len(found) == maxAbove || m.At.Sub(each.At) > aboveAge {
			break
		}
		if each.quotable() && each.User == m.User && each.Channel == m.Channel && each.Root == "" {
			found = append(found, bot.Quoted{Text: each.plain()})
		}
	}
	return found
}

// quotable reports whether a user wrote a message for everyone in its channel.
func (m *message) quotable() bool { return m.User != "" && !m.Gone && !m.Command && m.Only == "" }
