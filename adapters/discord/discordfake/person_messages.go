package discordfake

import (
	"fmt"
	"regexp"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// Say writes in a channel, a thread or a direct message. @name and #name become
// what Discord's client makes of them.
func (p *Person) Say(channel, text string) Message {
	return p.Write(channel, Message{Content: text})
}

// DM writes to the bot.
func (p *Person) DM(text string) Message { return p.Say(p.Direct(), text) }

// Reply replies to a message, which pings who wrote it.
func (p *Person) Reply(to Message, text string) Message {
	return p.Write(to.Channel, Message{Kind: ReplyMessage, Reply: to.ID, Content: text})
}

// Upload attaches files to a text.
func (p *Person) Upload(channel, text string, files ...File) Message {
	return p.Write(channel, Message{Content: text, Files: files})
}

// Write writes a message as it is: that of another bot may have embeds and
// components.
func (p *Person) Write(channel string, m Message) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.mustChannel(channel)
	if c.thread() && !c.with(p.ID) {
		c.Members = append(c.Members, p.ID)
	}
	return p.s.post(p.compose(channel, m), everything()).copy()
}

func (p *Person) compose(channel string, m Message) *Message {
	m.Channel, m.User, m.Content = channel, p.ID, p.s.typed(m.Content)
	m.Embeds, m.Components = chatfake.Clone(m.Embeds), chatfake.Clone(m.Components)
	for i, f := range m.Files {
		m.Files[i] = p.s.attached(f, channel)
	}
	return &m
}

// Hook writes through a webhook of the person's: a message of something that has
// a name and is no user.
func (p *Person) Hook(channel, name, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.mustChannel(channel)
	hook := p.s.id()
	return p.s.post(&Message{Channel: channel, User: hook, Hook: name, hook: hook, Content: text}, byHook()).copy()
}

// Post begins a post in a forum. Its first message has the post's id.
func (p *Person) Post(forum, title, text string, tags ...string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	t := &Channel{ID: p.s.id(), Name: title, Applied: tags, AutoArchive: autoArchive}
	p.s.beginThread(t, p.s.mustChannel(forum), p.ID)
	m := p.compose(t.ID, Message{ID: t.ID, Content: text})
	return p.s.post(m, everything()).copy()
}

// Thread begins a thread at a message.
func (p *Person) Thread(m Message, name string) Channel {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	channel, kept := p.s.mustChannel(m.Channel), p.s.messages[m.ID]
	if kept == nil {
		panic("discordfake: no message " + m.ID) // the test is wrong
	}
	t := &Channel{ID: m.ID, Name: name, AutoArchive: autoArchive}
	p.s.beginThread(t, channel, p.ID)
	kept.Flags |= HasThread
	p.s.messageChanged(kept)
	p.s.post(&Message{Channel: t.ID, Kind: ThreadStarterMessage, User: p.ID, Reply: m.ID, elsewhere: channel.ID}, allowance{})
	return t.copy()
}

// Join shows in a channel that the person has come to the server.
func (p *Person) Join(channel string) Message {
	return p.system(channel, Message{Kind: JoinMessage})
}

// Pin pins a message, which a message says.
func (p *Person) Pin(m Message) Message {
	return p.system(m.Channel, Message{Kind: PinMessage, Reply: m.ID})
}

// system shows what Discord itself says.
func (p *Person) system(channel string, m Message) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.post(p.compose(channel, m), allowance{}).copy()
}

// Edit changes what the person has written.
func (p *Person) Edit(m Message, text string) error {
	return p.with(m, func(kept *Message) {
		kept.Content, kept.Edited = p.s.typed(text), time.Now()
		p.s.mention(kept, everything(), true)
		p.s.messageChanged(kept)
	})
}

// Preview shows the page that an address in the message leads to, some time
// after it was written. That is a change of the message which nobody made.
func (p *Person) Preview(m Message, embed map[string]any) error {
	return p.with(m, func(kept *Message) {
		kept.Embeds = append(kept.Embeds, chatfake.Clone(embed))
		p.s.messageChanged(kept)
	})
}

// Delete takes back what the person has written.
func (p *Person) Delete(m Message) error { return p.with(m, p.s.erase) }

// React adds a reaction to a message.
func (p *Person) React(m Message, emoji string) error {
	return p.with(m, func(kept *Message) { p.s.react(kept, p.ID, emoji) })
}

// with changes a message that stands.
func (p *Person) with(m Message, change func(kept *Message)) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	kept := p.s.messages[m.ID]
	if kept == nil || !p.sees(kept) {
		return fmt.Errorf("discordfake: %s sees no message %s", p.Name, m.ID)
	}
	change(kept)
	return nil
}

var typedName = regexp.MustCompile(`(^|[\s(])([@#])([\p{L}\p{N}_.-]*[\p{L}\p{N}_])`)

// typed turns what a person types into Discord's markup, as the client does:
// @name of a user and #name of a channel.
func (s *Server) typed(text string) string {
	return typedName.ReplaceAllStringFunc(text, func(found string) string {
		parts := typedName.FindStringSubmatch(found)
		before, sign, name := parts[1], parts[2], parts[3]
		if u := s.userNamed(name); sign == "@" && u != nil {
			return before + "<@" + u.ID + ">"
		}
		for _, c := range s.channels {
			if sign == "#" && c.Name == name {
				return before + "<#" + c.ID + ">"
			}
		}
		return found
	})
}
