package discord

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"mabsbot/bot"
)

const adapterName = "discord"

// Discord names everything by a snowflake: a number that no other thing on all
// of Discord has.
// https://docs.discord.com/developers/reference#snowflakes
//
// The workspace of all threads and users is the application. A channel's id
// alone tells its server, and somebody who chose a language in a server is the
// same person in a direct message, which belongs to no server. The names of
// events carry the server, too.

// messageID names a message as it was posted.
func messageID(guild, channel, message string) bot.EventID {
	return bot.EventID(strings.Join([]string{adapterName, guildPart(guild), channel, message}, "/"))
}

// editID names one edit of a message.
func editID(of bot.EventID, edited string) bot.EventID { return of + bot.EventID("/edit/"+edited) }

// deletedID names the deletion of a message.
func deletedID(of bot.EventID) bot.EventID { return of + "/deleted" }

// usedID names one use of a command, a button, a select or a modal.
func usedID(guild, channel, interaction string) bot.EventID {
	return bot.EventID(strings.Join([]string{adapterName, guildPart(guild), channel, "interaction", interaction}, "/"))
}

func guildPart(guild string) string {
	if guild == "" {
		return "dm"
	}
	return guild
}

// originChannel is the channel in which the event happened that a post's provisional
// root is made of, or "".
func originChannel(root string) string {
	part := strings.Split(root, "/")
	if len(part) < 4 || !strings.HasSuffix(part[0], adapterName) {
		return ""
	}
	return part[2]
}

// privateRoot is the root of the thread that only the user of a command sees.
func privateRoot(interaction string) string { return bot.CommandRoot + interaction }

// short stands for a long id: 96 bits of its hash.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}

// nonce tells a repeat of a post's n-th message from a new one.
func nonce(p bot.PostID, n int) string {
	id := string(p)
	if n > 0 {
		id += "/" + strconv.Itoa(n)
	}
	if len(id) <= maxNonce {
		return id
	}
	return short(id)
}

var snowflake = regexp.MustCompile(`^\d{1,20}$`)

// A ref names the messages in which a post was delivered.
type ref struct {
	channel  string
	messages []string
}

// ephemeralRef is the Ref of a message that one person alone sees: it can be
// changed only with the token of what they used.
const ephemeralRef = "ephemeral"

func (r ref) String() string { return r.channel + "/" + strings.Join(r.messages, "+") }

func parseRef(s string) (ref, bool) {
	channel, messages, ok := strings.Cut(s, "/")
	return ref{channel, strings.Split(messages, "+")}, ok
}

// directUser is the user for whose direct message a channel stands.
func directUser(channel string) (user string, ok bool) {
	return strings.CutPrefix(channel, bot.DirectChannel)
}

// Custom ids. A button's is the button itself with, after a «#», what tells it
// from an equal one of the same message and, as far as Discord's 100 characters
// allow, the post that it stands on. One that asks for a value begins with
// typeMark.
const (
	valuePrefix  = "v"
	selectPrefix = "s1" // with a number behind it
	customSep    = "#"
)

// customID names the n-th element of a post's message, which is the button b, or,
// with typeMark as its mark, what asks for its value.
func customID(mark string, b bot.Button, n int, post bot.PostID) string {
	id := mark + b.String() + customSep + strconv.Itoa(n)
	if with := id + customSep + string(post); len(with) <= maxCustomID {
		return with
	}
	if len(id) <= maxCustomID {
		return id
	}
	return mark + b.String()
}

// parseCustomID reads what customID wrote. post is "" where it had no room.
func parseCustomID(id string) (b bot.Button, post bot.PostID, err error) {
	text, rest, _ := strings.Cut(id, customSep)
	_, name, _ := strings.Cut(rest, customSep)
	b, err = bot.ParseButton(text)
	return b, bot.PostID(name), err
}
