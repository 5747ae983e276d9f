package slackfake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Message is a message in a channel.
type Message struct {
	Channel     string // ID
	TS          string // identifies the message in its channel
	Thread      string // thread_ts of a reply; "" otherwise
	User        string // ID of the author
	Bot         string // ID of the bot that posted it
	Subtype     string
	Text        string // mrkdwn
	Blocks      []any
	EphemeralTo string   // ID of the only user who sees an ephemeral message
	Files       []string // IDs

	Metadata  map[string]any
	Edited    string   // ts of the latest edit that Slack shows as such
	Reactions []string // name:user
	Broadcast bool     // a reply also sent to the channel (thread_broadcast)

	attachments   []any
	state         object // current values of its elements, by block_id and action_id
	clientMsgID   string
	subtypeFields object // fields that only its subtype has
}

// store adds a message with new IDs. The caller holds s.mu.
func (s *Server) store(m *Message) *Message {
	m.TS = s.newTS()
	m.state = object{}
	s.fillInDefaults(m.Blocks)
	s.messages = append(s.messages, m)
	s.Note()
	return m
}

// fillInDefaults adds the IDs and defaults that Slack adds to blocks and
// elements.
func (s *Server) fillInDefaults(blocks []any) {
	for _, b := range blocks {
		block, ok := b.(object)
		if !ok {
			continue
		}
		if block["block_id"] == nil {
			block["block_id"] = s.newID("b")
		}
		textDefaults(block)
	}
	for e := range elements(blocks) {
		if e.json["action_id"] == nil && e.interactive() {
			e.json["action_id"] = s.newID("a")
		}
	}
}

// textDefaults adds the defaults of emoji and verbatim to text objects.
func textDefaults(v any) {
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			textDefaults(each)
		}
	case object:
		for _, each := range v {
			textDefaults(each)
		}
		if v["type"] == "plain_text" && v["emoji"] == nil {
			v["emoji"] = true
		}
		if v["type"] == "mrkdwn" && v["verbatim"] == nil {
			v["verbatim"] = false
		}
	}
}

// The functions below require s.mu.

func (s *Server) message(channel, ts string) *Message {
	return find(s.messages, func(m *Message) bool { return m.Channel == channel && m.TS == ts })
}

// replies returns the replies in the thread of root, oldest first.
func (s *Server) replies(root *Message) []*Message {
	var all []*Message
	for _, m := range s.messages {
		if m.Channel == root.Channel && m.Thread == root.TS && m.TS != root.TS && m.EphemeralTo == "" {
			all = append(all, m)
		}
	}
	return all
}

func (s *Server) removeMessage(m *Message) {
	s.messages = slices.DeleteFunc(s.messages, func(each *Message) bool { return each == m })
	s.Note()
}

// messageJSON returns the message without its channel, as the Web API and
// events show it.
func (s *Server) messageJSON(m *Message) object {
	o := object{"type": "message", "text": m.Text, "ts": m.TS}
	setNonEmpty(o, "user", m.User)
	setNonEmpty(o, "subtype", m.Subtype)
	setNonEmpty(o, "client_msg_id", m.clientMsgID)
	if u := s.user(m.User); u != nil {
		o["team"] = u.Team
	}
	if len(m.Blocks) > 0 {
		o["blocks"] = m.Blocks
	}
	if len(m.attachments) > 0 {
		o["attachments"] = m.attachments
	}
	setNonEmpty(o, "bot_id", m.Bot)
	if u := s.user(m.User); m.Bot != "" && u != nil {
		o["app_id"], o["bot_profile"] = s.appOfBot(m.Bot), s.botProfile(m.Bot, u.Name)
	}
	maps.Copy(o, m.subtypeFields)
	if m.Edited != "" {
		seconds, _, _ := strings.Cut(m.Edited, ".")
		o["edited"] = object{"user": m.User, "ts": seconds + ".000000"} // Slack dates edits in whole seconds
	}
	s.addThreadFields(o, m)
	s.addFiles(o, m)
	return o
}

// setNonEmpty sets a key unless the value is "".
func setNonEmpty(o object, key, value string) {
	if value != "" {
		o[key] = value
	}
}

// addThreadFields adds the fields of a reply or of a parent message.
func (s *Server) addThreadFields(o object, m *Message) {
	if m.Thread != "" {
		o["thread_ts"] = m.Thread
		if root := s.message(m.Channel, m.Thread); root != nil {
			setNonEmpty(o, "parent_user_id", root.User)
		}
		return
	}
	replies := s.replies(m)
	if len(replies) == 0 {
		return
	}
	users := []string{}
	for _, r := range replies {
		if !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	maps.Copy(o, object{
		"thread_ts": m.TS, "reply_count": len(replies), "reply_users_count": len(users), "latest_reply": replies[len(replies)-1].TS,
		"reply_users": users, "is_locked": false, "subscribed": false,
	})
}

// appOfBot returns the ID of the bot's app.
func (s *Server) appOfBot(bot string) string {
	if bot == s.botID {
		return s.AppID
	}
	return "A" + strings.TrimPrefix(bot, "B")
}

func (s *Server) botProfile(bot, name string) object {
	icons := object{}
	for _, size := range []int{36, 48, 72} {
		icons[fmt.Sprintf("image_%d", size)] = fmt.Sprintf("%s/img/bot_%d.png", s.URL(), size)
	}
	return object{"id": bot, "app_id": s.appOfBot(bot), "name": name, "icons": icons, "deleted": false, "updated": epoch, "team_id": s.Team}
}
