package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A profiled adapter looks profiles up: kim's is Korean.
type profiled struct {
	*bottest.Recorder
	asked []string
	err   error
}

func (p *profiled) Profile(_ context.Context, user bot.User) (bot.User, error) {
	p.asked = append(p.asked, user.ID)
	user.Name, user.Locale = "Kim", "ko-KR"
	return user, p.err
}

// conflicting is a store in which the thread has moved on, a few times.
type conflicting struct {
	*store.Memory
	left  int
	turns []bot.Turn
}

func (c *conflicting) Apply(ctx context.Context, turn bot.Turn) error {
	c.left--
	if c.left >= 0 {
		return bot.ErrConflict
	}
	c.turns = append(c.turns, turn)
	return c.Memory.Apply(ctx, turn)
}

// A handling is a bot whose events a test hands over itself.
type handling struct {
	adapter *profiled
	store   *conflicting
	matched int // how often the bot took the knowledge base
	handle  bot.Handler
}

func newHandling(t *testing.T) *handling {
	h := &handling{
		adapter: &profiled{Recorder: bottest.NewRecorder("test", everything)},
		store:   &conflicting{Memory: store.NewMemory()},
	}
	base := testBase(t)
	newest := func() *kb.Base { h.matched++; return base }
	policy := bot.DefaultPolicy()
	policy.Channels = map[string]bot.ChannelPolicy{"quiet": {Mode: bot.ModeMention}, "off": {Mode: bot.ModeOff}}
	h.handle = bot.New(newest, testLocales(t), policy, h.store, h.store, slog.New(slog.DiscardHandler)).Handler(h.adapter)
	return h
}

// says hands over a message of kim, whose locale the event does not have.
func (h *handling) says(t *testing.T, m bot.Message) {
	t.Helper()
	m.From = bot.User{ID: "U2"}
	if err := h.handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// aCode is a question that is in no language.
func aCode() bot.Message {
	m := message("m1", "90001")
	m.Addressed = true
	return m
}

// The adapter is asked for a profile once, and the text is matched once, however
// often the event is decided.
func TestProfileOnce(t *testing.T) {
	h := newHandling(t)
	h.store.left = 3
	h.says(t, aCode())
	if len(h.adapter.asked) != 1 || h.matched != 1 {
		t.Errorf("%d profiles, %d matches, want one of each", len(h.adapter.asked), h.matched)
	}
	if len(h.store.turns) != 1 || h.store.turns[0].Posts[0].Reply.Lang != "ko" || h.store.turns[0].States[0].Asker.Name != "Kim" {
		t.Errorf("the profile is not used: %+v", h.store.turns)
	}
}

// An answer in another language is better than none.
func TestProfileFails(t *testing.T) {
	h := newHandling(t)
	h.adapter.err = errors.New("out of order")
	h.says(t, aCode())
	if len(h.adapter.asked) != 1 || len(h.store.turns) != 1 || h.store.turns[0].Posts[0].Reply.Lang != "en" {
		t.Errorf("asked %v, turns %+v", h.adapter.asked, h.store.turns)
	}
}

// A look-up that takes longer than its event has leaves the event to be handed
// over again.
func TestProfileTooSlow(t *testing.T) {
	h := newHandling(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.adapter.err = context.Canceled
	cancel()
	if err := h.handle(ctx, message("m1", lostPaste)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if len(h.store.turns) != 0 {
		t.Errorf("decided: %+v", h.store.turns)
	}
}

// A profile is looked up only for who may be answered.
func TestProfileWhereAnswered(t *testing.T) {
	inThread := func(m *bot.Message) { m.Thread.Root, m.InThread = "m1", true }
	tests := []struct {
		name, text string
		change     func(m *bot.Message)
		asked      int
	}{
		{"chatter", "lunch at twelve?", nil, 0},
		{"an error", lostPaste, nil, 1},
		{"a command", "why", func(m *bot.Message) { m.Command = true }, 1},
		{"a mention", "hello", func(m *bot.Message) { m.Addressed = true }, 1},
		{"an error where only mentions count", lostPaste, func(m *bot.Message) { m.Thread.Channel = "quiet" }, 0},
		{"a mention where nothing counts", lostPaste, func(m *bot.Message) { m.Thread.Channel, m.Addressed = "off", true }, 0},
		{"a few words in a thread under way", "next", inThread, 1},
		{"many words there", strings.Repeat("we had lunch at twelve ", 20), inThread, 0},
		{"a few words in a thread of people", "next", func(m *bot.Message) { m.Thread.Root, m.InThread = "other", true }, 0},
		{"a deletion", "", func(m *bot.Message) { inThread(m); m.Change, m.Original = bot.ChangeDeleted, "m1" }, 0},
		{"another bot", lostPaste, func(m *bot.Message) { m.From = bot.User{ID: "B", Bot: true} }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHandling(t)
			h.says(t, message("m1", lostPaste))
			h.adapter.asked = nil
			m := message("m2", tt.text)
			m.From = bot.User{ID: "U2"}
			if tt.change != nil {
				tt.change(&m)
			}
			if err := h.handle(t.Context(), m); err != nil || len(h.adapter.asked) != tt.asked {
				t.Errorf("asked for %v, want %d; error %v", h.adapter.asked, tt.asked, err)
			}
		})
	}
}

// A press needs a profile where its thread has no language yet.
func TestProfileOfPress(t *testing.T) {
	h := newHandling(t)
	h.says(t, message("m1", lostPaste))
	p := h.store.turns[0].Posts[0]
	for thread, asked := range map[string]int{"m1": 0, "forgotten": 1} {
		h.adapter.asked = nil
		e := press("p-"+thread, p, "USB")
		e.Thread.Root = thread
		if err := h.handle(t.Context(), e); err != nil || len(h.adapter.asked) != asked {
			t.Errorf("%s: asked for %v, want %d; error %v", thread, h.adapter.asked, asked, err)
		}
	}
}
