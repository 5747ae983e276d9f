package slackfake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Message is one that stands in a channel, or that one user alone sees.
type Message struct {
	Channel     string // its id
	TS          string // its id within the channel
	Thread      string // TS of the message it is a reply to, "" in the channel itself
	User        string // id of who wrote it
	Bot         string // id of the bot that wrote it
	Subtype     string
	Text        string // with Slack's markup
	Blocks      []any
	EphemeralTo string   // an ephemeral message: id of the only user who sees it
	Files       []string // ids

	Metadata  map[string]any
	Edited    string   // TS of the latest change, where it is shown as edited
	Reactions []string // name:user
	Broadcast bool     // a reply that stands in the channel, too

	attachments   []any
	state         object // what is chosen and typed in its elements: block, action, value
	clientMsgID   string // client_msg_id
	subtypeFields object // what only its subtype has
}

// store gives the message its ids and keeps it. The caller holds s.mu.
func (s *Server) store(m *Message) *Message {
	m.TS = s.newTS()
	m.state = object{}
	s.fillInDefaults(m.Blocks)
	s.messages = append(s.messages, m)
	s.Note()
	return m
}

// fillInDefaults gives blocks and elements the ids and the defaults that Slack gives
// them.
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

// textDefaults writes emoji and verbatim into text objects.
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

// The callers of the following hold s.mu.

func (s *Server) message(channel, ts string) *Message {
	return find(s.messages, func(m *Message) bool { return m.Channel == channel && m.TS == ts })
}

// replies are the messages of a thread under its first, oldest first.
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

// messageJSON is the message as the Web API and events have it, without its channel.
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
		o["edited"] = object{"user": m.User, "ts": m.Edited}
	}
	s.addThreadFields(o, m)
	s.addFiles(o, m)
	return o
}

// setNonEmpty sets a key that has a value.
func setNonEmpty(o object, key, value string) {
	if value != "" {
		o[key] = value
	}
}

// addThreadFields says where the message stands in its thread.
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

// appOfBot is the app that a bot belongs to: of another bot, one of its own.
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
	return object{"id": bot, "app_id": s.appOfBot(bot), "name": name, "icons": icons, "deleted": false, "updated": 1700000000, "team_id": s.Team}
}
