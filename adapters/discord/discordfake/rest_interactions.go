package discordfake

import (
	"slices"
	"strconv"
	"time"
)

// Kinds of answers to interactions.
//
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	AnswerMessage     = 4
	AnswerLater       = 5
	AnswerUpdateLater = 6
	AnswerUpdate      = 7
	AnswerChoices     = 8
	AnswerModal       = 9
)

// callback takes the first answer to an interaction. It comes once, and in time.
func (s *Server) callback(c *call) (any, error) {
	i := s.tokens[c.arg("token")]
	switch {
	case i == nil || i.ID != c.arg("interaction"), i.Answer == 0 && time.Since(i.At) > s.options.AckTimeout:
		return nil, fail(unknownInteraction)
	case i.Answer != 0:
		return nil, fail(answeredAlready)
	case s.sealed(i):
		return nil, fail(threadArchived)
	}
	var f form
	kind := f.number(c.body, "type", "", 1, 12, 0)
	if !slices.Contains(i.answers(), kind) {
		f.wrong("type", "BASE_TYPE_CHOICES", "The type does not answer this kind of interaction.")
	}
	if err := f.failure(); err != nil {
		return nil, err
	}
	data, _ := c.body["data"].(object)
	if err := s.respond(i, kind, data, c); err != nil {
		return nil, err
	}
	i.Answer, i.Took = kind, time.Since(i.At)
	s.Note()
	if on, _ := strconv.ParseBool(c.r.URL.Query().Get("with_response")); on {
		return s.callbackResponse(i), nil
	}
	return nil, nil
}

// answers are the types that may answer the interaction.
func (i *Interaction) answers() []int {
	switch {
	case i.Kind == Suggesting:
		return []int{AnswerChoices}
	case i.Kind == ComponentUsed:
		return []int{AnswerMessage, AnswerLater, AnswerUpdateLater, AnswerUpdate, AnswerModal}
	case i.Kind == ModalSent && i.source != nil:
		return []int{AnswerMessage, AnswerLater, AnswerUpdateLater, AnswerUpdate}
	case i.Kind == ModalSent:
		return []int{AnswerMessage, AnswerLater}
	}
	return []int{AnswerMessage, AnswerLater, AnswerModal}
}

func (s *Server) respond(i *Interaction, kind int, data object, c *call) error {
	var f form
	switch kind {
	case AnswerMessage:
		m, d, err := s.compose(&f, c, data, s.channels[i.Channel], byHook(), Ephemeral)
		if err != nil {
			return err
		}
		i.message = s.answerWith(i, m, i.source, d.allowed)
	case AnswerLater:
		flags := f.number(data, "flags", "", 0, 1<<53, 0) & Ephemeral
		i.message = s.answerWith(i, &Message{Flags: flags | Loading}, i.source, allowance{})
	case AnswerUpdateLater:
		i.message = i.source
	case AnswerUpdate:
		i.message = i.source
		return s.update(i.source, data, c)
	case AnswerChoices:
		return s.suggest(&f, i, data)
	case AnswerModal:
		return s.openModal(&f, i, data)
	}
	return nil
}

// answerWith shows a message as an answer to an interaction: as a reply to
// another, where there is one to reply to.
func (s *Server) answerWith(i *Interaction, m, to *Message, a allowance) *Message {
	m.Channel, m.User, m.hook, m.of, m.interaction = i.Channel, s.BotID, s.AppID, i, i.metadata
	if m.Flags&Ephemeral != 0 {
		m.To = i.User
	}
	switch {
	case to != nil:
		m.Kind, m.Reply = ReplyMessage, to.ID
	case i.Kind == CommandUsed && i.payload["data"].(object)["type"] != slashCommand:
		m.Kind = ContextAnswer
	default:
		m.Kind = SlashAnswer
	}
	return s.post(m, a)
}

// update changes the message that a component is on.
func (s *Server) update(m *Message, data object, c *call) error {
	var f form
	if err := s.rewrite(&f, m, f.draft(data, byHook(), m.Flags, 0), c, data); err != nil {
		return err
	}
	m.Edited = time.Now()
	s.messageChanged(m)
	return nil
}

// suggest keeps what the application suggests.
func (s *Server) suggest(f *form, i *Interaction, data object) error {
	choices := f.array(data, "choices", "data")
	f.atMost("data.choices", len(choices), maxArguments)
	f.choices(choices, "data.choices", stringOption)
	for _, o := range choices {
		name, _ := o["name"].(string)
		i.choices = append(i.choices, Choice{Name: name, Value: o["value"]})
	}
	return f.failure()
}

// callbackResponse is the answer to a callback that asks for one.
func (s *Server) callbackResponse(i *Interaction) object {
	about := object{"id": i.ID, "type": i.Kind}
	if i.message == nil {
		return object{"interaction": about}
	}
	about["response_message_id"] = i.message.ID
	about["response_message_loading"] = i.message.Flags&Loading != 0
	about["response_message_ephemeral"] = i.message.Flags&Ephemeral != 0
	resource := object{"type": i.Answer}
	if i.Answer == AnswerMessage || i.Answer == AnswerUpdate || i.Answer == AnswerLater {
		resource["message"] = s.messageJSON(i.message)
	}
	return object{"interaction": about, "resource": resource}
}
