package discordfake

import (
	"fmt"
	"regexp"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// Say sends a message. @name and #name become mentions as in Discord's client.
func (p *Person) Say(channel, text string) Message {
	return p.Write(channel, Message{Content: text})
}

// DM sends a direct message to the bot.
func (p *Person) DM(text string) Message { return p.Say(p.DMChannel(), text) }

// Reply replies to a message and pings its author.
func (p *Person) Reply(to Message, text string) Message {
	return p.Write(to.Channel, Message{Type: messageReply, ReplyTo: to.ID, Content: text})
}

// Upload sends a message with attachments.
func (p *Person) Upload(channel, text string, files ...File) Message {
	return p.Write(channel, Message{Content: text, Files: files})
}

// Write sends a message with arbitrary fields. Bots may send embeds and
// components.
func (p *Person) Write(channel string, m Message) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.mustChannel(channel)
	if c.isThread() && !c.hasMember(p.ID) {
		c.Members = append(c.Members, p.ID)
	}
	return p.s.publishMessage(p.compose(channel, m), allMentions()).copy()
}

func (p *Person) compose(channel string, m Message) *Message {
	m.Channel, m.User, m.Content = channel, p.ID, p.s.toMarkup(m.Content)
	m.Embeds, m.Components = chatfake.Clone(m.Embeds), chatfake.Clone(m.Components)
	for i, f := range m.Files {
		m.Files[i] = p.s.addFile(f, channel)
	}
	return &m
}

// PostWebhook sends a message through a webhook. Its author has a name but is
// not a user.
func (p *Person) PostWebhook(channel, name, text string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.mustChannel(channel)
	hook := p.s.id()
	return p.s.publishMessage(&Message{Channel: channel, User: hook, WebhookName: name, webhookID: hook, Content: text}, webhookMentions()).copy()
}

// Post creates a forum post. Its first message has the ID of the post.
func (p *Person) Post(forum, title, text string, tags ...string) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	t := &Channel{ID: p.s.id(), Name: title, AppliedTags: tags, AutoArchiveDuration: defaultAutoArchive}
	p.s.beginThread(t, p.s.mustChannel(forum), p.ID)
	m := p.compose(t.ID, Message{ID: t.ID, Content: text})
	return p.s.publishMessage(m, allMentions()).copy()
}

// StartThread starts a thread from a message.
func (p *Person) StartThread(m Message, name string) Channel {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	channel, kept := p.s.mustChannel(m.Channel), p.s.messages[m.ID]
	if kept == nil {
		panic("discordfake: no message " + m.ID) // a mistake in the test
	}
	t := &Channel{ID: m.ID, Name: name, AutoArchiveDuration: defaultAutoArchive}
	p.s.beginThread(t, channel, p.ID)
	kept.Flags |= flagHasThread
	p.s.publishMessageUpdate(kept)
	p.s.publishMessage(&Message{Channel: t.ID, Type: messageThreadStarter, User: p.ID, ReplyTo: m.ID, referenceChannel: channel.ID}, allowedMentions{})
	return t.copy()
}

// join posts the system message of a new member.
func (p *Person) join(channel string) Message {
	return p.postSystemMessage(channel, Message{Type: messageUserJoin})
}

// pin posts the system message of a pinned message.
func (p *Person) pin(m Message) Message {
	return p.postSystemMessage(m.Channel, Message{Type: messageChannelPinned, ReplyTo: m.ID})
}

// postSystemMessage posts a message that Discord itself generates.
func (p *Person) postSystemMessage(channel string, m Message) Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.publishMessage(p.compose(channel, m), allowedMentions{}).copy()
}

// Edit edits a message.
func (p *Person) Edit(m Message, text string) error {
	return p.withMessage(m, func(kept *Message) {
		kept.Content, kept.Edited = p.s.toMarkup(text), time.Now()
		p.s.resolveMentions(kept, allMentions(), true)
		p.s.publishMessageUpdate(kept)
	})
}

// addPreview adds an embed for a URL in the message, which Discord does some
// time after it is sent. The update is not an edit.
func (p *Person) addPreview(m Message, embed map[string]any) error {
	return p.withMessage(m, func(kept *Message) {
		kept.Embeds = append(kept.Embeds, chatfake.Clone(embed))
		p.s.publishMessageUpdate(kept)
	})
}

// Delete deletes a message.
func (p *Person) Delete(m Message) error { return p.withMessage(m, p.s.removeMessage) }

// react adds a reaction to a message.
func (p *Person) react(m Message, emoji string) error {
	return p.withMessage(m, func(kept *Message) { p.s.react(kept, p.ID, emoji) })
}

// withMessage changes a stored message.
func (p *Person) withMessage(m Message, change func(kept *Message)) error {
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

// toMarkup converts @name and #name to mentions, as Discord's client does.
func (s *Server) toMarkup(text string) string {
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
