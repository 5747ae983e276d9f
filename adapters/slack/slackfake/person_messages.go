package slackfake

import (
	"cmp"
	"fmt"

	"mabsbot/adapters/chat/chatfake"
)

// Say writes in a channel. @name, #name and addresses become what Slack's
// client makes of them.
func (p *Person) Say(channel, text string) Message { return p.write(channel, "", text) }

// DM writes to the bot.
func (p *Person) DM(text string) Message { return p.write(p.Direct(), "", text) }

// Reply writes in the thread of a message.
func (p *Person) Reply(to Message, text string) Message {
	return p.write(to.Channel, cmp.Or(to.Thread, to.TS), text)
}

// Broadcast writes in the thread of a message and shows it in the channel, too.
func (p *Person) Broadcast(to Message, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.compose(to.Channel, cmp.Or(to.Thread, to.TS), text)
	m.Broadcast, m.Subtype = true, "thread_broadcast"
	p.s.announce(p.s.store(m))
	return *m
}

// Hook writes as an incoming webhook of the person does: a message of a bot
// that has a name and is no user.
func (p *Person) Hook(channel, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.compose(channel, "", text)
	m.User, m.Bot, m.client, m.Subtype, m.extra = "", "B"+p.ID, "", "bot_message", object{"username": p.Name}
	p.s.announce(p.s.store(m))
	return *m
}

// Invite takes another user into a channel: the bot, too.
func (p *Person) Invite(channel, user string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.channel(channel)
	if c == nil || c.has(user) {
		return
	}
	c.Members = append(c.Members, user)
	p.happened(&Message{Channel: channel, User: user, Subtype: "channel_join", Text: "<@" + user + "> has joined the channel", extra: object{"inviter": p.ID}})
}

// Rename gives a channel another name.
func (p *Person) Rename(channel, name string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if c := p.s.channel(channel); c != nil {
		p.happened(&Message{Channel: channel, User: p.ID, Subtype: "channel_name", Text: "has renamed the channel", extra: object{"old_name": c.Name, "name": name}})
		c.Name = name
	}
}

// happened shows what Slack itself says in a channel.
func (p *Person) happened(m *Message) { p.s.publish(m, p.s.messageEvent(p.s.store(m))) }

// StopAgent presses Slack's own stop button in a thread with the bot.
func (p *Person) StopAgent(m Message) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.s.subscribed("agent_session_stopped") {
		p.s.deliver("events_api", p.s.callback(object{
			"type": "agent_session_stopped", "channel": m.Channel, "thread_ts": cmp.Or(m.Thread, m.TS), "user": p.ID, "event_ts": p.s.ts(),
		}, nil), false)
	}
}

func (p *Person) write(channel, thread, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.s.store(p.compose(channel, thread, text))
	p.s.announce(m)
	return *m
}

// compose makes a message. A test that writes where there is no channel is
// wrong, and told so at once.
func (p *Person) compose(channel, thread, text string) *Message {
	if p.s.channel(channel) == nil {
		panic("slackfake: no channel " + channel)
	}
	m := &Message{Channel: channel, Thread: thread, User: p.ID, client: p.s.id("00000000-0000-4000-8000-")}
	m.Text, m.Blocks = p.s.typed(text)
	if p.Bot {
		m.Bot, m.client = "B"+p.ID, ""
	}
	return m
}

// Edit changes what the person has written.
func (p *Person) Edit(m Message, text string) error {
	return p.with(m, func(kept *Message) {
		before := chatfake.Clone(p.s.messageJSON(kept))
		kept.Text, kept.Blocks = p.s.typed(text)
		p.s.fillIn(kept.Blocks)
		kept.Edited = p.s.ts()
		p.s.publish(kept, p.s.changedEvent(kept, before))
		p.s.Note()
	})
}

// Delete takes back what the person has written.
func (p *Person) Delete(m Message) error { return p.with(m, p.s.erase) }

// React adds a reaction to a message.
func (p *Person) React(m Message, name string) error {
	return p.with(m, func(kept *Message) { p.s.react(kept, p.ID, name) })
}

// with changes a message that stands.
func (p *Person) with(m Message, change func(kept *Message)) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	kept := p.s.message(m.Channel, m.TS)
	if kept == nil {
		return fmt.Errorf("slackfake: no message %s in %s", m.TS, m.Channel)
	}
	change(kept)
	return nil
}

// Upload shares files with a text, in a channel or, where thread is not "", in
// a thread.
func (p *Person) Upload(channel, thread, text string, files ...File) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.compose(channel, thread, text)
	m.Subtype = "file_share"
	if text == "" {
		m.Blocks = nil
	}
	for _, f := range files {
		m.Files = append(m.Files, p.s.uploaded(f, p.ID).ID)
	}
	p.s.announce(p.s.store(m))
	return *m
}
