package discordfake

import (
	"slices"
	"time"
)

// Limits of threads.
//
// https://docs.discord.com/developers/resources/channel#start-thread-from-message
const (
	maxThreadName = 100
	maxTags       = 5
	autoArchive   = 4320 // minutes, where nobody says otherwise
)

// archiving checks after how many minutes a thread is archived.
func (f *form) archiving(body object, fallback int) int {
	n := f.number(body, "auto_archive_duration", "", 0, 10080, fallback)
	if !slices.Contains([]int{0, 60, 1440, 4320, 10080}, n) {
		f.wrong("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
	}
	return n
}

// threadOfMessage begins a thread at a message. It has the message's id.
func (s *Server) threadOfMessage(c *call) (any, error) {
	m, channel, err := s.of(c, ViewChannel|CreatePublicThreads)
	switch {
	case err != nil:
		return nil, err
	case channel.Kind != TextChannel && channel.Kind != Announcement:
		return nil, fail(wrongChannel)
	case m.system():
		return nil, fail(systemMessage)
	case s.channels[m.ID] != nil:
		return nil, fail(threadThere)
	}
	var f form
	t := &Channel{ID: m.ID, Name: f.within(c.body, "name", "", 1, maxThreadName), AutoArchive: f.archiving(c.body, autoArchive)}
	if err := f.failure(); err != nil {
		return nil, err
	}
	s.beginThread(t, channel, s.BotID)
	m.Flags |= HasThread
	s.messageChanged(m)
	s.post(&Message{Channel: t.ID, Kind: ThreadStarterMessage, User: s.BotID, Reply: m.ID, elsewhere: channel.ID}, allowance{})
	return s.channelJSON(t), nil
}

// beginThread keeps a new thread and tells everybody. It is open to all who see
// the channel, unless it has another kind already.
func (s *Server) beginThread(t, channel *Channel, owner string) {
	t.Guild, t.Parent, t.Owner, t.Members, t.archivedAt = channel.Guild, channel.ID, owner, []string{owner}, time.Now()
	switch {
	case channel.Kind == Announcement:
		t.Kind = AnnouncementThread
	case t.Kind == 0:
		t.Kind = PublicThread
	}
	s.channels[t.ID] = t
	data := s.channelJSON(t)
	data["newly_created"] = true
	s.publish(event{name: "THREAD_CREATE", guild: t.Guild, channel: t.ID, intents: Guilds, data: data})
	if owner == s.BotID {
		s.publish(s.membersEvent(t, owner))
	}
}

// membersEvent tells that somebody came into a thread. Without the intent for
// members the bot is told of itself alone.
func (s *Server) membersEvent(t *Channel, user string) event {
	g := s.guild(t.Guild)
	added := s.threadMember(t, user)
	added["member"], added["presence"] = s.withUser(s.user(user), g), nil
	intents := GuildMembers
	if user == s.BotID {
		intents = Guilds
	}
	return event{name: "THREAD_MEMBERS_UPDATE", guild: t.Guild, channel: t.ID, intents: intents, data: object{
		"id": t.ID, "guild_id": t.Guild, "member_count": min(len(t.Members), 50), "added_members": []any{added},
	}}
}

// startThread begins a thread at no message, or a post in a forum.
func (s *Server) startThread(c *call) (any, error) {
	channel, err := s.at(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	if channel.posts() {
		return s.startPost(c, channel)
	}
	if channel.Kind != TextChannel && channel.Kind != Announcement {
		return nil, fail(wrongChannel)
	}
	var f form
	t := &Channel{ID: s.id(), Name: f.within(c.body, "name", "", 1, maxThreadName), AutoArchive: f.archiving(c.body, autoArchive)}
	t.Kind = f.number(c.body, "type", "", AnnouncementThread, PrivateThread, PrivateThread)
	if err := f.failure(); err != nil {
		return nil, err
	}
	needed := CreatePublicThreads
	if t.Kind == PrivateThread {
		needed = CreatePrivateThreads
	}
	if err := s.need(channel, needed); err != nil {
		return nil, err
	}
	s.beginThread(t, channel, s.BotID)
	if t.Kind == PublicThread {
		s.post(&Message{Channel: channel.ID, Kind: ThreadCreatedMessage, User: s.BotID, Content: t.Name, elsewhere: t.ID}, allowance{})
	}
	return s.channelJSON(t), nil
}

// startPost begins a post in a forum. Its first message has its id.
func (s *Server) startPost(c *call, channel *Channel) (any, error) {
	if err := s.need(channel, SendMessages); err != nil {
		return nil, err
	}
	var f form
	t := &Channel{ID: s.id(), Name: f.within(c.body, "name", "", 1, maxThreadName), AutoArchive: f.archiving(c.body, autoArchive)}
	t.Applied = texts(c.body["applied_tags"])
	f.atMost("applied_tags", len(t.Applied), maxTags)
	for _, id := range t.Applied {
		if !slices.ContainsFunc(channel.Tags, func(tag Tag) bool { return tag.ID == id }) {
			f.wrong("applied_tags", "UNKNOWN_TAG", "Unknown tag")
		}
	}
	body, ok := c.body["message"].(object)
	if !ok {
		f.required("message")
	}
	m, d, err := s.compose(&f, c, body, channel, everything(), 0)
	switch {
	case err != nil:
		return nil, err
	case channel.TagNeeded && len(t.Applied) == 0:
		return nil, fail(tagNeeded)
	}
	if err := s.mayShow(channel, m); err != nil {
		return nil, err
	}
	s.beginThread(t, channel, s.BotID)
	m.ID, m.Channel = t.ID, t.ID
	s.post(m, d.allowed)
	o := s.channelJSON(t)
	o["message"] = s.messageJSON(m)
	return o, nil
}

// thread finds the thread that a request names.
func (s *Server) thread(c *call) (*Channel, error) {
	t, err := s.at(c, ViewChannel)
	switch {
	case err != nil:
		return nil, err
	case !t.thread():
		return nil, fail(wrongChannel)
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

func (s *Server) addToThread(c *call) (any, error) {
	t, err := s.thread(c)
	switch {
	case err != nil:
		return nil, err
	case s.user(c.arg("user")) == nil:
		return nil, fail(unknownUser)
	}
	if err := s.need(t, SendMessages); err != nil {
		return nil, err
	}
	return nil, s.enter(t, c.arg("user"))
}

// enter makes a user a member of a thread.
func (s *Server) enter(t *Channel, user string) error {
	switch {
	case t.Archived:
		return fail(threadArchived)
	case t.with(user):
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
	t.Members = removed(t.Members, s.BotID)
	s.publish(event{name: "THREAD_MEMBERS_UPDATE", guild: t.Guild, channel: t.ID, intents: Guilds, data: object{
		"id": t.ID, "guild_id": t.Guild, "member_count": min(len(t.Members), 50), "removed_member_ids": []any{s.BotID},
	}})
	return nil, nil
}
