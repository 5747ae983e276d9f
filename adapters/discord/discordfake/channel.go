package discordfake

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Kinds of channels.
//
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types
const (
	guildText          = 0
	dmChannel          = 1
	guildVoice         = 2
	guildCategory      = 4
	guildAnnouncement  = 5
	announcementThread = 10
	publicThread       = 11
	privateThread      = 12
	GuildForum         = 15
	guildMedia         = 16
)

// A Channel is a channel, a thread, a post of a forum, or a direct message.
type Channel struct {
	ID         string // "" is given an id
	Guild      string // "" is the first server; a direct message has none
	Type       int
	Name       string
	Parent     string // the channel of a thread, the category of a channel
	overwrites []overwrite
	tags       []tag // of a forum
	RequireTag bool  // a post in the forum must have a tag

	Owner               string   // who began the thread
	Members             []string // of a thread, of a direct message: ids
	AppliedTags         []string // ids of the tags of a post
	Archived, Locked    bool
	AutoArchiveDuration int // minutes

	archivedAt                     time.Time // when Archived last changed
	lastMessageID                  string    // id of the newest message
	totalMessageSent, messageCount int       // messages of the thread: ever sent, still there
}

// A tag is what a post in a forum can be given.
type tag struct{ id, name string }

// AddChannel adds a channel to a server, which everybody there sees unless its
// overwrites say otherwise.
func (s *Server) AddChannel(c Channel) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.ID = cmp.Or(c.ID, s.id())
	c.Guild = cmp.Or(c.Guild, s.Guild)
	for i := range c.tags {
		c.tags[i].id = cmp.Or(c.tags[i].id, s.id())
	}
	s.channels[c.ID] = &c
	s.publish(event{name: "CHANNEL_CREATE", guild: c.Guild, intents: intentGuilds, data: s.channelJSON(&c)})
	s.Note()
	return c
}

// Archive archives a thread, or takes it out of the archive; a locked one only
// a moderator takes out.
func (s *Server) Archive(thread string, archived, locked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(thread)
	c.Archived, c.Locked = archived, locked
	s.publishThreadUpdate(c)
}

// DeleteChannel deletes a channel or a thread, and all that is in it.
func (s *Server) DeleteChannel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeChannel(s.mustChannel(id))
}

// Channel returns a channel or a thread as it is now. Of one that is not there
// it is the zero value.
func (s *Server) Channel(id string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		return c.copy()
	}
	return Channel{}
}

// threadsOf are the threads of a channel, the posts of a forum, oldest first.
func (s *Server) threadsOf(channel string) []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var threads []Channel
	for _, c := range s.guildChannels(s.mustChannel(channel).Guild) {
		if c.isThread() && c.Parent == channel {
			threads = append(threads, c.copy())
		}
	}
	return threads
}

func (c *Channel) copy() Channel {
	d := *c
	d.Members, d.overwrites, d.AppliedTags = slices.Clone(c.Members), slices.Clone(c.overwrites), slices.Clone(c.AppliedTags)
	return d
}

// The callers of the following hold s.mu.

// mustChannel finds a channel that a test names. A test that names one that is
// not there is wrong, and told so at once.
func (s *Server) mustChannel(id string) *Channel {
	c := s.channels[id]
	if c == nil {
		panic("discordfake: no channel " + id)
	}
	return c
}

// guildChannels are all channels and threads of a server, oldest first.
func (s *Server) guildChannels(guild string) []*Channel {
	var found []*Channel
	for _, c := range s.channels {
		if c.Guild == guild {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b *Channel) int { return compareIDs(a.ID, b.ID) })
	return found
}

// compareIDs orders snowflakes by age.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func (c *Channel) isThread() bool {
	return c.Type == publicThread || c.Type == privateThread || c.Type == announcementThread
}

// isForum reports whether only threads can be made in the channel.
func (c *Channel) isForum() bool { return c.Type == GuildForum || c.Type == guildMedia }

// hasMember reports whether the user is a member of the thread or direct message.
func (c *Channel) hasMember(user string) bool { return slices.Contains(c.Members, user) }

