package chattest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// A KillRig is a platform on which Kill runs the program.
type KillRig struct {
	Program *Program
	Ready   func()                                   // waits until the program is connected
	Say     func(channel, n int)                     // sends message n, in one of the channels; it has one answer
	Answers func(n int) int                          // counts the answers to message n
	Until   func(want string, condition func() bool) // waits until something holds of the platform
	Settled func() bool                              // whether the platform has delivered all events
	Summary func() string                            // a line for the log
}

// Kill kills the program at random points under load and starts it again: every
// message is answered once.
func Kill(t *testing.T, open func(channels int) KillRig) {
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	rounds, channels := 4, 12
	if *Long {
		rounds, channels = 40, 40
	}
	rig := open(channels)
	seed := uint64(time.Now().UnixNano())
	t.Log("seed ", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	messages := 0
	say := func() {
		rig.Say(dice.IntN(channels), messages)
		messages++
	}
	rig.Program.Start()
	rig.Ready()
	for range rounds {
		until := time.Now().Add(time.Duration(300+dice.IntN(900)) * time.Millisecond)
		for time.Now().Before(until) {
			say()
			time.Sleep(time.Duration(dice.IntN(60)) * time.Millisecond)
		}
		rig.Program.Kill()
		say() // while the program is down
		rig.Program.Start()
	}
	for n := range messages {
		rig.Until(fmt.Sprintf("message %d is answered", n), func() bool { return rig.Answers(n) > 0 })
	}
	rig.Until("all events are delivered", rig.Settled)
	time.Sleep(2 * time.Second) // for a second answer, if there is one
	for n := range messages {
		if got := rig.Answers(n); got != 1 {
			t.Errorf("message %d is answered %d times", n, got)
		}
	}
	rig.Program.Kill()
	t.Logf("%d messages, %d kills, %s", messages, rounds, rig.Summary())
}
