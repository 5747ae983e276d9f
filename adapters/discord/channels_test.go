package discord

import (
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// TestPartialChannels checks that partial channel objects do not overwrite what
// is cached.
func TestPartialChannels(t *testing.T) {
	p := newChannels()
	p.learn("g", discordapi.Channel{ID: "1", Type: new(0)})
	p.learn("", discordapi.Channel{ID: "1", Type: new(0)})
	p.learn("g", discordapi.Channel{ID: "1"})
	p.learn("", discordapi.Channel{ID: "2", Type: new(0)})
	p.learn("g", discordapi.Channel{ID: "3", Type: new(discordapi.ChannelTypePublicThread)})
	p.learn("", discordapi.Channel{ID: "4", Type: new(discordapi.ChannelTypeDM)})
	for id, want := range map[string]channelInfo{"1": {guild: "g"}, "2": {}, "3": {}, "4": {kind: discordapi.ChannelTypeDM}} {
		if got, known := p.get(id); got != want || known != (want != channelInfo{}) {
			t.Errorf("channel %s is cached as %+v (%v), want %+v", id, got, known, want)
		}
	}
}

// TestDeletedAfterCommand deletes a question after another user used a command
// in the channel, whose payload has the channel without its guild.
func TestDeletedAfterCommand(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	before := len(s.BotMessages())
	s.must(s.alex.Delete(m))
	s.quiet()
	if n := len(s.BotMessages()); n != before-1 {
		t.Errorf("%d messages of the bot before the deletion and %d after, want one less", before, n)
	}
	s.refusals()
}

// TestRoleMention checks that the bot answers when its role is mentioned, and
// looks up its role once after a resume.
func TestRoleMention(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	role := "<@&" + s.BotRole(s.Guild) + ">"
	s.alex.Say(s.channel.ID, role+" what about 98765432")
	s.sees(s.alex, "98765432")
	s.quiet()
	n := len(s.BotMessages())
	s.restart()
	if s.Identifies() != 1 {
		t.Fatal("it was not resumed")
	}
	for range 2 {
		s.alex.Say(s.channel.ID, role+" what about 98765433")
		s.quiet()
	}
	if got := len(s.BotMessages()); got != 3*n {
		t.Errorf("%d messages for the first mention, %d for three, want %d", n, got, 3*n)
	}
	if n := len(s.Calls(discordfake.GetGuildRoles)); n != 1 {
		t.Errorf("%d requests for the roles, want 1", n)
	}
}

// TestArchivedForumPost posts to an archived forum post, which is not cached.
func TestArchivedForumPost(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
	post := s.alex.Post(forum.ID, "agent push", chattest.Coordinator)
	s.until("the post is answered", func() bool { return s.answers(post) == 1 })
	s.quiet()
	for name, meanwhile := range map[string]func(){"another session": s.ForgetSessions, "the same session": func() {}} {
		s.Archive(post.Channel, true, false)
		s.settled()
		s.must(s.End())
		meanwhile()
		s.start()
		before := len(s.Messages(post.Channel))
		_, err := s.discord.Post(t.Context(), bot.Post{
			ID: bot.PostID(name), Thread: bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: forum.ID, Root: post.Channel},
			Reply: bot.Reply{Lang: "en", Blocks: []bot.Block{{Kind: bot.BlockText, Text: "Did it hold?"}}},
		})
		if n := len(s.Messages(post.Channel)); err != nil || n != before+1 {
			t.Errorf("%s: %d messages before the post and %d after (%v), want one more", name, before, n, err)
		}
	}
	s.refusals()
}

// TestCanPost checks where the bot can post a message of its own.
func TestCanPost(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
	text := s.AddChannel(discordfake.Channel{Name: "team"})
	s.settled()
	for id, want := range map[string]bool{text.ID: true, forum.ID: false, "1": false} {
		if got, err := s.discord.CanPost(t.Context(), id); err != nil || got != want {
			t.Errorf("%s: %t, %v; want %t", id, got, err, want)
		}
	}
}

// TestArchivedThread edits and deletes messages in an archived thread.
func TestArchivedThread(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.startWalkthrough()
	s.Archive(m.ID, true, false)
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Same or trusted domain ✓ alex")
	s.sees(s.alex, "Step 1 of")
	s.quiet()
	s.Archive(m.ID, true, false)
	s.must(s.alex.Delete(m))
	s.quiet()
	if own := s.BotMessages(); len(own) > 1 || strings.Contains(s.shown(s.alex), "Step 1 of") {
		t.Errorf("%d messages of the bot after the deletion, want at most 1:\n%s", len(own), s.shown(s.alex))
	}
}

// TestLockedThread checks that a post to a locked thread is given up and the
// bot continues to serve.
func TestLockedThread(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	m := s.startWalkthrough()
	s.Archive(m.ID, true, true)
	s.must(s.alex.Delete(m))
	s.quiet()
	if n := s.InvalidRequests(); n > 2 {
		t.Errorf("%d invalid requests, want at most 2", n)
	}
	after := s.load(s.channel.ID, 0)
	s.until("another message is answered", func() bool { return s.answers(after) == 1 })
}

