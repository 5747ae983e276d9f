package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
)

// A session is a gateway session as it is saved in the inbox, so that a
// restarted process misses no event.
type session struct {
	discordapi.Session
	At   time.Time `json:"at"`             // when it was saved
	Term int64     `json:"term,omitempty"` // of the leader that saved it; 0 if there was no election
	key  string    // in the inbox
}

const (
	// sessionKey begins the key of a session in the inbox.
	sessionKey = "session/"

	// sessionLife is much longer than Discord keeps a session without a
	// connection, which is "a few minutes".
	// https://docs.discord.com/developers/events/gateway#initiating-a-disconnect
	sessionLife = time.Hour
)

// An eventInbox is the inbox without its sessions: all other records are events.
type eventInbox struct{ chat.Inbox }

// Replay implements chat.Inbox.
func (i eventInbox) Replay(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.Inbox.Replay(ctx, func(key string, payload []byte) error {
		if strings.HasPrefix(key, sessionKey) {
			return nil
		}
		return yield(key, payload)
	})
}

// Adopt implements chat.Inbox. Only the leader handles events, so all are its own.
func (i eventInbox) Adopt(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.Replay(ctx, yield)
}

// Shared implements chat.Inbox.
func (i eventInbox) Shared() bool { return false }

// A sessionStore saves the gateway's session in the inbox.
type sessionStore struct {
	inbox chat.Inbox
	term  int64  // of this process
	key   string // of the saved session, or ""
}

// Save implements discordapi.SessionStore. It writes the new session before it
// deletes the old one.
func (s *sessionStore) Save(ctx context.Context, now discordapi.Session) error {
	at := time.Now()
	key := fmt.Sprintf("%s%s/%d/%d", sessionKey, now.ID, now.Seq, at.UnixNano())
	record, err := json.Marshal(session{Session: now, At: at, Term: s.term})
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

// restore returns the newest session in the inbox, or the zero session. One that a
// leader saved after its term does not count.
func (s *sessionStore) restore(ctx context.Context) (newest session, err error) {
	err = s.inbox.Replay(ctx, func(key string, record []byte) error {
		if !strings.HasPrefix(key, sessionKey) {
			return nil
		}
		var next session
		if json.Unmarshal(record, &next) != nil {
			return s.inbox.Bury(ctx, key, record)
		}
		next.key = key
		if next.Term != 0 && next.Term < newest.Term {
			next, newest = newest, next
		}
		old := newest
		newest = next
		if old.key == "" || time.Since(old.At) < sessionLife {
			return nil // another process may still use it
		}
		return s.inbox.Done(ctx, old.key)
	})
	return newest, err
}
