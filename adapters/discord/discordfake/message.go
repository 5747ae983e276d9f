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
	PlainMessage         = 0
	NameChangeMessage    = 4
	PinMessage           = 6
	JoinMessage          = 7
	ThreadCreatedMessage = 18
	ReplyMessage         = 19
	SlashAnswer          = 20
	ThreadStarterMessage = 21
	ContextAnswer        = 23
)

// Flags of messages.
//
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	SuppressEmbeds        = 1 << 2
	HasThread             = 1 << 5
	Ephemeral             = 1 << 6
	Loading               = 1 << 7 // «is thinking»
	SuppressNotifications = 1 << 12
	ComponentsV2          = 1 << 15
)

// A Message is one that stands in a channel, or that one user alone sees.
type Message struct {
	ID                 string
	Channel            string // its id; that of the thread where it stands in one
	Kind               int
	User               string // id of who wrote it
	Hook               string // name of the webhook that wrote it; User is the webhook's id then
	Content            string // with Discord's markup
	Embeds, Components []any
	Files              []File
	Flags              int
	To                 string // an ephemeral message: id of the only user who sees it
	Reply              string // id of the message it replies to
	Nonce              any
	Edited             time.Time // zero while it was not

	Mentions, MentionRoles []string // ids of whom it highlights
	Everyone               bool
	Reactions              []string // emoji:user

	position    int          // in its thread
	elsewhere   string       // the channel of Reply, where that is another
	interaction object       // interaction_metadata
	hook        string       // id of the webhook that wrote it
	of          *Interaction // what it answers
}

func (m *Message) copy() Message {
	c := *m
	c.Embeds, c.Components = chatfake.Clone(m.Embeds), chatfake.Clone(m.Components)
	c.Files, c.Mentions, c.MentionRoles, c.Reactions = slices.Clone(m.Files), slices.Clone(m.Mentions), slices.Clone(m.MentionRoles), slices.Clone(m.Reactions)
	return c
}

// system reports whether Discord itself wrote the message.
func (m *Message) system() bool {
	return m.Kind != PlainMessage && m.Kind != ReplyMessage && m.Kind != SlashAnswer && m.Kind != ContextAnswer
}

// The callers of the following hold s.mu.

// store gives the message its id and keeps it.
func (s *Server) store(m *Message) *Message {
	m.ID = cmp.Or(m.ID, s.id())
	fillIn(m.Components)
	s.messages[m.ID] = m
	s.shown = append(s.shown, m)
	if c := s.channels[m.Channel]; m.To == "" {
		c.last, m.position = m.ID, c.sent
		c.sent++
		c.here++
	}
	s.Note()
	return m
}

// post keeps a message, and tells everybody. Writing in an archived thread takes
// it out of the archive.
func (s *Server) post(m *Message, a allowance) *Message {
	c := s.channels[m.Channel]
	if c.thread() && c.Archived && m.To == "" {
		c.Archived = false
		s.threadChanged(c)
	}
	s.store(m)
	s.mention(m, a, false)
	s.publish(s.messageEvent("MESSAGE_CREATE", m))
	return m
}

// messageChanged tells everybody of a message's new state.
func (s *Server) messageChanged(m *Message) {
	fillIn(m.Components)
	s.publish(s.messageEvent("MESSAGE_UPDATE", m))
}

// erase deletes a message, and tells everybody.
func (s *Server) erase(m *Message) {
	delete(s.messages, m.ID)
	s.shown = slices.DeleteFunc(s.shown, func(each *Message) bool { return each == m })
	if m.To == "" {
		s.channels[m.Channel].here--
	}
	e := s.about("MESSAGE_DELETE", m)
	e.data = object{"id": m.ID, "channel_id": m.Channel}
	if e.guild != "" {
		e.data["guild_id"] = e.guild
	}
	s.publish(e)
}

// message finds a message of a channel that all there see.
func (s *Server) message(channel, id string) *Message {
	m := s.messages[id]
	if m == nil || m.Channel != channel || m.To != "" {
		return nil
	}
	return m
}

