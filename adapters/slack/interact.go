package slack

import (
	"cmp"
	"fmt"
	"strings"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Interactions with the bot's messages and views, and shortcuts.

// The callback_id, block_id and action_id of the bot's own elements.
const (
	lookupShortcut = "mabs_lookup" // on a message
	recordShortcut = "mabs_record" // on a message
	searchShortcut = "mabs_search" // anywhere

	searchView = "mabs_search"
	valueView  = "mabs_value"

	searchBlock  = "search" // contains searchAction
	pasteBlock   = "paste"
	valueBlock   = "value"
	searchAction = "search"
	pasteAction  = "paste"
	valueAction  = "value"

	buttonAction = "m1" // followed by a number: a button of the core
	typeAction   = "v1" // likewise, a button that opens the modal for a value
	linkAction   = "u1" // likewise, a button that is only a link
	openAction   = "open_search"
	langAction   = "lang"
)

func (me identity) readInteraction(data []byte) (parsed, error) {
	var i interaction
	if err := chat.Decode(data, &i); err != nil {
		return nil, fmt.Errorf("invalid JSON: %w", chat.ErrUnknown)
	}
	if me.isOtherApp(i.App) {
		return nil, chat.ErrOtherApp
	}
	if i.User.ID == "" {
		return nil, chat.ErrIncomplete
	}
	team := me.installation(i)
	switch i.Type {
	case "block_actions":
		return me.blockActions(i, team)
	case "block_suggestion":
		return optionsRequest{team, i.User.ID, i.Value}, nil
	case "shortcut":
		if i.Callback == searchShortcut {
			return modalRequest{team: team, user: i.User.ID, trigger: i.Trigger}, nil
		}
	case "message_action":
		switch i.Callback {
		case lookupShortcut:
			return me.messageShortcut(i, team)
		case recordShortcut:
			return me.recordShortcut(i, team)
		}
	case "view_submission":
		return me.viewSubmission(i, team)
	case "":
		return nil, chat.ErrIncomplete
	}
	return nil, nil
}

// installation returns the workspace or organization in which the app is
// installed.
func (me identity) installation(i interaction) string {
	if i.Org {
		return cmp.Or(i.Enterprise.ID, i.Team.ID, me.org, i.User.Team)
	}
	return cmp.Or(i.Team.ID, i.Enterprise.ID, me.team, me.org, i.User.Team)
}

func (i interaction) user() bot.User {
	return bot.User{ID: i.User.ID, Name: cmp.Or(i.User.Name, i.User.User)}
}

// blockActions parses the use of an element in a message or on the Home tab.
func (me identity) blockActions(i interaction, team string) (parsed, error) {
	if len(i.Actions) == 0 {
		return nil, chat.ErrIncomplete
	}
	a := i.Actions[0]
	switch {
	case a.ID == openAction:
		return modalRequest{team: team, user: i.User.ID, trigger: i.Trigger}, nil
	case a.ID == langAction:
		return me.asCommand(i, team, "lang "+a.Selected.Value, true), nil
	case a.ID == searchAction:
		return me.asCommand(i, team, a.Selected.Value, true), nil
	case strings.HasPrefix(a.ID, buttonAction), strings.HasPrefix(a.ID, typeAction):
		return me.press(i, a, team)
	}
	return nil, nil
}

// press parses the press of a button of the core.
func (me identity) press(i interaction, a action, team string) (parsed, error) {
	b, err := bot.ParseButton(cmp.Or(a.Value, a.Selected.Value))
	if err != nil {
		return nil, nil // written by another version of the program
	}
	m, _ := parseMark(a.Block)
	channel := cmp.Or(m.channel, i.Channel.ID, i.Container.Channel)
	if channel == "" {
		return nil, chat.ErrIncomplete
	}
	ts := cmp.Or(i.Container.MessageTS, i.Message.TS, i.Container.View)
	direct := strings.HasPrefix(channel, "D") && !strings.HasPrefix(m.root, bot.CommandRoot)
	at := m.root
	if m.channel == "" && !direct {
		at = cmp.Or(i.Container.ThreadTS, i.Message.ThreadTS, ts)
	}
	press := bot.Press{
		Head: bot.Head{
			ID: pressID(team, channel, ts, cmp.Or(a.TS, short(i.Trigger)), i.User.ID), Direct: direct, From: i.user(), At: timeOf(a.TS),
			Thread: bot.Thread{Adapter: adapterName, Workspace: team, Channel: channel, Root: at},
		},
		Button: b, Post: m.post,
	}
	if strings.HasPrefix(a.ID, typeAction) {
		return modalRequest{team, i.User.ID, i.Trigger, &press}, nil
	}
	t := inbound{event: press, responseURL: i.Response, home: i.Container.Type == "view"}
	if i.Container.Ephemeral {
		t.replaces = m.post
	}
	return t, nil
}

// asCommand returns a choice in a select or a modal as a command in the direct
// message, where the answer is posted.
func (me identity) asCommand(i interaction, team, text string, home bool) inbound {
	use := cmp.Or(i.Trigger, i.View.ID+i.View.Hash+text)
	return inbound{
		event: bot.Message{
			Head: bot.Head{
				ID: usedID(team, "told", use), Direct: true, From: i.user(),
				Thread: bot.Thread{Adapter: adapterName, Workspace: team, Channel: bot.DirectChannel + i.User.ID},
			},
			Text: text, Addressed: true, Command: true,
		},
		direct: true, own: true, home: home,
	}
}

// messageShortcut parses the shortcut on a message of any sender. The answer is
// private.
func (me identity) messageShortcut(i interaction, team string) (parsed, error) {
	if i.Channel.ID == "" {
		return nil, chat.ErrIncomplete
	}
	use := cmp.Or(i.Trigger, i.ActionTS+i.MessageTS+i.User.ID)
	return inbound{
		event: bot.Message{
			Head: bot.Head{
				ID: usedID(team, "shortcut", use), From: i.user(),
				Thread: bot.Thread{Adapter: adapterName, Workspace: team, Channel: i.Channel.ID, Root: privateRoot(team + use)},
			},
			Text: me.textOf(i.Message), Addressed: true, Unread: unread(i.Message.allFiles()),
		},
		files: readable(i.Message.allFiles()), direct: strings.HasPrefix(i.Channel.ID, "D"), responseURL: i.Response,
	}, nil
}

// recordShortcut parses the shortcut on the message that says what solved the
// error of its thread.
func (me identity) recordShortcut(i interaction, team string) (parsed, error) {
	if i.Channel.ID == "" || !timestamp.MatchString(i.Message.TS) {
		return nil, chat.ErrIncomplete
	}
	use := cmp.Or(i.Trigger, i.ActionTS+i.MessageTS+i.User.ID)
	direct := strings.HasPrefix(i.Channel.ID, "D")
	var points []bot.Pointer
	if top := i.Message.ThreadTS; top != "" && top != i.Message.TS {
		points = []bot.Pointer{{Kind: bot.PointTop, To: place{channel: i.Channel.ID, thread: top}}}
	}
	return inbound{
		event: bot.Press{
			Head: bot.Head{
				ID: usedID(team, "shortcut", use), Direct: direct, From: i.user(), At: timeOf(i.ActionTS),
				Thread: bot.Thread{Adapter: adapterName, Workspace: team, Channel: i.Channel.ID, Root: root(i.Message, direct, me.user)},
			},
			Button: bot.Button{Action: bot.ActionRecord}, Value: me.textOf(i.Message),
			Message: messageID(team, i.Channel.ID, i.Message.TS), Points: points,
		},
		direct: direct, responseURL: i.Response,
	}, nil
}

// viewSubmission parses the submission of a modal.
func (me identity) viewSubmission(i interaction, team string) (parsed, error) {
	state := i.View.State.Values
	switch i.View.Callback {
	case searchView:
		chosen := state[searchBlock][searchAction].Selected.Value
		pasted := plain(state[pasteBlock][pasteAction].Value, me.user)
		switch {
		case pasted != "":
			t := me.asCommand(i, team, pasted, false)
			m := t.event.(bot.Message)
			m.Command = false
			t.event = m
			return t, nil
		case chosen != "":
			return me.asCommand(i, team, chosen, false), nil
		}
		return invalidSubmission{team, i.User.ID, searchBlock}, nil
	case valueView:
		value := strings.TrimSpace(state[valueBlock][valueAction].Value)
		if value == "" {
			return invalidSubmission{team, i.User.ID, valueBlock}, nil
		}
		return valueSubmission(i, team, value)
	}
	return nil, nil
}
