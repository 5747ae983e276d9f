package discordfake

import (
	"fmt"

	"mabsbot/adapters/chat/chatfake"
)

// A Modal is a window with questions, as a person sees it.
type Modal struct {
	ID         string // its custom id
	Title      string
	Components []any

	opened *Interaction // by which it was opened
	values map[string]any
}

// openModal checks a modal and shows it to who did something. One that was open
// is gone. The caller holds s.mu.
func (s *Server) openModal(f *form, i *Interaction, data object) error {
	m := &Modal{ID: f.within(data, "custom_id", "data", 1, maxCustomID), Title: f.within(data, "title", "data", 1, maxModalTitle), opened: i}
	components := f.array(chatfake.Clone(data), "components", "data")
	if len(components) < 1 || len(components) > maxModalRows {
		f.wrong("data.components", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 1 and %d in length.", maxModalRows))
	}
	for n, o := range components {
		f.modalComponent(o, join("data.components", n))
		m.Components = append(m.Components, o)
	}
	f.unique(m.Components, "data.components")
	if err := f.failure(); err != nil {
		return err
	}
	fillIn(m.Components)
	m.values = map[string]any{}
	for o := range walk(m.Components) {
		id, _ := o["custom_id"].(string)
		if text, ok := o["value"].(string); ok && kind(o) == textInput {
			m.values[id] = text
		}
	}
	s.modals[i.User] = m
	return nil
}

// Modal is the one that is open before the person.
func (p *Person) Modal() (Modal, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.s.modals[p.ID]
	if m == nil {
		return Modal{}, false
	}
	c := *m
	c.Components = chatfake.Clone(m.Components)
	return c, true
}

// CloseModal closes it. The application is not told.
func (p *Person) CloseModal() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	delete(p.s.modals, p.ID)
	p.s.Note()
}

// Fill types into a text input of the modal, or chooses from a string select
// there.
func (p *Person) Fill(label, text string) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := p.s.modals[p.ID]
	if m == nil {
		return fmt.Errorf("discordfake: %s has no modal", p.Name)
	}
	o, ok := m.asked(label)
	if !ok {
		return fmt.Errorf("discordfake: the modal does not ask for %q", label)
	}
	id := o["custom_id"].(string)
	if kind(o) == textInput {
		m.values[id] = text
		return nil
	}
	values, err := chosen(o, []string{text})
	m.values[id] = values
	return err
}

// asked finds what asks, by its label or the label around it.
func (m *Modal) asked(text string) (object, bool) {
	for o := range walk(m.Components) {
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

// Submit sends the modal and waits for the answer. Then it is closed.
func (p *Person) Submit() error {
	p.s.mu.Lock()
	i, err := p.submit()
	p.s.mu.Unlock()
	if err != nil {
		return err
	}
	return p.s.answered(i)
}

func (p *Person) submit() (*Interaction, error) {
	m := p.s.modals[p.ID]
	if m == nil {
		return nil, fmt.Errorf("discordfake: %s has no modal", p.Name)
	}
	if err := m.complete(); err != nil {
		return nil, err
	}
	data := object{"custom_id": m.ID, "components": m.sent(m.Components), "resolved": object{}}
	delete(p.s.modals, p.ID)
	before := m.opened
	return p.s.interact(p, before.Channel, ModalSent, m.ID, data, before.source, before), nil
}

// complete checks that what must be filled in is.
func (m *Modal) complete() error {
	for o := range walk(m.Components) {
		id, ok := o["custom_id"].(string)
		if !ok || kind(o) != textInput {
			continue
		}
		text, _ := m.values[id].(string)
		least, _ := whole(o["min_length"])
		most, ok := whole(o["max_length"])
		if !ok {
			most = maxInput
		}
		if n := length(text); n > most || n < least && (n > 0 || o["required"] != false) || n == 0 && o["required"] != false {
			return fmt.Errorf("discordfake: %q has %d characters", labelOf(o), n)
		}
	}
	return nil
}

// sent is what the application is sent of components: ids and values.
func (m *Modal) sent(components []any) []any {
	sent := []any{}
	for _, each := range components {
		o := each.(object)
		out := object{"type": o["type"], "id": o["id"]}
		if id, ok := o["custom_id"].(string); ok {
			out["custom_id"] = id
			m.putValue(out, id, kind(o))
		}
		if inner, ok := o["component"].(object); ok {
			out["component"] = m.sent([]any{inner})[0]
		}
		if list, ok := o["components"].([]any); ok {
			out["components"] = m.sent(list)
		}
		sent = append(sent, out)
	}
	return sent
}

func (m *Modal) putValue(out object, id string, kind int) {
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
