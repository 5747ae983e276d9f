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

// A profiled adapter implements bot.Profiler. Every user is Kim, who is Korean.
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

// A conflicting store reports conflicts for the first turns.
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

// A handling is a bot to which a test hands events directly.
type handling struct {
	adapter *profiled
	store   *conflicting
	matched int // how often the bot asked for the knowledge base to match
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

// says hands over a message whose sender has no locale yet.
func (h *handling) says(t *testing.T, m bot.Message) {
	t.Helper()
	m.From = bot.User{ID: "U2"}
	if err := h.handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// aCode returns a question that is in no particular language.
func aCode() bot.Message {
	m := message("m1", "90001")
	m.Addressed = true
	return m
}

// TestProfileOnce checks that the profile is looked up once and the text is
// matched once, even if the event is decided several times.
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

// TestProfileFails checks that the bot answers without a profile if the look-up
// fails.
func TestProfileFails(t *testing.T) {
	h := newHandling(t)
	h.adapter.err = errors.New("out of order")
	h.says(t, aCode())
	if len(h.adapter.asked) != 1 || len(h.store.turns) != 1 || h.store.turns[0].Posts[0].Reply.Lang != "en" {
		t.Errorf("asked %v, turns %+v", h.adapter.asked, h.store.turns)
	}
}

// TestProfileTooSlow checks that the handler fails if its context ends during
// the look-up, so that the adapter hands the event over again.
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

// TestProfileWhereAnswered checks that a profile is looked up only if the
// sender may get an answer.
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

// TestProfileOfPress checks that a profile is looked up for a press only if its
// thread has no language yet.
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

// An absent store fails whenever it is needed.
type absent struct{ *store.Memory }

var errAbsent = errors.New("the database is away")

func (absent) Load(context.Context, bot.Thread, bot.UserKey) (bot.Walkthrough, string, error) {
	return bot.Walkthrough{}, "", errAbsent
}

// TestTalk checks that talk needs nothing of the store, and that everything else
// does.
func TestTalk(t *testing.T) {
	tests := []struct {
		name, text string
		change     func(m *bot.Message)
		needs      bool
	}{
		{"talk", "lunch at twelve?", nil, false},
		{"an error", lostPaste, nil, true},
		{"a mention", "lunch at twelve?", func(m *bot.Message) { m.Addressed = true }, true},
		{"a direct message", "lunch at twelve?", func(m *bot.Message) { m.Direct = true }, true},
		{"a command", "lunch at twelve?", func(m *bot.Message) { m.Command = true }, true},
		{"a reply", "lunch at twelve?", func(m *bot.Message) { m.Thread.Root, m.InThread = "m0", true }, true},
		{"an edit", "lunch at twelve?", func(m *bot.Message) { m.Change, m.Original = bot.ChangeEdited, "m0" }, true},
		{"a deletion", "", func(m *bot.Message) { m.Change, m.Original = bot.ChangeDeleted, "m0" }, true},
		{"a secret", "security PIN: 123456", nil, true},
		{"a screenshot", "what is this?", func(m *bot.Message) { m.Unread = []bot.Unread{bot.UnreadPicture} }, true},
	}
	base := testBase(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			away := absent{store.NewMemory()}
			b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), away, away.Memory, slog.New(slog.DiscardHandler))
			m := message("m1", tt.text)
			if tt.change != nil {
				tt.change(&m)
			}
			if err := b.Handler(bottest.NewRecorder("test", everything))(t.Context(), m); errors.Is(err, errAbsent) != tt.needs {
				t.Errorf("error %v, needs the store: %v", err, tt.needs)
			}
		})
	}
}

// TestTalkSilent checks that nothing follows from talk, whatever its thread holds.
func TestTalkSilent(t *testing.T) {
	m := message("m1", "lunch at twelve?")
	rules := bot.Rules{Base: testBase(t), Locales: testLocales(t), Policy: bot.DefaultPolicy(), Can: everything}
	for _, status := range []bot.Status{"", bot.StatusChoosing, bot.StatusWalking, bot.StatusSolved, bot.StatusEscalated, bot.StatusEnded, bot.StatusUnmatched, bot.StatusQuiet} {
		w := bot.Walkthrough{Thread: m.Thread, Status: status, Source: "m0", Asker: m.From, Lang: "en", Entry: rules.Base.Entry("lost-disk"), Puzzled: true}
		if turn := bot.Decide(rules, bot.State{Walkthrough: w, Prefer: "ko"}, m, rules.Base.Match(m.Text)); !turn.Silent() {
			t.Errorf("%q: %+v", status, turn)
		}
	}
}
