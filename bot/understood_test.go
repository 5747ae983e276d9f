package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// An observing adapter keeps what the bot reports of each event.
type observing struct {
	*bottest.Recorder
	turns []bot.Turn
}

func (o *observing) Observe(_ bot.Event, turn bot.Turn) { o.turns = append(o.turns, turn) }

// talk says things to a bot that Run does not serve, and returns what each was
// taken for.
func talk(t *testing.T, direct bool, texts ...string) []bot.Understood {
	t.Helper()
	return talkOn(t, testBase(t), direct, texts...)
}

// talkOn is talk with another knowledge base.
func talkOn(t *testing.T, base *kb.Base, direct bool, texts ...string) []bot.Understood {
	t.Helper()
	memory := store.NewMemory()
	a := &observing{Recorder: bottest.NewRecorder("test", everything)}
	b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
	handle := b.Handler(a)
	thread := bot.Thread{Adapter: "test", Channel: "support", Root: "m0"}
	if direct {
		thread = bot.Thread{Adapter: "test", Channel: bot.DirectChannel + alex.ID}
	}
	var all []bot.Understood
	for i, text := range texts {
		head := bot.Head{ID: bot.EventID(fmt.Sprintf("m%d", i)), Thread: thread, From: alex, Direct: direct}
		a.turns = nil
		if err := handle(t.Context(), bot.Message{Head: head, Text: text, Addressed: direct, InThread: i > 0}); err != nil {
			t.Fatal(err)
		}
		if err := b.Flush(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if len(a.turns) != 1 {
			t.Fatalf("%q: %d turns are reported", text, len(a.turns))
		}
		if sent := len(a.Take()); sent < len(a.turns[0].Posts)-1 { // one may be planned for later
			t.Errorf("%q: %d of %d posts are sent", text, sent, len(a.turns[0].Posts))
		}
		all = append(all, a.turns[0].Understood)
	}
	return all
}

func TestUnderstood(t *testing.T) {
	const (
		disk = "The backup disk zeta was lost on FS-1."
		both = "Both omega things have to be done now."
	)
	choose := func(id string) bot.Understood { return bot.Understood{Intent: bot.IntentChoose, Choice: id} }
	for _, tt := range []struct {
		name   string
		direct bool
		before []string
		text   string
		want   bot.Understood
	}{
		{"an error", false, nil, disk, bot.Understood{Intent: bot.IntentOtherError}},
		{"people's talk", false, nil, "lunch at one", bot.Understood{}},
		{"talk to somebody else", false, []string{disk}, "@kim do you know that server?", bot.Understood{}},
		{"a choice", false, []string{disk}, "usb", choose("usb")},
		{"the number of a choice", false, []string{disk}, "2", choose("iscsi")},
		{"yes where nothing was asked that yes answers", false, []string{disk}, "yes", bot.Understood{Intent: bot.IntentUnclear}},
		{"no after a step of alternatives", false, []string{disk, "usb"}, "no", bot.Understood{Intent: bot.IntentNotFixed}},
		{"yes after a step of alternatives", false, []string{disk, "usb"}, "yes", bot.Understood{Intent: bot.IntentFixed}},
		{"yes after a step of a sequence", false, []string{both}, "yes", bot.Understood{Intent: bot.IntentDone}},
		{"next after a step of a sequence", false, []string{both}, "next", bot.Understood{Intent: bot.IntentNext}},
		{"the button of a step of a sequence", true, []string{both}, "Done → next", bot.Understood{Intent: bot.IntentDone}},
		{"the button of a step of alternatives", true, []string{disk, "usb"}, "Didn't help → next", bot.Understood{Intent: bot.IntentNotFixed}},
		{"yes after the last step", false, []string{both, "next"}, "yes", bot.Understood{Intent: bot.IntentFixed}},
		{"a value", true, []string{disk, "iscsi"}, "it's FS-11", bot.Understood{Intent: bot.IntentValue, Value: "FS-11"}},
		{"no value", true, []string{disk, "iscsi"}, "banana", bot.Understood{Intent: bot.IntentUnclear}},
		{"yes to whether it held", false, []string{disk, "usb", "fixed"}, "it held", bot.Understood{Intent: bot.IntentFixed}},
		{"no to whether it held", false, []string{disk, "usb", "fixed"}, "didn't help", bot.Understood{Intent: bot.IntentCameBack}},
		{"thanks that get silence", false, []string{disk}, "thanks", bot.Understood{Intent: bot.IntentThanks}},
		{"back", false, []string{disk, "usb"}, "go back", bot.Understood{Intent: bot.IntentBack}},
		{"all steps", false, []string{disk}, "show all steps", bot.Understood{Intent: bot.IntentAllSteps}},
		{"what was done", false, []string{disk, "usb"}, "what have we tried so far?", bot.Understood{Intent: bot.IntentSummary}},
		{"haste", false, []string{disk, "usb"}, "hurry, users are waiting", bot.Understood{Intent: bot.IntentUnclear}},
		{"a person", false, []string{disk}, "get a person", bot.Understood{Intent: bot.IntentPerson}},
		{"quiet", false, []string{disk}, "shut up", bot.Understood{Intent: bot.IntentQuiet}},
		{"another error", false, []string{disk}, both, bot.Understood{Intent: bot.IntentOtherError}},
		{"nonsense", true, []string{disk}, "colorless green ideas", bot.Understood{Intent: bot.IntentUnclear}},
		{"nonsense where nothing is under way", true, nil, "colorless green ideas", bot.Understood{Intent: bot.IntentUnclear}},
		{"hello", true, nil, "hello", bot.Understood{Intent: bot.IntentGreeting}},
		{"next where nothing is under way", true, nil, "next", bot.Understood{Intent: bot.IntentUnclear}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := talk(t, tt.direct, append(tt.before, tt.text)...)
			if got := all[len(all)-1]; !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q is understood as %+v, want %+v", tt.text, got, tt.want)
			}
		})
	}
}

