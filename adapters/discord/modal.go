package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/discord/discordapi"
)

// What must be the first answer to a use, and is made of the use alone:
// suggestions while somebody types, and the window in which they type a value.

// suggest completes what somebody types after /mabs.
func (d *Discord) suggest(ctx context.Context, e envelope, i discordapi.Interaction, t typing) {
	choices := []map[string]any{}
	for _, one := range d.o.Library.Suggest(t.query, d.lang(ctx, t.user, t.locale), maxChoices) {
		if sizeOf(one.Value) > maxChoice {
			continue
		}
		name := one.Label
		if one.Detail != "" {
			name = shorten(name, maxChoice-sizeOf(one.Detail)-sizeOf(" · ")) + " · " + one.Detail
		}
		choices = append(choices, map[string]any{"name": label(name, maxChoice), "value": one.Value})
	}
	d.callback(ctx, e, i, answerChoices, map[string]any{"choices": choices})
}

// labelled puts a text above what asks. discordgo does not know it.
// https://docs.discord.com/developers/components/reference#label
const labelled = 18

// open shows the window in which a value is typed.
func (d *Discord) open(ctx context.Context, e envelope, i discordapi.Interaction, a asked) {
	w := d.in(d.lang(ctx, a.user, a.locale))
	input := map[string]any{"type": discordgo.TextInputComponent, "custom_id": "value", "style": discordgo.TextInputShort, "max_length": maxInput, "required": true}
	d.callback(ctx, e, i, answerModal, map[string]any{
		"custom_id": a.custom, "title": label(w["value_title"], maxModalTitle),
		"components": []any{map[string]any{
			"type": labelled, "label": label(w["value"], maxModalLabel), "description": label(w["value_hint"], maxModalHint), "component": input,
		}},
	})
}
