package discordfake

// channelFor returns the channel that a request names and checks the bot's
// permissions there.
func (s *Server) channelFor(c *call, p Permissions) (*Channel, error) {
	channel := s.channels[c.arg("channel")]
	if channel == nil {
		return nil, fail(unknownChannel)
	}
	return channel, s.require(channel, p)
}

func (s *Server) getChannel(c *call) (any, error) {
	channel, err := s.channelFor(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	return s.channelJSON(channel), nil
}

// modifyChannel renames, archives or locks a thread, or renames a channel.
func (s *Server) modifyChannel(c *call) (any, error) {
	channel, err := s.channelFor(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	var f form
	next := *channel
	if _, ok := c.body["name"]; ok {
		next.Name = f.text(c.body, "name", "", 1, 100)
	}
	next.AutoArchiveDuration = f.autoArchiveDuration(c.body, channel.AutoArchiveDuration)
	if on, ok := c.body["archived"].(bool); ok {
		next.Archived = on
	}
	if on, ok := c.body["locked"].(bool); ok {
		next.Locked = on
	}
	if tags, ok := c.body["applied_tags"]; ok {
		next.AppliedTags = stringsOf(tags)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := s.checkModify(channel, &next); err != nil {
		return nil, err
	}
	renamed := next.Name != channel.Name && channel.isThread()
	*channel = next
	if renamed {
		s.publishMessage(&Message{Channel: channel.ID, Type: messageChannelNameChange, User: s.BotID, Content: next.Name}, allowedMentions{})
	}
	if channel.isThread() {
		s.publishThreadUpdate(channel)
	} else {
		s.publishChannelUpdate(channel)
	}
	return s.channelJSON(channel), nil
}

// checkModify checks the permissions for a change of a channel.
//
// https://docs.discord.com/developers/topics/threads#editing-deleting-threads
func (s *Server) checkModify(channel, next *Channel) error {
	moderator := s.permissions(channel, s.BotID).has(manageThreads)
	switch {
	case !channel.isThread():
		return s.require(channel, manageChannels)
	case moderator:
		return nil
	case channel.Archived && next.Archived:
		return fail(threadArchived)
	case channel.Archived && !channel.Locked:
		return s.require(channel, SendMessages)
	case channel.Locked != next.Locked, channel.Locked, channel.Owner != s.BotID:
		return fail(missingPermissions)
	}
	return nil
}

func (s *Server) deleteChannel(c *call) (any, error) {
	channel, err := s.channelFor(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	needed := manageChannels
	if channel.isThread() {
		needed = manageThreads
	}
	if err := s.require(channel, needed); err != nil {
		return nil, err
	}
	o := s.channelJSON(channel)
	s.removeChannel(channel)
	return o, nil
}

func (s *Server) triggerTyping(c *call) (any, error) {
	_, err := s.channelFor(c, SendMessages)
	return nil, err
}
