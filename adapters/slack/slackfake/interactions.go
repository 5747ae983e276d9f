package slackfake

import (
	"maps"
	"regexp"
	"time"
)

// interactionPayload returns the fields that all interaction payloads have. The
// caller holds s.mu.
func (s *Server) interactionPayload(kind string, u User) object {
	team := object{"id": s.Team, "domain": domain}
	o := object{
		"type": kind, "token": verificationToken, "api_app_id": s.AppID, "team": team, "enterprise": nil, "is_enterprise_install": false,
		"user": object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
	}
	switch user := o["user"].(object); kind { // as in payloads recorded from Slack
	case "message_action":
		delete(o, "api_app_id")
		delete(user, "username")
	case "shortcut":
		delete(o, "api_app_id")
		delete(user, "name")
	}
	if e := s.options.Enterprise; e != "" {
		maps.Copy(team, object{"enterprise_id": e, "enterprise_name": "Fake Org"})
		o["enterprise"] = object{"id": e, "name": "Fake Org"}
	}
	return o
}

func (s *Server) commandPayload(u User, channel, command, text string, l responseURL) object {
	name := "directmessage"
	if c := s.channel(channel); c != nil && c.Type != directMessage {
		name = c.Name
	}
	o := object{
		"token": verificationToken, "team_id": s.Team, "team_domain": domain, "channel_id": channel, "channel_name": name, "user_id": u.ID, "user_name": u.Name,
		"command": command, "text": s.escapeCommand(text), "api_app_id": s.AppID, "is_enterprise_install": "false", "response_url": s.newResponseURL(l),
		"trigger_id": s.newTriggerID(u.ID),
	}
	if e := s.options.Enterprise; e != "" {
		maps.Copy(o, object{"enterprise_id": e, "enterprise_name": "Fake Org"})
	}
	return o
}

// channelName matches a channel that a person names.
var channelName = regexp.MustCompile(`#[a-z0-9_-]+`)

// escapeCommand escapes the text of a command, as the manifest's should_escape says.
//
// https://docs.slack.dev/interactivity/implementing-slash-commands#creating_commands
func (s *Server) escapeCommand(text string) string {
	return channelName.ReplaceAllStringFunc(escape(text), func(name string) string {
		for _, c := range s.channels {
			if c.Name == name[1:] {
				return "<#" + c.ID + "|" + c.Name + ">"
			}
		}
		return name
	})
}

// A surface is the message or view that shows an element.
type surface struct {
	message *Message
	view    *View
}

func (f surface) blocks() []any {
	if f.message != nil {
		return f.message.Blocks
	}
	blocks, _ := f.view.Body["blocks"].([]any)
	return blocks
}

func (f surface) state() object {
	if f.message != nil {
		return f.message.state
	}
	return f.view.state
}

// setContainer adds the surface to a payload.
func (s *Server) setContainer(o object, f surface) {
	if f.view != nil {
		o["container"] = object{"type": "view", "view_id": f.view.ID}
		o["view"] = s.viewJSON(f.view)
		return
	}
	m := f.message
	container := object{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.EphemeralTo != ""}
	setNonEmpty(container, "thread_ts", m.Thread)
	o["container"] = container
	o["channel"] = s.channelName(m.Channel)
	if m.EphemeralTo == "" { // Slack does not store ephemeral messages
		o["message"] = s.messageJSON(m)
	}
}

func (s *Server) channelName(id string) object {
	name := "directmessage"
	if c := s.channel(id); c.Type != directMessage {
		name = c.Name
	}
	return object{"id": id, "name": name}
}

// actionsPayload returns the block_actions payload of using an element.
func (s *Server) actionsPayload(u User, f surface, e element, value any) object {
	o := s.interactionPayload("block_actions", u)
	s.setContainer(o, f)
	action := object{"type": e.elementType(), "action_id": e.json["action_id"], "block_id": e.block["block_id"], "action_ts": s.newTS()}
	for _, key := range []string{"text", "value", "style", "url", "placeholder"} {
		if e.json[key] != nil {
			action[key] = e.json[key]
		}
	}
	if key, _ := e.valueKeys(); key != "" {
		action[key] = value
	} else if e.elementType() == "overflow" {
		action["selected_option"] = value
	}
	maps.Copy(o, object{"actions": []any{action}, "trigger_id": s.newTriggerID(u.ID)})
	if f.message != nil {
		o["state"] = object{"values": f.state()}
		o["response_url"] = s.newResponseURL(responseURL{user: u.ID, channel: f.message.Channel, thread: f.message.Thread, message: f.message})
	}
	return o
}

// A trigger is a trigger ID, which allows the app to open a view for a user for
// a short time.
type trigger struct {
	user    string
	used    bool
	expires time.Time
}

// newTriggerID creates a trigger ID. The caller holds s.mu.
func (s *Server) newTriggerID(user string) string {
	id := s.newID("1000000.2000000.")
	s.triggers[id] = &trigger{user: user, expires: time.Now().Add(s.options.TriggerTTL)}
	return id
}

// useTrigger uses up a trigger ID and returns its user.
func (s *Server) useTrigger(id string) (string, error) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return "", fail("invalid_trigger_id")
	case t.used:
		return "", fail("exchanged_trigger_id")
	case time.Now().After(t.expires):
		return "", fail("expired_trigger_id")
	}
	t.used = true
	return t.user, nil
}
