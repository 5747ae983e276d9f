package console

import (
	"crypto/rand"
	"fmt"
	"strings"

	"mabsbot/bot"
)

// The channels of the simulated workspace, as they stand in bot.Thread. People
// paste errors into the first; hand-overs to a person arrive in the second.
const (
	SupportChannel    = "backup-support"
	EscalationChannel = "escalations"
)

const (
	adapterName   = "console"
	firstName     = "local"           // of the workspace, until somebody starts over
	directPrefix  = bot.DirectChannel // before a user's id: that user's conversation with the bot
	commandPrefix = "cmd-"            // before a message's id: the root of what a command began
)

// newID names a message. Twelve letters of base 32 are 60 random bits: among a
// million messages the chance of any two being equal is under one in a million.
func newID() string { return "m" + strings.ToLower(rand.Text()[:12]) }

// newName names a workspace that was started over, so that what the bot
// remembers of the old threads is not met again in the new ones.
func newName() string { return firstName + "-" + strings.ToLower(rand.Text()[:12]) }

// directChannel is the channel of a user's conversation with the bot.
func directChannel(user string) string { return directPrefix + user }

// directUser is the user whose conversation with the bot the channel is; ok is
// false for other channels.
func directUser(channel string) (user string, ok bool) {
	return strings.CutPrefix(channel, directPrefix)
}

func isDirect(channel string) bool { return strings.HasPrefix(channel, directPrefix) }

// cutCommand is the message of the command that a thread's root stands for.
func cutCommand(root string) (message string, ok bool) {
	return strings.CutPrefix(root, commandPrefix)
}

// threadOf is where an answer to a new message belongs: under the message at
// the top, in the one conversation of a direct message, or in a private thread
// of a command's own.
func threadOf(workspace string, m *message) bot.Thread {
	t := bot.Thread{Adapter: adapterName, Workspace: workspace, Channel: m.Channel}
	switch {
	case m.Command:
		t.Root = commandPrefix + m.ID
	case isDirect(m.Channel):
		t.Root = ""
	case m.Root != "":
		t.Root = m.Root
	default:
		t.Root = m.ID
	}
	return t
}

// postedID is the event of a message that was written.
func postedID(message string) bot.EventID { return bot.EventID(adapterName + ":" + message) }

// editedID is the event of a message's version, which counts from 1.
func editedID(message string, version int) bot.EventID {
	return bot.EventID(fmt.Sprintf("%s:%s:edit%d", adapterName, message, version))
}

// deletedID is the event of a message that was deleted.
func deletedID(message string) bot.EventID {
	return bot.EventID(adapterName + ":" + message + ":deleted")
}

// pressID is the event of one use of a button. Nothing redelivers a press, so
// chance may name it.
func pressID() bot.EventID { return bot.EventID(adapterName + ":press:" + newID()) }
