package discord

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// TestExpiredToken checks that a command whose token expired while the bot was
// down is answered as a DM.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{TokenTTL: 500 * time.Millisecond})
	s.expireToken("/mabs 0x29834")
	s.sees(s.kim, "어떤 보존 기간")
	s.sees(s.kim, "Discord에서 답변할 수 있는 시간이 지나")
	s.quiet()
	if len(s.kim.Ephemerals()) > 1 || s.shown(s.alex) != "" { // one stays "thinking…"
		t.Errorf("kim sees\n%s\nalex sees\n%s", s.shown(s.kim), s.shown(s.alex))
	}
	s.presses(s.kim, "월별") // the conversation goes on there
	s.sees(s.kim, "1단계")
}

// TestExpiredTokenWithoutDMs checks that a user who accepts no DMs is asked in
// the channel to use the command again, without its text.
func TestExpiredTokenWithoutDMs(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{TokenTTL: 500 * time.Millisecond})
	s.kim.CloseDMs(true)
	s.expireToken("/mabs 0x29834")
	s.sees(s.alex, "kim 님, 명령에 제때 답변드리지 못했고")
	s.quiet()
	if shown := s.shown(s.alex); strings.Contains(shown, "29834") || len(s.Pings()) > 0 {
		t.Errorf("others see\n%s\nand these users are mentioned: %v", shown, s.Pings())
	}
}

// expireToken stops the bot after kim's command was recorded and acknowledged,
// and restarts it after the token expired.
func (s *stage) expireToken(command string) {
	s.t.Helper()
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Status: 503, Times: -1})
	s.must(s.kim.Command(s.channel.ID, command))
	s.until("the edit of the response fails", func() bool { return len(s.Calls(discordfake.EditOriginalResponse)) > 0 })
	s.must(s.End())
	used := s.Interactions()[0]
	time.Sleep(time.Until(used.At.Add(600 * time.Millisecond)))
	s.Heal()
	s.start()
}

// TestExpiredTokenInDM checks that a command in a DM whose token expired is
// answered with a message.
func TestExpiredTokenInDM(t *testing.T) {
	s := newStage(t, discordfake.Options{TokenTTL: time.Nanosecond})
	s.must(s.kim.Command(s.kim.DMChannel(), "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
}

// TestExpiredTokenInThread checks that a private note becomes a message for
// everyone if no token is valid.
func TestExpiredTokenInThread(t *testing.T) {
	s := newStage(t, discordfake.Options{TokenTTL: time.Nanosecond})
	s.startWalkthrough()
	s.presses(s.alex, "Continue in DM") // "I wrote to you" is for alex only
	s.quiet()
	if n := len(s.alex.Ephemerals()); n != 0 {
		t.Errorf("%d ephemeral messages, want 0", n)
	}
	s.sees(s.alex, "DM")
}

// TestExpiredReplacement checks that a post that cannot replace the response to a
// command any more is shown as a DM, unless it only takes the question from it.
func TestExpiredReplacement(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{TokenTTL: 500 * time.Millisecond})
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	all, err := s.DB.Walkthroughs(t.Context(), bot.UserKey{Adapter: adapterName, Workspace: s.AppID, ID: s.kim.ID}, 1)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	time.Sleep(time.Until(s.Interactions()[0].At.Add(600 * time.Millisecond)))
	for _, closes := range []bool{true, false} {
		p := bot.Post{
			ID: bot.PostID("closes " + strconv.FormatBool(closes)), Thread: all[0].Thread, Private: true, To: all[0].Asker, Replaces: all[0].Live, Ref: ephemeralRef, Closes: closes,
			Reply: bot.Reply{Lang: "ko", Blocks: []bot.Block{{Kind: bot.BlockText, Text: "closes " + strconv.FormatBool(closes)}}},
		}
		if _, err := s.discord.Post(t.Context(), p); err != nil {
			t.Error(err)
		}
	}
	if shown := s.shown(s.kim); strings.Contains(shown, "closes true") || !strings.Contains(shown, "closes false") {
		t.Errorf("kim sees\n%s", shown)
	}
}

// TestOtherResponder checks that the bot does not replace the response of
// another process or of an earlier run with the notice about a switched-off
// channel.
func TestOtherResponder(t *testing.T) {
	t.Parallel()
	soon := func(s *stage) { s.setup = func(d *Discord) { d.thinkingTime = 300 * time.Millisecond } }
	t.Run("another process", func(t *testing.T) {
		first := newStage(t, discordfake.Options{}, soon)
		second := *first
		second.start()
		t.Cleanup(func() { first.must(second.End()) })
		first.must(first.kim.Command(first.channel.ID, "/mabs 0x29834"))
		first.sees(first.kim, "어떤 보존 기간")
		first.must(first.alex.Command(first.alex.DMChannel(), "/mabs 319"))
		first.sees(first.alex, "Agent Coordinator")
		first.alex.DM("not sure")
		first.sees(first.alex, "Step 1 of")
		first.staysWithout("switched off", "꺼져 있는")
		first.sees(first.alex, "could not talk to the coordinator") // the first answer is still shown
	})
	t.Run("an earlier run", func(t *testing.T) {
		s := newStage(t, discordfake.Options{}, soon)
		s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
		s.sees(s.kim, "어떤 보존 기간")
		s.quiet()
		payload := s.recordedInteraction()
		s.restart()
		s.Dispatch(interactionCreate, payload) // Discord sends it again
		s.quiet()
		s.staysWithout("switched off", "꺼져 있는")
	})
}

// TestRepeatedInteraction checks that an interaction that an earlier run
// recorded and Discord sends again is answered once.
func TestRepeatedInteraction(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Status: 503, Times: -1})
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.until("the edit of the response fails", func() bool { return len(s.Calls(discordfake.EditOriginalResponse)) > 0 })
	payload := s.recordedInteraction()
	s.restart()
	s.Dispatch(interactionCreate, payload)
	s.settled()
	s.Heal()
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	if n := len(s.kim.Ephemerals()); n != 1 || len(s.Calls(discordfake.DeleteOriginalResponse)) > 0 || strings.Contains(s.shown(s.kim), "여기에서 답변드립니다") {
		t.Errorf("%d ephemeral messages, want 1:\n%s", n, s.shown(s.kim))
	}
}

