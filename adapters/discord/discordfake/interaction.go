package discordfake

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"
)

// Kinds of interactions.
//
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModalSubmit  = 5
)

// An Interaction is something that a person did with the application, as it was
// kept.
type Interaction struct {
	ID           string
	Type         int
	User         string // id
	Channel      string // id
	Name         string // of the command, or the custom id of the component or modal
	At           time.Time
	CallbackType int           // the type of the callback; 0 while there is none
	Took         time.Duration // until the answer came

	token    string
	payload  object
	source   *Message // that the component is on; nil is none
	message  *Message // the original answer; nil while there is none
	choices  []Choice
	metadata object
}

// A Choice is what the application suggests while somebody types.
type Choice struct {
	Name  string
	Value any
}

// errNoResponse is what a person sees of an application that does not answer
// in time.
var errNoResponse = errors.New("discordfake: the application did not respond")

// Interactions are all that people did with the application, oldest first.
func (s *Server) Interactions() []Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Interaction
	for _, i := range s.interactions {
		all = append(all, *i)
	}
	return all
}

// The callers of the following hold s.mu.

// createInteraction sends what a person did to the application. Of modals before is what
// opened them.
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

// authorizingOwners says by which installation the application is where it is.
func authorizingOwners(c *Channel) object { return object{"0": cmp.Or(c.Guild, "0")} }

// metadata is what messages say of the interaction that they answer.
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

// waitForResponse waits until the application answers, or the time for it is over.
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
