package slack

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// A profile is what the bot needs of users.info. It is kept only in memory.
type profile struct {
	name, locale string
	until        time.Time
}

// Names and languages change rarely.
const (
	profileLife = time.Hour
	maxProfiles = 10000 // of about 100 bytes each
)

// profiles is a cache of profiles. It is safe for concurrent use.
type profiles struct {
	client *slack.Client
	mu     sync.Mutex
	byUser map[string]profile
}

func newProfiles(client *slack.Client) *profiles {
	return &profiles{client: client, byUser: map[string]profile{}}
}

// known returns the cached profile of a user, which may be old or empty.
func (u *profiles) known(user string) profile {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.byUser[user]
}

// fresh reports whether the cached profile of a user is recent.
func (u *profiles) fresh(user string) bool { return time.Now().Before(u.known(user).until) }

// fetch requests a profile. If retrying is of no use, it caches an empty one.
func (u *profiles) fetch(ctx context.Context, user string) error {
	var p profile
	info, err := u.client.GetUserInfoContext(ctx, user)
	if err == nil {
		p = profile{name: cmp.Or(info.Profile.DisplayName, info.RealName, info.Profile.RealName, info.Name), locale: info.Locale}
	} else if !permanent(err) {
		return err
	}
	p.until = time.Now().Add(profileLife)
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.byUser) >= maxProfiles {
		clear(u.byUser)
	}
	u.byUser[user] = p
	return nil
}

// maxProfileWait is how long a modal waits for the user's language: users.info
// takes 100 to 200 ms, and the trigger_id of the modal expires after 3 s.
const maxProfileWait = 250 * time.Millisecond

// tryProfile fetches a profile that is not fresh, if that is quick.
func (s *Slack) tryProfile(ctx context.Context, user string) {
	if s.profiles.fresh(user) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxProfileWait)
	defer cancel()
	_ = s.profiles.fetch(ctx, user) // without it the modal is in the default language
}

// Profile implements bot.Profiler. users.info takes 100 to 200 ms; if it takes
// longer than Slack waits for the acknowledgement, ctx ends, and the event is
// recorded and postponed.
func (s *Slack) Profile(ctx context.Context, user bot.User) (bot.User, error) {
	if !s.profiles.fresh(user.ID) {
		err := chat.Try(ctx, apiTime, permanent, func(ctx context.Context) error { return s.profiles.fetch(ctx, user.ID) })
		if err != nil {
			return user, explain(err)
		}
	}
	p := s.profiles.known(user.ID)
	user.Name, user.Locale = cmp.Or(p.name, user.Name), p.locale
	return user, nil
}
