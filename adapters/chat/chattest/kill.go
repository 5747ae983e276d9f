package chattest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A KillRig is a platform on which Kill runs the program.
type KillRig struct {
	Programs []*Program                  // replicas
	Ready    func()                      // waits until the programs are connected
	Say      func(channel, n int)        // begins conversation n in one of the channels
	Reply    func(n int) (open bool)     // replies in conversation n if all before is answered; it is open until all is
	Answers  func(n int) (got, want int) // in conversation n
	Release  func(programs []*Program)   // ends the claims of killed programs
	Drained  func() bool                 // whether the platform and the programs have nothing left to do
	Summary  func() string               // a line for the log

	// Fault makes something fail until mend is called. It is nil to kill programs.
	Fault func(dice *rand.Rand) (mend func())
}

// Kill kills programs at random points under load and starts them again: everything
// that users say is answered once. Of several replicas it kills one, and sometimes
// all.
func Kill(t *testing.T, open func(channels int) KillRig) {
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	rounds := 4
	if *Long {
		rounds = 200
	}
	const channels = 40
	rig := open(channels)
	seed := uint64(time.Now().UnixNano())
	t.Log("seed ", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	fault := rig.Fault
	if fault == nil {
		fault = rig.kill
	}
	var talks talks
	say := func() { talks.begin(rig, dice.IntN(channels)) }
	each(rig.Programs, (*Program).Start)
	rig.Ready()
	for range rounds {
		talks.untilEnded(t, rig, dice.IntN(8), say)
		for range 4 {
			say()
		}
		time.Sleep(time.Duration(dice.IntN(300)) * time.Millisecond)
		mend := fault(dice)
		say() // meanwhile
		mend()
	}
	rig.Release(rig.Programs)
	talks.finish(t, rig)
	each(rig.Programs, (*Program).Kill)
	t.Logf("%d faults, %s, %s", rounds, talks.check(t, rig), rig.Summary())
}

// kill kills one of the programs, and sometimes all.
func (rig KillRig) kill(dice *rand.Rand) (start func()) {
	victims := rig.Programs
	if dice.IntN(4) > 0 {
		victims = victims[dice.IntN(len(victims)):][:1]
	}
	each(victims, (*Program).Kill)
	return func() { each(victims, (*Program).Start) }
}

func each(programs []*Program, f func(*Program)) {
	for _, p := range programs {
		f(p)
	}
}

// talks are the conversations of Kill.
type talks struct {
	begun int
	open  []int
}

func (c *talks) begin(rig KillRig, channel int) {
	rig.Say(channel, c.begun)
	c.open = append(c.open, c.begun)
	c.begun++
}

func (c *talks) goOn(rig KillRig) {
	c.open = slices.DeleteFunc(c.open, func(n int) bool { return !rig.Reply(n) })
}

// killPatience is how long Kill waits for an answer. The long form runs next to other
// work, on a machine where a program may take a minute to start.
func killPatience() time.Duration {
	if *Long {
		return 20 * Patience
	}
	return 3 * Patience
}

// maxOpen bounds the open conversations, so that a slow machine is not overloaded.
const maxOpen = 100

// untilEnded begins n conversations and goes on with all until as many have ended, and
// further until no more than maxOpen are open.
func (c *talks) untilEnded(t *testing.T, rig KillRig, n int, say func()) {
	t.Helper()
	deadline := time.Now().Add(killPatience())
	ended, begin := c.begun-len(c.open), c.begun+n
	for c.begun-len(c.open) < ended+n || len(c.open) > maxOpen {
		if c.begun < begin {
			say()
		}
		time.Sleep(20 * time.Millisecond)
		c.goOn(rig)
		if time.Now().After(deadline) {
			t.Fatalf("nothing is answered; conversations %v are open", c.open)
		}
	}
}

// finish goes on until all is answered. A claim of a dead replica ends after a minute.
func (c *talks) finish(t *testing.T, rig KillRig) {
	deadline := time.Now().Add(killPatience())
	for c.goOn(rig); len(c.open) > 0 || !rig.Drained(); c.goOn(rig) {
		if time.Now().After(deadline) {
			t.Errorf("conversations %v never end", c.open)
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(2 * time.Second) // for a second answer, if there is one
}

// check checks that all is answered once.
func (c *talks) check(t *testing.T, rig KillRig) (summary string) {
	total := 0
	for n := range c.begun {
		got, want := rig.Answers(n)
		if got != want {
			t.Errorf("conversation %d has %d answers, want %d", n, got, want)
		}
		total += got
	}
	return fmt.Sprintf("%d conversations, %d answers", c.begun, total)
}
