package discordfake

// at finds the channel that a request names, and checks that the bot may do
// something there.
func (s *Server) at(c *call, p Permissions) (*Channel, error) {
	channel := s.channels[c.arg("channel")]
	if channel == nil {
		return nil, fail(unknownChannel)
	}
	return channel, s.need(channel, p)
}

func (s *Server) getChannel(c *call) (any, error) {
	channel, err := s.at(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	return s.channelJSON(channel), nil
}

// editChannel changes a thread's name, archives or locks it. Of a channel it
// changes the name.
func (s *Server) editChannel(c *call) (any, error) {
	channel, err := s.at(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	var f form
	next := *channel
	if _, ok := c.body["name"]; ok {
		next.Name = f.within(c.body, "name", "", 1, 100)
	}
	next.AutoArchive = f.archiving(c.body, channel.AutoArchive)
	if on, ok := c.body["archived"].(bool); ok {
		next.Archived = on
	}
	if on, ok := c.body["locked"].(bool); ok {
		next.Locked = on
	}
	if tags, ok := c.body["applied_tags"]; ok {
		next.Applied = texts(tags)
	}
	if err := f.failure(); err != nil {
		return nil, err
	}
	if err := s.mayEdit(channel, &next); err != nil {
		return nil, err
	}
	renamed := next.Name != channel.Name && channel.thread()
	*channel = next
	if renamed {
		s.post(&Message{Channel: channel.ID, Kind: NameChangeMessage, User: s.BotID, Content: next.Name}, allowance{})
	}
	if channel.thread() {
		s.threadChanged(channel)
	} else {
		s.channelChanged(channel)
	}
	return s.channelJSON(channel), nil
}

// mayEdit checks who may change a channel how.
//
// https://docs.discord.com/developers/topics/threads#editing-deleting-threads
func (s *Server) mayEdit(channel, next *Channel) error {
	mighty := s.permissions(channel, s.BotID).has(ManageThreads)
	switch {
	case !channel.thread():
		return s.need(channel, ManageChannels)
	case mighty:
		return nil
	case channel.Archived && next.Archived:
		return fail(threadArchived)
	case channel.Archived && !channel.Locked:
		return s.need(channel, SendMessages)
	case channel.Locked != next.Locked, channel.Locked, channel.Owner != s.BotID:
		return fail(missingPermissions)
	}
	return nil
}

func (s *Server) deleteChannel(c *call) (any, error) {
	channel, err := s.at(c, ViewChannel)
	if err != nil {
		return nil, err
	}
	needed := ManageChannels
	if channel.thread() {
		needed = ManageThreads
	}
	if err := s.need(channel, needed); err != nil {
		return nil, err
	}
	o := s.channelJSON(channel)
	s.dropChannel(channel)
	return o, nil
}

func (s *Server) typing(c *call) (any, error) {
	_, err := s.at(c, SendMessages)
	return nil, err
}
