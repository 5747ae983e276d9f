package discord

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mabsbot/bot"
)

const adapterName = "discord"

// Discord's IDs are snowflakes, which are unique across Discord.
// https://docs.discord.com/developers/reference#snowflakes
//
// The workspace of all threads and users is the application, not the guild: a
// channel ID implies its guild, and a user who chose a language in a guild is
// the same user in a DM, which has no guild. Event IDs include the guild.

// messageID identifies the creation of a message.
func messageID(guild, channel, message string) bot.EventID {
	return bot.EventID(strings.Join([]string{adapterName, guildPart(guild), channel, message}, "/"))
}

// editID identifies an edit of a message.
func editID(of bot.EventID, edited string) bot.EventID { return of + bot.EventID("/edit/"+edited) }

// deletedID identifies the deletion of a message.
func deletedID(of bot.EventID) bot.EventID { return of + "/deleted" }

// usedID identifies an interaction.
func usedID(guild, channel, interaction string) bot.EventID {
	return bot.EventID(strings.Join([]string{adapterName, guildPart(guild), channel, "interaction", interaction}, "/"))
}

func guildPart(guild string) string {
	if guild == "" {
		return "dm"
	}
	return guild
}

// originChannel returns the channel of the event that the provisional root of a
// post is derived from, or "".
func originChannel(root string) string {
	part := strings.Split(root, "/")
	if len(part) < 4 || !strings.HasSuffix(part[0], adapterName) {
		return ""
	}
	return part[2]
}

// privateRoot returns the root of the private conversation that a command
// starts.
func privateRoot(interaction string) string { return bot.CommandRoot + interaction }

// short abbreviates an ID to 96 bits of its hash.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}

// nonce returns the nonce of the n-th message of a post.
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

// timeOf returns the time in a snowflake, or the zero time.
func timeOf(id string) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(n>>22 + discordEpoch)
}

// discordEpoch is the first millisecond of 2015, from which snowflakes count.
const discordEpoch = 1420070400000

// A ref identifies the messages of a post.
type ref struct {
	channel  string
	messages []string
}

// ephemeralRef is the Ref of an ephemeral message, which only an interaction
// token can edit.
const ephemeralRef = "ephemeral"

func (r ref) String() string { return r.channel + "/" + strings.Join(r.messages, "+") }

func parseRef(s string) (ref, bool) {
	channel, messages, ok := strings.Cut(s, "/")
	return ref{channel, strings.Split(messages, "+")}, ok
}

// directUser returns the user of a DM channel that may have to be opened.
func directUser(channel string) (user string, ok bool) {
	return strings.CutPrefix(channel, bot.DirectChannel)
}

// Custom IDs. The custom ID of a button is the encoded button, "#", its number
// in the message, and if there is room another "#" and the ID of the post. The
// button that opens the modal for a value has valuePrefix in front.
const (
	valuePrefix  = "v"
	selectPrefix = "s1" // before "#" and a number
	customSep    = "#"
)

// customID returns the custom ID of the n-th button in the message of a post.
// prefix is "" or valuePrefix.
func customID(prefix string, b bot.Button, n int, post bot.PostID) string {
	id := prefix + b.String() + customSep + strconv.Itoa(n)
	if with := id + customSep + string(post); len(with) <= maxCustomID {
		return with
	}
	if len(id) <= maxCustomID {
		return id
	}
	return prefix + b.String()
}

// parseCustomID parses a custom ID. post is "" if there was no room for it.
func parseCustomID(id string) (b bot.Button, post bot.PostID, err error) {
	text, rest, _ := strings.Cut(id, customSep)
	_, name, _ := strings.Cut(rest, customSep)
	b, err = bot.ParseButton(text)
	return b, bot.PostID(name), err
}
