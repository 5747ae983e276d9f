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

func (e element) elementType() string {
	kind, _ := e.json["type"].(string)
	return kind
}

// interactive reports whether the element sends payloads.
func (e element) interactive() bool {
	switch e.elementType() {
	case "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote", "mrkdwn", "plain_text", "image":
		return false
	}
	return true
}

// valueKeys names the key of the element's value in payloads, and that of its first
// value. Both are "" for one that has none, such as a button.
func (e element) valueKeys() (key, first string) {
	switch kind := e.elementType(); {
	case strings.HasSuffix(kind, "_input"):
		return "value", "initial_value"
	case kind == "static_select", kind == "external_select", kind == "radio_buttons":
		return "selected_option", "initial_option"
	case kind == "multi_static_select", kind == "multi_external_select", kind == "checkboxes":
		return "selected_options", "initial_options"
	}
	return "", ""
}

// setValue writes the element's value into a state, which is by block and action.
func (e element) setValue(state object, value any) {
	block, _ := e.block["block_id"].(string)
	action, _ := e.json["action_id"].(string)
	if state[block] == nil {
		state[block] = object{}
	}
	key, _ := e.valueKeys()
	state[block].(object)[action] = object{"type": e.elementType(), key: value}
}

// textOf are the text of a text object.
func textOf(v any) string {
	o, _ := v.(object)
	text, _ := o["text"].(string)
	return text
}

// label is what a person calls the element: the text on it, of an input the
// text above it, or the text in it while nothing is chosen.
func (e element) label() string {
	id, _ := e.json["action_id"].(string)
	return cmp.Or(textOf(e.json["text"]), textOf(e.block["label"]), textOf(e.json["placeholder"]), id)
}

// findElement finds an interactive element by its label.
func findElement(blocks []any, label string) (element, bool) {
	for e := range elements(blocks) {
		if e.interactive() && e.label() == label {
			return e, true
		}
	}
	return element{}, false
}

// minQueryLength is how many characters must be typed before the app is asked for
// suggestions.
//
// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
func (e element) minQueryLength() int {
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
			if o, ok := o.(object); ok && textOf(o["text"]) == text {
				return o, true
			}
		}
	}
	return nil, false
}
