package slack

import (
	"bytes"
	"encoding/json"
	"net/url"
)

// What Slack sends, reduced to the fields that the bot reads. See chat.Decode for
// fields of an unexpected type.

// The types of payloads, as Socket Mode names them.
const (
	kindEvent    = "events_api"
	kindCommand  = "slash_commands"
	kindInteract = "interactive"
)

// An envelope is a payload as received, and as recorded in the inbox.
type envelope struct {
	Kind    string          `json:"kind"`
	Payload json.RawMessage `json:"payload"`
}

// An outerEvent is the wrapper of the Events API around an inner event.
// https://docs.slack.dev/apis/events-api/#event-type-structure
type outerEvent struct {
	Type           string          `json:"type"`
	Challenge      string          `json:"challenge"`
	Team           string          `json:"team_id"`
	Enterprise     string          `json:"enterprise_id"`
	App            string          `json:"api_app_id"`
	Shared         bool            `json:"is_ext_shared_channel"`
	Authorizations []authorization `json:"authorizations"`
	Event          innerEvent      `json:"event"`
}

// An authorization is an installation to which an event is visible.
type authorization struct {
	Team       string `json:"team_id"`
	Enterprise string `json:"enterprise_id"`
	Org        bool   `json:"is_enterprise_install"`
}

// An innerEvent is an event, or the message within one.
type innerEvent struct {
	Type        string    `json:"type"`
	Subtype     string    `json:"subtype"`
	Channel     string    `json:"channel"`
	ChannelType string    `json:"channel_type"`
	User        string    `json:"user"`
	Bot         string    `json:"bot_id"`
	Team        string    `json:"team"`
	UserTeam    string    `json:"user_team"`
	SourceTeam  string    `json:"source_team"`
	Profile     profileOf `json:"user_profile"`
	Username    string    `json:"username"` // of a bot, if it chose one for the message
	BotProfile  struct {
		Name string `json:"name"`
	} `json:"bot_profile"`
	Text        string       `json:"text"`
	TS          string       `json:"ts"`
	EventTS     string       `json:"event_ts"`
	ThreadTS    string       `json:"thread_ts"`
	ParentUser  string       `json:"parent_user_id"`
	DeletedTS   string       `json:"deleted_ts"`
	Tab         string       `json:"tab"`
	Edited      edited       `json:"edited"`
	Files       []file       `json:"files"`
	Attachments []attachment `json:"attachments"`
	Blocks      []block      `json:"blocks"`
	Message     *innerEvent  `json:"message"`
	Previous    *innerEvent  `json:"previous_message"`
	Tokens      struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
}

type edited struct {
	TS string `json:"ts"`
}

type profileOf struct {
	Display string `json:"display_name"`
	Real    string `json:"real_name"`
}

// A file is an attached file.
// https://docs.slack.dev/reference/objects/file-object/
type file struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Mode     string `json:"mode"`
	Type     string `json:"filetype"`
	MIME     string `json:"mimetype"`
	Size     int64  `json:"size"`
	Subject  string `json:"title"`              // of an e-mail
	Mail     string `json:"plain_text"`         // the text of an e-mail
	Preview  string `json:"preview_plain_text"` // or its beginning
	Access   string `json:"file_access"`
	External bool   `json:"is_external"`
	URL      string `json:"url_private"`
	Download string `json:"url_private_download"`
}

// An attachment often contains the text of an alert from another app, a message
// that a user forwards (Shared), or one that a user links to (Unfurl). From is set
// if it unfurls a link.
type attachment struct {
	Shared   bool           `json:"is_share"`
	Unfurl   bool           `json:"is_msg_unfurl"`
	Private  bool           `json:"private_channel_prompt"` // not everyone who sees the message sees this one
	From     string         `json:"from_url"`
	Original string         `json:"original_url"`
	Pretext  string         `json:"pretext"`
	Title    string         `json:"title"`
	Text     string         `json:"text"`
	Fallback string         `json:"fallback"`
	Fields   []field        `json:"fields"`
	Blocks   []block        `json:"blocks"`
	Messages []messageBlock `json:"message_blocks"`
	Files    []file         `json:"files"`
}

