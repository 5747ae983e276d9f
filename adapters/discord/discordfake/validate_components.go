package discordfake

import (
	"fmt"
	"slices"

	"mabsbot/adapters/chat/chatfake"
)

// components validates the components of a message.
func (f *form) components(body object, flags int) []any {
	top := f.objects(body, "components", "")
	shown := make([]any, len(top))
	for i, o := range top {
		o = chatfake.Clone(o)
		withoutNulls(o)
		shown[i] = o
		f.topLevel(o, fieldPath("components", i), flags)
	}
	f.totals(shown, flags)
	f.uniqueCustomIDs(shown, "components")
	return shown
}

// topLevel validates a top-level component.
func (f *form) topLevel(o object, at string, flags int) {
	allowed := []int{actionRow}
	if flags&flagComponentsV2 != 0 {
		allowed = []int{actionRow, section, textDisplay, mediaGallery, fileComponent, separator, container}
	}
	f.component(o, at, allowed)
}

// component validates a component that must have one of the types.
func (f *form) component(o object, at string, allowed []int) {
	if !slices.Contains(allowed, typeOf(o)) {
		f.add(fieldPath(at, "type"), "BASE_TYPE_CHOICES", fmt.Sprintf("Value must be one of %v.", allowed))
		return
	}
	switch typeOf(o) {
	case actionRow:
		f.actionRow(o, at)
	case button:
		f.button(o, at)
	case stringSelect, userSelect, userSelect + 1, userSelect + 2, channelSelect:
		f.selectMenu(o, at)
	case section:
		f.children(o, at, 1, 3, textDisplay)
		accessory, _ := o["accessory"].(object)
		f.component(accessory, fieldPath(at, "accessory"), []int{button, thumbnail})
	case textDisplay:
		f.text(o, "content", at, 1, maxDisplayableText)
	case container:
		f.children(o, at, 1, maxComponents, actionRow, section, textDisplay, mediaGallery, fileComponent, separator)
	}
}

// children validates the components in a component.
func (f *form) children(o object, at string, minimum, maximum int, allowed ...int) {
	children := f.objects(o, "components", at)
	at = fieldPath(at, "components")
	if len(children) < minimum || len(children) > maximum {
		f.add(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", minimum, maximum))
	}
	for i, child := range children {
		f.component(child, fieldPath(at, i), allowed)
	}
}

// actionRow validates an action row: up to five buttons or one select.
func (f *form) actionRow(o object, at string) {
	selects := []int{stringSelect, userSelect, userSelect + 1, userSelect + 2, channelSelect}
	f.children(o, at, 1, maxButtons, append(selects, button)...)
	children := children(o)
	for _, child := range children {
		if c, ok := child.(object); ok && typeOf(c) != button && len(children) > 1 {
			f.add(fieldPath(at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			return
		}
	}
}

func (f *form) button(o object, at string) {
	withoutNulls(o)
	style := f.integer(o, "style", at, 1, premiumStyle, 0)
	text := f.text(o, "label", at, 0, maxLabel)
	switch style {
	case 0:
		f.required(fieldPath(at, "style"))
	case linkStyle:
		f.text(o, "url", at, 1, maxURL)
		f.url(o, "url", at)
		if o["custom_id"] != nil {
			f.add(at, "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified")
		}
	case premiumStyle:
	default:
		f.text(o, "custom_id", at, 1, maxCustomID)
	}
	if text == "" && o["emoji"] == nil && style != premiumStyle {
		f.add(at, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
	}
}

// selectMenu validates a select.
func (f *form) selectMenu(o object, at string) {
	withoutNulls(o)
	f.text(o, "custom_id", at, 1, maxCustomID)
	f.text(o, "placeholder", at, 0, maxPlaceholder)
	minimum := f.integer(o, "min_values", at, 0, maxSelectOptions, 1)
	maximum := f.integer(o, "max_values", at, 1, maxSelectOptions, 1)
	if minimum > maximum {
		f.add(fieldPath(at, "min_values"), "BASE_TYPE_MAX", "min_values is more than max_values")
	}
	if typeOf(o) == stringSelect {
		f.selectOptions(o, at)
	}
}

func (f *form) selectOptions(o object, at string) {
	options := f.objects(o, "options", at)
	at = fieldPath(at, "options")
	if len(options) < 1 || len(options) > maxSelectOptions {
		f.add(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxSelectOptions))
	}
	seen := map[string]bool{}
	for i, option := range options {
		path := fieldPath(at, i)
		withoutNulls(option)
		f.text(option, "label", path, 1, maxSelectOption)
		f.text(option, "description", path, 0, maxSelectOption)
		value := f.text(option, "value", path, 1, maxSelectOption)
		if seen[value] {
			f.add(fieldPath(path, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[value] = true
	}
}

// totals validates the limits on all components of a message.
func (f *form) totals(components []any, flags int) {
	if flags&flagComponentsV2 == 0 {
		f.maxItems("components", len(components), maxRows)
		return
	}
	n, texts := 0, 0
	for o := range walk(components) {
		n++
		if text, ok := o["content"].(string); ok {
			texts += length(text)
		}
	}
	if n > maxComponents {
		f.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", fmt.Sprintf("The total number of components must be %d or fewer", maxComponents))
	}
	if texts > maxDisplayableText {
		f.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", fmt.Sprintf("The total displayable text must be %d characters or fewer", maxDisplayableText))
	}
}

// uniqueCustomIDs checks for duplicate custom_ids.
func (f *form) uniqueCustomIDs(components []any, at string) {
	seen := map[string]bool{}
	for o := range walk(components) {
		id, ok := o["custom_id"].(string)
		if ok && seen[id] {
			f.add(at, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
		}
		seen[id] = seen[id] || ok
	}
}
