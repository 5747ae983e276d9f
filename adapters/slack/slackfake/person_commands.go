package slackfake

import "strings"

// Command types a slash command such as "/mabs 0x29834" in a channel, waits for
// the acknowledgement, and shows the message in it. It fails if the app is not
// connected or does not acknowledge in time.
func (p *Person) Command(channel, line string) error {
	command, text, _ := strings.Cut(line, " ")
	p.s.mu.Lock()
	l := responseURL{user: p.ID, channel: channel}
	payload := p.s.commandPayload(p.User, channel, command, text, l)
	d := p.s.deliver("slash_commands", payload, true)
	p.s.mu.Unlock()
	reply, err := d.wait(p.s)
	if err != nil {
		return err
	}
	return p.s.showReply(&l, reply)
}

// showReply shows the message or text in an acknowledgement.
func (s *Server) showReply(l *responseURL, reply []byte) error {
	if len(reply) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body, ok := decodeJSON(string(reply)).(object)
	if !ok {
		body = object{"text": strings.Trim(string(reply), `"`)}
	}
	if len(body) == 0 {
		return nil
	}
	return s.applyResponse(l, callFromJSON(body))
}

// Shortcut uses a global shortcut.
func (p *Person) Shortcut(callback string) error {
	p.s.mu.Lock()
	o := p.s.interactionPayload("shortcut", p.User)
	o["callback_id"], o["trigger_id"], o["action_ts"] = callback, p.s.newTriggerID(p.ID), p.s.newTS()
	d := p.s.deliver("interactive", o, false)
	p.s.mu.Unlock()
	_, err := d.wait(p.s)
	return err
}

// ShortcutOn uses a message shortcut. The bot need not be in the channel.
func (p *Person) ShortcutOn(m Message, callback string) error {
	p.s.mu.Lock()
	f, err := p.onMessage(m)()
	if err != nil {
		p.s.mu.Unlock()
		return err
	}
	o := p.s.interactionPayload("message_action", p.User)
	o["callback_id"], o["trigger_id"], o["action_ts"] = callback, p.s.newTriggerID(p.ID), p.s.newTS()
	o["channel"], o["message"], o["message_ts"] = p.s.channelName(m.Channel), p.s.messageJSON(f.message), m.TS
	o["response_url"] = p.s.newResponseURL(responseURL{user: p.ID, channel: m.Channel})
	d := p.s.deliver("interactive", o, false)
	p.s.mu.Unlock()
	_, err = d.wait(p.s)
	return err
}
