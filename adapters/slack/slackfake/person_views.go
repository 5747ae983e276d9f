package slackfake

import (
	"fmt"
	"slices"

	"mabsbot/adapters/chat/chatfake"
)

// View returns the open modal, the top one of the stack.
func (p *Person) View() (View, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f, err := p.topView()
	if err != nil {
		return View{}, false
	}
	return p.s.copyView(f.view), true
}

// Home returns the Home tab.
func (p *Person) Home() (View, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f, err := p.homeTab()
	if err != nil {
		return View{}, false
	}
	return p.s.copyView(f.view), true
}

func (s *Server) copyView(v *View) View {
	c := *v
	c.Body = chatfake.Clone(v.Body)
	return c
}

func (p *Person) topView() (surface, error) {
	stack := p.s.viewStack(p.ID)
	if len(stack) == 0 {
		return surface{}, fmt.Errorf("slackfake: %s has no modal open", p.Name)
	}
	return surface{view: stack[len(stack)-1]}, nil
}

func (p *Person) homeTab() (surface, error) {
	v := p.s.homes[p.ID]
	if v == nil {
		return surface{}, fmt.Errorf("slackfake: %s has no Home tab", p.Name)
	}
	return surface{view: v}, nil
}

// PressInHome presses a button in the Home tab.
func (p *Person) PressInHome(label string) error { return p.useElement(p.homeTab, label, nil) }

// ChooseInHome chooses an option of a select menu in the Home tab.
func (p *Person) ChooseInHome(label, option string) error {
	return p.useElement(p.homeTab, label, &option)
}

// Fill types into an input of the open modal, or chooses an option of a select
// menu.
func (p *Person) Fill(label, value string) error { return p.useElement(p.topView, label, &value) }

// Suggest types into an external select of the open modal and returns the texts
// of the options that the app suggests.
func (p *Person) Suggest(label, typed string) ([]string, error) {
	return p.suggest(p.topView, label, typed)
}

// SuggestInHome is like Suggest but in the Home tab.
func (p *Person) SuggestInHome(label, typed string) ([]string, error) {
	return p.suggest(p.homeTab, label, typed)
}

// suggestOn is like Suggest but on a message.
func (p *Person) suggestOn(m Message, label, typed string) ([]string, error) {
	return p.suggest(p.onMessage(m), label, typed)
}

func (p *Person) suggest(at locator, label, typed string) ([]string, error) {
	d, err := p.requestSuggestions(at, label, typed)
	if err != nil {
		return nil, err
	}
	reply, err := d.wait(p.s)
	if err != nil {
		return nil, err
	}
	return p.storeSuggestions(reply)
}

func (p *Person) requestSuggestions(at locator, label, typed string) (*delivery, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f, err := at()
	if err != nil {
		return nil, err
	}
	e, ok := findElement(f.blocks(), label)
	if !ok {
		return nil, fmt.Errorf("slackfake: there is no %q", label)
	}
	if length(typed) < e.minQueryLength() {
		return nil, fmt.Errorf("slackfake: %q needs %d characters", label, e.minQueryLength())
	}
	o := p.s.interactionPayload("block_suggestion", p.User)
	p.s.setContainer(o, f)
	o["action_id"], o["block_id"], o["value"] = e.json["action_id"], e.block["block_id"], typed
	return p.s.deliver("interactive", o, true), nil
}

// maxOptions is the maximum number of options in a select menu.
//
// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
const maxOptions = 100

// storeSuggestions checks and stores the options that the app suggests.
func (p *Person) storeSuggestions(reply []byte) ([]string, error) {
	answer, _ := decodeJSON(string(reply)).(object)
	options, _ := answer["options"].([]any)
	groups, _ := answer["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(object)
		more, _ := group["options"].([]any)
		options = append(options, more...)
	}
	if answer == nil || len(options) > maxOptions {
		return nil, fmt.Errorf("slackfake: invalid suggestions: %.200s", reply)
	}
	texts := []string{}
	for _, o := range options {
		if errs := p.s.validator.Option(o); len(errs) > 0 {
			return nil, fmt.Errorf("slackfake: invalid option: %v", errs)
		}
		texts = append(texts, textOf(o.(object)["text"]))
	}
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.suggestions[p.ID] = options
	return texts, nil
}

// Submit submits the open modal. It returns the errors in the app's response,
// by block_id.
func (p *Person) Submit() (map[string]string, error) {
	d, v, err := p.endView("view_submission")
	if err != nil {
		return nil, err
	}
	reply, err := d.wait(p.s)
	if err != nil {
		return nil, err
	}
	answer, _ := decodeJSON(string(reply)).(object)
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.respondToSubmission(v, answer)
}

// closeView closes the open modal. The app receives view_closed if the view has
// notify_on_close.
func (p *Person) closeView() error {
	d, v, err := p.endView("view_closed")
	if err != nil {
		return err
	}
	p.s.mu.Lock()
	p.s.views = slices.DeleteFunc(p.s.views, func(each *View) bool {
		return each == v || (v.Body["clear_on_close"] == true && each.User == p.ID)
	})
	p.s.Note()
	p.s.mu.Unlock()
	if d == nil {
		return nil
	}
	_, err = d.wait(p.s)
	return err
}

// endView sends the payload of submitting or closing the open modal.
func (p *Person) endView(kind string) (*delivery, *View, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f, err := p.topView()
	if err != nil {
		return nil, nil, err
	}
	o := p.s.interactionPayload(kind, p.User)
	o["view"], o["response_urls"] = p.s.viewJSON(f.view), []any{}
	if kind == "view_submission" {
		o["trigger_id"] = p.s.newTriggerID(p.ID)
		if missing := f.missingInput(); missing != "" {
			return nil, nil, fmt.Errorf("slackfake: %q is required", missing)
		}
		return p.s.deliver("interactive", o, true), f.view, nil
	}
	o["is_cleared"] = f.view.Body["clear_on_close"] == true
	if f.view.Body["notify_on_close"] != true {
		return nil, f.view, nil
	}
	return p.s.deliver("interactive", o, false), f.view, nil
}

// missingInput returns the label of a required input without a value. Slack's
// client does not submit a modal that has one.
func (f surface) missingInput() string {
	for e := range elements(f.blocks()) {
		key, _ := e.valueKeys()
		if e.block["type"] != "input" || e.block["optional"] == true || key == "" {
			continue
		}
		block, _ := f.state()[e.block["block_id"].(string)].(object)
		value, _ := block[e.json["action_id"].(string)].(object)
		if value[key] == nil {
			return e.label()
		}
	}
	return ""
}

// OpenHome opens the Home tab of the app.
func (p *Person) OpenHome() { p.openTab("home") }

// OpenMessages opens the Messages tab of the app.
func (p *Person) OpenMessages() { p.openTab("messages") }

func (p *Person) openTab(tab string) {
	channel := p.DMChannel()
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	event := object{"type": "app_home_opened", "user": p.ID, "channel": channel, "tab": tab, "event_ts": p.s.newTS()}
	if v := p.s.homes[p.ID]; v != nil && tab == "home" {
		event["view"] = p.s.viewJSON(v)
	}
	if p.s.subscribed("app_home_opened") {
		p.s.deliver("events_api", p.s.eventCallback(event, nil), false)
	}
}
