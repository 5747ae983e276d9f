package discord

import (
	"cmp"
	"fmt"
	"strings"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Uses of commands and of what we showed.

// The names of our commands, and of the option of /mabs.
const (
	commandName = "mabs"
	queryOption = "query"
)

// How a use is answered first.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	deferredMessage    = 5 // «thinking»
	deferredUpdate     = 6 // nothing is seen
	autocompleteResult = 8
	modalResponse      = 9
)

// A parsed interaction is one of the types below. nil is an interaction that does
// not concern the bot.
type parsed interface{ parsed() }

// A inboundInteraction thing is for the core.
type inboundInteraction struct {
	inbound
	callback  int  // answerLater or answerUpdateLater
	ephemeral bool // the answer is for its user alone
	token     string
}

// A autocompleteRequest after /mabs.
type autocompleteRequest struct{ query, user, locale string }

// An modalRequest modal: somebody wants to type a value.
type modalRequest struct{ customID, user, locale string }

func (inboundInteraction) parsed()  {}
func (autocompleteRequest) parsed() {}
func (modalRequest) parsed()        {}

// readInteraction tells what a use is. An error says that it is none that can be
// read; it holds nothing of its content.
func (me identity) readInteraction(i discordapi.Interaction) (parsed, error) {
	who := userOf(i)
	switch {
	case i.ApplicationID != "" && me.app != "" && i.ApplicationID != me.app:
		return nil, chat.ErrOtherApp
	case i.ID == "" || i.Token == "" || who.ID == "" || channelOf(i) == "":
		return nil, chat.ErrIncomplete
	}
	switch i.Type {
	case discordapi.InteractionAutocomplete:
		return autocompleteRequest{queryOf(i), who.ID, i.Locale}, nil
	case discordapi.InteractionApplicationCommand:
		return me.command(i, who)
	case discordapi.InteractionMessageComponent:
		return me.component(i, who)
	case discordapi.InteractionModalSubmit:
		return me.modalSubmit(i, who)
	}
	return nil, chat.ErrUnknown
}

func userOf(i discordapi.Interaction) bot.User {
	u := i.User
	if i.Member != nil && i.Member.User != nil {
		u = i.Member.User
	}
	if u == nil {
		return bot.User{}
	}
	p := userFrom(u, i.Member)
	p.Locale = i.Locale
	return p
}

func channelOf(i discordapi.Interaction) string {
	if i.Channel != nil {
		return cmp.Or(i.ChannelID, i.Channel.ID)
	}
	return i.ChannelID
}

// channelInfoOf is where a use happened, which it tells itself.
func channelInfoOf(i discordapi.Interaction) channelInfo {
	at := channelInfo{guild: i.GuildID}
	if i.Channel != nil && i.Channel.Type != nil {
		at.kind, at.parent = *i.Channel.Type, i.Channel.ParentID
	}
	if i.GuildID == "" {
		at.kind = discordapi.ChannelTypeDM
	}
	if at.isThread() && at.parent == "" {
		at.kind = 0 // half a thread
	}
	return at
}

// queryOf is what was typed after /mabs.
func queryOf(i discordapi.Interaction) string {
	for _, o := range i.Data.Options {
		if o.Name == queryOption && o.Value != nil {
			return fmt.Sprint(o.Value)
		}
	}
	return ""
}

// head is what all uses have.
func (me identity) head(i discordapi.Interaction, who bot.User) bot.Head {
	at := channelInfoOf(i)
	h := bot.Head{ID: usedID(i.GuildID, channelOf(i), i.ID), From: who, Direct: at.kind == discordapi.ChannelTypeDM}
	h.Thread = bot.Thread{Adapter: adapterName, Workspace: me.app, Channel: channelOf(i)}
	if at.isThread() {
		h.Thread.Channel, h.Thread.Root = at.parent, channelOf(i)
	}
	return h
}

