package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/discord/discordapi"
)

// Autocomplete and modals, which have to be the first response to an
// interaction.

// suggestOptions responds to autocomplete of the option of /mabs.
func (d *Discord) suggestOptions(ctx context.Context, e envelope, i discordapi.Interaction, t autocompleteRequest) {
	choices := []map[string]any{}
	for _, one := range d.o.Library.Suggest(t.query, d.language(ctx, t.user, t.locale), maxSuggestions) {
		if sizeOf(one.Value) > maxSuggestion {
			continue
		}
		name := one.Label
		if one.Detail != "" {
			name = shorten(name, maxSuggestion-sizeOf(one.Detail)-sizeOf(" · ")) + " · " + one.Detail
		}
		choices = append(choices, map[string]any{"name": label(name, maxSuggestion), "value": one.Value})
	}
	d.respond(ctx, e, i, autocompleteResult, map[string]any{"choices": choices})
}

// componentLabel is the component type Label, which discordgo lacks.
// https://docs.discord.com/developers/components/reference#label
const componentLabel = 18

// openModal shows the modal that takes a value.
func (d *Discord) openModal(ctx context.Context, e envelope, i discordapi.Interaction, a modalRequest) {
	w := d.texts.In(d.language(ctx, a.user, a.locale))
	input := map[string]any{"type": discordgo.TextInputComponent, "custom_id": "value", "style": discordgo.TextInputShort, "max_length": maxInput, "required": true}
	d.respond(ctx, e, i, modalResponse, map[string]any{
		"custom_id": a.customID, "title": label(w["value_title"], maxModalTitle),
		"components": []any{map[string]any{
			"type": componentLabel, "label": label(w["value"], maxModalLabel), "description": label(w["value_hint"], maxModalHint), "component": input,
		}},
	})
}
