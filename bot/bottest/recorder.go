package bottest

import (
	"context"
	"fmt"
	"sync"

	"mabsbot/bot"
)

// A Recorder is an adapter without a platform: it records posts. It numbers the
// threads that posts open.
type Recorder struct {
	name         string
	capabilities bot.Capabilities

	mu         sync.Mutex
	handle     bot.Handler
	ready      chan struct{}
	posts      []bot.Post
	deliveries map[bot.PostID]bot.Delivery
	opened     int
}

// NewRecorder returns a recorder with the name and capabilities.
func NewRecorder(name string, can bot.Capabilities) *Recorder {
	return &Recorder{name: name, capabilities: can, ready: make(chan struct{}), deliveries: map[bot.PostID]bot.Delivery{}}
}

// Name implements bot.Adapter.
func (r *Recorder) Name() string { return r.name }

// Capabilities implements bot.Adapter.
func (r *Recorder) Capabilities() bot.Capabilities { return r.capabilities }

// Run implements bot.Adapter. It waits until ctx ends; events come from Handle.
func (r *Recorder) Run(ctx context.Context, handle bot.Handler) error {
	r.handle = handle
	close(r.ready)
	<-ctx.Done()
	return nil
}

// Handle delivers an event, as a platform would.
func (r *Recorder) Handle(ctx context.Context, event bot.Event) error {
	<-r.ready
	return r.handle(ctx, event)
}

// Post implements bot.Adapter. It recognizes repeated posts.
func (r *Recorder) Post(_ context.Context, p bot.Post) (bot.Delivery, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.deliveries[p.ID]; ok {
		return d, nil
	}
	d := bot.Delivery{Ref: fmt.Sprintf("ref-%d", len(r.deliveries)+1), Thread: p.Thread}
	if p.Opens {
		r.opened++
		d.Thread.Root = fmt.Sprintf("opened-%d", r.opened)
		if len(p.Thread.Channel) > len(bot.DirectChannel) && p.Thread.Channel[:len(bot.DirectChannel)] == bot.DirectChannel {
			d.Thread.Root = ""
		}
	}
	r.deliveries[p.ID] = d
	p.Thread = d.Thread
	r.posts = append(r.posts, p)
	return d, nil
}

// Take returns the posts since the previous call.
func (r *Recorder) Take() []bot.Post {
	r.mu.Lock()
	defer r.mu.Unlock()
	posts := r.posts
	r.posts = nil
	return posts
}