// TestNoHistory checks that without Read Message History the bot answers
// without replying, tries to reply only once, and logs the missing permission.
func TestNoHistory(t *testing.T) {
	var log chattest.Buffer
	s := newStage(t, discordfake.Options{Permissions: discordfake.DefaultPermissions &^ discordfake.CreatePublicThreads &^ discordfake.ReadMessageHistory}, noRepeatWindow, logTo(&log))
	for range 3 {
		s.alex.Say(s.channel.ID, chattest.Coordinator)
	}
	s.quiet()
	if n := len(s.BotMessages()); n != 3 {
		t.Errorf("%d answers, want 3", n)
	}
	if n := s.InvalidRequests(); n != 2 { // one to start a thread, one to reply
		t.Errorf("%d invalid requests, want 2", n)
	}
	if n := strings.Count(log.String(), "missing permission to reply"); n != 1 {
		t.Errorf("the missing permission is logged %d times, want once", n)
	}
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
}

// TestEphemeralRoot checks that a button of an ephemeral message continues the
// conversation in a channel without threads.
func TestEphemeralRoot(t *testing.T) {
	s := newStage(t, discordfake.Options{Permissions: discordfake.DefaultPermissions &^ discordfake.CreatePublicThreads})
	m := s.startWalkthrough()
	s.Fail(discordfake.Fault{Route: discordfake.EditMessage, Code: 50083}) // the old buttons cannot be removed
	s.Fail(discordfake.Fault{Route: discordfake.ModifyChannel, Code: 50013})
	old, _ := s.alex.Newest("Same or trusted domain")
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
	s.presses(s.alex, "Didn't help → next")
	s.sees(s.alex, "Step 2 of")
	s.quiet()
	s.must(s.alex.PressOn(old, "Same or trusted domain"))
	s.until("an ephemeral message says that the button is out of date", func() bool { return len(s.alex.Ephemerals()) == 1 })
	s.must(s.alex.PressOn(s.alex.Ephemerals()[0], "Didn't help → next"))
	s.sees(s.alex, "Step 3 of")
	s.quiet()
	step, _ := s.alex.Newest("Fixed")
	if step.ReplyTo != m.ID {
		t.Errorf("step 3 replies to %s, want %s", step.ReplyTo, m.ID)
	}
}

// TestRepeatedEvent checks that a message has the same event ID whether or not
// its channel is cached.
func TestRepeatedEvent(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	s.alex.Say(m.ID, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
	s.quiet()
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Status: 500, Times: -1})
	said := s.alex.Say(m.ID, "nope same thing")
	s.settled()
	s.must(s.End())
	s.Heal()
	s.start()
	s.sees(s.alex, "Step 2 of")
	s.quiet()
	s.Dispatch(messageCreate, map[string]any{
		"id": said.ID, "channel_id": m.ID, "guild_id": s.Guild, "type": 0, "content": "nope same thing",
		"author": map[string]any{"id": s.alex.ID, "username": "alex"},
	})
	s.quiet()
	if strings.Contains(s.shown(s.alex), "Step 3 of") {
		t.Error("the repeated message was handled again")
	}
}

// TestSlowAttachment checks that a command whose attachment cannot be
// downloaded does not block its channel.
func TestSlowAttachment(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	upload := s.kim.Upload(s.channel.ID, "look", discordfake.File{Name: "a.log", Content: []byte("nothing to see")})
	s.quiet()
	s.Fail(discordfake.Fault{Route: discordfake.GetAttachment, Hang: true, Times: -1})
	s.must(s.alex.CommandOn(upload, "Look up with mabsbot"))
	from := time.Now()
	m := s.load(s.channel.ID, 0)
	s.until("another message is answered", func() bool { return s.answers(m) == 1 })
	if took := time.Since(from); took > apiTime/2 {
		t.Errorf("answered after %v, want less than the download takes", took)
	}
	s.Heal()
}

// TestPressInLockedThread checks that a user who presses a button in a locked
// thread is notified.
func TestPressInLockedThread(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.startWalkthrough()
	s.Archive(m.ID, false, true)
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "the thread must not be locked")
}

// TestForbiddenPost checks that a user who posts an answer to a channel is
// notified if the bot may not write there.
func TestForbiddenPost(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.Deny(s.channel.ID, discordfake.SendMessages|discordfake.SendMessagesInThreads|discordfake.CreatePublicThreads)
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	s.presses(s.kim, "채널에 게시")
	s.sees(s.kim, "메시지를 쓸 권한이 없습니다")
}

// TestDeletedThread checks that the bot does not start a thread again after it
// was deleted.
func TestDeletedThread(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{}, func(s *stage) { s.policy.FollowUp = time.Second })
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
	s.presses(s.alex, "Fixed")
	s.settled()
	s.DeleteChannel(m.ID)
	s.settled()
	time.Sleep(s.policy.FollowUp) // the follow-up question is due
	s.quiet()
	if s.Channel(m.ID).ID != "" {
		t.Errorf("the deleted thread was started again: %s", s.shown(s.alex))
	}
}

