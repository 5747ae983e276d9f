package slackfake

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mabsbot/adapters/chat/chatfake"
)

func (s *Server) visibleChannel(c *call) (*Channel, error) {
	channel := s.channel(c.args["channel"])
	if !s.botSees(channel) {
		return nil, fail("channel_not_found")
	}
	return channel, nil
}

func (s *Server) conversationsInfo(c *call) (object, error) {
	channel, err := s.visibleChannel(c)
	if err != nil {
		return nil, err
	}
	return object{"channel": s.channelJSON(channel)}, nil
}

func (s *Server) conversationsOpen(c *call) (object, error) {
	if id := c.args["channel"]; id != "" {
		return s.conversationsInfo(c)
	}
	users := strings.Split(c.args["users"], ",")
	switch {
	case c.args["users"] == "":
		return nil, fail("users_list_not_supplied")
	case s.user(users[0]) == nil:
		return nil, fail("user_not_found")
	case len(users) > 1:
		return nil, fail("method_not_supported_for_channel_type") // the fake has no group messages
	}
	channel := s.direct(users[0])
	if c.boolean("return_im") {
		return object{"channel": s.channelJSON(channel)}, nil
	}
	return object{"channel": object{"id": channel.ID}}, nil
}

func (s *Server) conversationsList(c *call) (object, error) {
	kinds := map[string]string{"public_channel": publicChannel, "private_channel": privateChannel, "im": directMessage, "mpim": groupMessage}
	var wanted []string
	for kind := range strings.SplitSeq(cmp.Or(c.args["types"], "public_channel"), ",") {
		if kinds[kind] == "" {
			return nil, fail("invalid_types")
		}
		wanted = append(wanted, kinds[kind])
	}
	list := []any{}
	for _, channel := range s.channels {
		if slices.Contains(wanted, channel.Type) && s.botSees(channel) && !(channel.Archived && c.boolean("exclude_archived")) {
			list = append(list, s.channelJSON(channel))
		}
	}
	page, cursor, err := page(list, c, 100)
	return object{"channels": page, "response_metadata": cursor}, err
}

func (s *Server) conversationsMembers(c *call) (object, error) {
	channel, err := s.visibleChannel(c)
	if err != nil {
		return nil, err
	}
	members := []any{}
	for _, m := range channel.Members {
		members = append(members, m)
	}
	page, cursor, err := page(members, c, 100)
	return object{"members": page, "response_metadata": cursor}, err
}

// page returns one page of a list and the cursor of the next. A cursor is an
// index into the list.
func page(list []any, c *call, size int) ([]any, object, error) {
	from := 0
	if cursor := c.args["cursor"]; cursor != "" {
		var err error
		if from, err = strconv.Atoi(cursor); err != nil || from < 0 || from > len(list) {
			return nil, nil, fail("invalid_cursor")
		}
	}
	end := min(len(list), from+c.number("limit", size))
	next := ""
	if end < len(list) {
		next = strconv.Itoa(end)
	}
	return list[from:end], object{"next_cursor": next}, nil
}

func (s *Server) conversationsHistory(c *call) (object, error) {
	channel, err := s.visibleChannel(c)
	if err != nil {
		return nil, err
	}
	if !channel.has(s.botUser) {
		return nil, fail("not_in_channel")
	}
	var messages []*Message
	for _, m := range slices.Backward(s.messages) { // newest first
		if m.Channel == channel.ID && m.EphemeralTo == "" && (m.Thread == "" || m.Broadcast) {
			messages = append(messages, m)
		}
	}
	return s.messagePage(messages, c)
}

func (s *Server) conversationsReplies(c *call) (object, error) {
	channel, err := s.visibleChannel(c)
	if err != nil {
		return nil, err
	}
	if !channel.has(s.botUser) {
		return nil, fail("not_in_channel")
	}
	root := s.message(channel.ID, c.args["ts"])
	if root != nil && root.Thread != "" {
		root = s.message(channel.ID, root.Thread)
	}
	if root == nil {
		return nil, fail("thread_not_found")
	}
	return s.messagePage(append([]*Message{root}, s.replies(root)...), c)
}

// messagePage returns one page of the messages between oldest and latest.
func (s *Server) messagePage(messages []*Message, c *call) (object, error) {
	list := []any{}
	for _, m := range messages {
		if !inRange(m.TS, c) {
			continue
		}
		if c.boolean("include_all_metadata") {
			list = append(list, s.withMetadata(m))
		} else {
			list = append(list, s.messageJSON(m))
		}
	}
	page, cursor, err := page(list, c, 100)
	return object{"messages": chatfake.Clone(page), "has_more": cursor["next_cursor"] != "", "response_metadata": cursor}, err
}

// inRange reports whether ts is between the arguments oldest and latest.
func inRange(ts string, c *call) bool {
	oldest, latest := c.args["oldest"], c.args["latest"]
	if c.boolean("inclusive") && (ts == oldest || ts == latest) {
		return true
	}
	return (oldest == "" || oldest == "0" || isLater(ts, oldest)) && (latest == "" || isLater(latest, ts))
}

func isLater(a, b string) bool {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return x > y
}