// dmWith returns the direct message of the bot with a user.
func (s *Server) dmWith(user string) *Channel {
	for _, c := range s.channels {
		if c.Type == dmChannel && c.hasMember(user) {
			return c
		}
	}
	c := &Channel{ID: s.id(), Type: dmChannel, Members: []string{user, s.BotID}}
	s.channels[c.ID] = c
	return c
}

// channelJSON is a channel as the bot sees it.
func (s *Server) channelJSON(c *Channel) object {
	o := object{"id": c.ID, "type": c.Type, "flags": 0, "last_message_id": nullIfEmpty(c.lastMessageID)}
	if c.Type == dmChannel {
		recipients := []any{}
		for _, id := range c.Members {
			if id != s.BotID {
				recipients = append(recipients, s.user(id).json())
			}
		}
		o["recipients"] = recipients
		return o
	}
	o["guild_id"], o["name"], o["parent_id"], o["rate_limit_per_user"] = c.Guild, c.Name, nullIfEmpty(c.Parent), 0
	if c.isThread() {
		return s.threadJSON(c, o)
	}
	overwrites := []any{}
	for _, w := range c.overwrites {
		overwrites = append(overwrites, w.json())
	}
	o["position"], o["permission_overwrites"], o["nsfw"], o["topic"] = 0, overwrites, false, nil
	if c.isForum() {
		s.addForumFields(o, c)
	}
	return o
}

func (s *Server) threadJSON(c *Channel, o object) object {
	o["owner_id"], o["member_count"], o["message_count"], o["total_message_sent"] = c.Owner, min(len(c.Members), 50), c.messageCount, c.totalMessageSent
	o["last_pin_timestamp"] = nil
	o["thread_metadata"] = object{
		"archived": c.Archived, "archive_timestamp": timestamp(c.archivedAt), "auto_archive_duration": c.AutoArchiveDuration, "locked": c.Locked,
		"create_timestamp": timestamp(snowflakeTime(c.ID)),
	}
	if parent := s.channels[c.Parent]; parent != nil && parent.isForum() {
		o["applied_tags"] = append([]string{}, c.AppliedTags...)
	}
	if c.hasMember(s.BotID) {
		o["member"] = s.threadMember(c, s.BotID)
	}
	return o
}

func (s *Server) threadMember(c *Channel, user string) object {
	return object{"id": c.ID, "user_id": user, "join_timestamp": timestamp(snowflakeTime(c.ID)), "flags": 0}
}

func (s *Server) addForumFields(o object, c *Channel) {
	tags := []any{}
	for _, t := range c.tags {
		tags = append(tags, object{"id": t.id, "name": t.name, "moderated": false, "emoji_id": nil, "emoji_name": nil})
	}
	if c.RequireTag {
		o["flags"] = 1 << 4
	}
	o["available_tags"], o["default_reaction_emoji"], o["default_sort_order"], o["default_forum_layout"] = tags, nil, nil, 0
}

// nullIfEmpty is a text, or JSON's null where there is none.
func nullIfEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// publishChannelUpdate tells the bot of a channel's new state, one that it cannot see
// too.
func (s *Server) publishChannelUpdate(c *Channel) {
	s.publish(event{name: "CHANNEL_UPDATE", guild: c.Guild, intents: intentGuilds, data: s.channelJSON(c)})
}

// publishThreadUpdate tells the bot of a thread's new state.
func (s *Server) publishThreadUpdate(c *Channel) {
	c.archivedAt = time.Now()
	s.publish(event{name: "THREAD_UPDATE", guild: c.Guild, channel: c.ID, intents: intentGuilds, data: s.channelJSON(c)})
}

func (s *Server) removeChannel(c *Channel) {
	e := event{name: "CHANNEL_DELETE", guild: c.Guild, intents: intentGuilds, data: s.channelJSON(c)}
	if c.isThread() {
		e.name, e.channel, e.data = "THREAD_DELETE", c.ID, object{"id": c.ID, "guild_id": c.Guild, "parent_id": nullIfEmpty(c.Parent), "type": c.Type}
	}
	s.publish(e)
	delete(s.channels, c.ID)
	s.shown = slices.DeleteFunc(s.shown, func(m *Message) bool { return m.Channel == c.ID })
	for id, m := range s.messages {
		if m.Channel == c.ID {
			delete(s.messages, id)
		}
	}
	s.Note()
}
