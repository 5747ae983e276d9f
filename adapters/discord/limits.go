package discord

import "time"

// Discord's limits, in characters unless noted otherwise. Discord rejects a
// whole request that exceeds one.
const (
	// https://docs.discord.com/developers/components/reference
	maxComponents  = 40   // of a message, including nested ones
	maxDisplay     = 4000 // of all text displays of a message
	maxRow         = 5    // buttons of an action row
	maxButtons     = 25   // five rows; the text displays between them fit into maxComponents, too
	maxLabel       = 80   // of a button
	maxCustomID    = 100
	maxOptions     = 25 // of a select
	maxMenus       = 8  // of a message: each is a row, with a text before it, and maxComponents leaves room for a row of buttons
	maxOption      = 100
	maxPlaceholder = 150
	maxURL         = 512

	// https://docs.discord.com/developers/interactions/receiving-and-responding
	// and https://docs.discord.com/developers/components/reference#text-input
	maxModalTitle = 45
	maxModalLabel = 45
	maxModalHint  = 100
	maxInput      = 4000

	// https://docs.discord.com/developers/interactions/application-commands
	maxSuggestions = 25  // autocomplete choices
	maxSuggestion  = 100 // of the name and of the value of a choice

	// https://docs.discord.com/developers/resources/channel#start-thread-from-message
	maxThreadName = 100

	// https://docs.discord.com/developers/resources/message#create-message
	maxNonce = 25
)

// How long Discord waits, and for how long the bot waits.
const (
	// "You must send an initial response within 3 seconds of receiving the
	// event." The rest is for the way.
	// https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction
	ackTime = 2500 * time.Millisecond

	// Tokens are "valid for 15 minutes"; a minute is left for requests.
	// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
	tokenLife = 14 * time.Minute

	// apiTime limits a request. A post of one message takes up to three (such as
	// looking up the channel, starting a thread and creating the message), and
	// the outbox waits 30 s.
	apiTime = 9 * time.Second

	// autoArchiveMinutes is the inactivity after which Discord hides a thread:
	// 60, 1440, 4320 or 10080. With three days, the bot's question on the next
	// day finds the thread open.
	// https://docs.discord.com/developers/resources/channel#start-thread-from-message
	autoArchiveMinutes = 4320
)
