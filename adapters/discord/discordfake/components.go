package discordfake

import (
	"fmt"
	"iter"
)

// Component types.
//
// https://docs.discord.com/developers/components/reference#component-object-component-types
const (
	actionRow     = 1
	button        = 2
	stringSelect  = 3
	textInput     = 4
	userSelect    = 5
	channelSelect = 8 // 5 to 8 are user, role, mentionable and channel select
	section       = 9
	textDisplay   = 10
	thumbnail     = 11
	mediaGallery  = 12
	fileComponent = 13
	separator     = 14
	container     = 17
	label         = 18
	fileUpload    = 19
	radioGroup    = 21
	checkboxGroup = 22
	checkbox      = 23
)

// Limits of components.
//
// https://docs.discord.com/developers/components/reference
const (
	maxRows             = 5
	maxButtons          = 5
	maxComponents       = 40
	maxDisplayableText  = 4000 // total of all texts in a message
	maxCustomID         = 100
	maxLabel            = 80
	maxURL              = 512
	maxSelectOptions    = 25
	maxSelectOption     = 100
	maxPlaceholder      = 150
	maxModalTitle       = 45
	maxModalLabel       = 45
	maxModalDescription = 100
	maxModalRows        = 5
	maxInput            = 4000
	linkStyle           = 5
	premiumStyle        = 6
)

// typeOf returns the type of a component, command or option, or 0 if it has
// none.
func typeOf(o object) int {
	n, ok := o["type"].(float64)
	if !ok {
		return 0
	}
	return int(n)
}

// children returns the components in a component.
func children(o object) []any {
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

// walk yields components and their descendants in the order in which they are
// shown.
func walk(components []any) iter.Seq[object] {
	return func(yield func(object) bool) { walkAll(components, yield) }
}

func walkAll(components []any, yield func(object) bool) bool {
	for _, each := range components {
		o, ok := each.(object)
		if ok && (!yield(o) || !walkAll(children(o), yield)) {
			return false
		}
	}
	return true
}

// setDefaults adds the IDs and defaults that Discord adds to components.
func setDefaults(components []any) {
	next := 1
	for o := range walk(components) {
		if id, ok := o["id"].(float64); !ok || id == 0 {
			o["id"] = float64(next)
		}
		next++
		for key, v := range defaults(typeOf(o)) {
			if o[key] == nil {
				o[key] = v
			}
		}
		items, _ := o["items"].([]any)
		for _, each := range append(items, o) {
			setMediaDefaults(each.(object), o["id"])
		}
	}
}

// setMediaDefaults adds the fields that Discord adds to media and files.
func setMediaDefaults(o object, id any) {
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

// defaults returns the default fields of a component type.
func defaults(kind int) object {
	switch kind {
	case stringSelect, userSelect, userSelect + 1, userSelect + 2, channelSelect:
		return object{"min_values": 1.0, "max_values": 1.0}
	case thumbnail:
		return object{"description": nil, "spoiler": false}
	case fileComponent:
		return object{"name": nil, "size": nil, "spoiler": false}
	case separator:
		return object{"spacing": 1.0, "divider": true}
	case container:
		return object{"accent_color": nil, "spoiler": false}
	}
	return nil
}

// displayedTexts returns the texts of all text displays.
func displayedTexts(components []any) []string {
	var found []string
	for o := range walk(components) {
		if text, ok := o["content"].(string); ok && typeOf(o) == textDisplay {
			found = append(found, text)
		}
	}
	return found
}
