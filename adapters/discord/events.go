package discord

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Messages of Discord to what the bot is told. Reading is a pure function of the
// payload, of where it happened and of who we are.

// An identity is who we are.
type identity struct {
	app  string
	user string
	name string
}

// A talk is for the core: it is handled once the text of its files is there.
type talk struct {
	event bot.Event
	files []attachment
}

// The errors of reading.
var (
	errOtherApp   = errors.New("the payload is another application's")
	errIncomplete = errors.New("the payload lacks what makes it one")
	errUnknown    = errors.New("the payload is of a kind that is not known")
)

// The kinds of changes to messages, by the names of their events.
const (
	messageCreate = "MESSAGE_CREATE"
	messageUpdate = "MESSAGE_UPDATE"
	messageDelete = "MESSAGE_DELETE"
)

// readMessage tells what an event about a message is; ok is false where it is
// nothing to us. role is the bot's own in the server.
func (me identity) readMessage(kind string, m message, at place, role string) (t talk, ok bool, err error) {
	if m.ID == "" || m.Channel == "" {
		return talk{}, false, errIncomplete
	}
	e := bot.Message{Head: bot.Head{ID: messageID(cmp.Or(m.Guild, at.guild), m.Channel, m.ID), Direct: at.kind == directChannel}}
	e.Thread = bot.Thread{Adapter: adapterName, Workspace: me.app, Channel: m.Channel, Root: m.ID}
	switch {
	case e.Direct:
		e.Thread.Root = ""
	case at.thread():
		e.Thread.Channel, e.Thread.Root = at.parent, m.Channel
		e.InThread = m.ID != m.Channel // the first message of a post in a forum has the post's id
	}
	if kind == messageDelete {
		e.Change, e.Original = bot.ChangeDeleted, e.ID
		e.ID = deletedID(e.Original)
		return talk{event: e}, true, nil
	}
	if at.thread() && m.ID == m.Channel { // a post in a forum has a title
		e.Text = at.title
	}
	return me.written(kind, m, e, role)
}

// written completes what somebody wrote.
func (me identity) written(kind string, m message, e bot.Message, role string) (t talk, ok bool, err error) {
	if m.Author == nil || m.Author.ID == "" {
		return talk{}, false, errIncomplete
	}
	if me.user == m.Author.ID || m.Author.System || m.Flags&flagEphemeral != 0 ||
		!slices.Contains([]int{plainMessage, replyMessage, slashAnswer, menuAnswer}, m.Type) {
		return talk{}, false, nil
	}
	if kind == messageUpdate {
		if m.Edited == "" {
			return talk{}, false, nil // the preview of a link
		}
		e.Change, e.Original = bot.ChangeEdited, e.ID
		e.ID = editID(e.Original, m.edited())
	}
	if root := me.replied(m); root != "" && !e.Direct && !e.InThread {
		e.Thread.Root, e.InThread = root, true
	}
	e.From = sender(m)
	e.Text = chat.CutBytes(strings.TrimSpace(e.Text+"\n"+me.text(m)), maxMessageText)
	e.Addressed = e.Direct || mentions(m.Content, me.user) || role != "" && slices.Contains(m.Roles, role)
	if e.From.Bot && e.InThread {
		return talk{}, false, nil // an answer to an answer: two bots would never end
	}
	t = talk{event: e, files: readable(filesOf(m))}
	if e.Text == "" && len(t.files) == 0 && !e.Addressed && e.Change == bot.ChangePosted {
		return talk{}, false, nil
	}
	return t, true, nil
}

// replied is the message under which a conversation stands that goes on by
// replies, for want of a thread, or "".
func (me identity) replied(m message) string {
	old := m.Referenced
	if old == nil || old.Author == nil || old.Author.ID != me.user || m.Reference != nil && m.Reference.Type != 0 {
		return ""
	}
	if old.Reference != nil && old.Reference.Message != "" {
		return old.Reference.Message
	}
	return old.ID
}

// sender is who wrote a message. A webhook is known by the id that a channel can
// allow.
func sender(m message) bot.User {
	if m.Webhook != "" {
		return bot.User{ID: m.Webhook, Name: m.Author.Name, Bot: true}
	}
	return person(m.Author, m.Member)
}

// person is a user as a server shows them.
func person(u *user, in *member) bot.User {
	p := bot.User{ID: u.ID, Name: cmp.Or(u.Global, u.Name), Bot: u.Bot}
	if in != nil {
		p.Name = cmp.Or(in.Nick, p.Name)
	}
	return p
}

// text is what a message says. What programs write stands in embeds and
// components as often as in the content; of what people write, embeds are
// previews. What somebody passed on is part of what they say.
func (me identity) text(m message) string {
	parts := []string{plain(m.Content, me.user)}
	for _, e := range m.Embeds {
		if e.Type == "rich" && m.Author != nil && (m.Author.Bot || m.Webhook != "") {
			parts = append(parts, plain(e.words(), me.user))
		}
	}
	parts = append(parts, plain(textOf(m.Components), me.user))
	for _, s := range m.Snapshots {
		passed := s.Message
		passed.Author = &user{Bot: true} // unknown: its embeds are read
		passed.Snapshots = nil
		parts = append(parts, me.text(passed))
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return chat.CutBytes(strings.Join(parts, "\n"), maxMessageText)
}

func (e card) words() string {
	parts := []string{e.Title, e.Description}
	for _, f := range e.Fields {
		parts = append(parts, f.Name+": "+f.Value)
	}
	return strings.TrimSpace(strings.Join(append(parts, e.Footer.Text), "\n"))
}

// textOf joins the texts of components.
func textOf(all []shown) string {
	var parts []string
	for _, c := range all {
		parts = append(parts, c.Content, textOf(c.Components))
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

// filesOf are the files of a message and of those passed on in it.
func filesOf(m message) []attachment {
	all := m.Attachments
	for _, s := range m.Snapshots {
		all = slices.Concat(all, s.Message.Attachments)
	}
	return all
}
