package discordfake

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A sentNonce is the nonce of a recent message.
type sentNonce struct {
	message string
	at      time.Time
}

// getChannelMessages returns messages of a channel, newest first.
func (s *Server) getChannelMessages(c *call) (any, error) {
	channel, err := s.channelFor(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if s.require(channel, ReadMessageHistory) != nil {
		return []any{}, nil
	}
	q := c.r.URL.Query()
	limit, err := strconv.Atoi(cmp.Or(q.Get("limit"), "50"))
	if err != nil || limit < 1 || limit > 100 { // https://docs.discord.com/developers/resources/message#get-channel-messages
		return nil, fail(invalidFormBody)
	}
	var found []*Message
	for _, m := range s.shown {
		after, before := q.Get("after"), q.Get("before")
		if m.Channel == channel.ID && m.EphemeralTo == "" && (after == "" || compareIDs(m.ID, after) > 0) && (before == "" || compareIDs(m.ID, before) < 0) {
			found = append(found, m)
		}
	}
	if len(found) > limit && q.Get("after") != "" {
		found = found[:limit]
	}
	list := []any{}
	for _, m := range slices.Backward(found[max(0, len(found)-limit):]) {
		list = append(list, s.readableJSON(m))
	}
	return list, nil
}

// readableJSON returns the message as REST shows it: without content if that
// needs an intent that the application does not have.
func (s *Server) readableJSON(m *Message) object {
	o := s.messageJSON(m)
	if s.options.NoMessageContent {
		return s.withoutContent(o, m)
	}
	return o
}

func (s *Server) createMessage(c *call) (any, error) {
	channel, err := s.writableChannel(c)
	if err != nil {
		return nil, err
	}
	var f form
	nonce := f.nonce(c.body)
	if c.body["enforce_nonce"] == true && nonce != "" {
		if id := s.messageWithNonce(nonce); id != "" && s.messages[id] == nil {
			return nil, fail(unknownMessage)
		} else if id != "" {
			return s.withNonce(s.messages[id]), nil
		}
	}
	m, d, err := s.compose(&f, c, c.body, channel, allMentions(), 0)
	if err != nil {
		return nil, err
	}
	if err := s.checkContentPermissions(channel, m); err != nil {
		return nil, err
	}
	m.Nonce = c.body["nonce"]
	if err := s.setReference(m, c.body, channel); err != nil {
		return nil, err
	}
	s.publishMessage(m, d.allowed)
	if nonce != "" {
		s.nonces[nonce] = sentNonce{m.ID, time.Now()}
	}
	return s.withNonce(m), nil
}

// messageWithNonce returns the ID of the bot's recent message with the nonce,
// which may be deleted, or "".
func (s *Server) messageWithNonce(nonce string) string {
	k := s.nonces[nonce]
	if time.Since(k.at) > nonceTTL {
		return ""
	}
	return k.message
}

func (s *Server) withNonce(m *Message) object {
	o := s.messageJSON(m)
	if m.Nonce != nil {
		o["nonce"] = m.Nonce
	}
	return o
}

// writableChannel returns the channel that a request names and checks that the
// bot can send messages there.
func (s *Server) writableChannel(c *call) (*Channel, error) {
	channel, err := s.channelFor(c, SendMessages)
	switch {
	case err != nil:
		return nil, err
	case channel.isForum():
		return nil, fail(cannotSendInForum)
	case channel.Type == guildCategory:
		return nil, fail(notATextChannel)
	case channel.isThread() && channel.Locked && !s.permissions(channel, s.BotID).has(manageThreads):
		return nil, fail(threadLocked)
	case channel.Type == dmChannel && s.dmsClosed(channel):
		return nil, fail(cannotSendToUser)
	}
	return channel, nil
}

// dmsClosed reports whether the recipient does not accept direct messages.
func (s *Server) dmsClosed(channel *Channel) bool {
	return slices.ContainsFunc(channel.Members, func(id string) bool { return s.user(id).DMsClosed })
}

// compose validates a body and makes a message from it.
func (s *Server) compose(f *form, c *call, body object, channel *Channel, fallback allowedMentions, extra int) (*Message, messageBody, error) {
	d := f.messageBody(body, fallback, 0, extra)
	m := &Message{Channel: channel.ID, User: s.BotID, Content: d.content, Embeds: d.embeds, Components: d.components, Flags: d.flags}
	if c.tooLarge() {
		return nil, d, fail(requestTooLarge)
	}
	m.Files = s.attachments(f, c, body, channel.ID, nil)
	if err := f.err(); err != nil {
		return nil, d, err
	}
	if m.isEmpty() {
		return nil, d, fail(emptyMessage)
	}
	return m, d, nil
}

// checkContentPermissions checks the permissions that attachments and embeds
// need. Without EMBED_LINKS, Discord drops the embeds if the message has other
// content. Responses to interactions need no permission.
func (s *Server) checkContentPermissions(channel *Channel, m *Message) error {
	if err := s.require(channel, attachFiles); len(m.Files) > 0 && err != nil {
		return err
	}
	if err := s.require(channel, embedLinks); len(m.Embeds) > 0 && err != nil {
		if m.Content == "" {
			return err
		}
		m.Embeds = nil
	}
	return nil
}

// setReference makes the message a reply if the body has a message_reference.
func (s *Server) setReference(m *Message, body object, channel *Channel) error {
	reference, ok := body["message_reference"].(object)
	if !ok {
		return nil
	}
	id, _ := reference["message_id"].(string)
	of := s.message(channel.ID, id)
	var f form
	switch {
	case s.require(channel, ReadMessageHistory) != nil:
		return fail(cannotReadHistory)
	case of == nil && reference["fail_if_not_exists"] == false:
		return nil
	case of == nil:
		f.add("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
	case of.isSystem():
		f.add("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
	default:
		m.Type, m.ReplyTo = messageReply, of.ID
	}
	return f.err()
}

// messageFor returns the message that a request names.
func (s *Server) messageFor(c *call, p Permissions) (*Message, *Channel, error) {
	channel, err := s.channelFor(c, p)
	if err != nil {
		return nil, nil, err
	}
	m := s.message(channel.ID, c.arg("message"))
	if m == nil {
		return nil, nil, fail(unknownMessage)
	}
	return m, channel, nil
}

func (s *Server) getChannelMessage(c *call) (any, error) {
	m, _, err := s.messageFor(c, ViewChannel|ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	return s.readableJSON(m), nil
}

func (s *Server) editMessage(c *call) (any, error) {
	m, channel, err := s.messageFor(c, ViewChannel)
	switch {
	case err != nil:
		return nil, err
	case m.isSystem():
		return nil, fail(systemMessage)
	case m.User != s.BotID:
		return nil, fail(notTheAuthor)
	case channel.isThread() && channel.Archived:
		return nil, fail(threadArchived)
	case c.tooLarge():
		return nil, fail(requestTooLarge)
	}
	var f form
	d := f.messageBody(c.body, allMentions(), m.Flags, 0)
	if s.require(channel, embedLinks) != nil {
		d.embeds = nil // dropped silently
	}
	if err := s.applyEdit(&f, m, d, c, c.body); err != nil {
		return nil, err
	}
	m.Edited = time.Now()
	s.publishMessageUpdate(m)
	return s.messageJSON(m), nil
}

func (s *Server) deleteMessage(c *call) (any, error) {
	m, channel, err := s.messageFor(c, ViewChannel)
	switch {
	case err != nil:
		return nil, err
	case m.User != s.BotID && s.require(channel, manageMessages) != nil:
		return nil, fail(missingPermissions)
	case channel.Archived: // observed, although the documentation allows it
		return nil, fail(threadArchived)
	}
	s.removeMessage(m)
	return nil, nil
}

func (s *Server) createReaction(c *call) (any, error) {
	m, _, err := s.messageFor(c, ViewChannel|ReadMessageHistory|AddReactions)
	if err != nil {
		return nil, err
	}
	s.react(m, s.BotID, c.arg("emoji"))
	return nil, nil
}

func (s *Server) deleteOwnReaction(c *call) (any, error) {
	m, _, err := s.messageFor(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	m.Reactions = removeID(m.Reactions, c.arg("emoji")+":"+s.BotID)
	s.Note()
	return nil, nil
}

// react adds a reaction unless it exists.
func (s *Server) react(m *Message, user, emoji string) {
	one := emoji + ":" + user
	if slices.Contains(m.Reactions, one) {
		return
	}
	m.Reactions = append(m.Reactions, one)
	c := s.channels[m.Channel]
	data := object{
		"user_id": user, "channel_id": c.ID, "message_id": m.ID, "message_author_id": m.User, "emoji": object{"id": nil, "name": emoji}, "burst": false,
		"type": 0,
	}
	e := event{name: "MESSAGE_REACTION_ADD", guild: c.Guild, channel: c.ID, intents: intentDirectMessageReactions, data: data}
	if g := s.guild(c.Guild); g != nil {
		e.intents, data["guild_id"], data["member"] = intentGuildMessageReactions, g.id, s.memberWithUserJSON(s.user(user), g)
	}
	s.publish(e)
}
