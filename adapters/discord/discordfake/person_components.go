package discordfake

import (
	"errors"
	"fmt"
	"slices"
)

// errDisabled reports a disabled button or select.
var errDisabled = errors.New("discordfake: the component is disabled")

// Press presses the button with the label on the newest message that has one,
// and waits for the response.
func (p *Person) Press(label string) error {
	m, ok := p.Newest(label)
	if !ok {
		return fmt.Errorf("discordfake: %s sees no %q", p.Name, label)
	}
	return p.PressOn(m, label)
}

// Newest returns the newest visible message that has a button or select with
// the label.
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

// PressOn presses a button of a message and waits for the response.
func (p *Person) PressOn(m Message, label string) error {
	return p.useComponent(m, label, nil)
}

// Choose chooses options, by their labels, from a select of a message and waits
// for the response.
func (p *Person) Choose(m Message, label string, options ...string) error {
	return p.useComponent(m, label, append([]string{}, options...))
}

// useComponent uses a component and waits for the response. options is nil for
// a button.
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
		return nil, fmt.Errorf("discordfake: there is no %q", label)
	case o["disabled"] == true:
		return nil, errDisabled
	case typeOf(o) == button && o["style"] == float64(linkStyle):
		return nil, fmt.Errorf("discordfake: %q is a link", label)
	}
	id, _ := o["custom_id"].(string)
	data := object{"custom_id": id, "component_type": typeOf(o), "id": o["id"]}
	if options != nil {
		values, err := selectValues(o, options)
		if err != nil {
			return nil, err
		}
		data["values"] = values
	}
	return p.s.createInteraction(p, kept.Channel, interactionComponent, id, data, kept, nil), nil
}

// findComponent returns the button or select with the label.
func findComponent(components []any, label string) (object, bool) {
	for o := range walk(components) {
		if text := labelOf(o); text == label && o["custom_id"] != nil || text == label && o["url"] != nil && typeOf(o) == button {
			return o, true
		}
	}
	return nil, false
}

// labelOf returns the label or placeholder by which a user knows a component.
func labelOf(o object) string {
	for _, key := range []string{"label", "placeholder", "custom_id"} {
		if text, ok := o[key].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// selectValues returns the values of options with the labels.
func selectValues(o object, shown []string) ([]any, error) {
	options, _ := o["options"].([]any)
	values := []any{}
	for _, text := range shown {
		i := slices.IndexFunc(options, func(each any) bool { return each.(object)["label"] == text })
		if i < 0 {
			return nil, fmt.Errorf("discordfake: %q has no option %q", labelOf(o), text)
		}
		values = append(values, options[i].(object)["value"])
	}
	var f form
	minimum, maximum := f.integer(o, "min_values", "", 0, maxSelectOptions, 1), f.integer(o, "max_values", "", 1, maxSelectOptions, 1)
	if len(values) < minimum || len(values) > maximum {
		return nil, fmt.Errorf("discordfake: %q needs %d to %d options", labelOf(o), minimum, maximum)
	}
	return values, nil
}
