package discordfake

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// Message types.
//
// https://docs.discord.com/developers/resources/message#message-object-message-types
const (
	messageDefault            = 0
	messageChannelNameChange  = 4
	messageChannelPinned      = 6
	messageUserJoin           = 7
	messageThreadCreated      = 18
	messageReply              = 19
	messageChatInputCommand   = 20
	messageThreadStarter      = 21
	messageContextMenuCommand = 23
)

// Message flags.
//
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	flagSuppressEmbeds        = 1 << 2
	flagHasThread             = 1 << 5
	flagEphemeral             = 1 << 6
	flagLoading               = 1 << 7 // "… is thinking"
	flagSuppressNotifications = 1 << 12
	flagComponentsV2          = 1 << 15
)

// A Message is a message in a channel, thread or direct message.
type Message struct {
	ID                 string
	Channel            string // ID
	Type               int
	User               string // ID of the author
	WebhookName        string // name of the webhook that sent it; User is the webhook's ID then
	Content            string // with markup
	Embeds, Components []any
	Files              []File
	Flags              int
	EphemeralTo        string // ID of the only user who sees an ephemeral message
	ReplyTo            string // ID of the referenced message
	Nonce              any
	Edited             time.Time // zero if it was not edited

	Mentions, MentionRoles []string // IDs of mentioned users and roles
	MentionEveryone        bool
	Reactions              []string // emoji:user

	position            int    // in a thread
	referenceChannel    string // channel of ReplyTo, if it is another channel
	interactionMetadata object
	webhookID           string
	interaction         *Interaction // that it responds to
}

func (m *Message) copy() Message {
	c := *m
	c.Embeds, c.Components = chatfake.Clone(m.Embeds), chatfake.Clone(m.Components)
	c.Files, c.Mentions, c.MentionRoles, c.Reactions = slices.Clone(m.Files), slices.Clone(m.Mentions), slices.Clone(m.MentionRoles), slices.Clone(m.Reactions)
	return c
}

// isSystem reports whether Discord itself sent the message.
func (m *Message) isSystem() bool {
	return m.Type != messageDefault && m.Type != messageReply && m.Type != messageChatInputCommand && m.Type != messageContextMenuCommand
}

// The functions below require s.mu.

// addMessage stores a message with a new ID.
func (s *Server) addMessage(m *Message) *Message {
	m.ID = cmp.Or(m.ID, s.id())
	setDefaults(m.Components)
	s.messages[m.ID] = m
	s.shown = append(s.shown, m)
	if c := s.channels[m.Channel]; m.EphemeralTo == "" {
		c.lastMessageID, m.position = m.ID, c.totalMessageSent
		c.totalMessageSent++
		c.messageCount++
	}
	s.Note()
	return m
}

// publishMessage stores a message and sends MESSAGE_CREATE. It unarchives an
// archived thread.
func (s *Server) publishMessage(m *Message, a allowedMentions) *Message {
	c := s.channels[m.Channel]
	if c.isThread() && c.Archived && m.EphemeralTo == "" {
		c.Archived = false
		s.publishThreadUpdate(c)
	}
	s.addMessage(m)
	s.resolveMentions(m, a, false)
	s.publish(s.messageEvent("MESSAGE_CREATE", m))
	return m
}

// publishMessageUpdate sends MESSAGE_UPDATE.
func (s *Server) publishMessageUpdate(m *Message) {
	setDefaults(m.Components)
	s.publish(s.messageEvent("MESSAGE_UPDATE", m))
}

// removeMessage deletes a message and sends MESSAGE_DELETE.
func (s *Server) removeMessage(m *Message) {
	delete(s.messages, m.ID)
	s.shown = slices.DeleteFunc(s.shown, func(each *Message) bool { return each == m })
	if m.EphemeralTo == "" {
		s.channels[m.Channel].messageCount--
	}
	e := s.messageEventFor("MESSAGE_DELETE", m)
	e.data = object{"id": m.ID, "channel_id": m.Channel}
	if e.guild != "" {
		e.data["guild_id"] = e.guild
	}
	s.publish(e)
}

// message returns a message in a channel unless it is ephemeral.
func (s *Server) message(channel, id string) *Message {
	m := s.messages[id]
	if m == nil || m.Channel != channel || m.EphemeralTo != "" {
		return nil
	}
	return m
}

