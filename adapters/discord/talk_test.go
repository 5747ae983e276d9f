package discord

import (
	"strings"
	"testing"

	"mabsbot/adapters/discord/discordfake"
)

// TestThread walks through a conversation in a thread.
func TestThread(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.alex.Say(s.channel.ID, coordinator)
	s.sees(s.alex, "Which fits FS-11.corp.example?")
	thread := s.Channel(m.ID)
	if thread.Parent != s.channel.ID || !strings.Contains(thread.Name, "Agent Coordinator") {
		t.Errorf("the thread is %+v", thread)
	}
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
	s.sees(s.alex, "Same or trusted domain ✓ alex")
	s.alex.Say(m.ID, "nope same thing")
	s.sees(s.alex, "Step 2 of")
	s.quiet()
	t.Log(s.shown(s.alex))
	if pings := s.Pings(); len(pings) > 0 {
		t.Errorf("pinged: %+v", pings)
	}
	for _, c := range s.Refused() {
		t.Errorf("refused: %s %d %s", c.Route, c.Code, c.Reason)
	}
}

// TestCommand asks in private, and posts in the channel what came of it.
func TestCommand(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	t.Log(s.shown(s.kim))
	if shown := s.shown(s.alex); shown != "" {
		t.Errorf("others see %s", shown)
	}
	s.presses(s.kim, "월별")
	s.sees(s.kim, "1단계")
	s.quiet()
	t.Log(s.shown(s.kim))
	s.presses(s.kim, "채널에 게시")
	s.sees(s.alex, "1단계")
	s.quiet()
	t.Log(s.shown(s.kim))
	s.presses(s.alex, "해결됨")
	s.sees(s.alex, "잘됐습니다")
	for _, c := range s.Refused() {
		t.Errorf("refused: %s %d %s", c.Route, c.Code, c.Reason)
	}
}
