package discord

import (
	"cmp"
	"fmt"
	"strings"

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
	answerLater       = 5 // «thinking»
	answerUpdateLater = 6 // nothing is seen
	answerChoices     = 8
	answerModal       = 9
)

// What a use turns out to be: one of the types below, or nil for nothing.

// A used thing is for the core.
type used struct {
	talk
	answer  int  // answerLater or answerUpdateLater
	private bool // the answer is for its user alone
	token   string
}

// A typing after /mabs.
type typing struct{ query, user, locale string }

// An asked modal: somebody wants to type a value.
type asked struct{ custom, user, locale string }

// readInteraction tells what a use is. An error says that it is none that can be
// read; it holds nothing of its content.
func (me identity) readInteraction(i interaction) (any, error) {
	who := i.who()
	switch {
	case i.App != "" && me.app != "" && i.App != me.app:
		return nil, errOtherApp
	case i.ID == "" || i.Token == "" || who.ID == "" || i.where() == "":
		return nil, errIncomplete
	}
	switch i.Type {
	case suggesting:
		return typing{i.query(), who.ID, i.Locale}, nil
	case commandUsed:
		return me.command(i, who)
	case componentUsed:
		return me.pressed(i, who)
	case modalSent:
		return me.sent(i, who)
	}
	return nil, errUnknown
}

func (i interaction) who() bot.User {
	u := i.User
	if i.Member != nil && i.Member.User != nil {
		u = i.Member.User
	}
	if u == nil {
		return bot.User{}
	}
	p := person(u, i.Member)
	p.Locale = i.Locale
	return p
}

func (i interaction) where() string {
	if i.Where != nil {
		return cmp.Or(i.Channel, i.Where.ID)
	}
	return i.Channel
}

// place is where a use happened, which it tells itself.
func (i interaction) place() place {
	at := place{guild: i.Guild}
	if i.Where != nil && i.Where.Type != nil {
		at.kind, at.parent = *i.Where.Type, i.Where.Parent
	}
	if i.Guild == "" {
		at.kind = directChannel
	}
	if at.thread() && at.parent == "" {
		at.kind = 0 // half a thread
	}
	return at
}

// query is what was typed after /mabs.
func (i interaction) query() string {
	for _, o := range i.Data.Options {
		if o.Name == queryOption && o.Value != nil {
			return fmt.Sprint(o.Value)
		}
	}
	return ""
}

// head is what all uses have.
func (i interaction) head(me identity, who bot.User) bot.Head {
	at := i.place()
	h := bot.Head{ID: usedID(i.Guild, i.where(), i.ID), From: who, Direct: at.kind == directChannel}
	h.Thread = bot.Thread{Adapter: adapterName, Workspace: me.app, Channel: i.where()}
	if at.thread() {
		h.Thread.Channel, h.Thread.Root = at.parent, i.where()
	}
	return h
}

// command is a use of /mabs, or of the command on a message. In the direct
// message with us the answer belongs there; anywhere else it is for the one who
// asked alone.
func (me identity) command(i interaction, who bot.User) (any, error) {
	e := bot.Message{Head: i.head(me, who), Addressed: true}
	e.Thread.Root = privateRoot(i.ID)
	if e.Direct {
		e.Thread.Root = ""
	}
	u := used{answer: answerLater, private: !e.Direct, token: i.Token}
	switch i.Data.Type {
	case messageCommand:
		m, ok := i.Data.Resolved.Messages[i.Data.Target]
		if !ok {
			return nil, errIncomplete
		}
		e.Text, u.files = me.text(m), readable(filesOf(m))
	case slashCommand, 0:
		if i.Data.Name != commandName {
			return nil, errUnknown
		}
		e.Text, e.Command = plain(i.query(), me.user), true
	default:
		return nil, errUnknown
	}
	u.event = e
	return u, nil
}

// pressed is the use of a button, or of a list of them.
func (me identity) pressed(i interaction, who bot.User) (any, error) {
	custom := i.Data.Custom
	if strings.HasPrefix(custom, selectID) && len(i.Data.Values) > 0 {
		custom = i.Data.Values[0]
	}
	if rest, types := strings.CutPrefix(custom, typeMark); types {
		if _, _, err := parseCustomID(rest); err != nil {
			return nil, nil
		}
		return asked{custom, who.ID, i.Locale}, nil
	}
	return me.press(i, who, custom, "")
}

// sent is a modal that was sent off.
func (me identity) sent(i interaction, who bot.User) (any, error) {
	custom, types := strings.CutPrefix(i.Data.Custom, typeMark)
	if !types {
		return nil, nil
	}
	value := filled{Components: i.Data.Components}.value()
	return me.press(i, who, custom, cmp.Or(strings.TrimSpace(value), " ")) // blanks are a wrong value, and not none
}

// press is what a button stands for; a value was typed for it.
func (me identity) press(i interaction, who bot.User, custom, value string) (any, error) {
	b, post, err := parseCustomID(custom)
	if err != nil {
		return nil, nil // of an earlier form
	}
	if i.Message == nil || i.Message.ID == "" {
		return nil, errIncomplete
	}
	e := bot.Press{Head: i.head(me, who), Button: b, Post: post, Value: value}
	if !e.Direct {
		e.Thread.Root = cmp.Or(rootOf(*i.Message), e.Thread.Root, me.under(*i.Message))
	}
	private := strings.HasPrefix(e.Thread.Root, bot.CommandRoot)
	return used{talk: talk{event: e}, answer: answerUpdateLater, private: private, token: i.Token}, nil
}

// rootOf is the root of the private answer to a command, which that command
// names, or "". There is one message for all of it, so that its buttons always
// stand on the one that answers the command: see whisper.
func rootOf(m message) string {
	if m.Flags&flagEphemeral != 0 && m.Metadata != nil && m.Metadata.Type == commandUsed {
		return privateRoot(m.Metadata.ID)
	}
	return ""
}

// under is the message under which one of ours stands in a channel without
// threads: what it replies to, or itself. What one user alone sees replies to
// the message whose button they used.
func (me identity) under(m message) string {
	if root := me.replied(message{Referenced: m.Referenced}); root != "" {
		return root
	}
	if m.Reference != nil && m.Reference.Message != "" {
		return m.Reference.Message
	}
	return m.ID
}
