package console

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"mabsbot/bot"
)

// maxText is the longest message in bytes: larger than any log pasted on
// purpose, and small enough to store and show.
const maxText = 1 << 20

// mention matches an address of the bot. Korean particles may follow without a
// space; Latin letters and digits may not.
var mention = regexp.MustCompile(`(?i)(^|[^\w.@])@mabsbot\b`)

const commandWord = "/mabs"

// command returns what follows the command word; ok is false if text is not a
// command.
func command(text string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(text, commandWord)
	if !ok || rest != "" && strings.TrimLeft(rest, " \t\n") == rest {
		return "", false
	}
	return strings.TrimSpace(rest), true
}

// plain returns the text of a message as the bot reads it.
func (m *message) plain() string {
	if m.Command {
		rest, _ := command(m.Text)
		return rest
	}
	return strings.TrimSpace(mention.ReplaceAllString(m.Text, "$1"))
}

// event returns the event for the latest version of a message. An edit of a
// message that the bot never took is sent as a new message.
func (m *message) event(from bot.User) bot.Message {
	e := bot.Message{
		Head:      m.head(from),
		At:        m.At,
		Text:      m.plain(),
		Addressed: m.addressed(),
		Command:   m.Command,
		InThread:  m.Root != "",
		Points:    m.points(),
	}
	if m.Taken > 0 {
		e.ID, e.Original, e.Change = editedID(m.ID, m.Version), postedID(m.ID), bot.ChangeEdited
		e.At = time.Time{}
	}
	return e
}

// addressed reports whether the message is directed at the bot.
func (m *message) addressed() bool { return isDirect(m.Channel) || mention.MatchString(m.Text) }

func (m *message) head(from bot.User) bot.Head {
	return bot.Head{ID: postedID(m.ID), Thread: m.Thread, From: from, Direct: isDirect(m.Channel), At: m.At}
}

// say stores a message and then delivers it to the bot. Because it is stored
// first, and delivered until the bot has taken it, neither a crash nor a
// failure loses it.
func (c *Console) say(ctx context.Context, who bot.User, f form) (id string, err error) {
	text := strings.TrimSpace(f.Text)
	if err := checkText(text); err != nil {
		return "", err
	}
	if !c.open(who.ID, f.Channel, f.Root) {
		return "", errNoPlace
	}
	_, isCommand := command(text)
	r := record{Op: opSaid, ID: newID(), User: who.ID, Channel: f.Channel, Root: f.Root, Text: text, Command: isCommand}
	if err := c.record(ctx, r); err != nil {
		return "", err
	}
	return r.ID, c.deliver(ctx, r.ID)
}

func checkText(text string) error {
	if text == "" {
		return errEmpty
	}
	if len(text) > maxText {
		return errTooLong
	}
	return nil
}

