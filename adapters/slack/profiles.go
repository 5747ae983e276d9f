package slack

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// A directory tells who somebody is.
type directory interface {
	GetUserInfoContext(ctx context.Context, user string, options ...slack.GetUserInfoOption) (*slack.User, error)
}

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
	directory directory
	mu        sync.Mutex
	byUser    map[string]profile
}

func newProfiles(d directory) *profiles { return &profiles{directory: d, byUser: map[string]profile{}} }

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
	info, err := u.directory.GetUserInfoContext(ctx, user)
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
