package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
)

// fixes returns what is recorded as fixes, sorted. Commands are handled next to each
// other: one whose question has to be read is recorded later.
func (s *stage) fixes() string {
	s.t.Helper()
	all, err := s.DB.Fixes(s.t.Context(), 9)
	s.must(err)
	var got []string
	for _, f := range all {
		got = append(got, fmt.Sprintf("%s: %s < %s (%s) in %s", f.Entry, f.Text, f.Question, f.By.ID, f.Thread.Root))
	}
	return strings.Join(slices.Sorted(slices.Values(got)), "; ")
}

// TestRecordedFix uses the command "This solved it" on messages in a thread that the bot did
// not answer, in a forum, on a reply, and in a walkthrough, and deletes the messages.
func TestRecordedFix(t *testing.T) {
	s := newStage(t, discordfake.Options{}, mentionsOnly)
	robot := s.alex.Say(s.channel.ID, "our tape robot hums since Monday")
	thread := s.kim.StartThread(robot, "robot")
	degaussed := s.kim.Say(thread.ID, "degauss it, that helped us")
	forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
	post := s.alex.Post(forum.ID, "Bare metal", "the restore stops at 3 percent")
	dism := s.kim.Say(post.Channel, "load the driver of the controller")
	printer := s.alex.Say(s.channel.ID, "the printer prints reports twice")
	reply := s.kim.Reply(printer, "remove the second printer")
	s.alex.Say(s.channel.ID, "@mabsbot "+inconsistent)
	s.sees(s.alex, answered)
	walk := s.alex.Visible()[len(s.alex.Visible())-1]
	moved := s.kim.Say(walk.Channel, "run a consistency check with the agent of FS-11 off")
	told := 0
	for _, m := range []discordfake.Message{degaussed, degaussed, dism, reply, moved} {
		s.must(s.alex.CommandOn(m, recordCommand))
		told++
		s.until("alex reads that it is recorded", func() bool { return len(s.alex.Ephemerals()) == told })
	}
	s.sees(s.alex, "Recorded as a fix. Thank you. An editor reviews it in the console, on the page “Captured fixes”.")
	want := func(fixes ...string) {
		t.Helper()
		want := strings.Join(slices.Sorted(slices.Values(fixes)), "; ")
		chattest.Poll(t, "the fixes are "+want, func() bool { return s.fixes() == want })
	}
	of := func(text, question, root, entry string) string {
		return fmt.Sprintf("%s: %s < %s (%s) in %s", entry, text, question, s.alex.ID, root)
	}
	replied := of("remove the second printer", "the printer prints reports twice", printer.ID, "")
	inForum := of("load the driver of the controller", "Bare metal\nthe restore stops at 3 percent", post.Channel, "")
	want(of("run a consistency check with the agent of <Server> off", inconsistent, walk.Channel, "replica-inconsistent"), replied, inForum,
		of("degauss it, that helped us", "our tape robot hums since Monday", thread.ID, ""))
	s.must(s.kim.Edit(degaussed, "degauss it twice"))
	s.must(s.alex.Delete(robot))
	s.must(s.kim.Delete(moved))
	want(replied, inForum, of("degauss it twice", "", thread.ID, ""))
	s.refusals()
}
