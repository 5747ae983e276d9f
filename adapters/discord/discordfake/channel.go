package discordfake

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Channel types.
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

// A Channel is a channel, thread, forum post or direct message.
type Channel struct {
	ID         string // "" to generate one
	Guild      string // "" for the initial guild; direct messages have none
	Type       int
	Name       string
	Parent     string // of a thread its channel, of a channel its category
	overwrites []overwrite
	tags       []tag // of a forum: the available tags
	RequireTag bool  // posts in the forum need a tag

	Owner               string   // ID of the creator of the thread
	Members             []string // of a thread or direct message: user IDs
	AppliedTags         []string // IDs of the tags of a post
	Archived, Locked    bool
	AutoArchiveDuration int // in minutes

	archivedAt                     time.Time // time of the latest change of Archived
	lastMessageID                  string
	totalMessageSent, messageCount int // of a thread; the total includes deleted messages
}

// A tag is a tag of a forum.
type tag struct{ id, name string }

// AddChannel adds a channel to a guild. All members see it unless its
// overwrites deny that.
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

// Archive archives or unarchives a thread. Only moderators can unarchive a
// locked thread.
func (s *Server) Archive(thread string, archived, locked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(thread)
	c.Archived, c.Locked = archived, locked
	s.publishThreadUpdate(c)
}

// DeleteChannel deletes a channel or thread and its messages.
func (s *Server) DeleteChannel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeChannel(s.mustChannel(id))
}

// Channel returns a channel or thread, or the zero value if there is none.
func (s *Server) Channel(id string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		return c.copy()
	}
	return Channel{}
}

// threadsOf returns the threads of a channel or the posts of a forum, oldest
// first.
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

// The functions below require s.mu.

// mustChannel returns a channel. It panics if there is none, which is a mistake
// in the test.
func (s *Server) mustChannel(id string) *Channel {
	c := s.channels[id]
	if c == nil {
		panic("discordfake: no channel " + id)
	}
	return c
}

// guildChannels returns the channels and threads of a guild, oldest first.
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

// compareIDs orders snowflakes by time.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func (c *Channel) isThread() bool {
	return c.Type == publicThread || c.Type == privateThread || c.Type == announcementThread
}

// isForum reports whether the channel can only contain threads.
func (c *Channel) isForum() bool { return c.Type == GuildForum || c.Type == guildMedia }

// hasMember reports whether the user is a member of the thread or direct
// message.
func (c *Channel) hasMember(user string) bool { return slices.Contains(c.Members, user) }

// dmWith returns the direct message channel of the bot with a user.
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

// channelJSON returns the channel as the bot sees it.
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

// nullIfEmpty returns the text, or nil for JSON's null if it is "".
func nullIfEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// publishChannelUpdate sends CHANNEL_UPDATE, even if the bot cannot see the
// channel.
func (s *Server) publishChannelUpdate(c *Channel) {
	s.publish(event{name: "CHANNEL_UPDATE", guild: c.Guild, intents: intentGuilds, data: s.channelJSON(c)})
}

// publishThreadUpdate sends THREAD_UPDATE.
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
