package slackfake

import (
	"cmp"
	"iter"
	"strings"
)

// An element is an interactive element, or a text, of a block.
type element struct {
	block object
	json  object
}

// elements are the elements of blocks in the order in which they are shown.
func elements(blocks []any) iter.Seq[element] {
	return func(yield func(element) bool) {
		for _, b := range blocks {
			block, _ := b.(object)
			list, _ := block["elements"].([]any)
			for _, e := range append([]any{block["accessory"], block["element"]}, list...) {
				if e, ok := e.(object); ok && !yield(element{block, e}) {
					return
				}
			}
		}
	}
}

func (e element) kind() string {
	kind, _ := e.json["type"].(string)
	return kind
}

// interactive reports whether the element sends payloads.
func (e element) interactive() bool {
	switch e.kind() {
	case "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote", "mrkdwn", "plain_text", "image":
		return false
	}
	return true
}

// holds names the key of the element's value in payloads, and that of its first
// value. Both are "" for one that has none, such as a button.
func (e element) holds() (key, first string) {
	switch kind := e.kind(); {
	case strings.HasSuffix(kind, "_input"):
		return "value", "initial_value"
	case kind == "static_select", kind == "external_select", kind == "radio_buttons":
		return "selected_option", "initial_option"
	case kind == "multi_static_select", kind == "multi_external_select", kind == "checkboxes":
		return "selected_options", "initial_options"
	}
	return "", ""
}

// set writes the element's value into a state, which is by block and action.
func (e element) set(state object, value any) {
	block, _ := e.block["block_id"].(string)
	action, _ := e.json["action_id"].(string)
	if state[block] == nil {
		state[block] = object{}
	}
	key, _ := e.holds()
	state[block].(object)[action] = object{"type": e.kind(), key: value}
}

// words are the text of a text object.
func words(v any) string {
	o, _ := v.(object)
	text, _ := o["text"].(string)
	return text
}

// label is what a person calls the element: the text on it, of an input the
// text above it, or the text in it while nothing is chosen.
func (e element) label() string {
	id, _ := e.json["action_id"].(string)
	return cmp.Or(words(e.json["text"]), words(e.block["label"]), words(e.json["placeholder"]), id)
}

// named finds an interactive element by its label.
func named(blocks []any, label string) (element, bool) {
	for e := range elements(blocks) {
		if e.interactive() && e.label() == label {
			return e, true
		}
	}
	return element{}, false
}

// leastQuery is how many characters must be typed before the app is asked for
// suggestions.
//
// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
func (e element) leastQuery() int {
	if n, ok := e.json["min_query_length"].(float64); ok {
		return int(n)
	}
	return 3
}

// option finds a choice of the element by its text.
func (e element) option(text string) (object, bool) {
	lists := []any{e.json["options"]}
	groups, _ := e.json["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(object)
		lists = append(lists, group["options"])
	}
	for _, list := range lists {
		options, _ := list.([]any)
		for _, o := range options {
			if o, ok := o.(object); ok && words(o["text"]) == text {
				return o, true
			}
		}
	}
	return nil, false
}
