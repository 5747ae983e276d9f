package discord

import "time"

// The limits of Discord, in characters unless said otherwise. What is over one
// is refused as a whole, so that render.go keeps to them.
const (
	// https://docs.discord.com/developers/components/reference
	maxComponents  = 40   // of a message, all that are in others counted
	maxDisplay     = 4000 // of all texts of a message
	maxRow         = 5    // buttons in a row
	maxButtons     = 25   // so that rows and texts have their place among the components, too
	maxLabel       = 80   // of a button
	maxCustomID    = 100
	maxOptions     = 25 // of a select
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
	maxSuggestions = 25  // suggestions
	maxSuggestion  = 100 // of name and value of each

	// https://docs.discord.com/developers/resources/channel#start-thread-from-message
	maxThreadName = 100

	// https://docs.discord.com/developers/resources/message#create-message
	maxNonce = 25
)

// How long Discord waits, and how fast it may be written to.
const (
	// «you must send an initial response within 3 seconds»; the bot's own goal
	// is 1 s, which recording and one request keep by far.
	// https://docs.discord.com/developers/interactions/receiving-and-responding
	ackTime = 2500 * time.Millisecond

	// A token is «valid for 15 minutes»; a minute is left for the way.
	tokenLife = 14 * time.Minute

	// apiTime is for one request. A post takes three (a thread and an opened
	// conversation may come before it) where it fits into one message, and the
	// outbox waits 30 s.
	apiTime = 9 * time.Second

	// autoArchiveMinutes is after how many minutes without a word Discord hides a
	// thread from the list, one of 60, 1440, 4320 and 10080: a follow-up
	// question after a day still finds it open.
	autoArchiveMinutes = 4320
)