// A messageBlock contains the blocks of a forwarded or linked message.
type messageBlock struct {
	Message struct {
		Blocks []block `json:"blocks"`
	} `json:"message"`
}

type field struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// A block is parsed only for its text, which is an object in most blocks and a
// string in the elements of rich text.
type block struct {
	Type     string       `json:"type"`
	Text     textObject   `json:"text"`
	URL      string       `json:"url"` // of a link
	Fields   []textObject `json:"fields"`
	Elements []block      `json:"elements"`
}

// A textObject is the text of a text object, or a string.
type textObject string

func (w *textObject) UnmarshalJSON(data []byte) error {
	var object struct {
		Text string `json:"text"`
	}
	var text string
	if json.Unmarshal(data, &text) != nil && json.Unmarshal(data, &object) == nil {
		text = object.Text
	}
	*w = textObject(text)
	return nil
}

// A command is a use of /mabs.
// https://docs.slack.dev/interactivity/implementing-slash-commands/
type command struct {
	App         string    `json:"api_app_id"`
	Team        string    `json:"team_id"`
	Enterprise  string    `json:"enterprise_id"`
	Org         looseBool `json:"is_enterprise_install"`
	Channel     string    `json:"channel_id"`
	ChannelName string    `json:"channel_name"`
	User        string    `json:"user_id"`
	UserName    string    `json:"user_name"`
	Text        string    `json:"text"`
	Response    string    `json:"response_url"`
	Trigger     string    `json:"trigger_id"`
}

// A looseBool is a Boolean or the string "true": forms contain only strings.
type looseBool bool

func (f *looseBool) UnmarshalJSON(data []byte) error {
	*f = looseBool(bytes.Equal(bytes.Trim(data, `"`), []byte("true")))
	return nil
}

// An interaction is the use of an element of the bot's messages and views, or of a
// shortcut.
// https://docs.slack.dev/reference/interaction-payloads/
type interaction struct {
	Type       string     `json:"type"`
	App        string     `json:"api_app_id"`
	Team       idOf       `json:"team"`
	Enterprise idOf       `json:"enterprise"`
	Org        bool       `json:"is_enterprise_install"`
	User       person     `json:"user"`
	Channel    idOf       `json:"channel"`
	Callback   string     `json:"callback_id"`
	Trigger    string     `json:"trigger_id"`
	Response   string     `json:"response_url"`
	ActionTS   string     `json:"action_ts"`
	MessageTS  string     `json:"message_ts"`
	Message    innerEvent `json:"message"`
	Container  container  `json:"container"`
	Actions    []action   `json:"actions"`
	ActionID   string     `json:"action_id"` // of a block_suggestion
	Value      string     `json:"value"`     // likewise: the text typed so far
	View       view       `json:"view"`
}

type idOf struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	User string `json:"username"`
	Team string `json:"team_id"`
}

type container struct {
	Type      string `json:"type"`
	MessageTS string `json:"message_ts"`
	Channel   string `json:"channel_id"`
	ThreadTS  string `json:"thread_ts"`
	Ephemeral bool   `json:"is_ephemeral"`
	View      string `json:"view_id"`
}

type action struct {
	ID       string   `json:"action_id"`
	Block    string   `json:"block_id"`
	Value    string   `json:"value"`
	TS       string   `json:"action_ts"`
	Selected selected `json:"selected_option"`
}

type selected struct {
	Value string `json:"value"`
}

type view struct {
	ID       string `json:"id"`
	Callback string `json:"callback_id"`
	Hash     string `json:"hash"`
	Private  string `json:"private_metadata"`
	State    struct {
		Values map[string]map[string]struct {
			Value    string   `json:"value"`
			Selected selected `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// formPayload converts the form of a command, as HTTP delivers it, to JSON, as
// Socket Mode delivers it.
func formPayload(form url.Values) (json.RawMessage, error) {
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	return json.Marshal(fields)
}
