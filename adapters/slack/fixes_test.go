package slack

import (
	"fmt"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

// fixes returns what is recorded as fixes, the latest first.
func (s *stage) fixes() string {
	s.t.Helper()
	all, err := s.DB.Fixes(s.t.Context(), 9)
	s.must(err)
	var got strings.Builder
	for _, f := range all {
		got.WriteString(fmt.Sprintf("%s: %s < %s (%s) in %s; ", f.Entry, f.Text, f.Question, f.By.ID, f.Thread.Root))
	}
	return got.String()
}

// TestRecordedFix uses the shortcut "This solved it" in threads with and without an answer
// of the bot, and deletes the messages.
func TestRecordedFix(t *testing.T) {
	s := newStage(t, slackfake.Options{}, mentionsOnly)
	robot := s.alex.Say(s.channel.ID, "our tape robot hums since Monday")
	degaussed := s.kim.Reply(robot, "degauss it, that helped us")
	top := s.alex.Say(s.channel.ID, "note: restart the agent after an update")
	paste := s.alex.Say(s.channel.ID, "@mabsbot "+inconsistent)
	s.sees(s.alex, answered)
	moved := s.kim.Reply(paste, "run a consistency check with the agent of FS-11 off")
	told := 0
	for _, m := range []slackfake.Message{degaussed, degaussed, top, moved, paste} {
		s.must(s.alex.ShortcutOn(m, recordShortcut))
		told++
		s.until("alex reads that it is recorded", func() bool { return len(s.alex.Ephemerals()) == told })
	}
	s.sees(s.alex, "Recorded as a fix. Thank you. An editor reviews it in the console, on the page “Captured fixes”.")
	s.sees(s.alex, "That message has no fix to record.")
	want := func(want string) {
		t.Helper()
		chattest.Poll(t, "the fixes are "+want, func() bool { return s.fixes() == want })
	}
	of := func(text, question string, m slackfake.Message, entry string) string {
		return fmt.Sprintf("%s: %s < %s (%s) in %s; ", entry, text, question, s.alex.ID, m.TS)
	}
	onTop := of("note: restart the agent after an update", "", top, "")
	want(of("run a consistency check with the agent of <Server> off", inconsistent, paste, "replica-inconsistent") + onTop +
		of("degauss it, that helped us", "our tape robot hums since Monday", robot, ""))
	s.must(s.kim.Edit(degaussed, "degauss it twice"))
	s.must(s.alex.Delete(robot))
	s.must(s.kim.Delete(moved))
	want(onTop + of("degauss it twice", "", robot, ""))
	s.quiet()
}

// TestRecordedFixPayload checks what of the shortcut's payload is read: the message as it
// was posted, and the top of its thread.
func TestRecordedFixPayload(t *testing.T) {
	me := identity{team: "T1", user: "U0"}
	for _, tt := range []struct{ channel, message, want string }{
		{"C1", `"ts":"2.0","text":"x"`, "slack/T1/C1/2.0 2.0 0"},
		{"C1", `"ts":"2.0","thread_ts":"2.0","text":"x"`, "slack/T1/C1/2.0 2.0 0"},
		{"C1", `"ts":"2.0","thread_ts":"1.0","text":"x"`, "slack/T1/C1/2.0 1.0 1"},
		{"D1", `"ts":"2.0","text":"x"`, "slack/T1/D1/2.0  0"},
	} {
		payload := fmt.Sprintf(`{"type":"message_action","callback_id":%q,"trigger_id":"1","team":{"id":"T1"},"user":{"id":"U1"},"channel":{"id":%q},"message":{%s}}`, recordShortcut, tt.channel, tt.message)
		read, err := me.readInteraction([]byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		in := read.(inbound)
		p := in.event.(bot.Press)
		if got := fmt.Sprintf("%s %s %d", p.Message, p.Thread.Root, len(p.Points)); got != tt.want || in.points() != (len(p.Points) > 0) {
			t.Errorf("%s: got %s, want %s", tt.message, got, tt.want)
		}
	}
}
