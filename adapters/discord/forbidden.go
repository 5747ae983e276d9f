package discord

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mabsbot/bot"
)

// errForbidden replaces a request that Discord would answer with missing
// permissions.
var errForbidden = errors.New("discord: missing permission, request not sent")

// The actions of a channel: a prefix and the channel's ID. The ID alone means
// sending messages to the channel itself.
const (
	noThreads = "threads/" // start threads
	noSending = "sending/" // send messages in threads
	noReplies = "replies/" // reply to messages
)

// forbiddenTime is how long the bot does not repeat a request that Discord
// answered with missing permissions, unless permissions change. Such requests
// count as invalid, and too many of them ban the bot's IP address.
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
const forbiddenTime = 10 * time.Minute

// maxPermissions bounds the memory of forbidden to a few megabytes.
const maxPermissions = 20_000

// forbidden remembers which actions Discord allows in which channel. While an
// action is unknown, requests are made one at a time, so that concurrent posts
// to a channel cause one invalid request and not one each. It is safe for
// concurrent use.
type forbidden struct {
	mu  sync.Mutex
	all map[string]*permission
}

// A permission is the state of one action in one channel.
type permission struct {
	state permissionState
	until time.Time     // when a denied permission becomes unknown
	probe chan struct{} // has room for the one request in progress while unknown
}

type permissionState int

const (
	permissionUnknown permissionState = iota
	permissionGranted
	permissionDenied
)

func newForbidden() *forbidden { return &forbidden{all: map[string]*permission{}} }

// has reports whether an action is known to be denied.
func (f *forbidden) has(action string) bool { return f.state(f.get(action)) == permissionDenied }

// try makes a request and updates the state from its error. It returns
// errForbidden without a request if the action is known to be denied.
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

// get returns the permission for an action.
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

// remove resets the permissions in a channel, because they may have changed.
func (f *forbidden) remove(channel string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, prefix := range []string{"", noThreads, noSending, noReplies} {
		delete(f.all, prefix+channel)
	}
}

// clear resets all permissions.
func (f *forbidden) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.all)
}
