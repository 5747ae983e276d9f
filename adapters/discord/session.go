package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"mabsbot/adapters/discord/discordapi"
)

// A session is one that is kept in the inbox, so that a bot that was killed misses
// no event.
type session struct {
	discordapi.Session
	At  time.Time `json:"at"` // when it was saved
	key string    // in the inbox
}

const (
	// sessionKey begins the key of a session in the inbox.
	sessionKey = "session/"

	// sessionLife is far longer than Discord keeps a session without a
	// connection, which is "a few minutes".
	// https://docs.discord.com/developers/events/gateway#initiating-a-disconnect
	sessionLife = time.Hour
)

// A sessionStore saves the gateway's session in the inbox.
type sessionStore struct {
	inbox Inbox
	key   string // of the session that is there, or ""
}

// Save replaces the session. The new one is there before the old one goes.
func (s *sessionStore) Save(ctx context.Context, now discordapi.Session) error {
	at := time.Now()
	key := fmt.Sprintf("%s%s/%d/%d", sessionKey, now.ID, now.Seq, at.UnixNano())
	record, err := json.Marshal(session{Session: now, At: at})
	if err != nil {
		return err
	}
	if err := s.inbox.Put(ctx, key, record); err != nil {
		return err
	}
	if s.key != "" {
		if err := s.inbox.Done(ctx, s.key); err != nil {
			return err
		}
	}
	s.key = key
	return nil
}
