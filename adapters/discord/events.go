package discord

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
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

// A inbound is for the core: it is handled once the text of its files is there.
type inbound struct {
	event bot.Event
	files []discordapi.Attachment
}

// The kinds of changes to messages, by the names of their events.
const (
	messageCreate = "MESSAGE_CREATE"
	messageUpdate = "MESSAGE_UPDATE"
	messageDelete = "MESSAGE_DELETE"
)

// readMessage tells what an event about a message is; ok is false where it is
// nothing to us. role is the bot's own in the server.
func (me identity) readMessage(kind string, m discordapi.Message, at channelInfo, role string) (t inbound, ok bool, err error) {
	if m.ID == "" || m.ChannelID == "" {
		return inbound{}, false, chat.ErrIncomplete
	}
	e := bot.Message{Head: bot.Head{ID: messageID(cmp.Or(m.GuildID, at.guild), m.ChannelID, m.ID), Direct: at.kind == discordapi.ChannelTypeDM}}
	e.Thread = bot.Thread{Adapter: adapterName, Workspace: me.app, Channel: m.ChannelID, Root: m.ID}
	switch {
	case e.Direct:
		e.Thread.Root = ""
	case at.isThread():
		e.Thread.Channel, e.Thread.Root = at.parent, m.ChannelID
		e.InThread = m.ID != m.ChannelID // the first message of a post in a forum has the post's id
	}
	if kind == messageDelete {
		e.Change, e.Original = bot.ChangeDeleted, e.ID
		e.ID = deletedID(e.Original)
		return inbound{event: e}, true, nil
	}
	if at.isThread() && m.ID == m.ChannelID { // a post in a forum has a title
		e.Text = at.title
	}
	return me.readContent(kind, m, e, role)
}

// readContent completes what somebody wrote.
func (me identity) readContent(kind string, m discordapi.Message, e bot.Message, role string) (t inbound, ok bool, err error) {
	if m.Author == nil || m.Author.ID == "" {
		return inbound{}, false, chat.ErrIncomplete
	}
	if me.user == m.Author.ID || m.Author.System || m.Flags&discordapi.MessageFlagEphemeral != 0 ||
		!slices.Contains([]int{discordapi.MessageTypeDefault, discordapi.MessageTypeReply, discordapi.MessageTypeChatInputCommand, discordapi.MessageTypeContextMenuCommand}, m.Type) {
		return inbound{}, false, nil
	}
	if kind == messageUpdate {
		if m.EditedTimestamp == "" {
			return inbound{}, false, nil // the preview of a link
		}
		e.Change, e.Original = bot.ChangeEdited, e.ID
		e.ID = editID(e.Original, editOf(m))
	}
	if root := me.repliedRoot(m); root != "" && !e.Direct && !e.InThread {
		e.Thread.Root, e.InThread = root, true
	}
	e.From = author(m)
	e.Text = chat.CutBytes(strings.TrimSpace(e.Text+"\n"+me.textOf(m)), chat.MaxText)
	e.Addressed = e.Direct || mentions(m.Content, me.user) || role != "" && slices.Contains(m.MentionRoles, role)
	if e.From.Bot && e.InThread {
		return inbound{}, false, nil // an answer to an answer: two bots would never end
	}
	t = inbound{event: e, files: readable(attachmentsOf(m))}
	if e.Text == "" && len(t.files) == 0 && !e.Addressed && e.Change == bot.ChangePosted {
		return inbound{}, false, nil
	}
	return t, true, nil
}

// editOf tells one edit of a message from another. Discord repeats an edit with
// another fraction of its second.
// https://github.com/discord/discord-api-docs/issues/8281
func editOf(m discordapi.Message) string {
	at, err := time.Parse(time.RFC3339, m.EditedTimestamp)
	if err != nil {
		return m.EditedTimestamp
	}
	return strconv.FormatInt(at.UnixMilli(), 10)
}

// maxEditAge is how old an edit may be when it is told of: a session that is
// resumed tells of what happened minutes ago.
const maxEditAge = 15 * time.Minute

// isStale reports whether an update that came at a time is of something else than
// the text: it stays marked as edited for ever, and pins and threads are told of
// in the same way.
func isStale(m discordapi.Message, came time.Time) bool {
	at, err := time.Parse(time.RFC3339, m.EditedTimestamp)
	return err == nil && came.Sub(at) > maxEditAge
}

// repliedRoot is the message under which a conversation stands that goes on by
// replies, for want of a thread, or "".
func (me identity) repliedRoot(m discordapi.Message) string {
	old := m.ReferencedMessage
	if old == nil || old.Author == nil || old.Author.ID != me.user || m.MessageReference != nil && m.MessageReference.Type != 0 {
		return ""
	}
	if old.MessageReference != nil && old.MessageReference.MessageID != "" {
		return old.MessageReference.MessageID
	}
	return old.ID
}

// author is who wrote a message. A webhook is known by the id that a channel can
// allow.
func author(m discordapi.Message) bot.User {
	if m.WebhookID != "" {
		return bot.User{ID: m.WebhookID, Name: m.Author.Username, Bot: true}
	}
	return userFrom(m.Author, m.Member)
}

// userFrom is a user as a server shows them.
func userFrom(u *discordapi.User, in *discordapi.Member) bot.User {
	p := bot.User{ID: u.ID, Name: cmp.Or(u.GlobalName, u.Username), Bot: u.Bot}
	if in != nil {
		p.Name = cmp.Or(in.Nick, p.Name)
	}
	return p
}

// textOf is what a message says. What programs write stands in embeds and
// components as often as in the content; of what people write, embeds are
// previews. What somebody passed on is part of what they say.
func (me identity) textOf(m discordapi.Message) string {
	parts := []string{plain(m.Content, me.user)}
	for _, e := range m.Embeds {
		if e.Type == "rich" && m.Author != nil && (m.Author.Bot || m.WebhookID != "") {
			parts = append(parts, plain(embedText(e), me.user))
		}
	}
	parts = append(parts, plain(componentText(m.Components), me.user))
	for _, s := range m.MessageSnapshots {
		passed := s.Message
		passed.Author = &discordapi.User{Bot: true} // unknown: its embeds are read
		passed.MessageSnapshots = nil
		parts = append(parts, me.textOf(passed))
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return chat.CutBytes(strings.Join(parts, "\n"), chat.MaxText)
}

func embedText(e discordapi.Embed) string {
	parts := []string{e.Title, e.Description}
	for _, f := range e.Fields {
		parts = append(parts, f.Name+": "+f.Value)
	}
	return strings.TrimSpace(strings.Join(append(parts, e.Footer.Text), "\n"))
}

// componentText joins the texts of components.
func componentText(all []discordapi.Component) string {
	var parts []string
	for _, c := range all {
		parts = append(parts, c.Content, componentText(c.Components))
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

// attachmentsOf are the files of a message and of those passed on in it.
func attachmentsOf(m discordapi.Message) []discordapi.Attachment {
	all := m.Attachments
	for _, s := range m.MessageSnapshots {
		all = slices.Concat(all, s.Message.Attachments)
	}
	return all
}
