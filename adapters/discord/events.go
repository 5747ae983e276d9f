package discord

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Parsing of messages: a pure function of the payload, the channel and the
// bot's identity.

// An identity identifies the bot.
type identity struct {
	app  string
	user string
	name string
}

// An inbound event is for the core, which gets it with the text of the files.
type inbound struct {
	event bot.Event
	files []discordapi.Attachment
}

// The events of messages.
const (
	messageCreate = "MESSAGE_CREATE"
	messageUpdate = "MESSAGE_UPDATE"
	messageDelete = "MESSAGE_DELETE"
)

// readMessage parses a message. ok is false if it does not concern the bot.
// role is the bot's role in the guild.
func (me identity) readMessage(kind string, m discordapi.Message, at channelInfo, role string) (t inbound, ok bool, err error) {
	if m.ID == "" || m.ChannelID == "" {
		return inbound{}, false, chat.ErrIncomplete
	}
	e := bot.Message{Head: bot.Head{ID: messageID(cmp.Or(m.GuildID, at.guild), m.ChannelID, m.ID), Direct: at.kind == discordapi.ChannelTypeDM, At: timeOf(m.ID)}}
	e.Thread = bot.Thread{Adapter: adapterName, Workspace: me.app, Channel: m.ChannelID, Root: m.ID}
	switch {
	case e.Direct:
		e.Thread.Root = ""
	case at.isThread():
		e.Thread.Channel, e.Thread.Root = at.parent, m.ChannelID
		e.InThread = m.ID != m.ChannelID // a forum post has the ID of its first message
	}
	if kind == messageDelete {
		e.Change, e.Original = bot.ChangeDeleted, e.ID
		e.ID, e.At = deletedID(e.Original), time.Time{}
		return inbound{event: e}, true, nil
	}
	if at.isThread() && m.ID == m.ChannelID { // a forum post has a title
		e.Text = at.title
	}
	return me.readContent(kind, m, e, at, role)
}

// userTypes are the types of messages that users and apps write.
var userTypes = []int{discordapi.MessageTypeDefault, discordapi.MessageTypeReply, discordapi.MessageTypeChatInputCommand, discordapi.MessageTypeContextMenuCommand}

// readContent parses the author, the content and the attachments.
func (me identity) readContent(kind string, m discordapi.Message, e bot.Message, at channelInfo, role string) (t inbound, ok bool, err error) {
	if m.Author == nil || m.Author.ID == "" {
		return inbound{}, false, chat.ErrIncomplete
	}
	if me.user == m.Author.ID || m.Author.System || m.Flags&discordapi.MessageFlagEphemeral != 0 ||
		!slices.Contains(userTypes, m.Type) {
		return inbound{}, false, nil
	}
	if kind == messageUpdate {
		if m.EditedTimestamp == "" {
			return inbound{}, false, nil // a link preview was added
		}
		e.Change, e.Original = bot.ChangeEdited, e.ID
		e.ID, e.At = editID(e.Original, editOf(m)), time.Time{}
	}
	if root := me.repliedRoot(m); root != "" && !e.Direct && !e.InThread {
		e.Thread.Root, e.InThread = root, true
	}
	e.From = author(m)
	e.At, _ = discordgo.SnowflakeTimestamp(m.ID) // the ID of a test may be none
	e.Text = chat.CutBytes(strings.TrimSpace(e.Text+"\n"+me.textOf(m)), chat.MaxText)
	e.Addressed = e.Direct || mentions(m.Content, me.user) || role != "" && slices.Contains(m.MentionRoles, role)
	e.Points = me.points(m, e, at)
	if e.From.Bot && e.InThread {
		return inbound{}, false, nil // replies of bots to the bot could loop forever
	}
	e.Unread = unread(attachmentsOf(m))
	t = inbound{event: e, files: readable(attachmentsOf(m))}
	if e.Text == "" && len(t.files) == 0 && !e.Addressed && !(e.InThread && len(e.Unread) > 0) && e.Change == bot.ChangePosted {
		return inbound{}, false, nil
	}
	return t, true, nil
}

// editOf identifies an edit. Discord may send an edit twice, with different
// microseconds. https://github.com/discord/discord-api-docs/issues/8281
func editOf(m discordapi.Message) string {
	at, err := time.Parse(time.RFC3339, m.EditedTimestamp)
	if err != nil {
		return m.EditedTimestamp
	}
	return strconv.FormatInt(at.UnixMilli(), 10)
}

// maxEditAge is how long after an edit its event may arrive. A resumed session
// replays events of the last minutes.
const maxEditAge = 15 * time.Minute

// isStale reports whether an update that was received at the time is not about
// an edit of the content. Pinning a message or starting a thread updates it,
// too, and edited_timestamp then still has the time of an old edit.
func isStale(m discordapi.Message, came time.Time) bool {
	at, err := time.Parse(time.RFC3339, m.EditedTimestamp)
	return err == nil && came.Sub(at) > maxEditAge
}

// repliedRoot returns the message that is the root of a conversation without a
// thread, or "" if m is not a reply to one of the bot's messages.
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

// author returns the author of a message. A webhook is identified by its ID,
// which the policy of a channel may list.
func author(m discordapi.Message) bot.User {
	if m.WebhookID != "" {
		return bot.User{ID: m.WebhookID, Name: m.Author.Username, Bot: true}
	}
	return userFrom(m.Author, m.Member)
}

// userFrom returns a user with the name that the guild shows.
func userFrom(u *discordapi.User, in *discordapi.Member) bot.User {
	p := bot.User{ID: u.ID, Name: cmp.Or(u.GlobalName, u.Username), Bot: u.Bot}
	if in != nil {
		p.Name = cmp.Or(in.Nick, p.Name)
	}
	return p
}

// textOf returns the text of a message and of the messages forwarded in it. It
// includes the embeds of bots and webhooks, which often have no other content;
// those of users are link previews.
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
		passed.Author = &discordapi.User{Bot: true} // the author is unknown; include the embeds
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

// componentText returns the text of components.
func componentText(all []discordapi.Component) string {
	var parts []string
	for _, c := range all {
		parts = append(parts, c.Content, componentText(c.Components))
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

// attachmentsOf returns the attachments of a message and of the messages
// forwarded in it.
func attachmentsOf(m discordapi.Message) []discordapi.Attachment {
	all := m.Attachments
	for _, s := range m.MessageSnapshots {
		all = slices.Concat(all, s.Message.Attachments)
	}
	return all
}
