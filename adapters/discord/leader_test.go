package discord

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
	"mabsbot/bot/store"
)

// electing makes the bot of a stage take part in an election.
func electing(s *stage) {
	s.options = func(o *Options) { o.Election = &bot.Election{Leases: s.DB, Name: "discord", Log: s.Log} }
}

// standby starts a second process on the database of a stage that leads.
func (s *stage) standby() *stage {
	s.t.Helper()
	second := *s
	second.waits = false
	electing(&second)
	second.start()
	s.t.Cleanup(func() { s.must(second.End()) })
	<-second.discord.ready
	return &second
}

// connections returns how many sessions are connected, and how many connections there
// were.
func (s *stage) connections() (now, ever int) {
	for _, one := range s.Sessions() {
		if one.Connected {
			now++
		}
	}
	return now, len(s.Connections())
}

// answeredOnce waits until each message is answered, and checks that none is answered
// again.
func (s *stage) answeredOnce(by *stage, messages ...discordfake.Message) {
	s.t.Helper()
	for _, m := range messages {
		s.until("the message is answered", func() bool { return s.answers(m) > 0 })
	}
	by.quiet()
	for i, m := range messages {
		if n := s.answers(m); n != 1 {
			s.t.Errorf("message %d is answered %d times", i, n)
		}
	}
}

// TestStandby checks that a standby does not connect, and that it resumes the session
// once the leader ends: what was written meanwhile is answered once.
func TestStandby(t *testing.T) {
	t.Parallel()
	first := newStage(t, discordfake.Options{}, noRepeatWindow, electing)
	second := first.standby()
	before := first.load(first.channel.ID, 0)
	first.answeredOnce(first, before)
	if now, ever := first.connections(); now != 1 || ever != 1 || !second.discord.StandsBy() || first.discord.StandsBy() {
		t.Errorf("%d connections, %d ever", now, ever)
	}
	first.must(first.End())
	between := first.load(first.channel.ID, 1)
	first.must(first.Connected(t.Context()))
	after := first.load(first.channel.ID, 2)
	first.answeredOnce(second, before, between, after)
	first.must(first.kim.Command(first.channel.ID, "/mabs 0x29834"))
	first.sees(first.kim, "어떤 보존 기간")
	if n := first.Identifies(); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
}

// A stolenLease is one that another process has taken.
type stolenLease struct {
	*store.SQL
	stolen *atomic.Bool
}

func (l stolenLease) Hold(ctx context.Context, name, holder string, d time.Duration) (int64, bool, error) {
	if l.stolen.Load() {
		_ = l.Release(ctx, name, holder)
		return 0, false, nil
	}
	return l.SQL.Hold(ctx, name, holder, d)
}

// TestLeaseLost checks that a leader that has lost its lease closes its connection and
// stands by, and that its successor resumes.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	var stolen atomic.Bool
	first := newStage(t, discordfake.Options{}, noRepeatWindow, func(s *stage) {
		s.options = func(o *Options) {
			o.Election = &bot.Election{Leases: stolenLease{s.DB, &stolen}, Name: "discord", Log: s.Log}
		}
	})
	second := first.standby()
	before := first.load(first.channel.ID, 0)
	stolen.Store(true)
	first.until("the standby leads", func() bool { now, ever := first.connections(); return now == 1 && ever == 2 })
	chattest.Poll(t, "the leader stands by", first.discord.StandsBy)
	after := first.load(first.channel.ID, 1)
	first.answeredOnce(second, before, after)
	if _, ever := first.connections(); ever != 2 || first.Identifies() != 1 {
		t.Errorf("%d connections and %d sessions", ever, first.Identifies())
	}
	stolen.Store(false)
	first.must(second.End())
	again := first.load(first.channel.ID, 2)
	first.answeredOnce(first, before, after, again)
	if first.Identifies() != 1 {
		t.Errorf("%d sessions", first.Identifies())
	}
}

// TestReconnectAsks checks that a leader whose connection ends asks the database
// before it connects again: its successor may have resumed the session.
func TestReconnectAsks(t *testing.T) {
	t.Parallel()
	var stolen atomic.Bool
	s := newStage(t, discordfake.Options{}, func(s *stage) {
		s.options = func(o *Options) {
			o.Election = &bot.Election{Leases: stolenLease{s.DB, &stolen}, Name: "discord", Log: s.Log}
		}
	})
	stolen.Store(true)
	s.CutConnections()
	chattest.Poll(t, "it stands by", s.discord.StandsBy)
	if _, ever := s.connections(); ever != 1 {
		t.Errorf("it connected again, %d times", ever-1)
	}
}

// TestStaleSession checks that a session that a leader saved after its term does not
// take the place of that of its successor, and that one without a term does.
func TestStaleSession(t *testing.T) {
	inbox := store.NewMemory().Inbox("discord")
	for i, each := range []struct {
		term int64
		id   string
		want string
	}{
		{0, "alone", "alone"}, {1, "first", "first"}, {2, "second", "second"}, {1, "late", "second"}, {2, "again", "again"}, {0, "alone again", "alone again"},
	} {
		record, err := json.Marshal(session{Session: discordapi.Session{ID: each.id}, At: time.Now(), Term: each.term})
		if err != nil {
			t.Fatal(err)
		}
		if err := inbox.Put(t.Context(), sessionKey+each.id, record); err != nil {
			t.Fatal(err)
		}
		got, err := (&sessionStore{inbox: inbox}).restore(t.Context())
		if err != nil || got.ID != each.want || !strings.HasSuffix(got.key, each.want) {
			t.Errorf("%d: got %q at %q, %v, want %q", i, got.ID, got.key, err, each.want)
		}
	}
}
