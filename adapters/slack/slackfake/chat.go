package slackfake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mabsbot/adapters/chat/chatfake"
)

// destination returns the channel that the bot posts to. A user ID means the
// direct message channel with that user.
func (s *Server) destination(id string) (*Channel, error) {
	if s.user(id) != nil {
		return s.direct(id), nil
	}
	c := s.channel(strings.TrimPrefix(id, "#"))
	if c == nil {
		c = find(s.channels, func(c *Channel) bool { return c.Name != "" && c.Name == strings.TrimPrefix(id, "#") })
	}
	switch {
	case !s.botSees(c):
		return nil, fail("channel_not_found")
	case !c.has(s.botUser):
		return nil, fail("not_in_channel")
	case c.Archived:
		return nil, fail("is_archived")
	}
	return c, nil
}

// compose makes a message from the arguments that all methods for posting
// share.
func (s *Server) compose(c *call, maxLength int) (*Message, error) {
	m := &Message{User: s.botUser, Bot: s.botID, Text: cmp.Or(c.args["text"], c.args["markdown_text"])}
	if err := s.composeBlocks(m, c); err != nil {
		return nil, err
	}
	if c.args["attachments"] != "" {
		attachments, ok := c.list("attachments")
		if !ok {
			return nil, fail("invalid_attachments")
		}
		m.attachments = attachments
	}
	switch {
	case m.Text == "" && len(m.Blocks) == 0 && len(m.attachments) == 0:
		return nil, fail("no_text")
	case length(m.Text) > maxLength, length(c.args["markdown_text"]) > maxMarkdown:
		return nil, fail("msg_too_long")
	case c.args["markdown_text"] != "" && (c.args["text"] != "" || len(m.Blocks) > 0):
		return nil, fail("markdown_text_conflict")
	}
	return m, composeMetadata(m, c)
}

func (s *Server) composeBlocks(m *Message, c *call) error {
	if c.args["blocks"] == "" {
		return nil
	}
	blocks, ok := c.list("blocks")
	if !ok {
		return fail("invalid_blocks_format")
	}
	if errs := s.validator.Blocks(blocks); len(errs) > 0 {
		return &failure{code: "invalid_blocks", messages: errs}
	}
	if blockText(blocks) > maxBlockText {
		return fail("msg_blocks_too_long")
	}
	m.Blocks = blocks
	return nil
}

func composeMetadata(m *Message, c *call) error {
	if c.args["metadata"] == "" {
		return nil
	}
	metadata, ok := decodeJSON(c.args["metadata"]).(object)
	if !ok {
		return fail("invalid_metadata_format")
	}
	if len(metadata) == 0 {
		return nil // in chat.update, an empty object removes the metadata
	}
	kind, _ := metadata["event_type"].(string)
	if _, ok := metadata["event_payload"].(object); !ok || kind == "" {
		return fail("invalid_metadata_schema")
	}
	m.Metadata = metadata
	return nil
}

func (s *Server) postMessage(c *call) (object, error) {
	channel, err := s.destination(c.args["channel"])
	if err != nil {
		return nil, err
	}
	m, err := s.compose(c, maxText)
	if err != nil {
		return nil, err
	}
	m.Channel = channel.ID
	if err := s.thread(m, c); err != nil {
		return nil, err
	}
	s.store(m)
	s.publish(m, s.messageEvent(m))
	return object{"channel": channel.ID, "ts": m.TS, "message": s.withMetadata(m)}, nil
}

// thread makes the message a reply in the thread that the call names.
func (s *Server) thread(m *Message, c *call) error {
	m.Thread = c.args["thread_ts"]
	if m.Thread == "" {
		return nil
	}
	root := s.message(m.Channel, m.Thread)
	switch {
	case root == nil || root.EphemeralTo != "":
		return fail("thread_not_found")
	case root.Thread != "":
		m.Thread = root.Thread // Slack puts a reply to a reply under the parent message
	}
	if m.Broadcast = c.boolean("reply_broadcast"); m.Broadcast {
		m.Subtype = "thread_broadcast"
	}
	return nil
}

func (s *Server) withMetadata(m *Message) object {
	o := s.messageJSON(m)
	if m.Metadata != nil {
		o["metadata"] = m.Metadata
	}
	return o
}

