package discordfake

import (
	"regexp"
	"slices"
	"strings"
)

// A Ping is a notification caused by a message. An edit does not notify users
// but highlights the message for them.
type Ping struct {
	Message string // ID
	User    string // ID
	How     string // user, role, everyone or reply
	Edit    bool   // the mention came by an edit
}

// Pings returns the pings of the bot's messages, oldest first.
func (s *Server) Pings() []Ping {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pings)
}

// allowedMentions limits which mentions of a message are effective.
//
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
type allowedMentions struct {
	parse        []string // users, roles or everyone: all mentions of the type
	users, roles []string // IDs
	repliedUser  bool
}

// allMentions is the default for messages, webhookMentions for webhooks and
// interaction responses.
func allMentions() allowedMentions {
	return allowedMentions{parse: []string{"users", "roles", "everyone"}, repliedUser: true}
}

func webhookMentions() allowedMentions { return allowedMentions{parse: []string{"users"}} }

// parseAllowedMentions reads allowed_mentions, or returns fallback if the body
// has none.
func parseAllowedMentions(f *form, body object, fallback allowedMentions) allowedMentions {
	o, ok := body["allowed_mentions"].(object)
	if !ok {
		return fallback
	}
	a := allowedMentions{parse: stringsOf(o["parse"]), users: stringsOf(o["users"]), roles: stringsOf(o["roles"]), repliedUser: o["replied_user"] == true}
	f.maxItems("allowed_mentions.users", len(a.users), 100) // https://docs.discord.com/developers/resources/message#allowed-mentions-object
	f.maxItems("allowed_mentions.roles", len(a.roles), 100)
	for kind, ids := range map[string][]string{"users": a.users, "roles": a.roles} {
		if len(ids) > 0 && slices.Contains(a.parse, kind) {
			f.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", `parse:["`+kind+`"] and `+kind+`: [ids...] are mutually exclusive.`)
		}
	}
	return a
}

// stringsOf returns the strings in a JSON array.
func stringsOf(v any) []string {
	array, _ := v.([]any)
	var found []string
	for _, each := range array {
		if text, ok := each.(string); ok {
			found = append(found, text)
		}
	}
	return found
}

var (
	codeSpan      = regexp.MustCompile("(?s)```.*?```|`[^`\n]+`") // mentions in code have no effect
	mentionMarkup = regexp.MustCompile(`<@(&|!?)(\d+)>|@(everyone|here)\b`)
)

// resolveMentions determines whom a message highlights and pings. The caller
// holds s.mu.
func (s *Server) resolveMentions(m *Message, a allowedMentions, edit bool) {
	m.Mentions, m.MentionRoles, m.MentionEveryone = nil, nil, false
	text := codeSpan.ReplaceAllString(m.Content+"\n"+strings.Join(displayedTexts(m.Components), "\n"), " ")
	for _, found := range mentionMarkup.FindAllStringSubmatch(text, -1) {
		s.resolveMention(m, a, found, edit)
	}
	if of := s.messages[m.ReplyTo]; m.Type == messageReply && of != nil && a.repliedUser {
		s.mentionUser(m, of.User, "reply", edit)
	}
}

func (s *Server) resolveMention(m *Message, a allowedMentions, found []string, edit bool) {
	c := s.channels[m.Channel]
	mentionsEveryone := s.permissions(c, m.User).has(MentionEveryone)
	kind, id, all := found[1], found[2], found[3]
	switch {
	case all != "":
		if mentionsEveryone && slices.Contains(a.parse, "everyone") {
			m.MentionEveryone = true
			s.recordPings(m, "everyone", edit, func(*User) bool { return true })
		}
	case kind == "&":
		g := s.guild(c.Guild)
		if g == nil || g.role(id) == nil || !(slices.Contains(a.parse, "roles") || slices.Contains(a.roles, id)) {
			return
		}
		m.MentionRoles = append(removeID(m.MentionRoles, id), id)
		if mentionsEveryone || g.role(id).mentionable {
			s.recordPings(m, "role", edit, func(u *User) bool { return s.hasRole(u.ID, g, id) })
		}
	case slices.Contains(a.parse, "users") || slices.Contains(a.users, id):
		s.mentionUser(m, id, "user", edit)
	}
}

func removeID(ids []string, id string) []string {
	return slices.DeleteFunc(ids, func(each string) bool { return each == id })
}

func (s *Server) mentionUser(m *Message, id, how string, edit bool) {
	u := s.user(id)
	if u == nil || slices.Contains(m.Mentions, id) {
		return
	}
	m.Mentions = append(m.Mentions, id)
	s.recordPings(m, how, edit, func(each *User) bool { return each.ID == id })
}

// recordPings records pings by the bot for the users who can see the message.
func (s *Server) recordPings(m *Message, how string, edit bool, whom func(u *User) bool) {
	if m.User != s.BotID || m.EphemeralTo != "" {
		return
	}
	for _, u := range s.users {
		if u.ID != m.User && whom(u) && s.permissions(s.channels[m.Channel], u.ID).has(ViewChannel) {
			s.pings = append(s.pings, Ping{Message: m.ID, User: u.ID, How: how, Edit: edit})
		}
	}
}