// TestForumTitle checks that the title of a forum post is part of its text.
func TestForumTitle(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
	post := s.alex.Post(forum.ID, "Replica is inconsistent (ID: 3106)", "since this morning, see title, please help")
	s.until("the message is answered", func() bool { return len(s.Messages(post.Channel)) > 1 })
	picture := discordapi.Message{ID: "5", ChannelID: "5", GuildID: "g", Author: &discordapi.User{ID: "u"}, Attachments: []discordapi.Attachment{{ID: "1", Filename: "shot.png", ContentType: "image/png", Size: 5}}}
	inbound, ok, err := testSelf.readMessage(messageCreate, picture, channelInfo{guild: "g", parent: "9", kind: discordapi.ChannelTypePublicThread, title: "ID: 3106"}, "")
	if !ok || err != nil || inbound.event.(bot.Message).Text != "ID: 3106" {
		t.Errorf("a forum post with only a picture: %+v, %v, want its title as text", inbound, err)
	}
}

// TestArchivedThreadLookUp checks that an archived thread is looked up with its
// parent.
func TestArchivedThreadLookUp(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	said := s.alex.Say(m.ID, "hello there")
	s.quiet()
	s.Archive(m.ID, true, false)
	s.settled()
	s.Dispatch(messageDelete, map[string]any{"id": said.ID, "channel_id": m.ID, "guild_id": s.Guild}) // by a moderator
	s.settled()
	if at, err := s.discord.lookUpChannel(t.Context(), m.ID); err != nil || !at.isThread() || at.parent != s.channel.ID {
		t.Errorf("looked up as %+v, %v; want a thread of %s", at, err, s.channel.ID)
	}
}

// TestClosedForum checks that three posts in a forum where the bot may not
// write cost one invalid request and one log line.
func TestClosedForum(t *testing.T) {
	var log chattest.Buffer
	s := newStage(t, discordfake.Options{}, noRepeatWindow, logTo(&log))
	forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
	s.Deny(forum.ID, discordfake.SendMessagesInThreads)
	s.settled()
	for range 3 {
		s.alex.Post(forum.ID, "agent push", chattest.Coordinator)
	}
	s.quiet()
	if n := len(s.Refused()); n != 1 {
		t.Errorf("%d requests were refused, want 1", n)
	}
	if n := strings.Count(log.String(), "missing permission to send messages"); n != 1 {
		t.Errorf("the missing permission is logged %d times, want once:\n%s", n, log.String())
	}
}

// TestPermissionGivenBack checks that an answer that Discord refused while a
// permission was missing is sent after all, once, when it is retried.
func TestPermissionGivenBack(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	all := discordfake.SendMessages | discordfake.SendMessagesInThreads | discordfake.CreatePublicThreads
	s.Deny(s.channel.ID, all)
	s.settled()
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.quiet()
	letters, err := s.DB.DeadLetters(t.Context(), 9)
	if err != nil || len(letters) != 1 || !strings.Contains(letters[0].Why, "50013") || strings.Contains(s.shown(s.alex), "Which domain is FS-11") {
		t.Fatalf("got dead letters %+v, %v; want the answer", letters, err)
	}
	s.Deny(s.channel.ID, 0)
	s.settled()
	s.must(s.DB.Resend(t.Context(), letters[0].ID))
	s.sees(s.alex, "Which domain is FS-11")
	s.quiet()
	if n := strings.Count(s.shown(s.alex), "Which domain is FS-11"); n != 1 {
		t.Errorf("the answer is shown %d times", n)
	}
}

// TestNoSendingInThreads checks that a conversation continues in the channel if
// the bot may start threads but not write in them, and that this costs one
// invalid request.
func TestNoSendingInThreads(t *testing.T) {
	s := newStage(t, discordfake.Options{Permissions: discordfake.DefaultPermissions &^ discordfake.SendMessagesInThreads})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
	s.presses(s.alex, "Didn't help → next")
	s.sees(s.alex, "Step 2 of")
	s.quiet()
	if step, _ := s.alex.Newest("Fixed"); step.Channel != s.channel.ID || step.ReplyTo != m.ID {
		t.Errorf("step 2 is %+v, want a reply to %s in the channel", step, m.ID)
	}
	if n := len(s.Refused()); n != 1 {
		t.Errorf("%d requests were refused, want 1", n)
	}
}

// TestUnknownChannel checks that the bot answers in a channel that it cannot
// look up.
func TestUnknownChannel(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	s.discord.channels.forgetGuild(s.Guild)
	s.Fail(discordfake.Fault{Route: discordfake.GetChannel, Code: 50001, Times: 2})
	m := s.load(s.channel.ID, 0)
	s.until("the message is answered", func() bool { return s.answers(m) == 1 })
}
