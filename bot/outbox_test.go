package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A slowPlatform takes a while to post.
type slowPlatform struct {
	*bottest.Recorder
	takes func(bot.Post) time.Duration // ctx may end it earlier

	mu     sync.Mutex
	at     map[bot.PostID]time.Duration // when each post was delivered
	began  time.Time
	now    int // posts in flight
	most   int
	thread map[bot.Thread]int // posts in flight by thread
}

func newSlowPlatform(takes func(bot.Post) time.Duration) *slowPlatform {
	return &slowPlatform{
		Recorder: bottest.NewRecorder("test", everything), takes: takes, began: time.Now(),
		at: map[bot.PostID]time.Duration{}, thread: map[bot.Thread]int{},
	}
}

func (s *slowPlatform) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	s.count(p, 1)
	defer s.count(p, -1)
	select {
	case <-time.After(s.takes(p)):
	case <-ctx.Done():
		return bot.Delivery{}, ctx.Err()
	}
	s.mu.Lock()
	s.at[p.ID] = time.Since(s.began)
	s.mu.Unlock()
	return s.Recorder.Post(ctx, p)
}

func (s *slowPlatform) count(p bot.Post, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += n
	s.most = max(s.most, s.now)
	if s.thread[p.Thread] += n; s.thread[p.Thread] > 1 {
		panic("two posts of a thread at once")
	}
}

// delivered returns when a post was delivered, or -1.
func (s *slowPlatform) delivered(id bot.PostID) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.at[id]; ok {
		return at
	}
	return -1
}

// atOnce returns the maximum number of posts in flight.
func (s *slowPlatform) atOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// sending runs a bot. put adds posts to its outbox; end stops it and waits.
func sending(t *testing.T, a bot.Adapter) (put func(...bot.Post), b *bot.Bot, end func()) {
	t.Helper()
	memory := store.NewMemory()
	base := testBase(t)
	b = bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Run(ctx, a); err != nil {
			t.Error(err)
		}
	})
	synctest.Wait() // the sender found nothing and polls in 5 s; put does not wake it
	turns := 0
	put = func(posts ...bot.Post) {
		turns++
		if err := memory.Apply(t.Context(), bot.Turn{Event: bot.EventID(fmt.Sprint("e", turns)), Posts: posts}); err != nil {
			t.Fatal(err)
		}
	}
	end = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(end)
	return put, b, end
}

// postTo returns a post to a thread of a channel.
func postTo(id, channel, root string) bot.Post {
	return bot.Post{ID: bot.PostID(id), Thread: bot.Thread{Adapter: "test", Channel: channel, Root: root}}
}

// TestSlowPost checks that a post that takes 9 s delays only its own thread:
// not the others, even if there are more than slots or they are added
// meanwhile.
func TestSlowPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(p bot.Post) time.Duration {
			if p.ID == "slow" {
				return 9 * time.Second
			}
			return 10 * time.Millisecond
		})
		put, b, _ := sending(t, p)
		posts := []bot.Post{postTo("slow", "c", "s"), postTo("behind", "c", "s")}
		for i := range 40 {
			posts = append(posts, postTo(fmt.Sprint(i), fmt.Sprint("c", i%10), fmt.Sprint(i)))
		}
		put(posts...)
		time.Sleep(6 * time.Second)
		for i := range 40 {
			if p.delivered(bot.PostID(fmt.Sprint(i))) < 0 {
				t.Errorf("post %d waits", i)
			}
		}
		if err := b.Drain(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
		slow, behind := p.delivered("slow"), p.delivered("behind")
		if slow < 9*time.Second || behind < slow || behind > slow+time.Second {
			t.Errorf("the slow post was delivered at %v, the one behind it at %v", slow, behind)
		}
		if n := p.atOnce(); n > 16 {
			t.Errorf("%d posts at once", n)
		}
	})
}

// TestHangingChannel checks that other channels are served on time for a
// quarter of an hour while all threads of one channel hang.
func TestHangingChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(p bot.Post) time.Duration {
			if p.Thread.Channel == "hangs" {
				return 100 * time.Hour
			}
			return 10 * time.Millisecond
		})
		put, _, _ := sending(t, p)
		var posts []bot.Post
		for i := range 100 {
			posts = append(posts, postTo(fmt.Sprint("h", i), "hangs", fmt.Sprint(i)))
		}
		put(posts...)
		time.Sleep(6 * time.Second)
		for i := range 200 {
			id := fmt.Sprint("p", i)
			put(postTo(id, fmt.Sprint("c", i%3), id))
			time.Sleep(5100 * time.Millisecond)
			if at := p.delivered(bot.PostID(id)); at < 0 {
				t.Fatalf("post %d waits", i)
			}
		}
		if n := p.atOnce(); n > 5 {
			t.Errorf("%d posts at once, want 4 of the channel that hangs and another", n)
		}
	})
}

// TestEndWhileSending checks that posts in flight are finished and recorded
// when the bot ends, and that no others start.
func TestEndWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(bot.Post) time.Duration { return 3 * time.Second })
		put, _, end := sending(t, p)
		var posts []bot.Post
		for i := range 20 {
			posts = append(posts, postTo(fmt.Sprint(i), fmt.Sprint("c", i), "r"))
		}
		put(posts...)
		time.Sleep(6 * time.Second) // the poll after 5 s, then a second of sending
		end()
		if n := len(p.Take()); n != 16 {
			t.Errorf("%d posts were delivered, want the 16 that were on their way", n)
		}
	})
}
