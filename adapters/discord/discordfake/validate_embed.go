package discordfake

import (
	"fmt"
	"net/url"
	"slices"

	"mabsbot/adapters/chat/chatfake"
)

// Limits of embeds, in characters.
//
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
const (
	maxEmbeds     = 10
	maxEmbedText  = 6000 // over all embeds of a message
	maxTitle      = 256
	maxDescribed  = 4096
	maxFields     = 25
	maxFieldName  = 256
	maxFieldValue = 1024
	maxFooter     = 2048
	maxAuthor     = 256
)

// embeds checks the embeds of a body and returns them as they are shown.
func (f *form) embeds(body object) []any {
	var shown []any
	sum := 0
	for i, e := range f.array(body, "embeds", "") {
		if e == nil {
			continue // array has said so
		}
		sum += f.embed(e, join("embeds", i))
		shown = append(shown, richEmbed(e))
	}
	f.atMost("embeds", len(shown), maxEmbeds)
	if sum > maxEmbedText {
		f.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", maxEmbedText))
	}
	return shown
}

// richEmbed is an embed as it is shown.
func richEmbed(e object) object {
	o := stripped(chatfake.Clone(e))
	o["type"] = "rich"
	fields, _ := o["fields"].([]any)
	for _, each := range fields {
		if field, ok := each.(object); ok && field["inline"] == nil {
			field["inline"] = false
		}
	}
	return o
}

// embed checks one and returns how many characters it has.
func (f *form) embed(e object, at string) int {
	footer, _ := e["footer"].(object)
	author, _ := e["author"].(object)
	sum := length(f.within(e, "title", at, 0, maxTitle)) + length(f.within(e, "description", at, 0, maxDescribed))
	if footer != nil {
		sum += length(f.within(footer, "text", join(at, "footer"), 1, maxFooter))
	}
	if author != nil {
		sum += length(f.within(author, "name", join(at, "author"), 1, maxAuthor))
		f.link(author, "url", join(at, "author"))
	}
	fields := f.array(e, "fields", at)
	f.atMost(join(at, "fields"), len(fields), maxFields)
	for i, field := range fields {
		path := join(join(at, "fields"), i)
		sum += length(f.within(field, "name", path, 1, maxFieldName)) + length(f.within(field, "value", path, 1, maxFieldValue))
	}
	f.link(e, "url", at)
	f.number(e, "color", at, 0, 0xffffff, 0)
	if sum == 0 && e["image"] == nil && e["thumbnail"] == nil {
		f.required(join(at, "description"))
	}
	return sum
}

// link checks an address.
func (f *form) link(o object, key, at string) {
	text, _ := o[key].(string)
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains([]string{"http", "https", "attachment", "discord"}, u.Scheme) {
		f.wrong(join(at, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}

// stripped takes out what is null.
func stripped(o object) object {
	for key, v := range o {
		if v == nil {
			delete(o, key)
		}
	}
	return o
}
