package slackfake

import (
	"cmp"
	"fmt"
	"strings"
)

// Plain returns the blocks of a message, or its text if it has none, as plain
// text. Buttons are in brackets. Mrkdwn stays, entities are unescaped.
func (m Message) Plain() string {
	if len(m.Blocks) == 0 {
		return unescape(m.Text)
	}
	return plain(m.Blocks)
}

// Plain returns title, blocks and submit button of a view as plain text.
func (v View) Plain() string {
	blocks, _ := v.Body["blocks"].([]any)
	lines := []string{plain(blocks)}
	if title := textOf(v.Body["title"]); title != "" {
		lines = append([]string{"# " + title}, lines...)
	}
	if submit := textOf(v.Body["submit"]); submit != "" {
		lines = append(lines, "["+submit+"]")
	}
	return strings.Join(lines, "\n")
}

// plain renders blocks, one per paragraph.
func plain(blocks []any) string {
	var lines []string
	for _, b := range blocks {
		if text := plainBlock(b.(object)); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

func plainBlock(block object) string {
	if block["type"] == "divider" {
		return "----"
	}
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	switch text := block["text"].(type) {
	case string: // a markdown block
		add(text)
	default:
		add(unescape(textOf(text)))
	}
	add(unescape(textOf(block["label"])))
	fields, _ := block["fields"].([]any)
	for _, f := range fields {
		add(unescape(textOf(f)))
	}
	for e := range elements([]any{block}) {
		add(plainElement(e))
	}
	rows, _ := block["rows"].([]any)
	for _, row := range rows {
		cells, _ := row.([]any)
		var texts []string
		for _, cell := range cells {
			texts = append(texts, plainRichText(cell))
		}
		add(strings.Join(texts, " | "))
	}
	return strings.Join(parts, "\n")
}

func plainElement(e element) string {
	switch kind := e.elementType(); {
	case strings.HasPrefix(kind, "rich_text"):
		return plainRichText(e.json)
	case kind == "mrkdwn", kind == "plain_text":
		return unescape(textOf(e.json))
	case kind == "image":
		return fmt.Sprintf("(%v)", e.json["alt_text"])
	case kind == "button" || kind == "workflow_button":
		return "[" + e.label() + "]"
	}
	var options []string
	list, _ := e.json["options"].([]any)
	for _, o := range list {
		if o, ok := o.(object); ok {
			options = append(options, textOf(o["text"]))
		}
	}
	return "[" + cmp.Or(textOf(e.json["placeholder"]), e.elementType()) + ": " + strings.Join(options, " / ") + "]"
}

// plainRichText renders rich text.
func plainRichText(v any) string {
	o, ok := v.(object)
	if !ok {
		return ""
	}
	text, _ := o["text"].(string)
	switch o["type"] {
	case "user":
		return fmt.Sprintf("<@%v>", o["user_id"])
	case "channel":
		return fmt.Sprintf("<#%v>", o["channel_id"])
	case "link":
		return cmp.Or(text, fmt.Sprint(o["url"]))
	case "emoji":
		return fmt.Sprintf(":%v:", o["name"])
	}
	parts := []string{text}
	list, _ := o["elements"].([]any)
	for _, e := range list {
		parts = append(parts, plainRichText(e))
	}
	separator := ""
	if o["type"] == "rich_text" || o["type"] == "rich_text_list" {
		separator = "\n"
	}
	return strings.TrimPrefix(strings.Join(parts, separator), "\n")
}
