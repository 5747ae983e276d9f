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

// A profile is what is told of somebody. It is kept in memory alone.
type profile struct {
	name, locale string
	until        time.Time
}

// Profiles hold names and languages, which people hardly ever change.
const (
	profileLife = time.Hour
	maxProfiles = 10000 // of about 100 bytes each
)

// Users remember profiles. They are safe for concurrent use.
type profiles struct {
	client *slack.Client
	mu     sync.Mutex
	byUser map[string]profile
}

func newProfiles(client *slack.Client) *profiles {
	return &profiles{client: client, byUser: map[string]profile{}}
}

// known is the profile of a user as far as it is known, perhaps an old one.
func (u *profiles) known(user string) profile {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.byUser[user]
}

// fresh reports whether the profile of a user need not be asked for.
func (u *profiles) fresh(user string) bool { return time.Now().Before(u.known(user).until) }

// fetch asks for a profile. Where Slack says that it will not tell, an empty one
// is as good as any; other errors may pass.
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

// maxProfileWait is how long a modal waits for a profile, whose language it would
// have: users.info takes 100 to 200 ms, and Slack takes the modal within 3 s.
const maxProfileWait = 250 * time.Millisecond

// tryProfile asks for a profile that is not fresh, for a moment.
func (s *Slack) tryProfile(ctx context.Context, user string) {
	if s.profiles.fresh(user) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxProfileWait)
	defer cancel()
	_ = s.profiles.fetch(ctx, user) // the modal has another language
}

// Profile implements bot.Profiler. users.info takes 100 to 200 ms. Where it
// takes longer than an event may go unacknowledged, ctx ends, and the event is
// recorded and handled later.
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
