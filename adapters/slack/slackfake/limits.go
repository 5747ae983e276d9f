package slackfake

import (
	"unicode/utf8"
)

// Limits of messages, in characters.
const (
	maxText       = 40000 // https://docs.slack.dev/reference/methods/chat.postMessage; Slack truncates silently, the fake fails so that tests notice
	maxUpdateText = 4000  // msg_too_long, https://docs.slack.dev/reference/methods/chat.update
	maxBlockText  = 13200 // total of all blocks, measured in https://github.com/slackapi/bolt-js/issues/2509
	maxMarkdown   = 12000 // https://docs.slack.dev/reference/block-kit/blocks/markdown-block
)

// length counts characters as Slack does.
func length(text string) int { return utf8.RuneCountInString(text) }

// blockText returns the total length of all texts in blocks.
func blockText(v any) int {
	sum := 0
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			sum += blockText(each)
		}
	case object:
		for key, each := range v {
			if text, ok := each.(string); ok && key == "text" {
				sum += length(text)
			} else {
				sum += blockText(each)
			}
		}
	}
	return sum
}
