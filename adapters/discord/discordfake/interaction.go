package discordfake

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"
)

// Interaction types.
//
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModalSubmit  = 5
)

// An Interaction is the record of a user's interaction with the application.
type Interaction struct {
	ID           string
	Type         int
	User         string // ID
	Channel      string // ID
	Name         string // name of the command, or custom_id of the component or modal
	At           time.Time
	CallbackType int           // of the response; 0 before the response
	Took         time.Duration // time until the response

	token    string
	payload  object
	source   *Message // message of the component, or nil
	message  *Message // original response, or nil
	choices  []Choice
	metadata object
}

// A Choice is an autocomplete choice.
type Choice struct {
	Name  string
	Value any
}

// errNoResponse reports that the application did not respond in time.
var errNoResponse = errors.New("discordfake: the application did not respond")

// Interactions returns all interactions, oldest first.
func (s *Server) Interactions() []Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Interaction
	for _, i := range s.interactions {
		all = append(all, *i)
	}
	return all
}

// The functions below require s.mu.

// createInteraction sends an interaction to the application. For a modal,
// before is the interaction that opened it.
func (s *Server) createInteraction(p *Person, channel string, kind int, name string, data object, source *Message, before *Interaction) *Interaction {
	i := &Interaction{ID: s.id(), Type: kind, User: p.ID, Channel: channel, Name: name, At: time.Now(), source: source}
	i.token = "fake-interaction-token-" + i.ID
	u := s.user(p.ID)
	c := s.mustChannel(channel)
	i.metadata = s.metadata(i, u, c, before)
	i.payload = s.interactionJSON(i, u, c, data)
	s.interactions = append(s.interactions, i)
	s.tokens[i.token] = i
	s.publish(event{name: "INTERACTION_CREATE", guild: c.Guild, data: i.payload})
	return i
}

// authorizingOwners returns authorizing_integration_owners for a
// guild-installed application.
func authorizingOwners(c *Channel) object { return object{"0": cmp.Or(c.Guild, "0")} }

// metadata returns the interaction_metadata of the response.
func (s *Server) metadata(i *Interaction, u *User, c *Channel, before *Interaction) object {
	kind := i.Type
	o := object{"id": i.ID, "type": kind, "user": u.json(), "authorizing_integration_owners": authorizingOwners(c)}
	if i.source != nil && kind == interactionComponent {
		o["interacted_message_id"] = i.source.ID
	}
	if before != nil {
		o["triggering_interaction_metadata"] = before.metadata
	}
	return o
}

func (s *Server) interactionJSON(i *Interaction, u *User, c *Channel, data object) object {
	channel := s.channelJSON(c)
	channel["permissions"], channel["app_permissions"] = s.permissions(c, u.ID).json(), s.permissions(c, s.BotID).json()
	o := object{
		"id": i.ID, "application_id": s.AppID, "type": i.Type, "data": data, "channel": channel, "channel_id": c.ID, "token": i.token, "version": 1,
		"app_permissions": s.permissions(c, s.BotID).json(), "locale": u.Locale, "entitlements": []any{}, "entitlement_sku_ids": []any{},
		"authorizing_integration_owners": authorizingOwners(c), "context": 1, "attachment_size_limit": maxFile,
	}
	if g := s.guild(c.Guild); g != nil {
		member := s.memberWithUserJSON(u, g)
		member["permissions"] = s.permissions(c, u.ID).json()
		maps.Copy(o, object{
			"guild_id": g.id, "guild": object{"id": g.id, "locale": g.locale, "features": []any{}}, "guild_locale": g.locale, "member": member, "context": 0,
		})
	} else {
		o["user"] = u.json()
	}
	if i.source != nil {
		o["message"] = without(s.messageJSON(i.source), "referenced_message")
	}
	return o
}

// waitForResponse waits until the application responds or the time limit
// passes.
func (s *Server) waitForResponse(i *Interaction) error {
	ctx, cancel := context.WithDeadline(s.http.Context(), i.At.Add(s.options.AckTimeout))
	defer cancel()
	err := s.Until(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return i.CallbackType != 0
	})
	if err != nil {
		return errNoResponse
	}
	return nil
}
