package bottest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

// deadLetterCases are sentences of the contract of bot.Outbox on dead letters and
// backlogs, each with a script for play.
func deadLetterCases() []struct{ sentence, script string } {
	return []struct{ sentence, script string }{
		{"a dropped post is a dead letter", `dead: ; put A1 z1; claim: A1; claim z: z1; drop A1 no_channel; dead: A1 no_channel 0s; sleep 5s; drop z1 no_scope; dead: z1 no_scope 0s, A1 no_channel 5s; dead 1: z1 no_scope 0s; dead 0: ; dead -1: `},
		{"Drop does not change a dead letter", `put A1; claim: A1; drop A1 first; sleep 5s; drop A1 second; dead: A1 first 5s`},
		{"a dead letter does not expire with Prune", `put A1; claim: A1; drop A1; sleep 100h; prune; dead: A1 refused 100h0m0s`},
		{"a dead letter that was delivered after all is none", `put A1; claim: A1; drop A1; sent A1=r1; dead: ; resend A1: none`},
		{"a resent dead letter is claimed again", `put A1; claim: A1; sleep 1m; claim: A1#2; drop A1; resend A1; dead: ; due: 0s; claim: A1#3-2; retry A1 5s; sleep 5s; claim: A1#4-2; drop A1 again; dead: A1#4-2 again 0s; resend A1; claim: A1#5-4; sent A1=r1; put A2<A1; claim: A2=r1`},
		{"a resent dead letter precedes later posts of its thread", `put A1 A2 A3; claim: A1; drop A1; claim: A2; resend A1; claim: ; sent A2; claim: A1#2-1; claim: ; sent A1; claim: A3`},
		{"a resent dead letter waits for no Delay", `put A1+1h; sleep 1h; claim: A1; drop A1; resend A1; claim: A1#2-1`},
		{"a resent dead letter opens its thread", `put A1!; claim: A1!; drop A1; resend A1; put A2; claim: A1!#2-1; sent A1>B; claim: A2>B`},
		{"a dead letter moves with its thread", `put A1! A2!; claim: A1!; drop A1; claim: A2!; sent A2>B; dead: A1>B refused 0s; resend A1; claim: A1#2-1>B`},
		{"a discarded dead letter is none", `put A1 A2<A1; claim: A1; discard A1: none; drop A1; put B1; claim: A2 B1; drop B1; discard B1; dead: ; discard B1: none; resend B1: none; claim: `},
		{"only a dead letter is resent or discarded", `put A1 B1+1h; resend A1: none; discard B1: none; resend A9: none; claim: A1; resend A1: none; sent A1; discard A1: none; sleep 1h; claim: B1`},
		{"a post that replaces a dead letter ends it", `put A1; claim: A1; drop A1; put A2<A1; dead: ; resend A1: none; claim: A2`},
		{"a later change of the same post ends a dead letter", `put A1; claim: A1; sent A1=r1; put A2<A1; claim: A2=r1; drop A2; put B1<A1; dead: ; claim: B1=r1`},
		{"a change of a superseded change ends a dead letter", `put A1; claim: A1; sent A1=r1; put A2<A1; claim: A2=r1; put A3<A1 A4<A3; drop A2; dead: ; claim: A4=r1; drop A4; dead: A4 refused 0s; put A5<A3; dead: ; claim: A5=r1`},
		{"a dropped post that a waiting one replaces is no dead letter", `put A1 A2<A1; claim: A1; drop A1; dead: ; claim: A2; drop A2; dead: A2 refused 0s`},
		{"a dropped change before another of the same post is no dead letter", `put A1; claim: A1; sent A1=r1; put A2<A1; claim: A2=r1; put A3<A1; drop A2; dead: ; claim: A3=r1`},
		{"other posts do not end a dead letter", `put A1; claim: A1; sent A1=r1; put A2<A1 B1; claim: A2=r1 B1; drop A2; sent B1=r2; put A3 B2<B1; dead: A2 refused 0s`},
		{"a superseded or canceled post is no dead letter", `put A1; claim: A1; sent A1=r1; put A2<A1; put A3<A1 B1+1h; put B2<B1; dead: `},

		{"the dead letters about a deleted message are none", `about m1 A1 B1~; about m2 C1; claim: A1 B1 C1; drop A1; drop B1; drop C1; erase m1: A B; dead: C1 refused 0s; resend A1: none; erase m1: A B; erase m3: ; dead: C1 refused 0s`},
		{"a waiting post about a deleted message becomes no dead letter", `about m1 A1 B1; about m2 C1; claim: A1 B1 C1; erase m1; retry A1 0s; claim: A1#2; sent A1=r1; drop B1; drop C1; dead: C1 refused 0s; put A2<A1; claim: A2=r1`},
		{"recorded posts about a deleted message are removed", `shadow m1 A1 A2; shadow m2 B1; erase m1; shadowed: B1`},
		{"posts about no message are not erased", `put A1; claim: A1; drop A1; erase: ; dead: A1 refused 0s`},
		{"the thread of a post about a message is the one that it opened", `about m1 A1!; claim: A1!; sent A1=r1>B; erase m1: B`},

		{"the backlog has the posts that are due, and the dead letters", `backlog: ; put A1 A2 B1+1h z1; sleep 5s; backlog: test 2 5s 0, z 1 5s 0; claim z: z1; drop z1; backlog: test 2 5s 0, z 0 0s 1; claim: A1; backlog: test 2 5s 0, z 0 0s 1; sent A1; sleep 1h; backlog: test 2 1h0m5s 0, z 0 0s 1`},
		{"a retried post is as old as before", `put A1; claim: A1; sleep 5s; retry A1 1m; sleep 5s; backlog: test 1 10s 0`},
		{"a delayed post is as old as since its Delay", `put A1+1h; backlog: ; sleep 61m; backlog: test 1 1m0s 0`},
		{"a resent dead letter is as old as since it was resent", `put A1; claim: A1; sleep 5s; drop A1; sleep 5s; resend A1; sleep 5s; backlog: test 1 5s 0`},
	}
}

