package slackfake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// publish sends an event about a message if the app may receive it: the bot is
// in the channel, has the scope, and the app subscribes to the event. The
// caller holds s.mu.
func (s *Server) publish(m *Message, event object) {
	channel := s.channel(m.Channel)
	if channel == nil || !channel.has(s.botUser) {
		return
	}
	kind := event["type"].(string)
	scope := scopeFamilyOf(channel.Type) + ":history"
	if name, ok := map[string]string{"reaction_added": "reactions:read", "app_mention": "app_mentions:read", "file_shared": "files:read"}[kind]; ok {
		scope = name
	}
	if kind == "message" {
		kind = "message." + map[string]string{publicChannel: "channels", privateChannel: "groups", directMessage: "im", groupMessage: "mpim"}[channel.Type]
	}
	if !slices.Contains(s.options.Scopes, scope) || !s.subscribed(kind) {
		return
	}
	s.deliver("events_api", s.eventCallback(event, channel), false)
}

func (s *Server) subscribed(event string) bool {
	return s.options.Events == nil || slices.Contains(s.options.Events, event)
}

// eventCallback wraps an event in an event_callback. channel is nil if the
// event is about no channel.
func (s *Server) eventCallback(event object, channel *Channel) object {
	o := object{
		"token": verificationToken, "team_id": s.Team, "context_team_id": s.Team, "context_enterprise_id": nil, "api_app_id": s.AppID, "event": event,
		"type": "event_callback", "event_id": s.newID("Ev"), "event_time": time.Now().Unix(), "is_ext_shared_channel": channel != nil && channel.Shared,
		"event_context": s.newID("4-"),
	}
	var enterprise any
	if s.options.Enterprise != "" {
		enterprise = s.options.Enterprise
		o["enterprise_id"], o["context_enterprise_id"] = enterprise, enterprise
	}
	o["authorizations"] = []any{object{
		"enterprise_id": enterprise, "team_id": s.Team, "user_id": s.botUser, "is_bot": true, "is_enterprise_install": false,
	}}
	return o
}

// messageEvent returns the message event of a new message.
func (s *Server) messageEvent(m *Message) object {
	o := s.messageJSON(m)
	for _, key := range []string{"reply_count", "reply_users_count", "latest_reply", "reply_users", "is_locked", "subscribed"} {
		delete(o, key)
	}
	if m.Thread == "" {
		delete(o, "thread_ts")
	}
	if m.Broadcast {
		root := s.messageJSON(s.message(m.Channel, m.Thread))
		delete(root, "blocks")
		o["root"] = root
	}
	if u := s.user(m.User); u != nil && u.Team != s.Team {
		maps.Copy(o, object{"user_team": u.Team, "source_team": u.Team, "user_profile": object{"name": u.Name, "real_name": u.RealName, "display_name": u.Name, "team": u.Team}})
	}
	channel := s.channel(m.Channel)
	if channel.Type == directMessage && m.Thread != "" && m.Bot == "" {
		o["assistant_thread"] = object{"action_token": s.newID("token")}
	}
	maps.Copy(o, object{"channel": m.Channel, "channel_type": channel.Type, "event_ts": m.TS})
	return o
}

// mentionEvent returns the app_mention event of a message that mentions the
// bot. It has no channel_type, and no subtype except bot_message.
func (s *Server) mentionEvent(m *Message) object {
	o := s.messageEvent(m)
	o["type"] = "app_mention"
	if m.Subtype != "bot_message" {
		delete(o, "subtype")
	}
	delete(o, "channel_type")
	return o
}

// publishMessage publishes the new message of a person. In a channel, a message
// that mentions the bot comes as app_mention and as message.
func (s *Server) publishMessage(m *Message) {
	channel := s.channel(m.Channel)
	if channel.Type != directMessage && strings.Contains(m.Text, "<@"+s.botUser+">") {
		s.publish(m, s.mentionEvent(m))
	}
	s.publish(m, s.messageEvent(m))
	for _, id := range m.Files {
		s.publish(m, object{
			"type": "file_shared", "channel_id": m.Channel, "file_id": id, "user_id": m.User, "file": object{"id": id}, "event_ts": s.newTS(),
		})
	}
}

func (s *Server) changedEvent(m *Message, before object) object {
	ts := s.newTS()
	return object{
		"type": "message", "subtype": "message_changed", "message": s.messageJSON(m), "previous_message": before, "channel": m.Channel, "hidden": true,
		"ts": ts, "event_ts": ts, "channel_type": s.channel(m.Channel).Type,
	}
}

func (s *Server) deletedEvent(m *Message, before object) object {
	ts := s.newTS()
	return object{
		"type": "message", "subtype": "message_deleted", "previous_message": before, "channel": m.Channel, "hidden": true, "deleted_ts": m.TS,
		"ts": ts, "event_ts": ts, "channel_type": s.channel(m.Channel).Type,
	}
}

// SendEvent sends an arbitrary event to the app.
func (s *Server) SendEvent(event map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := event["channel"].(string)
	s.deliver("events_api", s.eventCallback(event, s.channel(id)), false)
}

// Send sends an arbitrary payload and returns the app's response. kind is
// events_api, slash_commands or interactive.
func (s *Server) Send(kind string, payload map[string]any) ([]byte, error) {
	s.mu.Lock()
	d := s.deliver(kind, payload, kind != "events_api")
	s.mu.Unlock()
	return d.wait(s)
}

// RevokeTokens revokes the bot token and sends tokens_revoked, after
// app_uninstalled if the app is uninstalled. Slack does not document the order
// of the two.
func (s *Server) RevokeTokens(uninstall bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = "token_revoked"
	if uninstall {
		s.revoked = "account_inactive"
		s.deliver("events_api", s.eventCallback(object{"type": "app_uninstalled", "event_ts": s.newTS()}, nil), false)
	}
	s.deliver("events_api", s.eventCallback(object{"type": "tokens_revoked", "tokens": object{"oauth": []any{}, "bot": []any{s.botUser}}, "event_ts": s.newTS()}, nil), false)
}

// Unfurl adds a link preview to a message. Like Slack, it sends message_changed
// although the text stays the same.
func (s *Server) Unfurl(m Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.message(m.Channel, m.TS)
	if kept == nil {
		return fmt.Errorf("slackfake: unfurl: no message %s in %s", m.TS, m.Channel)
	}
	before := chatfake.Clone(s.messageJSON(kept))
	kept.attachments = []any{object{"id": 1, "from_url": "https://example.com/", "fallback": "Example", "title": "Example", "original_url": "https://example.com/"}}
	s.publish(kept, s.changedEvent(kept, before))
	return nil
}