// TestObserve checks that a turn is reported once, and not for a duplicate or a
// failure.
func TestObserve(t *testing.T) {
	memory, base := store.NewMemory(), testBase(t)
	a := &observing{Recorder: bottest.NewRecorder("test", everything)}
	broken := &conflicting{Memory: memory}
	b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), broken, memory, slog.New(slog.DiscardHandler))
	handle := func() error {
		return b.Handler(a)(context.Background(), bot.Message{
			Head: bot.Head{ID: "m1", From: alex, Thread: bot.Thread{Adapter: "test", Channel: "c", Root: "m1"}},
			Text: "Both omega things have to be done now.",
		})
	}
	broken.left = 100
	if err := handle(); err == nil || len(a.turns) > 0 {
		t.Errorf("a failure: %v, %d turns", err, len(a.turns))
	}
	broken.left = 1
	for range 2 {
		if err := handle(); err != nil || len(a.turns) != 1 {
			t.Errorf("%v, %d turns are reported, want one", err, len(a.turns))
		}
	}
}

// TestButtonID checks that every action has an ID of its own.
func TestButtonID(t *testing.T) {
	ids := map[string]bot.Action{}
	for _, a := range []bot.Action{
		bot.ActionStart, bot.ActionAnswer, bot.ActionNext, bot.ActionFixed, bot.ActionBack, bot.ActionAll, bot.ActionPerson,
		bot.ActionSkip, bot.ActionOther, bot.ActionDirect, bot.ActionPublish, bot.ActionArea, bot.ActionStillSolved, bot.ActionCameBack,
	} {
		id := bot.Button{Action: a, Entry: "an-entry", Choice: "a-choice"}.ID()
		if other, ok := ids[id]; id == "" || ok {
			t.Errorf("the actions %q and %q have the ID %q", a, other, id)
		}
		ids[id] = a
	}
	for _, want := range []string{"entry:an-entry", "choice:a-choice", "area:a-choice"} {
		if _, ok := ids[want]; !ok {
			t.Errorf("no button has the ID %q", want)
		}
	}
}
