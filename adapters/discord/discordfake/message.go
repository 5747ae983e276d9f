package discordfake

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// Kinds of messages that the fake makes.
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

// Flags of messages.
//
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	flagSuppressEmbeds        = 1 << 2
	flagHasThread             = 1 << 5
	flagEphemeral             = 1 << 6
	flagLoading               = 1 << 7 // «is thinking»
	flagSuppressNotifications = 1 << 12
	flagComponentsV2          = 1 << 15
)

// A Message is one that stands in a channel, or that one user alone sees.
type Message struct {
	ID                 string
	Channel            string // its id; that of the thread where it stands in one
	Type               int
	User               string // id of who wrote it
	WebhookName        string // name of the webhook that wrote it; User is the webhook's id then
	Content            string // with Discord's markup
	Embeds, Components []any
	Files              []File
	Flags              int
	EphemeralTo        string // an ephemeral message: id of the only user who sees it
	ReplyTo            string // id of the message it replies to
	Nonce              any
	Edited             time.Time // zero while it was not

	Mentions, MentionRoles []string // ids of whom it highlights
	MentionEveryone        bool
	Reactions              []string // emoji:user

	position            int          // in its thread
	referenceChannel    string       // the channel of Reply, where that is another
	interactionMetadata object       // interaction_metadata
	webhookID           string       // id of the webhook that wrote it
	interaction         *Interaction // what it answers
}

func (m *Message) copy() Message {
	c := *m
	c.Embeds, c.Components = chatfake.Clone(m.Embeds), chatfake.Clone(m.Components)
	c.Files, c.Mentions, c.MentionRoles, c.Reactions = slices.Clone(m.Files), slices.Clone(m.Mentions), slices.Clone(m.MentionRoles), slices.Clone(m.Reactions)
	return c
}

// isSystem reports whether Discord itself wrote the message.
func (m *Message) isSystem() bool {
	return m.Type != messageDefault && m.Type != messageReply && m.Type != messageChatInputCommand && m.Type != messageContextMenuCommand
}

// The callers of the following hold s.mu.

// addMessage gives the message its id and keeps it.
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

// publishMessage keeps a message, and tells everybody. Writing in an archived thread takes
// it out of the archive.
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

// publishMessageUpdate tells everybody of a message's new state.
func (s *Server) publishMessageUpdate(m *Message) {
	setDefaults(m.Components)
	s.publish(s.messageEvent("MESSAGE_UPDATE", m))
}

// removeMessage deletes a message, and tells everybody.
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

// message finds a message of a channel that all there see.
func (s *Server) message(channel, id string) *Message {
	m := s.messages[id]
	if m == nil || m.Channel != channel || m.EphemeralTo != "" {
		return nil
	}
	return m
}

// messageJSON is the message as REST has it. Events have more.
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

// without takes keys out of an object.
func without(o object, keys ...string) object {
	for _, key := range keys {
		delete(o, key)
	}
	return o
}

// jsonArray is an array that is never null.
func jsonArray(v []any) []any {
	if v == nil {
		return []any{}
	}
	return chatfake.Clone(v)
}

// author is who wrote the message: a user, or a webhook, which is none.
func (s *Server) author(m *Message) object {
	if m.WebhookName == "" {
		return s.user(m.User).json()
	}
	hook := &User{ID: m.User, Name: m.WebhookName, Bot: true}
	o := hook.json()
	o["discriminator"] = "0000"
	return o
}

// mentionsJSON are the users whom the message mentions.
func (s *Server) mentionsJSON(m *Message) []any {
	users := []any{}
	for _, id := range m.Mentions {
		users = append(users, s.user(id).json())
	}
	return users
}

// addReference says what the message refers to: of a reply the message it
// replies to, of what Discord says of threads the thread.
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
	o["referenced_message"] = nil // it was deleted, unless it is found
	if of := s.messages[m.ReplyTo]; of != nil {
		o["referenced_message"] = without(s.messageJSON(of), "referenced_message", "thread") // one is shown, not those before it
	}
}

// addReactions counts the reactions of each emoji.
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

// withoutContent takes out what an application without the content intent is not shown.
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

// isPrivileged reports whether the content is for those who may read all: neither the
// bot's own, nor to it, nor in a direct message.
func (s *Server) isPrivileged(m *Message) bool {
	return m.User != s.BotID && s.channels[m.Channel].Type != dmChannel && !slices.Contains(m.Mentions, s.BotID)
}

// splitReaction parts a text at its last colon.
func splitReaction(text string) (before, after string) {
	i := strings.LastIndex(text, ":")
	return text[:i], text[i+1:]
}
