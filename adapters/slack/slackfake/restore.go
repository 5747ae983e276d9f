package slackfake

import "encoding/json"

// A snapshot is the state of a workspace in JSON.
type snapshot struct {
	Users []struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		RealName string `json:"real_name"`
		Locale   string `json:"locale"`
	} `json:"users"`
	Channels []struct {
		ID      string   `json:"id"`
		Name    string   `json:"name"`
		Type    string   `json:"kind"`
		Members []string `json:"members"`
	} `json:"channels"`
	Messages []struct {
		Channel  string         `json:"channel"`
		TS       string         `json:"ts"`
		Thread   string         `json:"thread"`
		User     string         `json:"user"`
		Bot      string         `json:"bot"`
		Subtype  string         `json:"subtype"`
		Text     string         `json:"text"`
		Edited   string         `json:"edited"`
		Metadata map[string]any `json:"metadata"`
	} `json:"messages"`
}

// Restore fills a new server with the state of an earlier run without sending
// events. It returns the users by name.
func (s *Server) Restore(data []byte) (map[string]*Person, error) {
	var old snapshot
	if err := json.Unmarshal(data, &old); err != nil {
		return nil, err
	}
	people := map[string]*Person{}
	for _, u := range old.Users {
		people[u.Name] = s.Person(User{ID: u.ID, Name: u.Name, RealName: u.RealName, Locale: u.Locale})
	}
	for _, c := range old.Channels {
		s.AddChannelWithoutBot(Channel{ID: c.ID, Name: c.Name, Type: c.Type, Members: c.Members})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID = 1 << 16 // above the IDs in snapshots
	for _, m := range old.Messages {
		s.messages = append(s.messages, &Message{
			Channel: m.Channel, TS: m.TS, Thread: m.Thread, User: m.User, Bot: m.Bot, Subtype: m.Subtype,
			Text: m.Text, Edited: m.Edited, Metadata: m.Metadata, state: object{},
		})
	}
	return people, nil
}

// RestoreFile adds a file of an earlier run without sending events, and returns
// it with its ID.
func (s *Server) RestoreFile(f File, user string) File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.addFile(f, user)
}
