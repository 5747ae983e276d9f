package console

import (
	"crypto/rand"
	"fmt"
	"strings"

	"mabsbot/bot"
)

// The channels of the simulated workspace, as in bot.Thread. Users paste errors
// into the first; hand-overs arrive in the second.
const (
	SupportChannel    = "backup-support"
	EscalationChannel = "escalations"
)

const (
	adapterName   = "console"
	firstName     = "local"           // the name of the workspace until a user starts over
	directPrefix  = bot.DirectChannel // followed by a user's ID: that user's conversation with the bot
	commandPrefix = "cmd-"            // followed by a message's ID: the root of what a command began
)

// newID returns the ID of a new message. Twelve letters of base 32 are 60
// random bits: among a million messages the chance that any two are equal is
// below one in a million.
func newID() string { return "m" + strings.ToLower(rand.Text()[:12]) }

// newName returns the name of a workspace that was started over, so that the
// bot does not find its state of the old threads in the new ones.
func newName() string { return firstName + "-" + strings.ToLower(rand.Text()[:12]) }

// directChannel returns the channel of a user's conversation with the bot.
func directChannel(user string) string { return directPrefix + user }

// directUser returns the user of a conversation with the bot; ok is false for
// other channels.
func directUser(channel string) (user string, ok bool) {
	return strings.CutPrefix(channel, directPrefix)
}

func isDirect(channel string) bool { return strings.HasPrefix(channel, directPrefix) }

// cutCommand returns the ID of the command message that a thread's root refers
// to.
func cutCommand(root string) (message string, ok bool) {
	return strings.CutPrefix(root, commandPrefix)
}

// threadOf returns where an answer to a new message goes: under the message at
// the top, into the single conversation of a direct message, or into the
// private thread of a command.
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

// postedID returns the event ID of a new message.
func postedID(message string) bot.EventID { return bot.EventID(adapterName + ":" + message) }

// editedID returns the event ID of a version of a message. Versions count from
// 1.
func editedID(message string, version int) bot.EventID {
	return bot.EventID(fmt.Sprintf("%s:%s:edit%d", adapterName, message, version))
}

// deletedID returns the event ID of a deletion.
func deletedID(message string) bot.EventID {
	return bot.EventID(adapterName + ":" + message + ":deleted")
}

// pressID returns the event ID of one press. It may be random because presses
// are never redelivered.
func pressID() bot.EventID { return bot.EventID(adapterName + ":press:" + newID()) }
