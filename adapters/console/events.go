package console

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"mabsbot/bot"
)

// maxText is the longest message, in bytes: larger than any log that somebody
// pastes with a purpose, and small enough to keep and show.
const maxText = 1 << 20

// mention is how people address the bot. The particles of Korean may follow
// without a space, letters and digits may not.
var mention = regexp.MustCompile(`(?i)(^|[^\w.@])@mabsbot\b`)

const commandWord = "/mabs"

// command returns what follows the command word; ok is false for a text that
// is no command.
func command(text string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(text, commandWord)
	if !ok || rest != "" && strings.TrimLeft(rest, " \t\n") == rest {
		return "", false
	}
	return strings.TrimSpace(rest), true
}

// plain is the text of a message as the bot reads it.
func (m *message) plain() string {
	if m.Command {
		rest, _ := command(m.Text)
		return rest
	}
	return strings.TrimSpace(mention.ReplaceAllString(m.Text, "$1"))
}

// event is what the bot is told of the latest version of a message. An edit of
// what the bot never took is told as the message itself.
func (m *message) event(from bot.User) bot.Message {
	e := bot.Message{
		Head:      m.head(from),
		Text:      m.plain(),
		Addressed: m.addressed(),
		Command:   m.Command,
		InThread:  m.Root != "",
	}
	if m.Taken > 0 {
		e.ID, e.Original, e.Change = editedID(m.ID, m.Version), postedID(m.ID), bot.ChangeEdited
	}
	return e
}

// addressed reports whether somebody spoke to the bot.
func (m *message) addressed() bool { return isDirect(m.Channel) || mention.MatchString(m.Text) }

func (m *message) head(from bot.User) bot.Head {
	return bot.Head{ID: postedID(m.ID), Thread: m.Thread, From: from, Direct: isDirect(m.Channel)}
}

// say writes a message and tells the bot. The message stands in the workspace
// before the bot is told, and the bot is told until it has taken it, so that
// neither a crash nor a failure loses it.
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
	return top != nil && top.Channel == channel && top.Root == "" && top.visible(user) && c.ws.stands(top, user)
}

// edit changes the text of a message of one's own and tells the bot.
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

// rewrite gives a message another text, if it is another.
func (c *Console) rewrite(ctx context.Context, who bot.User, id, text string) (changed bool, err error) {
	c.write.Lock()
	defer c.write.Unlock()
	m, err := c.own(who, id)
	if err != nil || m.Text == text {
		return false, err
	}
	return true, c.commit(ctx, record{Op: opEdited, ID: id, Text: text, Version: m.Version + 1})
}

// remove deletes a message of one's own, once the bot knows.
func (c *Console) remove(ctx context.Context, who bot.User, f form) (id string, err error) {
	m, err := c.own(who, f.ID)
	if err != nil {
		return "", err
	}
	e := bot.Message{Head: m.head(who), Change: bot.ChangeDeleted, Original: postedID(m.ID), InThread: m.Root != ""}
	e.ID = deletedID(m.ID)
	if err := c.tell(ctx, e); err != nil {
		return "", err
	}
	return "", c.record(ctx, record{Op: opDeleted, ID: m.ID})
}

// retry tells the bot again of a message of one's own that it has not taken.
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

// press tells the bot of the use of a button of a post.
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
	head.ID = pressID()
	return "", c.tell(ctx, bot.Press{Head: head, Button: b, Post: f.Post, Value: strings.TrimSpace(f.Value)})
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

// record commits one record by itself.
func (c *Console) record(ctx context.Context, r record) error {
	c.write.Lock()
	defer c.write.Unlock()
	return c.commit(ctx, r)
}

// deliver tells the bot of the latest version of a message and records that it
// has taken it.
func (c *Console) deliver(ctx context.Context, id string) error {
	m := c.taking(id, true)
	defer c.taking(id, false)
	if m == nil {
		return errNoPlace
	}
	if err := c.tell(ctx, m.event(c.setup.user(m.User))); err != nil {
		return err
	}
	if err := c.record(ctx, record{Op: opTaken, ID: id, Version: m.Version}); err != nil {
		c.log.Warn("a message was taken, and is told again later", "message", id, "error", err)
	}
	return nil
}

// taking says whether the bot is taking the message just now, and returns a copy
// of it. While it is, the message does not show that it was not taken.
func (c *Console) taking(id string, busy bool) *message {
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

// tell hands an event to the bot.
func (c *Console) tell(ctx context.Context, e bot.Event) error {
	c.mu.RLock()
	handle := c.handle
	c.mu.RUnlock()
	if err := handle(ctx, e); err != nil {
		return fmt.Errorf("console: the bot has not taken %s: %w", e.About().ID, err)
	}
	return nil
}

// redeliver tells the bot what it has not taken yet, as a platform does with
// what was not acknowledged.
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
