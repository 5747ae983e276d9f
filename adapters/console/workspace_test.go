package console

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"mabsbot/bot"
)

// TestReplayGivesTheSameWorkspace performs random actions and compares the
// workspace now and then with one replayed from the journal.
func TestReplayGivesTheSameWorkspace(t *testing.T) {
	for seed := range uint64(50) {
		s := newStage(t)
		do := actor{stage: s, t: t, dice: rand.New(rand.NewPCG(seed, 0))}
		for i := range 400 {
			do.something(i)
			if i%40 != 39 {
				continue
			}
			if diff := difference(s.ws, replayed(t, s.journal)); diff != "" {
				t.Fatalf("seed %d, after %d actions: %s", seed, i+1, diff)
			}
		}
	}
}

// replayed returns the workspace that a journal holds.
func replayed(t *testing.T, journal *memory) *workspace {
	t.Helper()
	w := newWorkspace()
	if err := journal.Replay(t.Context(), w.apply); err != nil {
		t.Fatal(err)
	}
	return w
}

// An actor performs random actions, some of which are refused.
type actor struct {
	stage
	t     *testing.T
	dice  *rand.Rand
	posts []bot.PostID
}

func (a *actor) something(i int) {
	who := a.setup.users[a.dice.IntN(2)]
	ctx := a.t.Context()
	a.core.fail = pick(a.dice, nil, nil, nil, errDatabase)
	a.journal.fail = pick(a.dice, nil, nil, nil, nil, nil, errDatabase)
	f := form{
		Channel: pick(a.dice, SupportChannel, EscalationChannel, "dm:alex", "dm:minji"),
		Root:    pick(a.dice, "", "", a.message()),
		ID:      a.message(),
		Post:    pick(a.dice, a.posts...),
		Button:  bot.Button{Action: pick(a.dice, bot.ActionNext, bot.ActionPerson, bot.ActionDirect, bot.ActionFixed)}.String(),
		Text:    pick(a.dice, "hello", "about 319", "0x29834 \xff broken", "/mabs 0x29834", "@mabsbot hello", "every block"),
	}
	switch a.dice.IntN(12) {
	case 0, 1, 2, 3:
		_, _ = a.say(ctx, who, f)
	case 4:
		_, _ = a.edit(ctx, who, f)
	case 5:
		_, _ = a.remove(ctx, who, f)
	case 6:
		_, _ = a.retry(ctx, who, f)
	case 7, 8:
		_, _ = a.press(ctx, who, f)
	case 9, 10:
		a.post(i, f)
	default:
		if a.dice.IntN(10) == 0 {
			_, _ = a.startOver(ctx, who, f)
		}
	}
	a.journal.fail = nil
}

// post posts in any form, to a place that may exist.
func (a *actor) post(i int, f form) {
	p := saying(fmt.Sprintf("p%d", a.dice.IntN(i+1)), "text \xff of a post", a.thread(f.Channel, f.Root))
	p.Opens, p.Private, p.Withdraw = a.dice.IntN(3) == 0, a.dice.IntN(4) == 0, a.dice.IntN(5) == 0
	p.To = a.setup.users[a.dice.IntN(2)]
	p.Replaces = pick(a.dice, "", f.Post)
	if _, err := a.Post(a.t.Context(), p); err == nil {
		a.posts = append(a.posts, p.ID)
	}
}

// message returns the ID of a random message, or of none.
func (a *actor) message() string {
	if len(a.ws.messages) == 0 || a.dice.IntN(10) == 0 {
		return "m404"
	}
	return pick(a.dice, a.ws.messages...).ID
}

// pick returns one of several values, or the zero value if there are none.
func pick[T any](dice *rand.Rand, from ...T) T {
	if len(from) == 0 {
		return *new(T)
	}
	return from[dice.IntN(len(from))]
}

// difference returns the first difference between two workspaces in the state
// that the journal stores.
func difference(a, b *workspace) string {
	switch {
	case a.name != b.name:
		return fmt.Sprintf("names %q and %q", a.name, b.name)
	case !reflect.DeepEqual(a.sent, b.sent):
		return fmt.Sprintf("deliveries %v and %v", a.sent, b.sent)
	case len(a.messages) != len(b.messages):
		return fmt.Sprintf("%d and %d messages", len(a.messages), len(b.messages))
	}
	for i := range a.messages {
		x, y := *a.messages[i], *b.messages[i]
		x.changed, y.changed, x.busy, y.busy = 0, 0, false, false
		if !reflect.DeepEqual(x, y) {
			return fmt.Sprintf("message %d:\n%+v\n%+v", i, x, y)
		}
	}
	for id, m := range a.byPost {
		if b.byPost[id] == nil || b.byPost[id].ID != m.ID {
			return fmt.Sprintf("post %s is shown elsewhere", id)
		}
	}
	return ""
}

// TestApplyTwiceChangesNothing checks that a record can be in the journal twice, because
// writing it seemed to fail and was retried.
func TestApplyTwiceChangesNothing(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	if _, err := s.edit(t.Context(), s.setup.user("alex"), form{ID: top, Text: "about 0x29834"}); err != nil {
		t.Fatal(err)
	}
	twice := &memory{}
	for _, r := range s.journal.records {
		twice.records = append(twice.records, r, r)
	}
	if diff := difference(s.ws, replayed(t, twice)); diff != "" {
		t.Error(diff)
	}
}

// FuzzApply checks that no journal, however broken, panics.
func FuzzApply(f *testing.F) {
	f.Add([]byte(`{"op":"said","id":"m1","user":"alex","channel":"backup-support","text":"hello"}`))
	f.Add([]byte(`{"op":"posted","id":"m2","post":{"id":"p1","thread":{"adapter":"console","channel":"backup-support","root":"m1"},"reply":{"lang":"en","blocks":[{"kind":"text","text":"hi"}]}}}`))
	f.Add([]byte(`{"op":"posted","id":"m2","post":null}`))
	f.Add([]byte(`{"op":"edited","id":"m1","text":"other","version":2}`))
	f.Add([]byte(`{"op":"deleted","id":"m1"}`))
	s := newStage(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWorkspace()
		_ = w.apply([]byte(`{"op":"said","id":"m1","user":"alex","channel":"backup-support","text":"hello"}`))
		if w.apply(data) != nil {
			return
		}
		_ = w.apply(data)
		s.mu.Lock()
		s.ws = w
		s.mu.Unlock()
		p := s.page(view{User: s.setup.user("alex"), Lang: "en", Channel: SupportChannel, Root: "m1"})
		if _, err := s.fragment("en", "page", p); err != nil {
			t.Error(err)
		}
	})
}
