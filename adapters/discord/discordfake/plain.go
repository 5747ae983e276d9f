package discordfake

import (
	"fmt"
	"strings"
)

// Plain returns content, embeds, components and file names of a message as
// plain text. Markup stays. Buttons are in brackets, disabled ones in
// parentheses.
func (m Message) Plain() string {
	var lines []string
	add := func(text string) {
		if text != "" {
			lines = append(lines, text)
		}
	}
	if m.Flags&flagLoading != 0 {
		add("(is thinking)")
	}
	add(m.Content)
	for _, each := range m.Embeds {
		if e, ok := each.(object); ok {
			add(plainEmbed(e))
		}
	}
	add(plain(m.Components))
	for _, f := range m.Files {
		add("(" + f.Name + ")")
	}
	return strings.Join(lines, "\n")
}

// plain returns a modal as plain text.
func (m modal) plain() string {
	return "# " + m.title + "\n" + plain(m.components)
}

func plainEmbed(e object) string {
	text := func(v any, key string) string {
		o, _ := v.(object)
		t, _ := o[key].(string)
		return t
	}
	lines := []string{text(e["author"], "name")}
	if title := text(e, "title"); title != "" {
		lines = append(lines, "# "+title)
	}
	lines = append(lines, text(e, "description"))
	fields, _ := e["fields"].([]any)
	for _, f := range fields {
		lines = append(lines, text(f, "name")+": "+text(f, "value"))
	}
	return joined(append(lines, text(e["footer"], "text")))
}

// joined joins the non-empty lines.
func joined(lines []string) string {
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// plain renders components, one per line; those of an action row share a line.
func plain(components []any) string {
	var lines []string
	for _, each := range components {
		o, _ := each.(object)
		switch below := plain(children(o)); {
		case typeOf(o) == actionRow:
			lines = append(lines, strings.ReplaceAll(below, "\n", " "))
		case typeOf(o) == label:
			lines = append(lines, fmt.Sprint(o["label"]), below)
		case below != "":
			lines = append(lines, below)
		default:
			lines = append(lines, plainComponent(o))
		}
	}
	return joined(lines)
}

func plainComponent(o object) string {
	switch typeOf(o) {
	case textDisplay:
		return fmt.Sprint(o["content"])
	case separator:
		return "----"
	case thumbnail, mediaGallery, fileComponent, section, container, 0:
		return ""
	}
	text := labelOf(o)
	options, _ := o["options"].([]any)
	var labels []string
	for _, each := range options {
		labels = append(labels, fmt.Sprint(each.(object)["label"]))
	}
	if len(labels) > 0 {
		text += ": " + strings.Join(labels, " / ")
	}
	if text == "" {
		return "" // unknown component type
	}
	if o["disabled"] == true {
		return "(" + text + ")"
	}
	return "[" + text + "]"
}
