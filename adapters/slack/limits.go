package slack

import "time"

// Slack's limits, in characters unless noted. Slack rejects or silently cuts what
// is longer, so render.go keeps within them.
const (
	// https://docs.slack.dev/reference/block-kit/blocks
	maxBlocks  = 50 // of a message
	maxHeader  = 150
	maxSection = 3000
	maxContext = 2000 // of one text in a context block, as of other text objects
	maxActions = 25   // elements of an actions block

	// https://docs.slack.dev/reference/block-kit/block-elements/button-element
	maxLabel   = 75
	shownLabel = 40 // columns; "text may truncate with ~30 characters", clients show a little more

	// https://docs.slack.dev/reference/block-kit/composition-objects/option-object
	maxOption   = 75 // of text, description and value each
	maxOptions  = 100
	maxOverflow = 5 // options of an overflow menu: .../block-elements/overflow-menu-element

	// https://docs.slack.dev/reference/views
	maxViewTitle = 24 // and of its buttons

	// https://docs.slack.dev/reference/methods/chat.postMessage#truncating
	// recommends at most 4,000 for the text next to the blocks. Only notifications
	// and screen readers use it, so less is enough.
	maxText = 3000

	// maxMessage is the total of a message's blocks. The limit is undocumented:
	// Slack rejects more than about 13,200 (slackapi/bolt-js issue 2509).
	maxMessage = 12000

	// https://docs.slack.dev/reference/methods/conversations.replies: at most
	// 1,000, "no more than 200 recommended".
	pageSize = 200

	// maxAck is the size of an acknowledgement with a payload in Socket Mode, in
	// bytes. Slack drops a larger one.
	maxAck = 20 << 10
)

// Slack's timeouts and rate limits.
const (
	// Slack redelivers an event that is not acknowledged within 3 s. An
	// acknowledgement after lastAck would only cross the redelivery.
	// https://docs.slack.dev/apis/events-api/#responding
	lastAck    = 2500 * time.Millisecond
	handleTime = 2 * time.Second // leaves the rest of lastAck for recording

	// https://docs.slack.dev/apis/web-api/rate-limits/: posting messages is limited
	// to "1 per second" and channel.
	perChannel = time.Second

	// https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
	responseURLLife = 30 * time.Minute
	responseURLUses = 5

	// apiTime is the timeout of a call of the Web API. A post takes at most two
	// calls (find comes before chat.postMessage), and the outbox allows 30 s.
	apiTime = 10 * time.Second
)
