package discord

import (
	"cmp"
	"fmt"
	"strings"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Parsing of interactions: commands, components, modals and autocomplete.

// The name of the slash command, and of its option.
const (
	commandName = "mabs"
	queryOption = "query"
)

// recordCommand is the name of the message command on the message that says what
// solved the error of its thread. Discord sends this name in every language.
const recordCommand = "This solved it"

// Interaction callback types.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	deferredMessage    = 5 // shows "thinking…"
	deferredUpdate     = 6 // shows nothing
	autocompleteResult = 8
	modalResponse      = 9
)

// A parsed interaction is one of the types below. nil is an interaction that does
// not concern the bot.
type parsed interface{ parsed() }

// An inboundInteraction is for the core.
type inboundInteraction struct {
	inbound
	callback  int  // deferredMessage or deferredUpdate
	ephemeral bool // only the user sees the response
	token     string
}

// An autocompleteRequest asks for suggestions for the option of /mabs.
type autocompleteRequest struct{ query, user, locale string }

// A modalRequest asks for the modal that takes a value.
type modalRequest struct{ customID, user, locale string }

func (inboundInteraction) parsed()  {}
func (autocompleteRequest) parsed() {}
func (modalRequest) parsed()        {}

// readInteraction parses an interaction. The error contains nothing of its
// content.
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

// channelInfoOf returns the channel of an interaction, as the payload describes
// it.
func channelInfoOf(i discordapi.Interaction) channelInfo {
	at := channelInfo{guild: i.GuildID}
	if i.Channel != nil && i.Channel.Type != nil {
		at.kind, at.parent = *i.Channel.Type, i.Channel.ParentID
	}
	if i.GuildID == "" {
		at.kind = discordapi.ChannelTypeDM
	}
	if at.isThread() && at.parent == "" {
		at.kind = 0 // a thread without its parent
	}
	return at
}

// queryOf returns the value of the option of /mabs.
func queryOf(i discordapi.Interaction) string {
	for _, o := range i.Data.Options {
		if o.Name == queryOption && o.Value != nil {
			return fmt.Sprint(o.Value)
		}
	}
	return ""
}

// head returns the part that the events of all interactions have.
func (me identity) head(i discordapi.Interaction, who bot.User) bot.Head {
	at := channelInfoOf(i)
	h := bot.Head{ID: usedID(i.GuildID, channelOf(i), i.ID), From: who, Direct: at.kind == discordapi.ChannelTypeDM, At: timeOf(i.ID)}
	h.Thread = bot.Thread{Adapter: adapterName, Workspace: me.app, Channel: channelOf(i)}
	if at.isThread() {
		h.Thread.Channel, h.Thread.Root = at.parent, channelOf(i)
	}
	return h
}

// command parses /mabs and the message command. In a DM the response belongs to
// the conversation; elsewhere it is ephemeral.
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
		if i.Data.Name == recordCommand {
			u.event = me.recordPress(i, who, m)
			u.ephemeral = true
			return u, nil
		}
		e.Text, e.Unread, u.files = me.textOf(m), unread(attachmentsOf(m)), readable(attachmentsOf(m))
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

// recordPress returns the event of the command that names the message m as what
// solved the error of its thread.
func (me identity) recordPress(i discordapi.Interaction, who bot.User, m discordapi.Message) bot.Press {
	channel, at := channelOf(i), channelInfoOf(i)
	e := bot.Press{Head: me.head(i, who), Button: bot.Button{Action: bot.ActionRecord}, Value: me.textOf(m), Message: messageID(i.GuildID, channel, m.ID)}
	if !e.Direct && e.Thread.Root == "" {
		e.Thread.Root = me.rootOfMessage(m)
	}
	top := place{channel: channel, message: e.Thread.Root, guild: i.GuildID, from: channel}
	switch {
	case at.isThread():
		top.parent, top.title, top.message = at.parent, i.Channel.Name, ""
		e.Points = []bot.Pointer{{Kind: bot.PointTop, To: top}}
	case !e.Direct && e.Thread.Root != m.ID:
		e.Points = []bot.Pointer{{Kind: bot.PointTop, To: top}}
	}
	return e
}

// component parses the use of a button or of a select menu.
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

// modalSubmit parses a submitted modal.
func (me identity) modalSubmit(i discordapi.Interaction, who bot.User) (parsed, error) {
	custom, types := strings.CutPrefix(i.Data.CustomID, valuePrefix)
	if !types {
		return nil, nil
	}
	value := submittedValue(discordapi.SubmittedComponent{Components: i.Data.Components})
	return me.press(i, who, custom, cmp.Or(strings.TrimSpace(value), " ")) // a blank value is an invalid value, not a missing one
}

// submittedValue returns the value of a modal's text input, at any depth.
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

// press parses the custom ID of a button. value is the one from its modal, or
// "".
func (me identity) press(i discordapi.Interaction, who bot.User, custom, value string) (parsed, error) {
	b, post, err := parseCustomID(custom)
	if err != nil {
		return nil, nil // written by an earlier version
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

// privateRootOf returns the root of the private conversation whose ephemeral
// response m is, or "". The metadata of m names the command. Follow-up messages
// have no buttons: see editResponse.
func privateRootOf(m discordapi.Message) string {
	if m.Flags&discordapi.MessageFlagEphemeral != 0 && m.InteractionMetadata != nil && m.InteractionMetadata.Type == discordapi.InteractionApplicationCommand {
		return privateRoot(m.InteractionMetadata.ID)
	}
	return ""
}

// rootOfMessage returns the root of a conversation without a thread in which
// the bot wrote m: the message that m replies to, or m itself. An ephemeral
// message replies to the message whose button the user pressed.
func (me identity) rootOfMessage(m discordapi.Message) string {
	if root := me.repliedRoot(discordapi.Message{ReferencedMessage: m.ReferencedMessage}); root != "" {
		return root
	}
	if m.MessageReference != nil && m.MessageReference.MessageID != "" {
		return m.MessageReference.MessageID
	}
	return m.ID
}
