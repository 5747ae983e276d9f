package slackfake

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// responseUses is how often a response url can be used.
//
// https://docs.slack.dev/interactivity/handling-user-interaction
const responseUses = 5

// A link is a response url.
type link struct {
	user    string
	channel string
	thread  string
	message *Message // that a button stood on
	uses    int
	ends    time.Time
}

// respondURL makes a response url. The caller holds s.mu.
func (s *Server) respondURL(l link) string {
	id := s.id("R")
	l.ends = time.Now().Add(s.options.ResponseLife)
	s.links[id] = &l
	return s.URL() + "/respond/" + id
}

// serveResponse takes what is posted to a response url.
func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	fault := s.fault("response_url", &call{})
	if fault != nil && !fault.After && s.strike(w, r, fault) {
		return
	}
	if err == nil {
		err = s.respond(r.PathValue("id"), text)
	}
	if fault != nil && fault.After && s.strike(w, r, fault) {
		return
	}
	if err != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(refusal(err))
		return
	}
	_, _ = io.WriteString(w, "ok")
}

func (s *Server) respond(id string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.Note()
	l := s.links[id]
	err := l.use()
	body, ok := decoded(string(text)).(object)
	if err == nil && !ok {
		err = fail("invalid_payload")
	}
	c := bodyCall(body)
	if err == nil {
		err = s.answerTo(l, c)
	}
	code := ""
	if err != nil {
		code = err.Error()
	}
	s.record("response_url", c, code)
	return err
}

// use counts one use.
func (l *link) use() error {
	switch {
	case l == nil || time.Now().After(l.ends):
		return fail("expired_url")
	case l.uses == responseUses:
		return fail("used_url")
	}
	l.uses++
	return nil
}

// bodyCall reads a message in JSON as the arguments of a call.
func bodyCall(body object) *call {
	c := &call{args: map[string]string{}}
	for k, v := range body {
		if v == nil {
			continue // as if it were not there
		}
		if text, ok := v.(string); ok {
			c.args[k] = text
		} else if encoded, err := json.Marshal(v); err == nil {
			c.args[k] = string(encoded)
		}
	}
	return c
}

// answerTo shows what was posted to a response url, or sent with an
// acknowledgement. It is ephemeral unless it says otherwise.
func (s *Server) answerTo(l *link, c *call) error {
	if c.truth("delete_original") {
		if l.message == nil {
			return fail("message_not_found")
		}
		s.remove(l.message)
		return nil
	}
	delete(c.args, "metadata") // is none of a response's
	m, err := s.compose(c, maxText)
	if err != nil {
		return err
	}
	if c.truth("replace_original") && l.message != nil {
		s.rewrite(l.message, m)
		return nil
	}
	m.Channel, m.Thread, m.To = l.channel, cmp.Or(c.args["thread_ts"], l.thread), l.user
	if c.args["response_type"] == "in_channel" {
		m.To = ""
	}
	s.store(m)
	if m.To == "" {
		m.Subtype, m.User = "bot_message", ""
		s.publish(m, s.messageEvent(m))
	}
	return nil
}
