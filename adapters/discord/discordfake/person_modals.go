package discordfake

import (
	"fmt"

	"mabsbot/adapters/chat/chatfake"
)

// A modal is a form in a pop-up window.
type modal struct {
	id         string // custom_id
	title      string
	components []any

	openedBy *Interaction // interaction that opened it
	values   map[string]any
}

// openModal validates a modal and shows it to the user of the interaction,
// replacing an open one. The caller holds s.mu.
func (s *Server) openModal(f *form, i *Interaction, data object) error {
	m := &modal{id: f.text(data, "custom_id", "data", 1, maxCustomID), title: f.text(data, "title", "data", 1, maxModalTitle), openedBy: i}
	components := f.objects(chatfake.Clone(data), "components", "data")
	if len(components) < 1 || len(components) > maxModalRows {
		f.add("data.components", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxModalRows))
	}
	for n, o := range components {
		f.modalComponent(o, fieldPath("data.components", n))
		m.components = append(m.components, o)
	}
	f.uniqueCustomIDs(m.components, "data.components")
	if err := f.err(); err != nil {
		return err
	}
	setDefaults(m.components)
	m.values = map[string]any{}
	for o := range walk(m.components) {
		id, _ := o["custom_id"].(string)
		if text, ok := o["value"].(string); ok && typeOf(o) == textInput {
			m.values[id] = text
		}
	}
	s.modals[i.User] = m
	return nil
}

// modal returns the open modal of the person.
func (p *Person) modal() (modal, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.s.modals[p.ID]
	if m == nil {
		return modal{}, false
	}
	c := *m
	c.components = chatfake.Clone(m.components)
	return c, true
}

// closeModal closes the open modal. Discord does not report that to the
// application.
func (p *Person) closeModal() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	delete(p.s.modals, p.ID)
	p.s.Note()
}

// Fill types into a text input of the open modal, or chooses an option of a
// select.
func (p *Person) Fill(label, text string) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.s.modals[p.ID]
	if m == nil {
		return fmt.Errorf("discordfake: %s has no open modal", p.Name)
	}
	o, ok := m.input(label)
	if !ok {
		return fmt.Errorf("discordfake: the modal has no input %q", label)
	}
	id := o["custom_id"].(string)
	if typeOf(o) == textInput {
		m.values[id] = text
		return nil
	}
	values, err := selectValues(o, []string{text})
	m.values[id] = values
	return err
}

// input returns the input with the label, its own or that of the label
// component around it.
func (m *modal) input(text string) (object, bool) {
	for o := range walk(m.components) {
		inner, ok := o["component"].(object)
		if ok && o["label"] == text {
			return inner, true
		}
		if o["custom_id"] != nil && labelOf(o) == text {
			return o, true
		}
	}
	return nil, false
}

// Submit submits the open modal, which closes it, and waits for the response.
func (p *Person) Submit() error {
	p.s.mu.Lock()
	i, err := p.submit()
	p.s.mu.Unlock()
	if err != nil {
		return err
	}
	return p.s.waitForResponse(i)
}

func (p *Person) submit() (*Interaction, error) {
	m := p.s.modals[p.ID]
	if m == nil {
		return nil, fmt.Errorf("discordfake: %s has no open modal", p.Name)
	}
	if err := m.checkInputs(); err != nil {
		return nil, err
	}
	data := object{"custom_id": m.id, "components": m.submitted(m.components), "resolved": object{}}
	delete(p.s.modals, p.ID)
	before := m.openedBy
	return p.s.createInteraction(p, before.Channel, interactionModalSubmit, m.id, data, before.source, before), nil
}

// checkInputs checks required inputs and lengths.
func (m *modal) checkInputs() error {
	for o := range walk(m.components) {
		id, ok := o["custom_id"].(string)
		if !ok || typeOf(o) != textInput {
			continue
		}
		text, _ := m.values[id].(string)
		minimum, _ := toInt(o["min_length"])
		maximum, ok := toInt(o["max_length"])
		if !ok {
			maximum = maxInput
		}
		if n := length(text); n > maximum || n < minimum && (n > 0 || o["required"] != false) || n == 0 && o["required"] != false {
			return fmt.Errorf("discordfake: %q has %d characters", labelOf(o), n)
		}
	}
	return nil
}

// submitted returns the components of a modal submit: IDs and values.
func (m *modal) submitted(components []any) []any {
	sent := []any{}
	for _, each := range components {
		o := each.(object)
		out := object{"type": o["type"], "id": o["id"]}
		if id, ok := o["custom_id"].(string); ok {
			out["custom_id"] = id
			m.setValue(out, id, typeOf(o))
		}
		if inner, ok := o["component"].(object); ok {
			out["component"] = m.submitted([]any{inner})[0]
		}
		if list, ok := o["components"].([]any); ok {
			out["components"] = m.submitted(list)
		}
		sent = append(sent, out)
	}
	return sent
}

func (m *modal) setValue(out object, id string, kind int) {
	switch kind {
	case textInput:
		text, _ := m.values[id].(string)
		out["value"] = text
	case radioGroup:
		out["value"] = nil
	case checkbox:
		out["value"] = false
	default:
		values, _ := m.values[id].([]any)
		out["values"] = append([]any{}, values...)
	}
}