func (s *Server) postEphemeral(c *call) (object, error) {
	channel, err := s.destination(c.args["channel"])
	if err != nil {
		return nil, err
	}
	if !channel.has(c.args["user"]) {
		return nil, fail("user_not_in_channel")
	}
	m, err := s.compose(c, maxText)
	if err != nil {
		return nil, err
	}
	m.Channel, m.EphemeralTo, m.Thread = channel.ID, c.args["user"], c.args["thread_ts"]
	s.store(m)
	return object{"message_ts": m.TS}, nil
}

// botMessage returns the message of the bot that a call names.
func (s *Server) botMessage(c *call, code string) (*Message, error) {
	channel := s.channel(c.args["channel"])
	if !s.botSees(channel) {
		return nil, fail("channel_not_found")
	}
	m := s.message(channel.ID, c.args["ts"])
	switch {
	case m == nil || m.EphemeralTo != "": // no method finds an ephemeral message
		return nil, fail("message_not_found")
	case m.Bot != s.botID:
		return nil, fail(code)
	}
	return m, nil
}

func (s *Server) update(c *call) (object, error) {
	m, err := s.botMessage(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := s.compose(c, maxUpdateText)
	if err != nil {
		return nil, err
	}
	if c.args["metadata"] == "" {
		next.Metadata = m.Metadata // metadata stays unless the update replaces it
	}
	s.updateMessage(m, next)
	return object{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": s.withMetadata(m)}, nil
}

// updateMessage replaces the content of a message and publishes the change. A
// text alone removes the blocks, and a message with blocks is not marked as
// edited.
//
// https://docs.slack.dev/reference/methods/chat.update
func (s *Server) updateMessage(m, next *Message) {
	before := chatfake.Clone(s.messageJSON(m))
	s.fillInDefaults(next.Blocks)
	m.Text, m.Blocks, m.attachments, m.Metadata, m.state = next.Text, next.Blocks, next.attachments, next.Metadata, object{}
	if len(m.Blocks) == 0 {
		m.Edited = s.newTS()
	}
	if m.EphemeralTo == "" {
		s.publish(m, s.changedEvent(m, before))
	}
	s.Note()
}

func (s *Server) delete(c *call) (object, error) {
	m, err := s.botMessage(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.deleteMessage(m)
	return object{"channel": m.Channel, "ts": m.TS}, nil
}

// deleteMessage deletes a message and publishes that. A message with replies is
// replaced by a tombstone, which Slack reports as message_changed.
func (s *Server) deleteMessage(m *Message) {
	before := chatfake.Clone(s.messageJSON(m))
	if len(s.replies(m)) == 0 {
		s.removeMessage(m)
		s.publish(m, s.deletedEvent(m, before))
		return
	}
	m.Subtype, m.Text, m.User, m.Bot, m.Blocks, m.attachments, m.Files = "tombstone", "This message was deleted.", "USLACKBOT", "", nil, nil, nil
	s.publish(m, s.changedEvent(m, before))
	s.Note()
}

func (s *Server) getPermalink(c *call) (object, error) {
	channel := s.channel(c.args["channel"])
	if !s.botSees(channel) {
		return nil, fail("channel_not_found")
	}
	m := s.message(channel.ID, c.args["message_ts"])
	if m == nil {
		return nil, fail("message_not_found")
	}
	return object{"channel": m.Channel, "permalink": s.permalink(m)}, nil
}

// Permalink returns the link to a message, as users copy it.
func (s *Server) Permalink(m Message) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.permalink(&m)
}

func (s *Server) permalink(m *Message) string {
	link := fmt.Sprintf("https://%s.slack.com/archives/%s/p%s", domain, m.Channel, strings.Replace(m.TS, ".", "", 1))
	if m.Thread != "" {
		link += "?thread_ts=" + m.Thread + "&cid=" + m.Channel
	}
	return link
}

func (s *Server) reactionsAdd(c *call) (object, error) {
	m := s.message(c.args["channel"], c.args["timestamp"])
	if m == nil {
		return nil, fail("message_not_found")
	}
	if !s.react(m, s.botUser, c.args["name"]) {
		return nil, fail("already_reacted")
	}
	return object{}, nil
}

// react adds a reaction and reports whether it is new.
func (s *Server) react(m *Message, user, name string) bool {
	if slices.Contains(m.Reactions, name+":"+user) {
		return false
	}
	m.Reactions = append(m.Reactions, name+":"+user)
	s.publish(m, object{
		"type": "reaction_added", "user": user, "reaction": name, "item": object{"type": "message", "channel": m.Channel, "ts": m.TS},
		"item_user": m.User, "event_ts": s.newTS(),
	})
	return true
}
