package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"mabsbot/bot"
)

const adapterName = "slack"

// Event IDs. Slack delivers a mention of the bot twice, with two values of
// event_id, and a redelivery may have a third. So an ID is made of what happened,
// never of the delivery.

// messageID returns the ID of a new message.
func messageID(team, channel, ts string) bot.EventID { return eventID(team, channel, ts) }

// editID returns the ID of an edit of a message.
func editID(of bot.EventID, edited string) bot.EventID { return of + bot.EventID("/edit/"+edited) }

// deletedID returns the ID of the deletion of a message.
func deletedID(of bot.EventID) bot.EventID { return of + "/deleted" }

// pressID returns the ID of the press of a button in a message or a view.
func pressID(team, where, message, action, user string) bot.EventID {
	return eventID(team, where, message, "press", action, user)
}

// usedID returns the ID of the use of a command, shortcut or modal. use is Slack's
// ID of it, which has up to about 70 characters.
func usedID(team, kind, use string) bot.EventID { return eventID(team, kind, short(use)) }

func eventID(parts ...string) bot.EventID {
	return bot.EventID(adapterName + "/" + strings.Join(parts, "/"))
}

// privateRoot returns the root of the private thread that a command or shortcut
// begins.
func privateRoot(use string) string { return bot.CommandRoot + short(use) }

// short returns 96 bits of the hash of an ID.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}

// timestamp matches a ts, Slack's message ID.
var timestamp = regexp.MustCompile(`^\d+\.\d+$`)

// threadTS returns the thread_ts of a thread, or "" if it has none: in a direct
// message, or in the private answer to a command.
func threadTS(t bot.Thread) string {
	if timestamp.MatchString(t.Root) {
		return t.Root
	}
	return ""
}

// directUser returns the user whose direct message a channel is.
func directUser(channel string) (user string, ok bool) {
	return strings.CutPrefix(channel, bot.DirectChannel)
}

// A ref is the Ref of a delivered message. An ephemeral message has no ts, and the
// Web API cannot change it.
type ref struct{ channel, ts string }

// ephemeralRef is the Ref of every ephemeral message.
const ephemeralRef = "ephemeral"

func (r ref) String() string { return r.channel + "/" + r.ts }

func parseRef(s string) (ref, bool) {
	channel, ts, ok := strings.Cut(s, "/")
	return ref{channel, ts}, ok
}

// A mark connects a message's buttons with its post. It is stored in the block_id,
// because the payload of a press on an ephemeral message does not contain the
// message or its thread.
type mark struct {
	post    bot.PostID
	channel string // of the thread; "" if the message opened it
	root    string
}

// markPrefix distinguishes the bot's blocks from others, and this format of marks
// from later ones.
const markPrefix = "m1"

// markOf returns the mark of a post's message.
func markOf(p bot.Post) mark {
	if p.Opens {
		return mark{post: p.ID}
	}
	return mark{p.ID, p.Thread.Channel, p.Thread.Root}
}

// blockID returns the mark as the block_id of the n-th block. A block_id must be
// unique in its message.
func (m mark) blockID(n int) string {
	return strings.Join([]string{markPrefix, string(m.post), m.channel, m.root, strconv.Itoa(n)}, "|")
}

// parseMark parses a block_id that blockID returned.
func parseMark(s string) (m mark, ok bool) {
	part := strings.Split(s, "|")
	if len(part) != 5 || part[0] != markPrefix {
		return mark{}, false
	}
	return mark{bot.PostID(part[1]), part[2], part[3]}, true
}
