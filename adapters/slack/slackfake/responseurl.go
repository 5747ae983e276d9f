package slackfake

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// maxResponseURLUses is how often a response URL can be used.
//
// https://docs.slack.dev/interactivity/handling-user-interaction
const maxResponseURLUses = 5

// A responseURL lets the app respond to an interaction.
type responseURL struct {
	user    string
	channel string
	thread  string
	message *Message // that the button is on
	uses    int
	expires time.Time
}

// newResponseURL creates a response URL. The caller holds s.mu.
func (s *Server) newResponseURL(l responseURL) string {
	id := s.newID("R")
	l.expires = time.Now().Add(s.options.ResponseURLTTL)
	s.responseURLs[id] = &l
	return s.URL() + "/respond/" + id
}

// serveResponse handles a POST to a response URL.
func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	fault := s.takeFault("response_url", &call{})
	if fault != nil && !fault.After && s.applyFault(w, r, fault) {
		return
	}
	if err == nil {
		err = s.respond(r.PathValue("id"), text)
	}
	if fault != nil && fault.After && s.applyFault(w, r, fault) {
		return
	}
	if err != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(errorResponse(err))
		return
	}
	_, _ = io.WriteString(w, "ok")
}

func (s *Server) respond(id string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.Note()
	l := s.responseURLs[id]
	err := l.use()
	body, ok := decodeJSON(string(text)).(object)
	if err == nil && !ok {
		err = fail("invalid_payload")
	}
	c := callFromJSON(body)
	if err == nil {
		err = s.applyResponse(l, c)
	}
	code := ""
	if err != nil {
		code = err.Error()
	}
	s.record("response_url", c, code)
	return err
}

// use counts a use.
func (l *responseURL) use() error {
	switch {
	case l == nil || time.Now().After(l.expires):
		return fail("expired_url")
	case l.uses == maxResponseURLUses:
		return fail("used_url")
	}
	l.uses++
	return nil
}

// callFromJSON converts a message in JSON to the arguments of a call.
func callFromJSON(body object) *call {
	c := &call{args: map[string]string{}}
	for k, v := range body {
		if v == nil {
			continue // same as a missing key
		}
		if text, ok := v.(string); ok {
			c.args[k] = text
		} else if encoded, err := json.Marshal(v); err == nil {
			c.args[k] = string(encoded)
		}
	}
	return c
}

// applyResponse applies a message that the app sent to a response URL or in an
// acknowledgement. It is ephemeral by default.
func (s *Server) applyResponse(l *responseURL, c *call) error {
	if c.boolean("delete_original") {
		if l.message == nil {
			return fail("message_not_found")
		}
		s.removeMessage(l.message)
		return nil
	}
	delete(c.args, "metadata") // not supported in responses
	m, err := s.compose(c, maxText)
	if err != nil {
		return err
	}
	if c.boolean("replace_original") && l.message != nil {
		s.updateMessage(l.message, m)
		return nil
	}
	m.Channel, m.Thread, m.EphemeralTo = l.channel, cmp.Or(c.args["thread_ts"], l.thread), l.user
	if c.args["response_type"] == "in_channel" {
		m.EphemeralTo = ""
	}
	s.store(m)
	if m.EphemeralTo == "" {
		m.Subtype, m.User = "bot_message", ""
		s.publish(m, s.messageEvent(m))
	}
	return nil
}
