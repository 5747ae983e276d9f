package slackfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"mabsbot/adapters/chat/chatfake"
)

// A View is a modal or a Home tab.
type View struct {
	ID   string
	User string
	Body map[string]any // from the app, with the IDs that Slack adds

	root     string
	previous string
	version  int
	state    object // current values, by block_id and action_id
}

// Limits of views.
//
// https://docs.slack.dev/reference/methods/views.push
const (
	maxStack    = 3
	maxViewSize = 250_000 // bytes
)

// hash returns a value that changes with every update of the view.
func (v *View) hash() string { return fmt.Sprintf("%d.%08d", epoch, v.version) }

// viewJSON returns the view as the Web API and payloads show it.
func (s *Server) viewJSON(v *View) object {
	o := object{
		"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false, "notify_on_close": false, "title": nil, "close": nil, "submit": nil,
	}
	maps.Copy(o, v.Body)
	maps.Copy(o, object{
		"id": v.ID, "team_id": s.Team, "app_id": s.AppID, "app_installed_team_id": s.Team, "bot_id": s.botID, "hash": v.hash(), "root_view_id": v.root,
		"previous_view_id": nil, "state": object{"values": v.state},
	})
	if v.previous != "" {
		o["previous_view_id"] = v.previous
	}
	return chatfake.Clone(o)
}

// viewStack returns the open views of a user, the top one last.
func (s *Server) viewStack(user string) []*View {
	var stack []*View
	for _, v := range s.views {
		if v.User == user {
			stack = append(stack, v)
		}
	}
	return stack
}

// composeView reads and validates the view of a call.
func (s *Server) composeView(c *call, kind string, self *View) (object, error) {
	if len(c.args["view"]) > maxViewSize {
		return nil, fail("view_too_large")
	}
	return s.checkView(decodeJSON(c.args["view"]), kind, self)
}

// checkView validates a view. If it replaces the view self, which may be nil,
// it may keep that view's external_id.
func (s *Server) checkView(v any, kind string, self *View) (object, error) {
	body, ok := v.(object)
	if !ok {
		return nil, &failure{code: "invalid_arguments", messages: []string{validationMessage("/view", "must be an object")}}
	}
	errs := s.validator.View(body)
	if body["type"] != kind {
		errs = append(errs, validationMessage("/view/type", "must be "+kind))
	}
	if len(errs) > 0 {
		return nil, &failure{code: "invalid_arguments", messages: errs}
	}
	if id, _ := body["external_id"].(string); id != "" && slices.ContainsFunc(s.views, func(v *View) bool { return v != self && v.Body["external_id"] == id }) {
		return nil, fail("duplicate_external_id")
	}
	blocks, _ := body["blocks"].([]any)
	s.fillInDefaults(blocks)
	textDefaults(body)
	return body, nil
}

func (s *Server) viewsOpen(c *call) (object, error) {
	body, err := s.composeView(c, "modal", nil)
	if err != nil {
		return nil, err
	}
	user, err := s.useTrigger(c.args["trigger_id"])
	if err != nil {
		return nil, err
	}
	s.views = slices.DeleteFunc(s.views, func(v *View) bool { return v.User == user })
	return object{"view": s.viewJSON(s.pushView(user, body))}, nil
}

// pushView puts a view on top of the user's stack.
func (s *Server) pushView(user string, body object) *View {
	v := &View{ID: s.newID("V"), User: user, Body: body, state: initialState(body)}
	v.root = v.ID
	if stack := s.viewStack(user); len(stack) > 0 {
		v.root, v.previous = stack[0].ID, stack[len(stack)-1].ID
	}
	s.views = append(s.views, v)
	s.Note()
	return v
}

// initialState returns the state of a new view: the initial value of every
// input, which may be nil.
func initialState(body object) object {
	state := object{}
	blocks, _ := body["blocks"].([]any)
	for e := range elements(blocks) {
		key, first := e.valueKeys()
		value := e.json[first]
		if key != "" && (e.block["type"] == "input" || value != nil) {
			e.setValue(state, value)
		}
	}
	return state
}

func (s *Server) viewsPush(c *call) (object, error) {
	body, err := s.composeView(c, "modal", nil)
	if err != nil {
		return nil, err
	}
	user, err := s.useTrigger(c.args["trigger_id"])
	if err != nil {
		return nil, err
	}
	switch n := len(s.viewStack(user)); {
	case n == 0:
		return nil, fail("not_found")
	case n == maxStack:
		return nil, fail("push_limit_reached")
	}
	return object{"view": s.viewJSON(s.pushView(user, body))}, nil
}

func (s *Server) viewsUpdate(c *call) (object, error) {
	v := find(s.views, func(v *View) bool {
		return v.ID == c.args["view_id"] || (c.args["external_id"] != "" && v.Body["external_id"] == c.args["external_id"])
	})
	if v == nil {
		return nil, fail("not_found")
	}
	if c.args["hash"] != "" && c.args["hash"] != v.hash() {
		return nil, fail("hash_conflict")
	}
	body, err := s.composeView(c, "modal", v)
	if err != nil {
		return nil, err
	}
	s.setViewBody(v, body)
	return object{"view": s.viewJSON(v)}, nil
}

// setViewBody replaces the content of a view. Values stay where block_id and
// action_id stay the same.
func (s *Server) setViewBody(v *View, body object) {
	old := v.state
	v.Body, v.version, v.state = body, v.version+1, initialState(body)
	for block, values := range v.state {
		for action := range values.(object) {
			if before, ok := old[block].(object); ok && before[action] != nil {
				values.(object)[action] = before[action]
			}
		}
	}
	s.Note()
}

func (s *Server) viewsPublish(c *call) (object, error) {
	if s.user(c.args["user_id"]) == nil {
		return nil, &failure{code: "invalid_arguments", messages: []string{validationMessage("/user_id", "is not a user")}}
	}
	body, err := s.composeView(c, "home", nil)
	if err != nil {
		return nil, err
	}
	v := s.homes[c.args["user_id"]]
	switch {
	case v == nil:
		v = &View{ID: s.newID("V"), User: c.args["user_id"]}
		v.root = v.ID
		s.homes[v.User] = v
	case c.args["hash"] != "" && c.args["hash"] != v.hash():
		return nil, fail("hash_conflict")
	}
	s.setViewBody(v, body)
	return object{"view": s.viewJSON(v)}, nil
}

// respondToSubmission applies the response_action of a view_submission.
func (s *Server) respondToSubmission(v *View, answer object) (map[string]string, error) {
	switch answer["response_action"] {
	case "errors":
		errs := map[string]string{}
		text, _ := json.Marshal(answer["errors"])
		if err := json.Unmarshal(text, &errs); err != nil {
			return nil, fmt.Errorf("slackfake: view_submission errors: %w", err)
		}
		return errs, nil
	case "update", "push":
		body, err := s.checkView(answer["view"], "modal", v)
		if err != nil {
			return nil, err
		}
		if answer["response_action"] == "update" {
			s.setViewBody(v, body)
		} else {
			s.pushView(v.User, body)
		}
		return nil, nil
	case "clear":
		s.views = slices.DeleteFunc(s.views, func(each *View) bool { return each.User == v.User })
	case nil:
		s.views = slices.DeleteFunc(s.views, func(each *View) bool { return each == v })
	default:
		return nil, fmt.Errorf("slackfake: unknown response_action %v", answer["response_action"])
	}
	s.Note()
	return nil, nil
}
