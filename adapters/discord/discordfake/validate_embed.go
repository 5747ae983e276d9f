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
	maxEmbeds           = 10
	maxEmbedText        = 6000 // total of all embeds in a message
	maxEmbedTitle       = 256
	maxEmbedDescription = 4096
	maxFields           = 25
	maxFieldName        = 256
	maxFieldValue       = 1024
	maxFooter           = 2048
	maxAuthor           = 256
)

// embeds validates the embeds of a body and returns them as Discord shows them.
func (f *form) embeds(body object) []any {
	var shown []any
	sum := 0
	for i, e := range f.objects(body, "embeds", "") {
		if e == nil {
			continue // objects has added an error
		}
		sum += f.embed(e, fieldPath("embeds", i))
		shown = append(shown, richEmbed(e))
	}
	f.maxItems("embeds", len(shown), maxEmbeds)
	if sum > maxEmbedText {
		f.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", maxEmbedText))
	}
	return shown
}

// richEmbed returns an embed as Discord shows it.
func richEmbed(e object) object {
	o := withoutNulls(chatfake.Clone(e))
	o["type"] = "rich"
	fields, _ := o["fields"].([]any)
	for _, each := range fields {
		if field, ok := each.(object); ok && field["inline"] == nil {
			field["inline"] = false
		}
	}
	return o
}

// embed validates an embed and returns its length.
func (f *form) embed(e object, at string) int {
	footer, _ := e["footer"].(object)
	author, _ := e["author"].(object)
	sum := length(f.text(e, "title", at, 0, maxEmbedTitle)) + length(f.text(e, "description", at, 0, maxEmbedDescription))
	if footer != nil {
		sum += length(f.text(footer, "text", fieldPath(at, "footer"), 1, maxFooter))
	}
	if author != nil {
		sum += length(f.text(author, "name", fieldPath(at, "author"), 1, maxAuthor))
		f.url(author, "url", fieldPath(at, "author"))
	}
	fields := f.objects(e, "fields", at)
	f.maxItems(fieldPath(at, "fields"), len(fields), maxFields)
	for i, field := range fields {
		path := fieldPath(fieldPath(at, "fields"), i)
		sum += length(f.text(field, "name", path, 1, maxFieldName)) + length(f.text(field, "value", path, 1, maxFieldValue))
	}
	f.url(e, "url", at)
	f.integer(e, "color", at, 0, 0xffffff, 0)
	if sum == 0 && e["image"] == nil && e["thumbnail"] == nil {
		f.required(fieldPath(at, "description"))
	}
	return sum
}

// url validates a URL.
func (f *form) url(o object, key, at string) {
	text, _ := o[key].(string)
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains([]string{"http", "https", "attachment", "discord"}, u.Scheme) {
		f.add(fieldPath(at, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}

// withoutNulls deletes the keys whose value is null.
func withoutNulls(o object) object {
	for key, v := range o {
		if v == nil {
			delete(o, key)
		}
	}
	return o
}
