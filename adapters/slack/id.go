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

// Names of events. Slack delivers a message that mentions the bot twice, under
// two event ids, and a redelivery may carry a third: a name is made of what
// happened and never of a delivery. All begin with the workspace.

// messageID names a message as it was posted.
func messageID(team, channel, ts string) bot.EventID { return eventID(team, channel, ts) }

// editID names one edit of a message.
func editID(of bot.EventID, edited string) bot.EventID { return of + bot.EventID("/edit/"+edited) }

// deletedID names the deletion of a message.
func deletedID(of bot.EventID) bot.EventID { return of + "/deleted" }

// pressID names one use of a button: of a message, or of a view.
func pressID(team, where, message, action, user string) bot.EventID {
	return eventID(team, where, message, "press", action, user)
}

// usedID names what somebody began by a command, a shortcut or a modal. Slack
// gives each use an id of its own, of up to about 70 characters.
func usedID(team, kind, use string) bot.EventID { return eventID(team, kind, short(use)) }

func eventID(parts ...string) bot.EventID {
	return bot.EventID(adapterName + "/" + strings.Join(parts, "/"))
}

// privateRoot is the root of the thread that only one person sees. It stands
// for what they used to begin it.
func privateRoot(use string) string { return bot.CommandRoot + short(use) }

// short stands for a long id: 96 bits of its hash.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}

// timestamp is the form of Slack's message ids.
var timestamp = regexp.MustCompile(`^\d+\.\d+$`)

// threadTS is the message under which the thread hangs, or "" where it hangs
// under none: in a direct message, or as the private answer to a command.
func threadTS(t bot.Thread) string {
	if timestamp.MatchString(t.Root) {
		return t.Root
	}
	return ""
}

// directUser is the user for whose direct message a channel stands.
func directUser(channel string) (user string, ok bool) {
	return strings.CutPrefix(channel, bot.DirectChannel)
}

// A ref names a message that was delivered. Only those with a ts can be changed
// by the Web API; a message that was shown to one person has none.
type ref struct{ channel, ts string }

// ephemeralRef is the Ref of a message that only its reader's client keeps.
const ephemeralRef = "ephemeral"

func (r ref) String() string { return r.channel + "/" + r.ts }

func parseRef(s string) (ref, bool) {
	channel, ts, ok := strings.Cut(s, "/")
	return ref{channel, ts}, ok
}

// A mark is what a message's buttons remember of it, in their block's id: Slack
// does not tell what an ephemeral message said or where it belonged.
type mark struct {
	post    bot.PostID
	channel string // of the thread; "" where the message opened it
	root    string
}

// markPrefix tells our blocks from those of other programs and of other forms.
const markPrefix = "m1"

// markOf is the mark of the post's message.
func markOf(p bot.Post) mark {
	if p.Opens {
		return mark{post: p.ID}
	}
	return mark{p.ID, p.Thread.Channel, p.Thread.Root}
}

// blockID is the mark as the id of the n-th block, which must be unique in a
// message.
func (m mark) blockID(n int) string {
	return strings.Join([]string{markPrefix, string(m.post), m.channel, m.root, strconv.Itoa(n)}, "|")
}

// parseMark reads what blockID wrote; ok is false for the blocks of others.
func parseMark(s string) (m mark, ok bool) {
	part := strings.Split(s, "|")
	if len(part) != 5 || part[0] != markPrefix {
		return mark{}, false
	}
	return mark{bot.PostID(part[1]), part[2], part[3]}, true
}
