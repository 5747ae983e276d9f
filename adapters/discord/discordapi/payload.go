package discordapi

import "strconv"

// The payloads of Discord, reduced to the fields that are read. Fields have
// Discord's names. Discord adds fields, components and events at any time, and
// some events carry only the fields that changed: a field that is absent, or of an
// unexpected type, has its zero value.

// Types of messages that users write; all others are announced by Discord.
// https://docs.discord.com/developers/resources/message#message-object-message-types
const (
	MessageTypeDefault            = 0
	MessageTypeReply              = 19
	MessageTypeChatInputCommand   = 20
	MessageTypeContextMenuCommand = 23
)

// Flags of messages.
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	MessageFlagEphemeral    = 1 << 6
	MessageFlagLoading      = 1 << 7
	MessageFlagComponentsV2 = 1 << 15
)

// A Message is a message, or the part of one in an event.
// https://docs.discord.com/developers/resources/message#message-object
type Message struct {
	ID                  string               `json:"id"`
	ChannelID           string               `json:"channel_id"`
	ChannelType         *int                 `json:"channel_type"`
	GuildID             string               `json:"guild_id"`
	Type                int                  `json:"type"`
	Flags               int                  `json:"flags"`
	Author              *User                `json:"author"`
	Member              *Member              `json:"member"`
	WebhookID           string               `json:"webhook_id"`
	Content             string               `json:"content"`
	EditedTimestamp     string               `json:"edited_timestamp"`
	Attachments         []Attachment         `json:"attachments"`
	Embeds              []Embed              `json:"embeds"`
	Components          []Component          `json:"components"`
	MentionRoles        []string             `json:"mention_roles"`
	MessageReference    *MessageReference    `json:"message_reference"`
	ReferencedMessage   *Message             `json:"referenced_message"`
	MessageSnapshots    []MessageSnapshot    `json:"message_snapshots"`
	InteractionMetadata *InteractionMetadata `json:"interaction_metadata"`
}

// InteractionMetadata names the interaction that a message answers.
type InteractionMetadata struct {
	ID   string `json:"id"`
	Type int    `json:"type"` // of the interaction
}

// A MessageReference names the message that another replies to (type 0) or
// forwards (type 1).
type MessageReference struct {
	Type      int    `json:"type"`
	MessageID string `json:"message_id"`
}

// A MessageSnapshot is a forwarded message.
type MessageSnapshot struct {
	Message Message `json:"message"`
}

// A User is a user, a bot, or a webhook.
type User struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
	System     bool   `json:"system"`
}

// A Member is a user in a guild.
type Member struct {
	Nick  string   `json:"nick"`
	User  *User    `json:"user"`
	Roles []string `json:"roles"`
}

// An Attachment is a file of a message.
type Attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
	URL         string `json:"url"`
}

// An Embed of type rich is written by a program, such as an alert. All others are
// previews of links.
// https://docs.discord.com/developers/resources/message#embed-object-embed-types
type Embed struct {
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

// A Component is a component of a message, reduced to its text.
// https://docs.discord.com/developers/components/reference
type Component struct {
	Type       int         `json:"type"`
	Content    string      `json:"content"`
	Components []Component `json:"components"`
}

// Types of interactions.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	InteractionApplicationCommand = 2
	InteractionMessageComponent   = 3
	InteractionAutocomplete       = 4
	InteractionModalSubmit        = 5
)

// Types of application commands.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-types
const (
	CommandChatInput = 1
	CommandMessage   = 3
)

// An Interaction is the use of a command, a component or a modal.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
type Interaction struct {
	ID            string          `json:"id"`
	ApplicationID string          `json:"application_id"`
	Type          int             `json:"type"`
	Token         string          `json:"token"`
	GuildID       string          `json:"guild_id"`
	ChannelID     string          `json:"channel_id"`
	Channel       *Channel        `json:"channel"`
	User          *User           `json:"user"`   // in a DM
	Member        *Member         `json:"member"` // in a guild
	Locale        string          `json:"locale"`
	Message       *Message        `json:"message"` // that the component is on
	Data          InteractionData `json:"data"`
}

// InteractionData is the command, component or modal, and what was entered.
type InteractionData struct {
	Name       string               `json:"name"`
	Type       int                  `json:"type"` // of the command
	Options    []Option             `json:"options"`
	TargetID   string               `json:"target_id"`
	CustomID   string               `json:"custom_id"`
	Values     []string             `json:"values"`
	Components []SubmittedComponent `json:"components"`
	Resolved   struct {
		Messages map[string]Message `json:"messages"`
	} `json:"resolved"`
}

// An Option is an option of a command with its value.
type Option struct {
	Name    string   `json:"name"`
	Value   any      `json:"value"`
	Focused bool     `json:"focused"`
	Options []Option `json:"options"`
}

// A SubmittedComponent is a component of a modal with its value. A label has it in
// Component, an action row in Components.
type SubmittedComponent struct {
	CustomID   string               `json:"custom_id"`
	Value      string               `json:"value"`
	Component  *SubmittedComponent  `json:"component"`
	Components []SubmittedComponent `json:"components"`
}

// Types of channels.
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types
const (
	ChannelTypeGuildText          = 0
	ChannelTypeDM                 = 1
	ChannelTypeGroupDM            = 3
	ChannelTypeGuildAnnouncement  = 5
	ChannelTypeAnnouncementThread = 10
	ChannelTypePublicThread       = 11
	ChannelTypePrivateThread      = 12
	ChannelTypeGuildForum         = 15
	ChannelTypeGuildMedia         = 16
)

// A Channel is a channel of a guild, a thread, or a DM.
// https://docs.discord.com/developers/resources/channel#channel-object
type Channel struct {
	ID                   string         `json:"id"`
	ThreadMetadata       ThreadMetadata `json:"thread_metadata"`
	GuildID              string         `json:"guild_id"`
	ParentID             string         `json:"parent_id"`
	Type                 *int           `json:"type"` // nil if absent: 0 is a type
	Name                 string         `json:"name"`
	PermissionOverwrites []Overwrite    `json:"permission_overwrites"`
}

// ThreadMetadata is what only threads have.
type ThreadMetadata struct {
	Archived bool `json:"archived"`
}

// An Overwrite changes the permissions of a role or a member in a channel.
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
type Overwrite struct {
	ID    string      `json:"id"` // of the role or user
	Allow Permissions `json:"allow"`
	Deny  Permissions `json:"deny"`
}

// Permissions is a bit set, which Discord sends as a decimal string.
// https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
type Permissions uint64

// UnmarshalText parses a decimal string. Any other text is no permission.
func (p *Permissions) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		n = 0
	}
	*p = Permissions(n)
	return nil
}

// A Guild is what Discord's users call a server.
// https://docs.discord.com/developers/resources/guild#guild-object
type Guild struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	OwnerID     string    `json:"owner_id"`
	Unavailable bool      `json:"unavailable"` // in an outage
	Roles       []Role    `json:"roles"`
	Members     []Member  `json:"members"`
	Channels    []Channel `json:"channels"`
	Threads     []Channel `json:"threads"`
}

// A Role is a role of a guild. BotID is set for the role of a bot.
type Role struct {
	ID          string      `json:"id"`
	Permissions Permissions `json:"permissions"`
	Tags        struct {
		BotID string `json:"bot_id"`
	} `json:"tags"`
}
