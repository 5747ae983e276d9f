package discordfake

import (
	"encoding/json"
	"fmt"
	"time"
)

// A snapshot is an application and the first of its servers as JSON, with a
// session of the gateway and the events in it.
type snapshot struct {
	Application string `json:"application"`
	Guild       string `json:"guild"`
	Session     struct {
		ID      string `json:"id"`
		Intents int    `json:"intents"`
		Seq     int    `json:"seq"`
	} `json:"session"`
	Users []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Locale string `json:"locale"`
	} `json:"users"`
	Channels []struct {
		ID      string   `json:"id"`
		Type    int      `json:"kind"`
		Name    string   `json:"name"`
		Parent  string   `json:"parent"`
		Owner   string   `json:"owner"`
		Members []string `json:"members"`
	} `json:"channels"`
	Messages []struct {
		ID      string `json:"id"`
		Channel string `json:"channel"`
		User    string `json:"user"`
		Type    int    `json:"kind"`
		Flags   int    `json:"flags"`
		Content string `json:"content"`
		ReplyTo string `json:"reply"`
	} `json:"messages"`
	Events []struct {
		Seq  int             `json:"seq"`
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	} `json:"events"`
}

// Restore gives a new server the IDs, channels and messages of an earlier one, and
// its session, which the bot can resume. It returns the users by name.
func (s *Server) Restore(data []byte) (map[string]*Person, error) {
	var old snapshot
	if err := json.Unmarshal(data, &old); err != nil {
		return nil, err
	}
	s.restoreApplication(old)
	people := map[string]*Person{}
	for _, u := range old.Users {
		people[u.Name] = s.Person(User{ID: u.ID, Name: u.Name, Locale: u.Locale})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range old.Channels {
		channel := &Channel{ID: c.ID, Type: c.Type, Name: c.Name, Parent: c.Parent, Owner: c.Owner, Members: c.Members, AutoArchiveDuration: 1440}
		if c.Type != dmChannel {
			channel.Guild = s.Guild
		}
		s.channels[c.ID] = channel
	}
	for _, m := range old.Messages {
		s.addMessage(&Message{ID: m.ID, Channel: m.Channel, User: m.User, Type: m.Type, Flags: m.Flags, Content: m.Content, ReplyTo: m.ReplyTo})
	}
	return people, s.restoreSession(old)
}

// restoreApplication replaces the application and the guild of a new server.
func (s *Server) restoreApplication(old snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.AppID, s.BotID = old.Application, old.Application
	s.Token = "fake." + s.BotID + ".bot-token"
	s.users[0].ID = s.BotID
	s.guilds = nil
	s.Guild = s.newGuild(guild{id: old.Guild, name: "Backup Support"}).id
}

// restoreSession adds a session that has just lost its connection.
func (s *Server) restoreSession(old snapshot) error {
	n := &session{id: old.Session.ID, intents: old.Session.Intents, shards: 1, seq: old.Session.Seq, detachedAt: time.Now()}
	for _, e := range old.Events {
		text, err := json.Marshal(object{"op": opDispatch, "s": e.Seq, "t": e.Type, "d": e.Data})
		if err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
		n.log = append(n.log, sentEvent{e.Seq, text})
	}
	s.sessions = append(s.sessions, n)
	return nil
}
