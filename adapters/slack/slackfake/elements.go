package slackfake

import (
	"cmp"
	"iter"
	"strings"
)

// An element is a block element or a text object in a block.
type element struct {
	block object
	json  object
}

// elements yields the elements of blocks in the order in which Slack shows
// them.
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

// interactive reports whether using the element sends a payload.
func (e element) interactive() bool {
	switch e.elementType() {
	case "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote", "mrkdwn", "plain_text", "image":
		return false
	}
	return true
}

// valueKeys returns the keys of an element's value and of its initial value. An
// element without a value, such as a button, has none.
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

// setValue sets the element's value in a state, which is keyed by block_id and
// action_id.
func (e element) setValue(state object, value any) {
	block, _ := e.block["block_id"].(string)
	action, _ := e.json["action_id"].(string)
	if state[block] == nil {
		state[block] = object{}
	}
	key, _ := e.valueKeys()
	state[block].(object)[action] = object{"type": e.elementType(), key: value}
}

// textOf returns the text of a text object.
func textOf(v any) string {
	o, _ := v.(object)
	text, _ := o["text"].(string)
	return text
}

// label returns the text by which a user knows the element: its own text, the
// label of its input block, or its placeholder.
func (e element) label() string {
	id, _ := e.json["action_id"].(string)
	return cmp.Or(textOf(e.json["text"]), textOf(e.block["label"]), textOf(e.json["placeholder"]), id)
}

// findElement returns the interactive element with the label.
func findElement(blocks []any, label string) (element, bool) {
	for e := range elements(blocks) {
		if e.interactive() && e.label() == label {
			return e, true
		}
	}
	return element{}, false
}

// findMenu returns the menu that has an option with the text: an overflow menu,
// or a select menu in an actions block.
func findMenu(blocks []any, text string) (element, bool) {
	for e := range elements(blocks) {
		kind := e.elementType()
		if kind != "overflow" && (kind != "static_select" || e.block["type"] != "actions") {
			continue
		}
		if _, ok := e.option(text); ok {
			return e, true
		}
	}
	return element{}, false
}

// minQueryLength is the number of characters that a user must type before Slack
// asks the app for options.
//
// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
func (e element) minQueryLength() int {
	if n, ok := e.json["min_query_length"].(float64); ok {
		return int(n)
	}
	return 3
}

// option returns the option of the element with the text.
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
