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

// TestSlowChannel checks that a slow request for one channel does not delay the
// others.
func TestSlowChannel(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{}, func(s *stage) { s.policy.RepeatWindow = 0 })
	other := s.AddChannel(discordfake.Channel{Name: "other"})
	const slow = 4 * time.Second
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Delay: slow})
	began := time.Now()
	first := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.settled()
	for range 3 {
		m := s.alex.Say(other.ID, chattest.Coordinator)
		s.until("the other channel is answered", func() bool { return len(s.Messages(m.ID)) > 0 })
	}
	if took := time.Since(began); took > slow-time.Second {
		t.Errorf("the other channel waited %v", took)
	}
	s.until("the slow channel is answered", func() bool { return len(s.Messages(first.ID)) > 0 })
}

// longPost returns a post of several messages. The first starts with HEAD.
func longPost(s *stage, thread bot.Thread) bot.Post {
	s.t.Helper()
	return bot.Post{ID: "0123456789abcdef01234567", Thread: thread, Reply: bot.Reply{Lang: "ko", Blocks: []bot.Block{
		{Kind: bot.BlockHeading, Text: "HEAD"}, {Kind: bot.BlockText, Text: strings.Repeat("아주 긴 문장입니다. A very long sentence.\n", 150)},
	}}}
}

// TestPartialReply checks that a reply whose second message is refused counts
// as delivered, so that the first one can be deleted.
func TestPartialReply(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.alex.Say(s.channel.ID, "hi")
	s.settled()
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Delay: time.Millisecond})
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Code: 50035})
	p := longPost(s, bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: s.channel.ID, Root: m.ID})
	done, err := s.discord.Post(t.Context(), p)
	s.must(err)
	p.Replaces, p.Ref, p.Withdraw = p.ID, done.Ref, true
	_, err = s.discord.Post(t.Context(), p)
	s.must(err)
	if strings.Contains(s.shown(s.alex), "HEAD") {
		t.Error("the first message is still shown")
	}
}

// TestLongPost checks that a post of several messages is delivered once, edited
// and deleted, and that buttons on its last page belong to its conversation.
func TestLongPost(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	long := strings.Repeat("아주 긴 문장입니다. A very long sentence.\n", 150)
	reply := bot.Reply{Lang: "ko", Blocks: []bot.Block{{Kind: bot.BlockText, Text: long}, {Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{{Label: "해결됨", Button: bot.Button{Action: bot.ActionFixed, Entry: "e"}}}}}}
	p := bot.Post{ID: "0123456789abcdef01234567", Opens: true, Reply: reply, Thread: bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: s.channel.ID, Root: "to-be-opened"}}
	first, err := s.discord.Post(t.Context(), p)
	s.must(err)
	again, err := s.discord.Post(t.Context(), p)
	s.must(err)
	shown := s.Messages(s.channel.ID)
	if len(shown) < 2 || again != first {
		t.Fatalf("%d messages, delivered as %+v and again as %+v; want several and the same", len(shown), first, again)
	}
	last := shown[len(shown)-1]
	if first.Thread.Root != shown[0].ID || last.ReplyTo != shown[0].ID {
		t.Errorf("the thread is %+v, and its last page replies to %q; want the first page", first.Thread, last.ReplyTo)
	}
	press, err := s.discord.me().component(discordapi.Interaction{ID: "1", Token: "t", Type: discordapi.InteractionMessageComponent, GuildID: s.Guild, ChannelID: s.channel.ID,
		Message: &discordapi.Message{ID: last.ID, MessageReference: &discordapi.MessageReference{MessageID: last.ReplyTo}},
		Data:    discordapi.InteractionData{CustomID: buttonsOf(last.Components)["해결됨"]}}, bot.User{ID: s.alex.ID})
	s.must(err)
	if got := press.(inboundInteraction).event.About().Thread; got != first.Thread {
		t.Errorf("its button belongs to %+v, want %+v", got, first.Thread)
	}
	p.Replaces, p.Ref, p.Reply = p.ID, first.Ref, bot.Reply{Lang: "ko", Blocks: []bot.Block{{Kind: bot.BlockText, Text: "짧은 답"}}}
	shorter, err := s.discord.Post(t.Context(), p)
	s.must(err)
	if shown := s.Messages(s.channel.ID); len(shown) != 1 || !strings.Contains(shown[0].Plain(), "짧은 답") {
		t.Errorf("%d messages after the edit, want 1 with the new text", len(shown))
	}
	p.Withdraw, p.Ref = true, shorter.Ref
	_, err = s.discord.Post(t.Context(), p)
	s.must(err)
	if shown := s.Messages(s.channel.ID); len(shown) != 0 {
		t.Errorf("%d messages after the deletion, want 0", len(shown))
	}
	s.refusals()
}
