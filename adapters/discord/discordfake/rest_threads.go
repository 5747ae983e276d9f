package discordfake

import (
	"slices"
	"time"
)

// Limits of threads.
//
// https://docs.discord.com/developers/resources/channel#start-thread-from-message
const (
	maxThreadName      = 100
	maxAppliedTags     = 5
	defaultAutoArchive = 4320 // minutes
)

// autoArchiveDuration validates the auto_archive_duration of a body.
func (f *form) autoArchiveDuration(body object, fallback int) int {
	n := f.integer(body, "auto_archive_duration", "", 0, 10080, fallback)
	if !slices.Contains([]int{0, 60, 1440, 4320, 10080}, n) {
		f.add("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
	}
	return n
}

// startThreadFromMessage starts a thread, whose ID is the message's.
func (s *Server) startThreadFromMessage(c *call) (any, error) {
	m, channel, err := s.messageFor(c, ViewChannel|CreatePublicThreads)
	switch {
	case err != nil:
		return nil, err
	case channel.Type != guildText && channel.Type != guildAnnouncement:
		return nil, fail(wrongChannelType)
	case m.isSystem():
		return nil, fail(systemMessage)
	case s.channels[m.ID] != nil:
		return nil, fail(threadExists)
	}
	var f form
	t := &Channel{ID: m.ID, Name: f.text(c.body, "name", "", 1, maxThreadName), AutoArchiveDuration: f.autoArchiveDuration(c.body, defaultAutoArchive)}
	if err := f.err(); err != nil {
		return nil, err
	}
	s.beginThread(t, channel, s.BotID)
	m.Flags |= flagHasThread
	s.publishMessageUpdate(m)
	s.publishMessage(&Message{Channel: t.ID, Type: messageThreadStarter, User: s.BotID, ReplyTo: m.ID, referenceChannel: channel.ID}, allowedMentions{})
	return s.channelJSON(t), nil
}

// beginThread adds a new thread and sends THREAD_CREATE. It is public unless
// its type is set.
func (s *Server) beginThread(t, channel *Channel, owner string) {
	t.Guild, t.Parent, t.Owner, t.Members, t.archivedAt = channel.Guild, channel.ID, owner, []string{owner}, time.Now()
	switch {
	case channel.Type == guildAnnouncement:
		t.Type = announcementThread
	case t.Type == 0:
		t.Type = publicThread
	}
	s.channels[t.ID] = t
	data := s.channelJSON(t)
	data["newly_created"] = true
	s.publish(event{name: "THREAD_CREATE", guild: t.Guild, channel: t.ID, intents: intentGuilds, data: data})
	if owner == s.BotID {
		s.publish(s.membersEvent(t, owner))
	}
}

// membersEvent returns a THREAD_MEMBERS_UPDATE about a new member. Without the
// Guild Members intent, the bot receives it only about itself.
func (s *Server) membersEvent(t *Channel, user string) event {
	g := s.guild(t.Guild)
	added := s.threadMember(t, user)
	added["member"], added["presence"] = s.memberWithUserJSON(s.user(user), g), nil
	intents := intentGuildMembers
	if user == s.BotID {
		intents = intentGuilds
	}
	return event{name: "THREAD_MEMBERS_UPDATE", guild: t.Guild, channel: t.ID, intents: intents, data: object{
		"id": t.ID, "guild_id": t.Guild, "member_count": min(len(t.Members), 50), "added_members": []any{added},
	}}
}

// startThread starts a thread without a message, or a post in a forum.
func (s *Server) startThread(c *call) (any, error) {
	channel, err := s.channelFor(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if channel.isForum() {
		return s.startPost(c, channel)
	}
	if channel.Type != guildText && channel.Type != guildAnnouncement {
		return nil, fail(wrongChannelType)
	}
	var f form
	t := &Channel{ID: s.id(), Name: f.text(c.body, "name", "", 1, maxThreadName), AutoArchiveDuration: f.autoArchiveDuration(c.body, defaultAutoArchive)}
	t.Type = f.integer(c.body, "type", "", announcementThread, privateThread, privateThread)
	if err := f.err(); err != nil {
		return nil, err
	}
	needed := CreatePublicThreads
	if t.Type == privateThread {
		needed = createPrivateThreads
	}
	if err := s.require(channel, needed); err != nil {
		return nil, err
	}
	s.beginThread(t, channel, s.BotID)
	if t.Type == publicThread {
		s.publishMessage(&Message{Channel: channel.ID, Type: messageThreadCreated, User: s.BotID, Content: t.Name, referenceChannel: t.ID}, allowedMentions{})
	}
	return s.channelJSON(t), nil
}

// startPost creates a post in a forum. Its first message has the ID of the
// post.
func (s *Server) startPost(c *call, channel *Channel) (any, error) {
	if err := s.require(channel, SendMessages); err != nil {
		return nil, err
	}
	var f form
	t := &Channel{ID: s.id(), Name: f.text(c.body, "name", "", 1, maxThreadName), AutoArchiveDuration: f.autoArchiveDuration(c.body, defaultAutoArchive)}
	t.AppliedTags = stringsOf(c.body["applied_tags"])
	f.maxItems("applied_tags", len(t.AppliedTags), maxAppliedTags)
	for _, id := range t.AppliedTags {
		if !slices.ContainsFunc(channel.tags, func(tag tag) bool { return tag.id == id }) {
			f.add("applied_tags", "UNKNOWN_TAG", "Unknown tag")
		}
	}
	body, ok := c.body["message"].(object)
	if !ok {
		f.required("message")
	}
	m, d, err := s.compose(&f, c, body, channel, allMentions(), 0)
	switch {
	case err != nil:
		return nil, err
	case channel.RequireTag && len(t.AppliedTags) == 0:
		return nil, fail(tagRequired)
	}
	if err := s.checkContentPermissions(channel, m); err != nil {
		return nil, err
	}
	s.beginThread(t, channel, s.BotID)
	m.ID, m.Channel = t.ID, t.ID
	s.publishMessage(m, d.allowed)
	o := s.channelJSON(t)
	o["message"] = s.messageJSON(m)
	return o, nil
}

// thread returns the thread that a request names.
func (s *Server) thread(c *call) (*Channel, error) {
	t, err := s.channelFor(c, ViewChannel)
	switch {
	case err != nil:
		return nil, err
	case !t.isThread():
		return nil, fail(wrongChannelType)
	}
	return t, nil
}

func (s *Server) listThreadMembers(c *call) (any, error) {
	t, err := s.thread(c)
	if err != nil {
		return nil, err
	}
	members := []any{}
	for _, id := range t.Members {
		members = append(members, s.threadMember(t, id))
	}
	return members, nil
}

func (s *Server) joinThread(c *call) (any, error) {
	t, err := s.thread(c)
	if err != nil {
		return nil, err
	}
	return nil, s.enter(t, s.BotID)
}

func (s *Server) addThreadMember(c *call) (any, error) {
	t, err := s.thread(c)
	switch {
	case err != nil:
		return nil, err
	case s.user(c.arg("user")) == nil:
		return nil, fail(unknownUser)
	}
	if err := s.require(t, SendMessages); err != nil {
		return nil, err
	}
	return nil, s.enter(t, c.arg("user"))
}

// enter adds a user to a thread.
func (s *Server) enter(t *Channel, user string) error {
	switch {
	case t.Archived:
		return fail(threadArchived)
	case t.hasMember(user):
		return nil
	}
	t.Members = append(t.Members, user)
	s.publish(s.membersEvent(t, user))
	return nil
}

func (s *Server) leaveThread(c *call) (any, error) {
	t, err := s.thread(c)
	if err != nil {
		return nil, err
	}
	t.Members = removeID(t.Members, s.BotID)
	s.publish(event{name: "THREAD_MEMBERS_UPDATE", guild: t.Guild, channel: t.ID, intents: intentGuilds, data: object{
		"id": t.ID, "guild_id": t.Guild, "member_count": min(len(t.Members), 50), "removed_member_ids": []any{s.BotID},
	}})
	return nil, nil
}
