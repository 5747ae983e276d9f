package slackfake

import (
	"fmt"
	"slices"
)

// Press presses the button with the label on the newest message that has one,
// and waits for the acknowledgement.
func (p *Person) Press(label string) error {
	m, ok := p.Newest(label)
	if !ok {
		return fmt.Errorf("slackfake: %s sees no %q", p.Name, label)
	}
	return p.PressOn(m, label)
}

// Newest returns the newest visible message that has an element with the label,
// or a menu with such an option.
func (p *Person) Newest(label string) (Message, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, m := range slices.Backward(p.s.messages) {
		_, isElement := findElement(m.Blocks, label)
		_, isOption := findMenu(m.Blocks, label)
		if (isElement || isOption) && p.sees(m) {
			return *m, true
		}
	}
	return Message{}, false
}

// PressOn presses a button of a message, or chooses an option of its menu.
func (p *Person) PressOn(m Message, label string) error {
	return p.useElement(p.onMessage(m), label, nil)
}

// choose chooses an option, by its text, from a select menu of a message.
func (p *Person) choose(m Message, label, option string) error {
	return p.useElement(p.onMessage(m), label, &option)
}

// A locator finds a surface. It is called with s.mu held.
type locator func() (surface, error)

func (p *Person) onMessage(m Message) locator {
	return func() (surface, error) {
		kept := p.s.message(m.Channel, m.TS)
		if kept == nil {
			return surface{}, fmt.Errorf("slackfake: no message %s in %s", m.TS, m.Channel)
		}
		return surface{message: kept}, nil
	}
}

// useElement uses an element and waits for the acknowledgement. An input of a
// modal only stores its value for the submission.
func (p *Person) useElement(at locator, label string, option *string) error {
	p.s.mu.Lock()
	d, err := p.sendAction(at, label, option)
	p.s.mu.Unlock()
	if d == nil || err != nil {
		return err
	}
	_, err = d.wait(p.s)
	return err
}

// sendAction sends the payload of using an element. It returns nil if the value
// waits for a submission.
func (p *Person) sendAction(at locator, label string, option *string) (*delivery, error) {
	f, err := at()
	if err != nil {
		return nil, err
	}
	e, ok := findElement(f.blocks(), label)
	if !ok && option == nil {
		e, ok = findMenu(f.blocks(), label)
		option = &label
	}
	if !ok {
		return nil, fmt.Errorf("slackfake: there is no %q", label)
	}
	var value any
	if option != nil {
		if value, err = p.resolveValue(e, *option); err != nil {
			return nil, err
		}
	}
	if key, _ := e.valueKeys(); key != "" {
		e.setValue(f.state(), value)
		p.s.Note()
	}
	if e.block["type"] == "input" && e.block["dispatch_action"] != true {
		return nil, nil
	}
	return p.s.deliver("interactive", p.s.actionsPayload(p.User, f, e, value), false), nil
}

// resolveValue returns the value that a payload has for the text of an option
// or for the text typed into an input.
func (p *Person) resolveValue(e element, shown string) (any, error) {
	key, _ := e.valueKeys()
	if key == "value" {
		return shown, nil
	}
	o, ok := e.option(shown)
	if !ok {
		i := slices.IndexFunc(p.suggested(), func(o any) bool { return textOf(o.(object)["text"]) == shown })
		if i < 0 {
			return nil, fmt.Errorf("slackfake: %q has no option %q", e.label(), shown)
		}
		o = p.suggested()[i].(object)
	}
	if key == "selected_options" {
		return []any{o}, nil
	}
	return o, nil
}

// suggested returns the options that the app last suggested to the person.
func (p *Person) suggested() []any { return p.s.suggestions[p.ID] }
