package slack

import "time"

// The limits of Slack, in characters unless said otherwise. What is longer is
// refused as a whole or cut without a word, so that render.go keeps to them.
const (
	// https://docs.slack.dev/reference/block-kit/blocks
	maxBlocks  = 50 // of a message
	maxHeader  = 150
	maxSection = 3000
	maxContext = 2000 // of one text in a context block, as of other text objects
	maxActions = 25   // elements of an actions block

	// https://docs.slack.dev/reference/block-kit/block-elements/button-element
	maxLabel   = 75
	shownLabel = 40 // columns; «text may truncate with ~30 characters», clients show a little more

	// https://docs.slack.dev/reference/block-kit/composition-objects/option-object
	maxOption  = 75 // of text, description and value each
	maxOptions = 100

	// https://docs.slack.dev/reference/views
	maxViewTitle = 24 // and of its buttons

	// https://docs.slack.dev/reference/methods/chat.postMessage#truncating
	// recommends 4,000 for the text beside the blocks; it is read by screen
	// readers and in notifications only, so that less is enough.
	maxText = 3000

	// maxMessage is for all blocks of a message. Slack documents no such limit
	// and refuses more than about 13,200 (slackapi/bolt-js issue 2509).
	maxMessage = 12000

	// https://docs.slack.dev/reference/methods/conversations.replies: 1,000 at
	// most, «no more than 200 recommended».
	pageSize = 200

	// Slack drops what is sent over a socket in answer to an event and is
	// larger, in bytes.
	maxAck = 20 << 10
)

// How long Slack waits, and how fast it may be written to.
const (
	// Slack gives up on an event after 3 s; an answer after lastAck would only
	// meet the redelivery on its way.
	// https://docs.slack.dev/apis/events-api/#responding
	lastAck    = 2500 * time.Millisecond
	handleTime = 2 * time.Second // leaves lastAck room for the way back

	// https://docs.slack.dev/apis/web-api/rate-limits/: «1 per second» and
	// channel for posting messages.
	perChannel = time.Second

	// https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
	responseURLLife = 30 * time.Minute
	responseURLUses = 5

	// apiTime is for one call of the Web API. Posting takes two at most (a
	// look for an earlier attempt comes before it), and the outbox waits 30 s.
	apiTime = 10 * time.Second
)
