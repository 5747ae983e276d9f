package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"mabsbot/bot"
)

// The metadata of a message, which contains the ID of its post.
const (
	metadataType = "mabsbot_post"
	metadataPost = "post_id"
)

func metadata(p bot.Post) slack.SlackMetadata {
	return slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{metadataPost: string(p.ID)}}
}

// searchDepth is how many messages find reads: of a thread from its beginning, of
// a channel from the newest. A retry follows the attempt after a minute, or with
// the next start.
const searchDepth = 1000

// find looks for the message of an earlier attempt to deliver a post and returns
// its ts, or "" if there is none or the app may not read the history.
func (s *Slack) find(ctx context.Context, channel string, p bot.Post) (string, error) {
	page := s.history
	if threadTS(p.Thread) != "" {
		page = s.replies
	}
	cursor := ""
	for range searchDepth / pageSize {
		messages, next, err := page(ctx, channel, threadTS(p.Thread), cursor)
		if err != nil {
			if c := errorCode(err); c != "" && !hasCode(err, retryLater) && !hasCode(err, ambiguous) {
				s.log.Warn("slack: history not read, post sent again", "post", p.ID, "error", explain(err))
				return "", nil
			}
			if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
				return "", bot.NotDelivered(err, e.RetryAfter)
			}
			return "", fmt.Errorf("slack: find post %s: %w", p.ID, explain(err))
		}
		for _, m := range messages {
			if m.Metadata.EventType == metadataType && m.Metadata.EventPayload[metadataPost] == string(p.ID) {
				return m.Timestamp, nil
			}
		}
		if cursor = next; cursor == "" {
			return "", nil
		}
	}
	return "", nil
}

func (s *Slack) history(ctx context.Context, channel, _, cursor string) ([]slack.Message, string, error) {
	r, err := s.client.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: channel, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return r.Messages, r.ResponseMetaData.NextCursor, nil
}

func (s *Slack) replies(ctx context.Context, channel, root, cursor string) ([]slack.Message, string, error) {
	messages, more, next, err := s.client.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: root, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
	})
	if !more {
		next = ""
	}
	return messages, next, err
}