// deadLetterStep runs a step that concerns dead letters or backlogs; see play.
func (t *storeTest) deadLetterStep(step, arg string) string {
	t.Helper()
	switch step {
	case "dead":
		return t.dead(arg)
	case "resend":
		return t.noDeadLetter(t.Resend(t.Context(), bot.PostID(arg)))
	case "discard":
		return t.noDeadLetter(t.Discard(t.Context(), bot.PostID(arg)))
	case "erase":
		threads, err := t.Erase(t.Context(), bot.EventID(arg))
		t.must(err)
		var roots []string
		for _, thread := range threads {
			roots = append(roots, thread.Root)
		}
		slices.Sort(roots)
		return strings.Join(roots, " ")
	case "shadowed":
		return t.shadowed()
	case "backlog":
		return t.backlog()
	case "prune":
		t.must(t.Prune(t.Context(), 0))
	default:
		t.Fatalf("unknown step %q", step)
	}
	return ""
}

// dead returns the dead letters; see play.
func (t *storeTest) dead(arg string) string {
	t.Helper()
	limit := 10
	if arg != "" {
		t.scan(arg, &limit)
	}
	letters, err := t.DeadLetters(t.Context(), limit)
	t.must(err)
	var forms []string
	for _, l := range letters {
		forms = append(forms, fmt.Sprint(claimed(l.Post), " ", l.Why, " ", time.Since(l.At)))
	}
	return strings.Join(forms, ", ")
}

// shadowed returns the recorded posts; see play.
func (t *storeTest) shadowed() string {
	t.Helper()
	posts, err := t.Shadowed(t.Context(), bot.ShadowQuery{Limit: 10})
	t.must(err)
	var ids []string
	for _, p := range posts {
		ids = append(ids, string(p.ID))
	}
	return strings.Join(ids, " ")
}

// noDeadLetter returns "none" if err is ErrNoDeadLetter.
func (t *storeTest) noDeadLetter(err error) string {
	t.Helper()
	if errors.Is(err, bot.ErrNoDeadLetter) {
		return "none"
	}
	t.must(err)
	return ""
}

// backlog returns the backlogs; see play.
func (t *storeTest) backlog() string {
	t.Helper()
	all, err := t.Backlogs(t.Context())
	t.must(err)
	var forms []string
	for _, b := range all {
		forms = append(forms, fmt.Sprint(b.Adapter, " ", b.Waiting, " ", b.Oldest, " ", b.DeadLetters))
	}
	return strings.Join(forms, ", ")
}
