package discordfake

import (
	"slices"
	"strconv"
	"time"
)

// Interaction callback types.
//
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	callbackMessage         = 4
	callbackDeferredMessage = 5
	callbackDeferredUpdate  = 6
	callbackUpdateMessage   = 7
	callbackAutocomplete    = 8
	callbackModal           = 9
)

// createInteractionResponse accepts one response to an interaction, within the
// time limit.
func (s *Server) createInteractionResponse(c *call) (any, error) {
	i := s.tokens[c.arg("token")]
	switch {
	case i == nil || i.ID != c.arg("interaction"), i.CallbackType == 0 && time.Since(i.At) > s.options.AckTimeout:
		return nil, fail(unknownInteraction)
	case i.CallbackType != 0:
		return nil, fail(alreadyAcknowledged)
	case s.isLocked(i):
		return nil, fail(threadArchived)
	}
	var f form
	kind := f.integer(c.body, "type", "", 1, 12, 0)
	if !slices.Contains(i.callbackTypes(), kind) {
		f.add("type", "BASE_TYPE_CHOICES", "The type is not a valid response to this interaction.")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	data, _ := c.body["data"].(object)
	if err := s.respond(i, kind, data, c); err != nil {
		return nil, err
	}
	i.CallbackType, i.Took = kind, time.Since(i.At)
	s.Note()
	if on, _ := strconv.ParseBool(c.r.URL.Query().Get("with_response")); on {
		return s.callbackResponse(i), nil
	}
	return nil, nil
}

// callbackTypes returns the callback types that an interaction allows.
func (i *Interaction) callbackTypes() []int {
	switch {
	case i.Type == interactionAutocomplete:
		return []int{callbackAutocomplete}
	case i.Type == interactionComponent:
		return []int{callbackMessage, callbackDeferredMessage, callbackDeferredUpdate, callbackUpdateMessage, callbackModal}
	case i.Type == interactionModalSubmit && i.source != nil:
		return []int{callbackMessage, callbackDeferredMessage, callbackDeferredUpdate, callbackUpdateMessage}
	case i.Type == interactionModalSubmit:
		return []int{callbackMessage, callbackDeferredMessage}
	}
	return []int{callbackMessage, callbackDeferredMessage, callbackModal}
}

func (s *Server) respond(i *Interaction, kind int, data object, c *call) error {
	var f form
	switch kind {
	case callbackMessage:
		m, d, err := s.compose(&f, c, data, s.channels[i.Channel], webhookMentions(), flagEphemeral)
		if err != nil {
			return err
		}
		i.message = s.publishResponse(i, m, i.source, d.allowed)
	case callbackDeferredMessage:
		flags := f.integer(data, "flags", "", 0, 1<<53, 0) & flagEphemeral
		i.message = s.publishResponse(i, &Message{Flags: flags | flagLoading}, i.source, allowedMentions{})
	case callbackDeferredUpdate:
		i.message = i.source
	case callbackUpdateMessage:
		i.message = i.source
		return s.update(i.source, data, c)
	case callbackAutocomplete:
		return s.storeChoices(&f, i, data)
	case callbackModal:
		return s.openModal(&f, i, data)
	}
	return nil
}

// publishResponse publishes a message as the response to an interaction. If to
// is not nil, it is a reply to that message.
func (s *Server) publishResponse(i *Interaction, m, to *Message, a allowedMentions) *Message {
	m.Channel, m.User, m.webhookID, m.interaction, m.interactionMetadata = i.Channel, s.BotID, s.AppID, i, i.metadata
	if m.Flags&flagEphemeral != 0 {
		m.EphemeralTo = i.User
	}
	switch {
	case to != nil:
		m.Type, m.ReplyTo = messageReply, to.ID
	case i.Type == interactionCommand && i.payload["data"].(object)["type"] != commandChatInput:
		m.Type = messageContextMenuCommand
	default:
		m.Type = messageChatInputCommand
	}
	return s.publishMessage(m, a)
}

// update edits the message of a component.
func (s *Server) update(m *Message, data object, c *call) error {
	var f form
	if err := s.applyEdit(&f, m, f.messageBody(data, webhookMentions(), m.Flags, 0), c, data); err != nil {
		return err
	}
	m.Edited = time.Now()
	s.publishMessageUpdate(m)
	return nil
}

// storeChoices validates and stores autocomplete choices.
func (s *Server) storeChoices(f *form, i *Interaction, data object) error {
	choices := f.objects(data, "choices", "data")
	f.maxItems("data.choices", len(choices), maxOptions)
	f.choices(choices, "data.choices", stringOption)
	for _, o := range choices {
		name, _ := o["name"].(string)
		i.choices = append(i.choices, Choice{Name: name, Value: o["value"]})
	}
	return f.err()
}

// callbackResponse returns the response to a callback with with_response.
func (s *Server) callbackResponse(i *Interaction) object {
	about := object{"id": i.ID, "type": i.Type}
	if i.message == nil {
		return object{"interaction": about}
	}
	about["response_message_id"] = i.message.ID
	about["response_message_loading"] = i.message.Flags&flagLoading != 0
	about["response_message_ephemeral"] = i.message.Flags&flagEphemeral != 0
	resource := object{"type": i.CallbackType}
	if i.CallbackType == callbackMessage || i.CallbackType == callbackUpdateMessage || i.CallbackType == callbackDeferredMessage {
		resource["message"] = s.messageJSON(i.message)
	}
	return object{"interaction": about, "resource": resource}
}
