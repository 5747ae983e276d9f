package discord

import (
	"strconv"
	"time"
)

// What Discord sends, as far as it is read. Discord adds fields, kinds of
// components and kinds of events at any time, and sends parts of messages: a
// field that is missing, or of another type, counts as absent.

// The kinds of messages that somebody writes. All others are news of the
// channel. https://docs.discord.com/developers/resources/message#message-object-message-types
const (
	plainMessage = 0
	replyMessage = 19
	slashAnswer  = 20
	menuAnswer   = 23
)

// Flags of messages.
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	flagEphemeral  = 1 << 6
	flagLoading    = 1 << 7
	flagComponents = 1 << 15
)

// A message is a message, or the part of one that an event tells.
type message struct {
	ID          string       `json:"id"`
	Channel     string       `json:"channel_id"`
	ChannelType *int         `json:"channel_type"`
	Guild       string       `json:"guild_id"`
	Type        int          `json:"type"`
	Flags       int          `json:"flags"`
	Author      *user        `json:"author"`
	Member      *member      `json:"member"`
	Webhook     string       `json:"webhook_id"`
	Content     string       `json:"content"`
	Edited      string       `json:"edited_timestamp"`
	Attachments []attachment `json:"attachments"`
	Embeds      []card       `json:"embeds"`
	Components  []shown      `json:"components"`
	Roles       []string     `json:"mention_roles"`
	Reference   *reference   `json:"message_reference"`
	Referenced  *message     `json:"referenced_message"`
	Snapshots   []snapshot   `json:"message_snapshots"`
	Metadata    *metadata    `json:"interaction_metadata"`
}

// edited tells one edit of a message from another. Discord repeats an edit with
// another fraction of its second.
// https://github.com/discord/discord-api-docs/issues/8281
func (m message) edited() string {
	at, err := time.Parse(time.RFC3339, m.Edited)
	if err != nil {
		return m.Edited
	}
	return strconv.FormatInt(at.UnixMilli(), 10)
}

// freshEdit is how old an edit may be when it is told of: a session that is
// resumed tells of what happened minutes ago.
const freshEdit = 15 * time.Minute

// stale reports whether an update that came at a time is of something else than
// the text: it stays marked as edited for ever, and pins and threads are told of
// in the same way.
func (m message) stale(came time.Time) bool {
	at, err := time.Parse(time.RFC3339, m.Edited)
	return err == nil && came.Sub(at) > freshEdit
}

// A metadata tells what a message answers.
type metadata struct {
	ID   string `json:"id"`
	Type int    `json:"type"`
}

// A reference is to the message that another replies to (0) or forwards (1).
type reference struct {
	Type    int    `json:"type"`
	Message string `json:"message_id"`
}

// A snapshot is a message that somebody passed on.
type snapshot struct {
	Message message `json:"message"`
}

type user struct {
	ID     string `json:"id"`
	Name   string `json:"username"`
	Global string `json:"global_name"`
	Bot    bool   `json:"bot"`
	System bool   `json:"system"`
}

type member struct {
	Nick  string   `json:"nick"`
	User  *user    `json:"user"`
	Roles []string `json:"roles"`
}

// An attachment is a file.
type attachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
	Type string `json:"content_type"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// A card, which Discord calls an embed, is how alerts of other programs often carry their text. Those of the
// type rich are written by programs, all others are previews of links.
type card struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Fields      []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
	Footer struct {
		Text string `json:"text"`
	} `json:"footer"`
}

// A shown component is read for its text alone.
type shown struct {
	Type       int     `json:"type"`
	Content    string  `json:"content"`
	Components []shown `json:"components"`
}

// The kinds of interactions.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	commandUsed   = 2
	componentUsed = 3
	suggesting    = 4
	modalSent     = 5
)

// The kinds of commands.
const (
	slashCommand   = 1
	messageCommand = 3
)

// An interaction is a use of something that we showed or registered.
type interaction struct {
	ID      string          `json:"id"`
	App     string          `json:"application_id"`
	Type    int             `json:"type"`
	Token   string          `json:"token"`
	Guild   string          `json:"guild_id"`
	Channel string          `json:"channel_id"`
	Where   *channel        `json:"channel"`
	User    *user           `json:"user"`
	Member  *member         `json:"member"`
	Locale  string          `json:"locale"`
	Message *message        `json:"message"`
	Data    interactionData `json:"data"`
}

// An interactionData is what was used, and how.
type interactionData struct {
	Name       string   `json:"name"`
	Type       int      `json:"type"`
	Options    []option `json:"options"`
	Target     string   `json:"target_id"`
	Custom     string   `json:"custom_id"`
	Values     []string `json:"values"`
	Components []filled `json:"components"`
	Resolved   struct {
		Messages map[string]message `json:"messages"`
	} `json:"resolved"`
}

// An option is what was typed after a command.
type option struct {
	Name    string   `json:"name"`
	Value   any      `json:"value"`
	Focused bool     `json:"focused"`
	Options []option `json:"options"`
}

// A filled component is one of a modal that was sent off.
type filled struct {
	Custom     string   `json:"custom_id"`
	Value      string   `json:"value"`
	Component  *filled  `json:"component"`
	Components []filled `json:"components"`
}

// value finds what was typed, wherever it stands.
func (f filled) value() string {
	if f.Value != "" {
		return f.Value
	}
	inner := f.Components
	if f.Component != nil {
		inner = append(inner, *f.Component)
	}
	for _, each := range inner {
		if v := each.value(); v != "" {
			return v
		}
	}
	return ""
}

// The kinds of channels.
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types
const (
	directChannel      = 1
	groupChannel       = 3
	announcementThread = 10
	privateThread      = 12
	forumChannel       = 15
	mediaChannel       = 16
)

// A channel is a channel, a thread or a direct message.
type channel struct {
	ID         string      `json:"id"`
	Meta       threadMeta  `json:"thread_metadata"`
	Guild      string      `json:"guild_id"`
	Parent     string      `json:"parent_id"`
	Type       *int        `json:"type"`
	Name       string      `json:"name"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

// A threadMeta is what only threads have.
type threadMeta struct {
	Archived bool `json:"archived"`
}

// An overwrite changes in a channel what a role or a member may do.
type overwrite struct {
	ID    string      `json:"id"`
	Allow permissions `json:"allow"`
	Deny  permissions `json:"deny"`
}

// Permissions are a set of bits, which Discord writes as a decimal text.
type permissions uint64

// UnmarshalText reads them. What is no number grants nothing.
func (p *permissions) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		n = 0
	}
	*p = permissions(n)
	return nil
}

// A guild is what people call a server.
type guild struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Owner    string    `json:"owner_id"`
	Away     bool      `json:"unavailable"`
	Roles    []role    `json:"roles"`
	Members  []member  `json:"members"`
	Channels []channel `json:"channels"`
	Threads  []channel `json:"threads"`
}

type role struct {
	ID          string      `json:"id"`
	Permissions permissions `json:"permissions"`
	Tags        struct {
		Bot string `json:"bot_id"`
	} `json:"tags"`
}