// messageJSON returns the message as REST shows it. Events have more fields.
func (s *Server) messageJSON(m *Message) object {
	o := object{
		"id": m.ID, "channel_id": m.Channel, "type": m.Type, "content": m.Content, "author": s.author(m), "timestamp": timestamp(snowflakeTime(m.ID)),
		"edited_timestamp": nil, "tts": false, "pinned": false, "mention_everyone": m.MentionEveryone, "mentions": s.mentionsJSON(m),
		"mention_roles": append([]string{}, m.MentionRoles...), "attachments": s.attachmentsJSON(m), "embeds": jsonArray(m.Embeds),
		"components": jsonArray(m.Components), "flags": m.Flags,
	}
	if !m.Edited.IsZero() {
		o["edited_timestamp"] = timestamp(m.Edited)
	}
	if m.webhookID != "" {
		o["webhook_id"] = m.webhookID
	}
	if m.interactionMetadata != nil {
		o["interaction_metadata"] = m.interactionMetadata
	}
	if m.User == s.BotID {
		o["application_id"] = s.AppID
	}
	s.addReference(o, m)
	s.addReactions(o, m)
	if t := s.channels[m.ID]; t != nil && t.ID != m.Channel {
		o["thread"] = s.channelJSON(t)
	}
	if c := s.channels[m.Channel]; c.isThread() {
		o["position"] = m.position
	}
	return o
}

// without deletes keys from an object and returns it.
func without(o object, keys ...string) object {
	for _, key := range keys {
		delete(o, key)
	}
	return o
}

// jsonArray returns a copy of the array that is not nil.
func jsonArray(v []any) []any {
	if v == nil {
		return []any{}
	}
	return chatfake.Clone(v)
}

// author returns the author of a message: a user or a webhook.
func (s *Server) author(m *Message) object {
	if m.WebhookName == "" {
		return s.user(m.User).json()
	}
	hook := &User{ID: m.User, Name: m.WebhookName, Bot: true}
	o := hook.json()
	o["discriminator"] = "0000"
	return o
}

// mentionsJSON returns the mentioned users.
func (s *Server) mentionsJSON(m *Message) []any {
	users := []any{}
	for _, id := range m.Mentions {
		users = append(users, s.user(id).json())
	}
	return users
}

// addReference adds message_reference and referenced_message.
func (s *Server) addReference(o object, m *Message) {
	if m.ReplyTo == "" && m.referenceChannel == "" {
		return
	}
	channel := cmp.Or(m.referenceChannel, m.Channel)
	reference := object{"type": 0, "channel_id": channel}
	if c := s.channels[channel]; c != nil && c.Guild != "" {
		reference["guild_id"] = c.Guild
	}
	if m.ReplyTo != "" {
		reference["message_id"] = m.ReplyTo
	}
	o["message_reference"] = reference
	if m.Type != messageReply && m.Type != messageThreadStarter {
		return
	}
	o["referenced_message"] = nil // null if the message was deleted
	if of := s.messages[m.ReplyTo]; of != nil {
		o["referenced_message"] = without(s.messageJSON(of), "referenced_message", "thread") // only one level
	}
}

// addReactions adds the number of reactions by emoji.
func (s *Server) addReactions(o object, m *Message) {
	counts := map[string]int{}
	var order []string
	mine := map[string]bool{}
	for _, r := range m.Reactions {
		emoji, user := splitReaction(r)
		if counts[emoji]++; counts[emoji] == 1 {
			order = append(order, emoji)
		}
		mine[emoji] = mine[emoji] || user == s.BotID
	}
	var reactions []any
	for _, emoji := range order {
		reactions = append(reactions, object{
			"emoji": object{"id": nil, "name": emoji}, "count": counts[emoji], "count_details": object{"burst": 0, "normal": counts[emoji]},
			"burst_colors": []any{}, "me_burst": false, "me": mine[emoji],
		})
	}
	if reactions != nil {
		o["reactions"] = reactions
	}
}

// withoutContent removes the fields that need the Message Content intent.
//
// https://docs.discord.com/developers/events/gateway#message-content-intent
func (s *Server) withoutContent(o object, m *Message) object {
	if referred, ok := o["referenced_message"].(object); ok {
		o["referenced_message"] = s.withoutContent(maps.Clone(referred), s.messages[m.ReplyTo])
	}
	if !s.isPrivileged(m) {
		return o
	}
	o["content"] = ""
	for _, key := range []string{"embeds", "attachments", "components"} {
		o[key] = []any{}
	}
	return o
}

// isPrivileged reports whether the content needs the intent: the message is not
// by the bot, does not mention it, and is not a direct message.
func (s *Server) isPrivileged(m *Message) bool {
	return m.User != s.BotID && s.channels[m.Channel].Type != dmChannel && !slices.Contains(m.Mentions, s.BotID)
}

// splitReaction splits emoji:user.
func splitReaction(text string) (before, after string) {
	i := strings.LastIndex(text, ":")
	return text[:i], text[i+1:]
}
