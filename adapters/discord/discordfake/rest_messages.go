package discordfake

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A known nonce is that of a message that was made not long ago.
type known struct {
	message string
	at      time.Time
}

// listMessages lists messages of a channel, newest first. Without the intent
// for it they have no content.
func (s *Server) listMessages(c *call) (any, error) {
	channel, err := s.at(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if s.need(channel, ReadMessageHistory) != nil {
		return []any{}, nil
	}
	q := c.r.URL.Query()
	most, err := strconv.Atoi(cmp.Or(q.Get("limit"), "50"))
	if err != nil || most < 1 || most > 100 { // https://docs.discord.com/developers/resources/message#get-channel-messages
		return nil, fail(invalidForm)
	}
	var found []*Message
	for _, m := range s.shown {
		after, before := q.Get("after"), q.Get("before")
		if m.Channel == channel.ID && m.To == "" && (after == "" || compareIDs(m.ID, after) > 0) && (before == "" || compareIDs(m.ID, before) < 0) {
			found = append(found, m)
		}
	}
	if len(found) > most && q.Get("after") != "" {
		found = found[:most]
	}
	list := []any{}
	for _, m := range slices.Backward(found[max(0, len(found)-most):]) {
		list = append(list, s.read(m))
	}
	return list, nil
}

// read is a message as a request gets it: with its content only where the
// application may have that.
func (s *Server) read(m *Message) object {
	o := s.messageJSON(m)
	if s.options.NoContent {
		return s.hidden(o, m)
	}
	return o
}

func (s *Server) createMessage(c *call) (any, error) {
	channel, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	var f form
	nonce := f.nonce(c.body)
	if c.body["enforce_nonce"] == true && nonce != "" {
		if id := s.repeated(nonce); id != "" && s.messages[id] == nil {
			return nil, fail(unknownMessage)
		} else if id != "" {
			return s.withNonce(s.messages[id]), nil
		}
	}
	m, d, err := s.compose(&f, c, c.body, channel, everything(), 0)
	if err != nil {
		return nil, err
	}
	if err := s.mayShow(channel, m); err != nil {
		return nil, err
	}
	m.Nonce = c.body["nonce"]
	if err := s.reply(m, c.body, channel); err != nil {
		return nil, err
	}
	s.post(m, d.allowed)
	if nonce != "" {
		s.nonces[nonce] = known{m.ID, time.Now()}
	}
	return s.withNonce(m), nil
}

// repeated is the message that the bot made with the nonce not long ago, which may
// be deleted since, or "".
func (s *Server) repeated(nonce string) string {
	k := s.nonces[nonce]
	if time.Since(k.at) > s.options.NonceLife {
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

// writable finds the channel that the bot writes to, and checks that it may.
func (s *Server) writable(c *call) (*Channel, error) {
	channel, err := s.at(c, SendMessages)
	switch {
	case err != nil:
		return nil, err
	case channel.posts():
		return nil, fail(inForum)
	case channel.Kind == Category:
		return nil, fail(noTextChannel)
	case channel.thread() && channel.Locked && !s.permissions(channel, s.BotID).has(ManageThreads):
		return nil, fail(threadLocked)
	case channel.Kind == DirectChannel && s.shut(channel):
		return nil, fail(closedToYou)
	}
	return channel, nil
}

// shut reports whether the other side of a direct message takes none.
func (s *Server) shut(channel *Channel) bool {
	return slices.ContainsFunc(channel.Members, func(id string) bool { return s.user(id).Closed })
}

// compose makes a message of a body. It is checked, and not yet kept.
func (s *Server) compose(f *form, c *call, body object, channel *Channel, fallback allowance, extra int) (*Message, draft, error) {
	d := f.draft(body, fallback, 0, extra)
	m := &Message{Channel: channel.ID, User: s.BotID, Content: d.content, Embeds: d.embeds, Components: d.components, Flags: d.flags}
	if c.tooHeavy() {
		return nil, d, fail(tooLarge)
	}
	m.Files = s.attachments(f, c, body, channel.ID, nil)
	if err := f.failure(); err != nil {
		return nil, d, err
	}
	if m.empty() {
		return nil, d, fail(emptyMessage)
	}
	return m, d, nil
}

// mayShow checks that the bot may show what is in a message. Embeds that it may
// not show are left out, where something else is left. Answers to interactions
// may show all.
func (s *Server) mayShow(channel *Channel, m *Message) error {
	if err := s.need(channel, AttachFiles); len(m.Files) > 0 && err != nil {
		return err
	}
	if err := s.need(channel, EmbedLinks); len(m.Embeds) > 0 && err != nil {
		if m.Content == "" {
			return err
		}
		m.Embeds = nil
	}
	return nil
}

// reply makes the message a reply to the one that the body refers to.
func (s *Server) reply(m *Message, body object, channel *Channel) error {
	reference, ok := body["message_reference"].(object)
	if !ok {
		return nil
	}
	id, _ := reference["message_id"].(string)
	of := s.message(channel.ID, id)
	var f form
	switch {
	case s.need(channel, ReadMessageHistory) != nil:
		return fail(noHistory)
	case of == nil && reference["fail_if_not_exists"] == false:
		return nil
	case of == nil:
		f.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
	case of.system():
		f.wrong("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
	default:
		m.Kind, m.Reply = ReplyMessage, of.ID
	}
	return f.failure()
}

// of finds the message that a request names.
func (s *Server) of(c *call, p Permissions) (*Message, *Channel, error) {
	channel, err := s.at(c, p)
	if err != nil {
		return nil, nil, err
	}
	m := s.message(channel.ID, c.arg("message"))
	if m == nil {
		return nil, nil, fail(unknownMessage)
	}
	return m, channel, nil
}

func (s *Server) getMessage(c *call) (any, error) {
	m, _, err := s.of(c, ViewChannel|ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	return s.read(m), nil
}

func (s *Server) editMessage(c *call) (any, error) {
	m, channel, err := s.of(c, ViewChannel)
	switch {
	case err != nil:
		return nil, err
	case m.system():
		return nil, fail(systemMessage)
	case m.User != s.BotID:
		return nil, fail(notYours)
	case channel.thread() && channel.Archived:
		return nil, fail(threadArchived)
	case c.tooHeavy():
		return nil, fail(tooLarge)
	}
	var f form
	d := f.draft(c.body, everything(), m.Flags, 0)
	if s.need(channel, EmbedLinks) != nil {
		d.embeds = nil // left out in silence
	}
	if err := s.rewrite(&f, m, d, c, c.body); err != nil {
		return nil, err
	}
	m.Edited = time.Now()
	s.messageChanged(m)
	return s.messageJSON(m), nil
}

func (s *Server) deleteMessage(c *call) (any, error) {
	m, channel, err := s.of(c, ViewChannel)
	switch {
	case err != nil:
		return nil, err
	case m.User != s.BotID && s.need(channel, ManageMessages) != nil:
		return nil, fail(missingPermissions)
	case channel.Archived: // as it is seen, although the documentation allows it
		return nil, fail(threadArchived)
	}
	s.erase(m)
	return nil, nil
}

func (s *Server) addReaction(c *call) (any, error) {
	m, _, err := s.of(c, ViewChannel|ReadMessageHistory|AddReactions)
	if err != nil {
		return nil, err
	}
	s.react(m, s.BotID, c.arg("emoji"))
	return nil, nil
}

func (s *Server) removeReaction(c *call) (any, error) {
	m, _, err := s.of(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	m.Reactions = removed(m.Reactions, c.arg("emoji")+":"+s.BotID)
	s.Note()
	return nil, nil
}

// react adds a reaction, once.
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
	e := event{name: "MESSAGE_REACTION_ADD", guild: c.Guild, channel: c.ID, intents: DirectMessageReactions, data: data}
	if g := s.guild(c.Guild); g != nil {
		e.intents, data["guild_id"], data["member"] = GuildMessageReactions, g.ID, s.withUser(s.user(user), g)
	}
	s.publish(e)
}