// staysWithout waits until the bot would have replaced a response, and checks
// that none of the notices is shown.
func (s *stage) staysWithout(notices ...string) {
	s.t.Helper()
	time.Sleep(2 * s.discord.thinkingTime)
	for _, notice := range notices {
		if shown := s.shown(s.alex) + s.shown(s.kim); strings.Contains(shown, notice) {
			s.t.Errorf("%q is shown:\n%s", notice, shown)
		}
	}
}

// recordedInteraction returns the interaction in the inbox.
func (s *stage) recordedInteraction() (payload map[string]any) {
	s.t.Helper()
	s.must(s.DB.Inbox(adapterName).Replay(s.t.Context(), func(_ string, record []byte) error {
		var e envelope
		if json.Unmarshal(record, &e) == nil && e.Kind == interactionCreate {
			return json.Unmarshal(e.Data, &payload)
		}
		return nil
	}))
	if payload == nil {
		s.t.Fatal("no interaction is recorded")
	}
	return payload
}

// TestTwoCommandsInDM checks that no response stays "thinking…" if a user uses
// two commands at once.
func TestTwoCommandsInDM(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs help"))
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs 319"))
	s.sees(s.alex, "/mabs list")
	s.sees(s.alex, "Agent Coordinator")
	s.until("no response is \"thinking…\"", func() bool {
		return !slices.ContainsFunc(s.alex.Visible(), func(m discordfake.Message) bool { return m.Flags&discordapi.MessageFlagLoading != 0 })
	})
	s.refusals()
}

// TestSlowResponse checks that a response that is being edited is not deleted
// because of another command.
func TestSlowResponse(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Delay: 300 * time.Millisecond})
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs help"))
	who := recipient{bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: s.alex.DMChannel()}, s.alex.ID}
	chattest.Poll(s.t, "the response is being edited", func() bool { one, _ := s.discord.tokens.get(who); return one.claimed })
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs 319"))
	s.sees(s.alex, "Agent Coordinator")
	s.sees(s.alex, "/mabs list")
	if n := len(s.Calls(discordfake.DeleteOriginalResponse)); n != 0 {
		t.Errorf("%d responses were deleted, want 0", n)
	}
}

// TestTokens checks that the newest valid token is kept.
func TestTokens(t *testing.T) {
	l, now := newTokens(), time.Now()
	who := recipient{user: "u"}
	keep := func(secret string, until time.Duration) string {
		other, ok := l.keep(who, token{secret: secret, until: now.Add(until)})
		one, _ := l.get(who)
		if !ok {
			return one.secret
		}
		return one.secret + ", not " + other.secret
	}
	for i, c := range []struct {
		secret string
		until  time.Duration
		want   string
	}{
		{"over", -time.Second, ""}, {"a", 2 * time.Minute, "a"}, {"a", 4 * time.Minute, "a"}, {"older", time.Minute, "a, not older"}, {"over", -time.Second, "a"},
		{"b", 3 * time.Minute, "b, not a"},
	} {
		if got := keep(c.secret, c.until); got != c.want {
			t.Errorf("step %d: kept %q, want %q", i, got, c.want)
		}
	}
	l.drop(who, "b")
	if got := keep("b", 3*time.Minute); got != "" {
		t.Errorf("a rejected token is kept again: %q", got)
	}
}

// TestLongResponseInDM checks that a response of several messages is completed,
// without repeating the first message, after the second one failed.
func TestLongResponseInDM(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Status: 503})
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs help"))
	s.until("the edit of the response failed", func() bool { return len(s.Calls(discordfake.EditOriginalResponse)) == 1 })
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, RetryAfter: 10 * time.Millisecond})
	p := longPost(s, bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: s.alex.DMChannel()})
	p.To.ID = s.alex.ID
	if _, err := s.discord.Post(t.Context(), p); err == nil || bot.IsRefused(err) {
		t.Errorf("the post failed with %v, want an error that allows a retry", err)
	}
	chattest.Poll(s.t, "the post is delivered", func() bool { _, err := s.discord.Post(t.Context(), p); return err == nil })
	if n := strings.Count(s.shown(s.alex), "HEAD"); n != 1 {
		t.Errorf("the first message is shown %d times, want once", n)
	}
}
