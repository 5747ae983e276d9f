package discordfake

// modalComponent checks one of the components of a modal.
func (f *form) modalComponent(o object, at string) {
	switch children := inside(o); kind(o) {
	case textDisplay:
		f.within(o, "content", at, 1, maxInput)
	case label:
		f.within(o, "label", at, 1, maxModalLabel)
		f.within(o, "description", at, 0, maxModalHint)
		if len(children) != 1 {
			f.required(join(at, "component"))
			return
		}
		f.asking(children[0].(object), join(at, "component"), false)
	case row:
		if len(children) != 1 {
			f.wrong(join(at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			return
		}
		child, _ := children[0].(object)
		f.asking(child, join(at, "components.0"), true)
	default:
		f.wrong(join(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1, 10, 18).")
	}
}

// asking checks a component that asks for something. In a row it is an input
// with a label of its own.
func (f *form) asking(o object, at string, inRow bool) {
	switch k := kind(o); {
	case k == textInput:
		f.within(o, "custom_id", at, 1, maxCustomID)
		least := 0
		if inRow {
			least = 1
		}
		f.within(o, "label", at, least, maxModalLabel)
		f.within(o, "placeholder", at, 0, maxModalHint)
		f.within(o, "value", at, 0, maxInput)
		f.number(o, "min_length", at, 0, maxInput, 0)
		f.number(o, "max_length", at, 1, maxInput, maxInput)
		if f.number(o, "style", at, 1, 2, 0) == 0 {
			f.required(join(at, "style"))
		}
	case inRow:
		f.wrong(join(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (4,).")
	case k == stringSelect, k >= userSelect && k <= channelsKind:
		f.selecting(o, at)
	case k == fileUpload, k == radioGroup, k == checkGroup, k == checkbox:
		f.within(o, "custom_id", at, 1, maxCustomID) // no more is checked of what no test's person fills in
	default:
		f.wrong(join(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (3, 4, 5, 6, 7, 8, 19, 21, 22, 23).")
	}
}