// messageJSON is the message as REST has it. Events have more.
func (s *Server) messageJSON(m *Message) object {
	o := object{
		"id": m.ID, "channel_id": m.Channel, "type": m.Kind, "content": m.Content, "author": s.author(m), "timestamp": timestamp(moment(m.ID)),
		"edited_timestamp": nil, "tts": false, "pinned": false, "mention_everyone": m.Everyone, "mentions": s.mentionsJSON(m),
		"mention_roles": append([]string{}, m.MentionRoles...), "attachments": s.filesJSON(m), "embeds": list(m.Embeds),
		"components": list(m.Components), "flags": m.Flags,
	}
	if !m.Edited.IsZero() {
		o["edited_timestamp"] = timestamp(m.Edited)
	}
	if m.hook != "" {
		o["webhook_id"] = m.hook
	}
	if m.interaction != nil {
		o["interaction_metadata"] = m.interaction
	}
	if m.User == s.BotID {
		o["application_id"] = s.AppID
	}
	s.putReference(o, m)
	s.putReactions(o, m)
	if t := s.channels[m.ID]; t != nil && t.ID != m.Channel {
		o["thread"] = s.channelJSON(t)
	}
	if c := s.channels[m.Channel]; c.thread() {
		o["position"] = m.position
	}
	return o
}

// except takes keys out of an object.
func except(o object, keys ...string) object {
	for _, key := range keys {
		delete(o, key)
	}
	return o
}

// list is an array that is never null.
func list(v []any) []any {
	if v == nil {
		return []any{}
	}
	return chatfake.Clone(v)
}

// author is who wrote the message: a user, or a webhook, which is none.
func (s *Server) author(m *Message) object {
	if m.Hook == "" {
		return s.user(m.User).json()
	}
	hook := &User{ID: m.User, Name: m.Hook, Bot: true}
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

// putReference says what the message refers to: of a reply the message it
// replies to, of what Discord says of threads the thread.
func (s *Server) putReference(o object, m *Message) {
	if m.Reply == "" && m.elsewhere == "" {
		return
	}
	channel := cmp.Or(m.elsewhere, m.Channel)
	reference := object{"type": 0, "channel_id": channel}
	if c := s.channels[channel]; c != nil && c.Guild != "" {
		reference["guild_id"] = c.Guild
	}
	if m.Reply != "" {
		reference["message_id"] = m.Reply
	}
	o["message_reference"] = reference
	if m.Kind != ReplyMessage && m.Kind != ThreadStarterMessage {
		return
	}
	o["referenced_message"] = nil // it was deleted, unless it is found
	if of := s.messages[m.Reply]; of != nil {
		o["referenced_message"] = except(s.messageJSON(of), "referenced_message", "thread") // one is shown, not those before it
	}
}

// putReactions counts the reactions of each emoji.
func (s *Server) putReactions(o object, m *Message) {
	counts := map[string]int{}
	var order []string
	mine := map[string]bool{}
	for _, r := range m.Reactions {
		emoji, user := cut(r)
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

// hidden takes out what an application without the content intent is not shown.
//
// https://docs.discord.com/developers/events/gateway#message-content-intent
func (s *Server) hidden(o object, m *Message) object {
	if referred, ok := o["referenced_message"].(object); ok {
		o["referenced_message"] = s.hidden(maps.Clone(referred), s.messages[m.Reply])
	}
	if !s.secret(m) {
		return o
	}
	o["content"] = ""
	for _, key := range []string{"embeds", "attachments", "components"} {
		o[key] = []any{}
	}
	return o
}

// secret reports whether the content is for those who may read all: neither the
// bot's own, nor to it, nor in a direct message.
func (s *Server) secret(m *Message) bool {
	return m.User != s.BotID && s.channels[m.Channel].Kind != DirectChannel && !slices.Contains(m.Mentions, s.BotID)
}

// cut parts a text at its last colon.
func cut(text string) (before, after string) {
	i := strings.LastIndex(text, ":")
	return text[:i], text[i+1:]
}
