package slackfake

import "cmp"

// An agent is the status of the bot in a thread, as Slack shows it.
type agent struct {
	status  string // of a session, such as "processing", or a text such as "is looking …"
	title   string
	prompts []any
}

// updateAgent changes the status in the thread that the call names.
func (s *Server) updateAgent(c *call, change func(a *agent)) (object, error) {
	channel := s.channel(c.args["channel_id"])
	if !s.botSees(channel) {
		return nil, fail("channel_not_found")
	}
	thread := c.args["thread_ts"]
	if thread != "" && s.message(channel.ID, thread) == nil {
		return nil, fail("invalid_thread_ts")
	}
	key := channel.ID + " " + thread
	a := s.agents[key]
	change(&a)
	s.agents[key] = a
	return object{"status": a.status, "agent_status": a.status, "title": a.title}, nil
}

func (s *Server) setStatus(c *call) (object, error) {
	switch c.args["status"] {
	case "active", "processing", "suspended", "closed":
	default:
		return nil, fail("invalid_status")
	}
	if c.args["thread_ts"] == "" {
		return nil, fail("thread_ts_required")
	}
	return s.updateAgent(c, func(a *agent) { a.status, a.title = c.args["status"], cmp.Or(a.title, c.args["title"]) })
}

func (s *Server) rename(c *call) (object, error) {
	if c.args["thread_ts"] == "" {
		return nil, fail("thread_ts_required")
	}
	if s.agents[c.args["channel_id"]+" "+c.args["thread_ts"]].status == "" {
		return nil, fail("session_not_found")
	}
	return s.setTitle(c)
}

func (s *Server) setThreadStatus(c *call) (object, error) {
	return s.updateAgent(c, func(a *agent) { a.status = c.args["status"] })
}

func (s *Server) setTitle(c *call) (object, error) {
	return s.updateAgent(c, func(a *agent) { a.title = c.args["title"] })
}

// maxPrompts is the maximum number of suggested prompts.
//
// https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
const maxPrompts = 4

func (s *Server) setSuggestedPrompts(c *call) (object, error) {
	prompts, ok := c.list("prompts")
	if !ok || len(prompts) > maxPrompts {
		return nil, &failure{code: "invalid_arguments", messages: []string{validationMessage("/prompts", "no more than 4 prompts")}}
	}
	return s.updateAgent(c, func(a *agent) { a.prompts = prompts })
}
