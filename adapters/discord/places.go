package discord

import (
	"context"
	"strconv"
	"sync"
)

// A place is what is known of a channel or thread.
type place struct {
	guild  string // "" of a direct message
	parent string // of a thread: the channel it is in
	kind   int
}

func (p place) thread() bool { return announcementThread <= p.kind && p.kind <= privateThread }

// Places remember channels, and the roles of servers, as far as Discord told. They
// are safe for concurrent use.
type places struct {
	mu       sync.Mutex
	channels map[string]place
	own      map[string]string // the bot's own role, by server
}

func newPlaces() *places { return &places{channels: map[string]place{}, own: map[string]string{}} }

// learn notes a channel. Half of one tells nothing.
func (p *places) learn(guild string, c channel) {
	if c.ID == "" || c.Type == nil {
		return
	}
	at := place{guild: c.Guild, kind: *c.Type}
	if at.guild == "" {
		at.guild = guild
	}
	if at.thread() {
		at.parent = c.Parent
		if at.parent == "" {
			return
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.channels[c.ID] = at
}

// learnGuild notes all that a server says of itself.
func (p *places) learnGuild(g guild, self string) {
	for _, c := range append(g.Channels, g.Threads...) {
		p.learn(g.ID, c)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range g.Roles {
		if r.Tags.Bot != "" && r.Tags.Bot == self {
			p.own[g.ID] = r.ID
		}
	}
}

// forget drops a channel that is gone.
func (p *places) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.channels, id)
}

func (p *places) of(id string) (at place, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, known = p.channels[id]
	return at, known
}

func (p *places) isThread(id string) bool {
	at, _ := p.of(id)
	return at.thread()
}

// role is the bot's own role in a server: people mention that as often as the
// bot, for both have its name.
func (p *places) role(guild string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.own[guild]
}

// place is what there is to know of a channel. Discord is asked where it did not
// tell.
func (d *Discord) place(ctx context.Context, id string) (place, error) {
	if at, known := d.places.of(id); known {
		return at, nil
	}
	var c channel
	if err := d.call(ctx, request{method: "GET", path: "/channels/%s", args: []string{id}, into: &c}); err != nil {
		return place{}, err
	}
	d.places.learn("", c)
	at, known := d.places.of(id)
	if !known {
		return place{}, errIncomplete
	}
	return at, nil
}

// bits are a set of permissions, which Discord writes as a decimal text.
func bits(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
