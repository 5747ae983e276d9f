package discordfake

import (
	"fmt"
	"iter"
	"slices"

	"mabsbot/adapters/chat/chatfake"
)

// Kinds of components.
//
// https://docs.discord.com/developers/components/reference#component-object-component-types
const (
	row          = 1
	button       = 2
	stringSelect = 3
	textInput    = 4
	userSelect   = 5
	channelsKind = 8 // the last of the selects of users, roles, mentionables, channels
	section      = 9
	textDisplay  = 10
	thumbnail    = 11
	gallery      = 12
	fileKind     = 13
	separator    = 14
	container    = 17
	label        = 18
	fileUpload   = 19
	radioGroup   = 21
	checkGroup   = 22
	checkbox     = 23
)

// Limits of components.
//
// https://docs.discord.com/developers/components/reference
const (
	maxRows        = 5
	maxButtons     = 5
	maxComponents  = 40
	maxDisplayed   = 4000 // characters over all texts of a message
	maxCustomID    = 100
	maxLabel       = 80
	maxURL         = 512
	maxOptions     = 25
	maxOption      = 100
	maxPlaceholder = 150
	maxModalTitle  = 45
	maxModalLabel  = 45
	maxModalHint   = 100
	maxModalRows   = 5
	maxInput       = 4000
	linkStyle      = 5
	premiumStyle   = 6
)

// kind is the type of a component; 0 is none.
func kind(o object) int {
	n, ok := o["type"].(float64)
	if !ok {
		return 0
	}
	return int(n)
}

// inside are the components in a component.
func inside(o object) []any {
	var found []any
	if list, ok := o["components"].([]any); ok {
		found = append(found, list...)
	}
	for _, key := range []string{"accessory", "component"} {
		if one, ok := o[key].(object); ok {
			found = append(found, one)
		}
	}
	return found
}

// walk goes through components and all that is in them, in the order in which
// they are shown.
func walk(components []any) iter.Seq[object] {
	return func(yield func(object) bool) { step(components, yield) }
}

func step(components []any, yield func(object) bool) bool {
	for _, each := range components {
		o, ok := each.(object)
		if ok && (!yield(o) || !step(inside(o), yield)) {
			return false
		}
	}
	return true
}

// fillIn gives components the ids and the defaults that Discord gives them.
func fillIn(components []any) {
	next := 1
	for o := range walk(components) {
		if id, ok := o["id"].(float64); !ok || id == 0 {
			o["id"] = float64(next)
		}
		next++
		for key, v := range defaults(kind(o)) {
			if o[key] == nil {
				o[key] = v
			}
		}
		items, _ := o["items"].([]any)
		for _, each := range append(items, o) {
			fillInMedia(each.(object), o["id"])
		}
	}
}

// fillInMedia gives a picture or a file what Discord knows of it.
func fillInMedia(o object, id any) {
	for _, key := range []string{"media", "file"} {
		media, ok := o[key].(object)
		if !ok {
			continue
		}
		media["id"], media["proxy_url"] = fmt.Sprint(id), media["url"]
		for name, v := range defaults(thumbnail) {
			if o[name] == nil {
				o[name] = v
			}
		}
	}
}

// defaults are what components have that nobody gave them.
func defaults(kind int) object {
	switch kind {
	case stringSelect, userSelect, userSelect + 1, userSelect + 2, channelsKind:
		return object{"min_values": 1.0, "max_values": 1.0}
	case thumbnail:
		return object{"description": nil, "spoiler": false}
	case fileKind:
		return object{"name": nil, "size": nil, "spoiler": false}
	case separator:
		return object{"spacing": 1.0, "divider": true}
	case container:
		return object{"accent_color": nil, "spoiler": false}
	}
	return nil
}

// displayed are the texts that components show.
func displayed(components []any) []string {
	var found []string
	for o := range walk(components) {
		if text, ok := o["content"].(string); ok && kind(o) == textDisplay {
			found = append(found, text)
		}
	}
	return found
}

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
