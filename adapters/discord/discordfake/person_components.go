package discordfake

import (
	"errors"
	"fmt"
	"slices"
)

// errDisabled is what a person sees of a button or a select that cannot be used.
var errDisabled = errors.New("discordfake: it is disabled")

// Press presses the newest button with the label that the person sees, and waits
// for the answer.
func (p *Person) Press(label string) error {
	m, ok := p.Newest(label)
	if !ok {
		return fmt.Errorf("discordfake: %s sees no %q", p.Name, label)
	}
	return p.PressOn(m, label)
}

// Newest finds the newest message that the person sees with a button or a select
// of the label on it.
func (p *Person) Newest(label string) (Message, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, m := range slices.Backward(p.s.shown) {
		if _, ok := findComponent(m.Components, label); ok && p.sees(m) {
			return m.copy(), true
		}
	}
	return Message{}, false
}

// PressOn presses a button of a message, and waits for the answer.
func (p *Person) PressOn(m Message, label string) error {
	return p.useComponent(m, label, nil)
}

// Choose chooses options from a select of a message, by the texts that are
// shown, and waits for the answer.
func (p *Person) Choose(m Message, label string, options ...string) error {
	return p.useComponent(m, label, append([]string{}, options...))
}

// useComponent uses a component; options are nil for a button.
func (p *Person) useComponent(m Message, label string, options []string) error {
	p.s.mu.Lock()
	i, err := p.sendComponent(m, label, options)
	p.s.mu.Unlock()
	if err != nil {
		return err
	}
	return p.s.waitForResponse(i)
}

func (p *Person) sendComponent(m Message, label string, options []string) (*Interaction, error) {
	kept := p.s.messages[m.ID]
	if kept == nil || !p.sees(kept) {
		return nil, fmt.Errorf("discordfake: %s sees no message %s", p.Name, m.ID)
	}
	o, ok := findComponent(kept.Components, label)
	switch {
	case !ok:
		return nil, fmt.Errorf("discordfake: no %q there", label)
	case o["disabled"] == true:
		return nil, errDisabled
	case typeOf(o) == button && o["style"] == float64(linkStyle):
		return nil, fmt.Errorf("discordfake: %q is a link", label)
	}
	id, _ := o["custom_id"].(string)
	data := object{"custom_id": id, "component_type": typeOf(o), "id": o["id"]}
	if options != nil {
		values, err := optionValues(o, options)
		if err != nil {
			return nil, err
		}
		data["values"] = values
	}
	return p.s.createInteraction(p, kept.Channel, interactionComponent, id, data, kept, nil), nil
}

// findComponent finds a button or a select by its label.
func findComponent(components []any, label string) (object, bool) {
	for o := range walk(components) {
		if text := labelOf(o); text == label && o["custom_id"] != nil || text == label && o["url"] != nil && typeOf(o) == button {
			return o, true
		}
	}
	return nil, false
}

// labelOf is what a person calls a component: the text on it, or of a select
// the text in it while nothing is chosen.
func labelOf(o object) string {
	for _, key := range []string{"label", "placeholder", "custom_id"} {
		if text, ok := o[key].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// optionValues turns the shown texts of options into their values.
func optionValues(o object, shown []string) ([]any, error) {
	options, _ := o["options"].([]any)
	values := []any{}
	for _, text := range shown {
		i := slices.IndexFunc(options, func(each any) bool { return each.(object)["label"] == text })
		if i < 0 {
			return nil, fmt.Errorf("discordfake: %q offers no %q", labelOf(o), text)
		}
		values = append(values, options[i].(object)["value"])
	}
	var f form
	least, most := f.integer(o, "min_values", "", 0, maxSelectOptions, 1), f.integer(o, "max_values", "", 1, maxSelectOptions, 1)
	if len(values) < least || len(values) > most {
		return nil, fmt.Errorf("discordfake: %q takes %d to %d", labelOf(o), least, most)
	}
	return values, nil
}