// open reports whether the user may write there.
func (c *Console) open(user, channel, root string) bool {
	owner, direct := directUser(channel)
	if !c.setup.known(channel) || direct && (owner != user || root != "") {
		return false
	}
	if root == "" {
		return true
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	top := c.ws.byID[root]
	return top != nil && top.Channel == channel && top.Root == "" && top.visible(user) && c.ws.exists(top, user)
}

// edit changes the text of the user's own message and delivers it.
func (c *Console) edit(ctx context.Context, who bot.User, f form) (id string, err error) {
	text := strings.TrimSpace(f.Text)
	if err := checkText(text); err != nil {
		return "", err
	}
	changed, err := c.rewrite(ctx, who, f.ID, text)
	if err != nil || !changed {
		return "", err
	}
	return f.ID, c.deliver(ctx, f.ID)
}

// rewrite replaces the text of a message if it differs.
func (c *Console) rewrite(ctx context.Context, who bot.User, id, text string) (changed bool, err error) {
	c.write.Lock()
	defer c.write.Unlock()
	m, err := c.own(who, id)
	if err != nil || m.Text == text {
		return false, err
	}
	return true, c.commit(ctx, record{Op: opEdited, ID: id, Text: text, Version: m.Version + 1})
}

// remove deletes the user's own message after the bot has taken the deletion.
func (c *Console) remove(ctx context.Context, who bot.User, f form) (id string, err error) {
	m, err := c.own(who, f.ID)
	if err != nil {
		return "", err
	}
	e := bot.Message{Head: m.head(who), Change: bot.ChangeDeleted, Original: postedID(m.ID), InThread: m.Root != ""}
	e.ID, e.At = deletedID(m.ID), time.Time{}
	if err := c.send(ctx, e); err != nil {
		return "", err
	}
	return "", c.record(ctx, record{Op: opDeleted, ID: m.ID})
}

// retry delivers the user's own message again if the bot has not taken it.
func (c *Console) retry(ctx context.Context, who bot.User, f form) (id string, err error) {
	m := c.look(f.ID)
	if m == nil || m.User != who.ID || m.Gone {
		return "", errNotYours
	}
	if m.Taken >= m.Version {
		return "", nil
	}
	return "", c.deliver(ctx, m.ID)
}

// press delivers the press of a post's button.
func (c *Console) press(ctx context.Context, who bot.User, f form) (id string, err error) {
	b, err := bot.ParseButton(f.Button)
	if err != nil {
		return "", errNoPlace
	}
	if len(f.Value) > maxText {
		return "", errTooLong
	}
	m := c.shown(f.Post)
	if m == nil || m.Gone || !m.visible(who.ID) {
		return "", errNoPlace
	}
	head := m.head(who)
	head.ID, head.At = pressID(), time.Time{}
	return "", c.send(ctx, bot.Press{Head: head, Button: b, Post: f.Post, Value: strings.TrimSpace(f.Value)})
}

// solved delivers that a user names a message as what solved the error of its thread.
func (c *Console) solved(ctx context.Context, who bot.User, f form) (id string, err error) {
	m := c.look(f.ID)
	if m == nil || !m.quotable() || !m.visible(who.ID) {
		return "", errNoPlace
	}
	head := m.head(who)
	head.ID, head.At = pressID(), time.Time{}
	p := bot.Press{Head: head, Button: bot.Button{Action: bot.ActionRecord}, Value: m.plain(), Message: postedID(m.ID)}
	if m.Root != "" {
		p.Points = []bot.Pointer{{Kind: bot.PointTop, To: m.Root}}
	}
	return "", c.send(ctx, p)
}

// shown returns a copy of the message that shows, or showed, the post, or nil.
func (c *Console) shown(post bot.PostID) *message {
	c.mu.RLock()
	defer c.mu.RUnlock()
	m := c.ws.byPost[post]
	if m == nil {
		return nil
	}
	return new(*m)
}

// own returns a copy of a message that the user may change.
func (c *Console) own(who bot.User, id string) (*message, error) {
	m := c.look(id)
	if m == nil || m.User != who.ID || m.Gone || m.Command {
		return nil, errNotYours
	}
	return m, nil
}

// look returns a copy of a message, or nil.
func (c *Console) look(id string) *message {
	c.mu.RLock()
	defer c.mu.RUnlock()
	m := c.ws.byID[id]
	if m == nil {
		return nil
	}
	return new(*m)
}

// record commits one record on its own.
func (c *Console) record(ctx context.Context, r record) error {
	c.write.Lock()
	defer c.write.Unlock()
	return c.commit(ctx, r)
}

// deliver hands the latest version of a message to the bot and records that the
// bot has taken it.
func (c *Console) deliver(ctx context.Context, id string) error {
	m := c.setBusy(id, true)
	defer c.setBusy(id, false)
	if m == nil {
		return errNoPlace
	}
	if err := c.send(ctx, m.event(c.setup.user(m.User))); err != nil {
		return err
	}
	if err := c.record(ctx, record{Op: opTaken, ID: id, Version: m.Version}); err != nil {
		c.log.Warn("a message was taken, and is told again later", "message", id, "error", err)
	}
	return nil
}

// setBusy records whether the bot is setBusy the message right now, during which
// the page does not show it as not taken. It returns a copy of the message.
func (c *Console) setBusy(id string, busy bool) *message {
	var found *message
	c.update(func(w *workspace) {
		m := w.byID[id]
		if m == nil {
			return
		}
		if m.busy != busy && m.Taken < m.Version {
			w.touch(m)
		}
		m.busy = busy
		found = new(*m)
	})
	return found
}

// send hands an event to the bot.
func (c *Console) send(ctx context.Context, e bot.Event) error {
	c.mu.RLock()
	handle := c.handle
	c.mu.RUnlock()
	if err := handle(ctx, e); err != nil {
		return fmt.Errorf("console: the bot has not taken %s: %w", e.About().ID, err)
	}
	return nil
}

// redeliver hands the bot what it has not taken yet, as a platform redelivers
// events that were not acknowledged.
func (c *Console) redeliver(ctx context.Context) {
	c.mu.RLock()
	waiting := c.ws.waiting()
	c.mu.RUnlock()
	for _, m := range waiting {
		if err := c.deliver(ctx, m.ID); err != nil {
			c.log.Warn("a message of an earlier run is still not taken", "message", m.ID, "error", err)
		}
	}
}
