package discord

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mabsbot/bot"
)

// errForbidden says that Discord refused an equal request a short time ago.
var errForbidden = errors.New("discord: missing permission, request not sent")

// Prefixes of channel IDs in forbidden. An ID alone means sending messages in the
// channel itself.
const (
	noThreads = "threads/" // starting threads
	noSending = "sending/" // sending messages in threads
	noReplies = "replies/" // replying to messages
)

// forbiddenTime is how long the bot does not repeat a request that Discord answered
// with missing permissions, unless the permissions change: such requests count as
// invalid, and too many of them ban the bot.
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
const forbiddenTime = 10 * time.Minute

// maxPermissions bounds what is remembered to a few megabytes.
const maxPermissions = 20_000

// forbidden remembers what the bot may and may not do in which channel. While an
// action is neither known to be allowed nor known to be forbidden, it makes one
// request at a time: posts that are delivered at once cost one invalid request
// together and not one each. It is safe for concurrent use.
type forbidden struct {
	mu  sync.Mutex
	all map[string]*permission
}

// A permission is what is known of one action in one channel.
type permission struct {
	state permissionState
	until time.Time     // when a denied one is unknown again
	probe chan struct{} // of capacity 1, held by a request while the state is unknown
}

type permissionState int

const (
	permissionUnknown permissionState = iota
	permissionGranted
	permissionDenied
)

func newForbidden() *forbidden { return &forbidden{all: map[string]*permission{}} }

// has reports whether the action is known to be forbidden.
func (f *forbidden) has(action string) bool { return f.state(f.get(action)) == permissionDenied }

// try makes a request, and remembers from its error whether the action is allowed.
// It returns errForbidden without a request if the action is known to be
// forbidden.
func (f *forbidden) try(ctx context.Context, action string, isForbidden func(error) bool, request func() error) error {
	p := f.get(action)
	if f.state(p) == permissionUnknown {
		select {
		case p.probe <- struct{}{}:
		case <-ctx.Done():
			return bot.NotDelivered(fmt.Errorf("discord: wait for another request in the channel: %w", ctx.Err()), 0)
		}
		if f.state(p) == permissionUnknown {
			defer func() { <-p.probe }()
		} else {
			<-p.probe
		}
	}
	if f.state(p) == permissionDenied {
		return errForbidden
	}
	err := request()
	switch {
	case err == nil:
		f.set(p, permissionGranted)
	case isForbidden(err):
		f.set(p, permissionDenied)
	}
	return err
}

// get returns what is known of an action.
func (f *forbidden) get(action string) *permission {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all[action] == nil {
		if len(f.all) >= maxPermissions {
			clear(f.all)
		}
		f.all[action] = &permission{probe: make(chan struct{}, 1)}
	}
	return f.all[action]
}

func (f *forbidden) state(p *permission) permissionState {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.state == permissionDenied && !p.until.After(time.Now()) {
		p.state = permissionUnknown
	}
	return p.state
}

func (f *forbidden) set(p *permission, state permissionState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p.state, p.until = state, time.Now().Add(forbiddenTime)
}

// remove forgets a channel, because its permissions may have changed.
func (f *forbidden) remove(channel string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, prefix := range []string{"", noThreads, noSending, noReplies} {
		delete(f.all, prefix+channel)
	}
}

// clear forgets all channels.
func (f *forbidden) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.all)
}
