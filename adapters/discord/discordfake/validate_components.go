package discordfake

import (
	"fmt"
	"slices"

	"mabsbot/adapters/chat/chatfake"
)

// components checks those of a message.
func (f *form) components(body object, flags int) []any {
	top := f.array(body, "components", "")
	shown := make([]any, len(top))
	for i, o := range top {
		o = chatfake.Clone(o)
		stripped(o)
		shown[i] = o
		f.top(o, join("components", i), flags)
	}
	f.total(shown, flags)
	f.unique(shown, "components")
	return shown
}

// top checks a component that is in no other.
func (f *form) top(o object, at string, flags int) {
	allowed := []int{row}
	if flags&ComponentsV2 != 0 {
		allowed = []int{row, section, textDisplay, gallery, fileKind, separator, container}
	}
	f.component(o, at, allowed)
}

// component checks a component of one of the kinds.
func (f *form) component(o object, at string, allowed []int) {
	if !slices.Contains(allowed, kind(o)) {
		f.wrong(join(at, "type"), "BASE_TYPE_CHOICES", fmt.Sprintf("Value must be one of %v.", allowed))
		return
	}
	switch kind(o) {
	case row:
		f.row(o, at)
	case button:
		f.button(o, at)
	case stringSelect, userSelect, userSelect + 1, userSelect + 2, channelsKind:
		f.selecting(o, at)
	case section:
		f.children(o, at, 1, 3, textDisplay)
		accessory, _ := o["accessory"].(object)
		f.component(accessory, join(at, "accessory"), []int{button, thumbnail})
	case textDisplay:
		f.within(o, "content", at, 1, maxDisplayed)
	case container:
		f.children(o, at, 1, maxComponents, row, section, textDisplay, gallery, fileKind, separator)
	}
}

// children checks what is in a component.
func (f *form) children(o object, at string, least, most int, allowed ...int) {
	children := f.array(o, "components", at)
	at = join(at, "components")
	if len(children) < least || len(children) > most {
		f.wrong(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	}
	for i, child := range children {
		f.component(child, join(at, i), allowed)
	}
}

// row checks a row: some buttons, or one select.
func (f *form) row(o object, at string) {
	selects := []int{stringSelect, userSelect, userSelect + 1, userSelect + 2, channelsKind}
	f.children(o, at, 1, maxButtons, append(selects, button)...)
	children := inside(o)
	for _, child := range children {
		if c, ok := child.(object); ok && kind(c) != button && len(children) > 1 {
			f.wrong(join(at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			return
		}
	}
}

func (f *form) button(o object, at string) {
	stripped(o)
	style := f.number(o, "style", at, 1, premiumStyle, 0)
	text := f.within(o, "label", at, 0, maxLabel)
	switch style {
	case 0:
		f.required(join(at, "style"))
	case linkStyle:
		f.within(o, "url", at, 1, maxURL)
		f.link(o, "url", at)
		if o["custom_id"] != nil {
			f.wrong(at, "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified")
		}
	case premiumStyle:
	default:
		f.within(o, "custom_id", at, 1, maxCustomID)
	}
	if text == "" && o["emoji"] == nil && style != premiumStyle {
		f.wrong(at, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
	}
}

// selecting checks a select.
func (f *form) selecting(o object, at string) {
	stripped(o)
	f.within(o, "custom_id", at, 1, maxCustomID)
	f.within(o, "placeholder", at, 0, maxPlaceholder)
	least := f.number(o, "min_values", at, 0, maxOptions, 1)
	most := f.number(o, "max_values", at, 1, maxOptions, 1)
	if least > most {
		f.wrong(join(at, "min_values"), "BASE_TYPE_MAX", "min_values is more than max_values")
	}
	if kind(o) == stringSelect {
		f.options(o, at)
	}
}

func (f *form) options(o object, at string) {
	options := f.array(o, "options", at)
	at = join(at, "options")
	if len(options) < 1 || len(options) > maxOptions {
		f.wrong(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxOptions))
	}
	seen := map[string]bool{}
	for i, option := range options {
		path := join(at, i)
		stripped(option)
		f.within(option, "label", path, 1, maxOption)
		f.within(option, "description", path, 0, maxOption)
		value := f.within(option, "value", path, 1, maxOption)
		if seen[value] {
			f.wrong(join(path, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[value] = true
	}
}

// total checks what holds over all components of a message.
func (f *form) total(components []any, flags int) {
	if flags&ComponentsV2 == 0 {
		f.atMost("components", len(components), maxRows)
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
		f.wrong("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", fmt.Sprintf("The total number of components must be %d or fewer", maxComponents))
	}
	if texts > maxDisplayed {
		f.wrong("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", fmt.Sprintf("The total displayable text must be %d characters or fewer", maxDisplayed))
	}
}

// unique checks that no custom id is there twice.
func (f *form) unique(components []any, at string) {
	seen := map[string]bool{}
	for o := range walk(components) {
		id, ok := o["custom_id"].(string)
		if ok && seen[id] {
			f.wrong(at, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
		}
		seen[id] = seen[id] || ok
	}
}