// command is a use of /mabs, or of the command on a message. In the direct
// message with us the answer belongs there; anywhere else it is for the one who
// asked alone.
func (me identity) command(i discordapi.Interaction, who bot.User) (parsed, error) {
	e := bot.Message{Head: me.head(i, who), Addressed: true}
	e.Thread.Root = privateRoot(i.ID)
	if e.Direct {
		e.Thread.Root = ""
	}
	u := inboundInteraction{callback: deferredMessage, ephemeral: !e.Direct, token: i.Token}
	switch i.Data.Type {
	case discordapi.CommandMessage:
		m, ok := i.Data.Resolved.Messages[i.Data.TargetID]
		if !ok {
			return nil, chat.ErrIncomplete
		}
		e.Text, u.files = me.textOf(m), readable(attachmentsOf(m))
	case discordapi.CommandChatInput, 0:
		if i.Data.Name != commandName {
			return nil, chat.ErrUnknown
		}
		e.Text, e.Command = plain(queryOf(i), me.user), true
	default:
		return nil, chat.ErrUnknown
	}
	u.event = e
	return u, nil
}

// component is the use of a button, or of a list of them.
func (me identity) component(i discordapi.Interaction, who bot.User) (parsed, error) {
	custom := i.Data.CustomID
	if strings.HasPrefix(custom, selectPrefix) && len(i.Data.Values) > 0 {
		custom = i.Data.Values[0]
	}
	if rest, types := strings.CutPrefix(custom, valuePrefix); types {
		if _, _, err := parseCustomID(rest); err != nil {
			return nil, nil
		}
		return modalRequest{custom, who.ID, i.Locale}, nil
	}
	return me.press(i, who, custom, "")
}

// modalSubmit is a modal that was sent off.
func (me identity) modalSubmit(i discordapi.Interaction, who bot.User) (parsed, error) {
	custom, types := strings.CutPrefix(i.Data.CustomID, valuePrefix)
	if !types {
		return nil, nil
	}
	value := submittedValue(discordapi.SubmittedComponent{Components: i.Data.Components})
	return me.press(i, who, custom, cmp.Or(strings.TrimSpace(value), " ")) // blanks are a wrong value, and not none
}

// submittedValue finds what was typed, wherever it stands.
func submittedValue(f discordapi.SubmittedComponent) string {
	if f.Value != "" {
		return f.Value
	}
	inner := f.Components
	if f.Component != nil {
		inner = append(inner, *f.Component)
	}
	for _, each := range inner {
		if v := submittedValue(each); v != "" {
			return v
		}
	}
	return ""
}

// press is what a button stands for; a value was typed for it.
func (me identity) press(i discordapi.Interaction, who bot.User, custom, value string) (parsed, error) {
	b, post, err := parseCustomID(custom)
	if err != nil {
		return nil, nil // of an earlier form
	}
	if i.Message == nil || i.Message.ID == "" {
		return nil, chat.ErrIncomplete
	}
	e := bot.Press{Head: me.head(i, who), Button: b, Post: post, Value: value}
	if !e.Direct {
		e.Thread.Root = cmp.Or(privateRootOf(*i.Message), e.Thread.Root, me.rootOfMessage(*i.Message))
	}
	private := strings.HasPrefix(e.Thread.Root, bot.CommandRoot)
	return inboundInteraction{inbound: inbound{event: e}, callback: deferredUpdate, ephemeral: private, token: i.Token}, nil
}

// privateRootOf is the root of the private answer to a command, which that command
// names, or "". There is one message for all of it, so that its buttons always
// stand on the one that answers the command: see whisper.
func privateRootOf(m discordapi.Message) string {
	if m.Flags&discordapi.MessageFlagEphemeral != 0 && m.InteractionMetadata != nil && m.InteractionMetadata.Type == discordapi.InteractionApplicationCommand {
		return privateRoot(m.InteractionMetadata.ID)
	}
	return ""
}

// rootOfMessage is the message under which one of ours stands in a channel without
// threads: what it replies to, or itself. What one user alone sees replies to
// the message whose button they used.
func (me identity) rootOfMessage(m discordapi.Message) string {
	if root := me.repliedRoot(discordapi.Message{ReferencedMessage: m.ReferencedMessage}); root != "" {
		return root
	}
	if m.MessageReference != nil && m.MessageReference.MessageID != "" {
		return m.MessageReference.MessageID
	}
	return m.ID
}
