package bottest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mabsbot/bot"
)

// placeOf returns the channel of the thread named by the letter.
func placeOf(letter string) bot.Place {
	t := threadNamed(letter)
	return bot.Place{Adapter: t.Adapter, Workspace: t.Workspace, Channel: t.Channel}
}

// set changes the settings of a channel, with a version that was read.
func (t *storeTest) set(letter string, version int, before, after bot.Settings) error {
	t.events++
	return t.Apply(t.Context(), bot.Turn{Event: bot.EventID(fmt.Sprintf("event %d", t.events)), Set: &bot.SettingsChange{
		Place: placeOf(letter), By: bot.User{ID: "u", Name: "User"}, ByPage: true, Before: before, After: after, Version: version,
	}})
}

// wantSettings fails unless these are the settings that were changed after the version.
func (t *storeTest) wantSettings(after int, want ...bot.ChannelSettings) {
	t.Helper()
	got, err := t.ChannelSettings(t.Context(), after)
	t.must(err)
	t.equal(slices.Clip(got), slices.Clip(want))
}

func channelSettings(t *storeTest) {
	all := bot.Settings{Mode: bot.ModeShadow, Language: "ko", About: bot.AboutBackup, Bots: []string{"B1"}, BotNames: map[string]string{"B1": "alerts"}, Unanswered: bot.RecordOn, Escalation: "C1", Mutes: []bot.Mute{{Error: "319", From: 1800000000, To: 1800007200}, {Error: "e", To: 1800000000, Off: true}}}
	none := bot.Settings{Bots: []string{}}
	t.wantSettings(0)
	t.must(t.set("A", 0, bot.Settings{}, all))
	t.must(t.set("D", 1, bot.Settings{}, none))
	t.must(t.set("E", 2, bot.Settings{}, bot.Settings{Mode: bot.ModeOff})) // the same channel of another workspace
	a := bot.ChannelSettings{Place: placeOf("A"), Settings: all, Version: 1}
	d := bot.ChannelSettings{Place: placeOf("D"), Settings: none, Version: 2}
	e := bot.ChannelSettings{Place: placeOf("E"), Settings: bot.Settings{Mode: bot.ModeOff}, Version: 3}
	t.wantSettings(0, a, d, e)
	t.wantSettings(1, d, e)
	t.wantSettings(3)
	t.must(t.set("A", 3, all, bot.Settings{}))
	a.Settings, a.Version = bot.Settings{}, 4 // so that other processes see that it was reset
	t.wantSettings(0, d, e, a)
	t.wantSettings(3, a)
}

func settingsConflict(t *storeTest) {
	on, off := bot.Settings{Mode: bot.ModeOn}, bot.Settings{Mode: bot.ModeOff}
	t.wantError(t.set("A", 1, bot.Settings{}, on), bot.ErrConflict)
	t.must(t.set("A", 0, bot.Settings{}, on))
	t.wantError(t.set("A", 0, bot.Settings{}, off), bot.ErrConflict)
	t.wantError(t.set("D", 0, bot.Settings{}, off), bot.ErrConflict)
	t.wantSettings(0, bot.ChannelSettings{Place: placeOf("A"), Settings: on, Version: 1})
	changes, err := t.SettingsChanges(t.Context(), placeOf("D"), 9)
	t.must(err)
	t.equal(len(changes), 0)
}

func settingsChanges(t *storeTest) {
	on, off := bot.Settings{Mode: bot.ModeOn}, bot.Settings{Mode: bot.ModeOff, Bots: []string{}}
	want := func(limit int, versions ...int) {
		t.Helper()
		changes, err := t.SettingsChanges(t.Context(), placeOf("A"), limit)
		t.must(err)
		var got []int
		for _, c := range changes {
			got = append(got, c.Version)
		}
		t.equal(got, versions)
	}
	t.must(t.set("A", 0, bot.Settings{}, on))
	time.Sleep(time.Hour)
	at := time.Now()
	t.must(t.set("D", 1, bot.Settings{}, on))
	t.must(t.set("A", 2, on, off))
	want(9, 3, 1)
	want(1, 3)
	changes, err := t.SettingsChanges(t.Context(), placeOf("A"), 1)
	t.must(err)
	if !changes[0].At.Equal(at) {
		t.Errorf("the change is of %v, want %v", changes[0].At, at)
	}
	changes[0].At = time.Time{}
	t.equal(changes[0], bot.SettingsChange{Place: placeOf("A"), By: bot.User{ID: "u", Name: "User"}, ByPage: true, Before: on, After: off, Version: 3})

	time.Sleep(365*24*time.Hour - time.Minute)
	t.must(t.Prune(t.Context(), 0))
	want(9, 3)
	time.Sleep(2 * time.Minute)
	t.must(t.Prune(t.Context(), 0))
	want(9)
	t.wantError(t.set("A", 0, off, on), bot.ErrConflict) // versions count on
	t.must(t.set("A", 3, off, on))
	want(9, 4)
}

func concurrentSettings(t *storeTest) {
	const writers, each = 8, 5
	concurrently(writers, func(i int) {
		for j := range each {
			for {
				known, err := t.ChannelSettings(t.Context(), 0)
				if err != nil {
					t.Error(err)
					return
				}
				c := bot.SettingsChange{Place: placeOf("A")}
				if len(known) > 0 {
					c.Before, c.Version = known[0].Settings, known[0].Version
				}
				c.After.Bots = append(slices.Clone(c.Before.Bots), fmt.Sprint(j, i))
				err = t.Apply(t.Context(), bot.Turn{Event: bot.EventID(fmt.Sprintf("event %d of %d", j, i)), Set: &c})
				if err == nil {
					break
				}
				if !errors.Is(err, bot.ErrConflict) {
					t.Error(err)
					return
				}
			}
		}
	})
	known, err := t.ChannelSettings(t.Context(), 0)
	t.must(err)
	t.equal(len(known[0].Bots), writers*each) // no change is lost
}
