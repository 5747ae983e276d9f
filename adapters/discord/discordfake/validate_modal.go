package discordfake

// modalComponent validates a top-level component of a modal.
func (f *form) modalComponent(o object, at string) {
	switch children := children(o); typeOf(o) {
	case textDisplay:
		f.text(o, "content", at, 1, maxInput)
	case label:
		f.text(o, "label", at, 1, maxModalLabel)
		f.text(o, "description", at, 0, maxModalDescription)
		if len(children) != 1 {
			f.required(fieldPath(at, "component"))
			return
		}
		f.modalInput(children[0].(object), fieldPath(at, "component"), false)
	case actionRow:
		if len(children) != 1 {
			f.add(fieldPath(at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			return
		}
		child, _ := children[0].(object)
		f.modalInput(child, fieldPath(at, "components.0"), true)
	default:
		f.add(fieldPath(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1, 10, 18).")
	}
}

// modalInput validates an input component. In an action row, only a text input
// with its own label is valid.
func (f *form) modalInput(o object, at string, inRow bool) {
	switch k := typeOf(o); {
	case k == textInput:
		f.text(o, "custom_id", at, 1, maxCustomID)
		minimum := 0
		if inRow {
			minimum = 1
		}
		f.text(o, "label", at, minimum, maxModalLabel)
		f.text(o, "placeholder", at, 0, maxModalDescription)
		f.text(o, "value", at, 0, maxInput)
		f.integer(o, "min_length", at, 0, maxInput, 0)
		f.integer(o, "max_length", at, 1, maxInput, maxInput)
		if f.integer(o, "style", at, 1, 2, 0) == 0 {
			f.required(fieldPath(at, "style"))
		}
	case inRow:
		f.add(fieldPath(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (4,).")
	case k == stringSelect, k >= userSelect && k <= channelSelect:
		f.selectMenu(o, at)
	case k == fileUpload, k == radioGroup, k == checkboxGroup, k == checkbox:
		f.text(o, "custom_id", at, 1, maxCustomID) // a Person cannot fill these in, so the rest is not validated
	default:
		f.add(fieldPath(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (3, 4, 5, 6, 7, 8, 19, 21, 22, 23).")
	}
}
