package slackfake

import (
	"cmp"
	"fmt"

	"mabsbot/adapters/chat/chatfake"
)

// Say posts a message. Mentions, channel names and URLs become markup as in
// Slack's client.
func (p *Person) Say(channel, text string) Message { return p.write(channel, "", text) }

// DM sends a direct message to the bot.
func (p *Person) DM(text string) Message { return p.write(p.DMChannel(), "", text) }

// Reply posts a reply in the thread of a message.
func (p *Person) Reply(to Message, text string) Message {
	return p.write(to.Channel, cmp.Or(to.Thread, to.TS), text)
}

// broadcast posts a reply and also sends it to the channel.
func (p *Person) broadcast(to Message, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.compose(to.Channel, cmp.Or(to.Thread, to.TS), text)
	m.Broadcast, m.Subtype = true, "thread_broadcast"
	p.s.publishMessage(p.s.store(m))
	return *m
}

// PostWebhook posts a message as an incoming webhook: it has a bot_id and a
// username but no user.
func (p *Person) PostWebhook(channel, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.compose(channel, "", text)
	m.User, m.Bot, m.clientMsgID, m.Subtype, m.subtypeFields = "", "B"+p.ID, "", "bot_message", object{"username": p.Name}
	p.s.publishMessage(p.s.store(m))
	return *m
}

// invite adds a user or the bot to a channel.
func (p *Person) invite(channel, user string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.channel(channel)
	if c == nil || c.has(user) {
		return
	}
	c.Members = append(c.Members, user)
	p.postSystemMessage(&Message{Channel: channel, User: user, Subtype: "channel_join", Text: "<@" + user + "> has joined the channel", subtypeFields: object{"inviter": p.ID}})
}

// rename renames a channel.
func (p *Person) rename(channel, name string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if c := p.s.channel(channel); c != nil {
		p.postSystemMessage(&Message{Channel: channel, User: p.ID, Subtype: "channel_name", Text: "has renamed the channel", subtypeFields: object{"old_name": c.Name, "name": name}})
		c.Name = name
	}
}

// postSystemMessage posts a message that Slack itself generates.
func (p *Person) postSystemMessage(m *Message) { p.s.publish(m, p.s.messageEvent(p.s.store(m))) }

// stopAgent presses Slack's stop button in a thread with the bot.
func (p *Person) stopAgent(m Message) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.s.subscribed("agent_session_stopped") {
		p.s.deliver("events_api", p.s.eventCallback(object{
			"type": "agent_session_stopped", "channel": m.Channel, "thread_ts": cmp.Or(m.Thread, m.TS), "user": p.ID, "event_ts": p.s.newTS(),
		}, nil), false)
	}
}

func (p *Person) write(channel, thread, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.s.store(p.compose(channel, thread, text))
	p.s.publishMessage(m)
	return *m
}

// compose makes a message. It panics if there is no such channel, which is a
// mistake in the test.
func (p *Person) compose(channel, thread, text string) *Message {
	if p.s.channel(channel) == nil {
		panic("slackfake: no channel " + channel)
	}
	m := &Message{Channel: channel, Thread: thread, User: p.ID, clientMsgID: p.s.newID("00000000-0000-4000-8000-")}
	m.Text, m.Blocks = p.s.toMrkdwn(text)
	if p.Bot {
		m.Bot, m.clientMsgID = "B"+p.ID, ""
	}
	return m
}

// Edit edits a message.
func (p *Person) Edit(m Message, text string) error {
	return p.withMessage(m, func(kept *Message) {
		before := chatfake.Clone(p.s.messageJSON(kept))
		kept.Text, kept.Blocks = p.s.toMrkdwn(text)
		p.s.fillInDefaults(kept.Blocks)
		kept.Edited = p.s.newTS()
		p.s.publish(kept, p.s.changedEvent(kept, before))
		p.s.Note()
	})
}

// Delete deletes a message.
func (p *Person) Delete(m Message) error { return p.withMessage(m, p.s.deleteMessage) }

// react adds a reaction to a message.
func (p *Person) react(m Message, name string) error {
	return p.withMessage(m, func(kept *Message) { p.s.react(kept, p.ID, name) })
}

// withMessage changes a stored message.
func (p *Person) withMessage(m Message, change func(kept *Message)) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	kept := p.s.message(m.Channel, m.TS)
	if kept == nil {
		return fmt.Errorf("slackfake: no message %s in %s", m.TS, m.Channel)
	}
	change(kept)
	return nil
}

// Upload uploads files with a text, into a thread unless thread is "".
func (p *Person) Upload(channel, thread, text string, files ...File) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.compose(channel, thread, text)
	m.Subtype = "file_share"
	if text == "" {
		m.Blocks = nil
	}
	for _, f := range files {
		m.Files = append(m.Files, p.s.addFile(f, p.ID).ID)
	}
	p.s.publishMessage(p.s.store(m))
	return *m
}

// Attach posts a message with attachments, as an incoming webhook.
func (p *Person) Attach(channel, text string, attachments ...map[string]any) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.compose(channel, "", text)
	m.User, m.Bot, m.clientMsgID, m.Subtype, m.subtypeFields = "", "B"+p.ID, "", "bot_message", object{"username": p.Name}
	m.attach(attachments)
	p.s.publishMessage(p.s.store(m))
	return *m
}

// EditAttachments replaces the attachments of a message, as chat.update does. The
// text stays the same.
func (p *Person) EditAttachments(m Message, attachments ...map[string]any) error {
	return p.withMessage(m, func(kept *Message) {
		before := chatfake.Clone(p.s.messageJSON(kept))
		kept.attach(attachments)
		p.s.publish(kept, p.s.changedEvent(kept, before))
		p.s.Note()
	})
}

func (m *Message) attach(attachments []map[string]any) {
	m.attachments = nil
	for i, a := range attachments {
		a["id"] = i + 1
		m.attachments = append(m.attachments, object(a))
	}
}

// Mail sends an e-mail to the address of a channel, which Slackbot posts as a
// file.
func (s *Server) Mail(channel, subject, text string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.addFile(File{Name: subject, Type: "text/html", Content: []byte("<html><body>" + text + "</body></html>"), mail: text}, slackbot)
	m := s.store(&Message{Channel: channel, User: slackbot, Subtype: "file_share", Files: []string{f.ID}})
	s.publishMessage(m)
	return *m
}

// slackbot is the user that posts e-mails.
const slackbot = "USLACKBOT"
