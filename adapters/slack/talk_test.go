package slack

import (
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

// TestPaste answers a paste in its thread and walks through it by buttons and
// words, and does not answer other messages.
func TestPaste(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11.corp.example in?")
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of 6")
	s.sees(s.alex, "Same or trusted domain ✓ alex")
	if strings.Contains(s.shown(s.alex), "[Same or trusted domain]") {
		t.Error("the overtaken question still has its buttons")
	}
	s.alex.Reply(m, "nope same thing")
	s.sees(s.alex, "Step 2 of 6")
	n := len(s.Thread(m))
	s.kim.Reply(m, "@alex did the ticket come through?")
	s.kim.Say(s.channel.ID, "the replica set is inconsistent after the failover")
	s.quiet()
	if got := len(s.Thread(m)); got != n+1 {
		t.Errorf("%d messages in the thread, want %d: people talk", got, n+1)
	}
	s.restart()
	s.presses(s.alex, "Didn't help → next")
	s.sees(s.alex, "Step 3 of 6")
}

// TestOneAnswer answers once, however often a message is delivered.
func TestOneAnswer(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	m := s.alex.Say(s.channel.ID, "@mabsbot "+chattest.Coordinator) // delivered as app_mention and as message
	s.sees(s.alex, "Which domain is FS-11")
	event := map[string]any{"type": "message", "channel": m.Channel, "channel_type": "channel", "user": m.User, "ts": m.TS, "text": m.Text, "event_ts": m.TS, "team": s.Team}
	for range 5 {
		s.SendEvent(event)
	}
	s.must(s.Unfurl(m))
	s.quiet()
	if got := s.Thread(m); len(got) != 2 {
		t.Errorf("%d messages in the thread, want the question and one answer: %v", len(got), got)
	}
}

// TestSecretWarning warns of a secret in the channel itself, for its owner alone.
func TestSecretWarning(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	m := s.alex.Say(s.channel.ID, "morning, the passphrase: Correct-Horse-7-Battery")
	s.sees(s.alex, "There is a secret in your message: passphrase.")
	s.quiet()
	if shown := s.shown(s.kim); strings.Contains(shown, "secret in your message") {
		t.Errorf("others see the warning:\n%s", shown)
	}
	if got := s.Thread(m); len(got) != 1 {
		t.Errorf("%d messages in the thread, want none but the first: %v", len(got), got)
	}
}

// TestAddressed answers every mention and direct message.
func TestAddressed(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	s.alex.Say(s.channel.ID, "@mabsbot what is wrong with my printer")
	s.sees(s.alex, "I don't recognize this error")
	s.kim.DM("백업이 또 실패했어요")
	s.sees(s.kim, "오류")
	s.kim.DM(chattest.PolicyKo)
	s.sees(s.kim, "어떤 보존 기간을 줄이고 계셨나요?")
	s.kim.DM("월별")
	s.sees(s.kim, "3단계 중 1단계")
	s.kim.DM("됐어요 감사합니다")
	s.sees(s.kim, "잘됐습니다")
}

// TestCommand answers a command privately, in the user's language, and continues
// by buttons, in the channel and in a direct message.
func TestCommand(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "백업 정책을 수정할 수 없음")
	if strings.Contains(s.shown(s.alex), "백업 정책을") {
		t.Fatal("another user sees a private answer")
	}
	s.presses(s.kim, "월별")
	s.sees(s.kim, "3단계 중 1단계")
	s.sees(s.kim, "월별 ✓ kim")
	if strings.Contains(s.shown(s.kim), "[월별]") {
		t.Error("the overtaken question still has its buttons")
	}
	s.presses(s.kim, "채널에 게시")
	s.sees(s.alex, "3단계 중 1단계")
	s.quiet()
	root, ok := s.alex.Newest("해결 안 됨 → 다음")
	if !ok || root.Thread != "" {
		t.Fatalf("posted as %+v", root)
	}
	s.kim.Reply(root, "다음")
	s.sees(s.alex, "3단계 중 2단계")

	s.must(s.alex.Command(s.channel.ID, "/mabs 100110"))
	s.sees(s.alex, "Which one do you see?")
	s.must(s.alex.Command(s.channel.ID, "/mabs"))
	s.sees(s.alex, "/mabs list")
	s.must(s.alex.Command(s.channel.ID, "/mabs 319"))
	s.sees(s.alex, "Which domain is")
	s.presses(s.alex, "Continue in DM")
	s.until("the walkthrough is in the direct message", func() bool {
		return strings.Contains(s.said(s.alex.DMChannel()), "Which domain is")
	})
	s.quiet()
	s.alex.DM("1")
	s.until("it goes on there", func() bool { return strings.Contains(s.said(s.alex.DMChannel()), "Step 1 of 6") })
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs 3106")) // where it is not private
	s.until("a command in the direct message belongs to it", func() bool { return strings.Contains(s.said(s.alex.DMChannel()), "3106") })
}

// said returns the messages of a channel.
func (s *stage) said(channel string) string {
	var b strings.Builder
	for _, m := range s.Messages(channel) {
		b.WriteString(m.Plain() + "\n--\n")
	}
	return b.String()
}

// TestOutsideChannel answers privately in a channel that the bot is not in, by the
// response URL while that is valid and in a direct message later.
func TestOutsideChannel(t *testing.T) {
	t.Parallel()
	s := newStage(t, slackfake.Options{}, paced)
	far := s.AddChannelWithoutBot(slackfake.Channel{Name: "elsewhere", Members: []string{s.alex.ID}}).ID
	s.must(s.alex.Command(far, "/mabs 319"))
	s.sees(s.alex, "Which domain is")
	s.quiet()
	s.slack.responseURLs.mu.Lock()
	for _, each := range s.slack.responseURLs.all {
		each.until = time.Time{} // as after 30 minutes
	}
	s.slack.responseURLs.mu.Unlock()
	for range 6 {
		s.Fail(slackfake.Fault{Method: "response_url", Status: 404})
	}
	s.presses(s.alex, "Same or trusted domain")
	s.until("it goes on in a direct message", func() bool {
		text := s.said(s.alex.DMChannel())
		return strings.Contains(text, "I can't post in that channel") && strings.Contains(text, "Step 1 of 6")
	})
	s.presses(s.alex, "Didn't help → next")
	s.until("and further", func() bool { return strings.Contains(s.said(s.alex.DMChannel()), "Step 2 of 6") })
	s.until("its buttons are those of the same walkthrough", func() bool { return strings.Contains(s.said(s.alex.DMChannel()), "didn't help · alex") })
	s.Heal()
	s.must(s.alex.Command(far, "/mabs 0x29834"))
	s.sees(s.alex, "Which retention")
	s.presses(s.alex, "Post in channel") // which the bot may not
	s.until("it says so", func() bool { return strings.Count(s.said(s.alex.DMChannel()), "I can't post in that channel") > 1 })
}

// TestOtherReplicaAnswers posts privately from another process than the one that took
// the command, in a channel that the bot is not in. A post that cannot replace the
// ephemeral one is shown as a new one, unless it only takes the question from it.
func TestOtherReplicaAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t, slackfake.Options{})
	far := s.AddChannelWithoutBot(slackfake.Channel{Name: "elsewhere", Members: []string{s.alex.ID}}).ID
	s.must(s.alex.Command(far, "/mabs 319"))
	s.sees(s.alex, "Which domain is")
	s.quiet()
	all, err := s.DB.Walkthroughs(t.Context(), bot.UserKey{Adapter: adapterName, Workspace: s.slack.me().team, ID: s.alex.ID}, 1)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	other := *s
	other.open()
	t.Cleanup(func() { s.must(other.End()) })
	post := func(id string, change func(*bot.Post)) {
		t.Helper()
		p := bot.Post{ID: bot.PostID(id), Thread: all[0].Thread, Private: true, To: all[0].Asker, Reply: bot.Reply{Blocks: []bot.Block{{Kind: bot.BlockText, Text: "text of " + id}}}}
		change(&p)
		if _, err := other.slack.Post(t.Context(), p); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	replaces := func(p *bot.Post) { p.Replaces, p.Ref = all[0].Live, ephemeralRef }
	post("another", func(*bot.Post) {})
	post("successor", replaces)
	post("remark", func(p *bot.Post) { replaces(p); p.Closes = true })
	shown := s.shown(s.alex)
	for text, want := range map[string]bool{"text of another": true, "text of successor": true, "text of remark": false} {
		if strings.Contains(shown, text) != want {
			t.Errorf("%q is shown: %v, want %v", text, !want, want)
		}
	}
	if n := len(s.Messages(s.alex.DMChannel())); n > 0 {
		t.Errorf("%d messages are in the direct message", n)
	}
}

// TestEdit updates the answer to an edited message, and deletes the answer to a
// deleted one.
func TestEdit(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	m := s.alex.Say(s.channel.ID, "hello all")
	s.must(s.alex.Edit(m, "Replica is inconsistent (ID: 3106)"))
	s.sees(s.alex, "3106")
	s.until("there is an answer", func() bool { return len(s.Thread(m)) == 2 })
	s.must(s.alex.Edit(m, chattest.PolicyKo))
	s.sees(s.alex, "어떤 보존 기간을")
	s.quiet()
	if got := s.Thread(m); len(got) != 2 || strings.Contains(got[1].Plain(), "3106") {
		t.Errorf("after the edit: %d messages, %s", len(got), s.shown(s.alex))
	}
	s.must(s.alex.Delete(m))
	s.until("the answer is withdrawn", func() bool { return !strings.Contains(s.shown(s.alex), "어떤 보존 기간을") })
}

// TestFiles reads attached logs and snippets, but not binary or large files.
func TestFiles(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	log := "2026-11-20 11:02 info started\n" + strings.Repeat("2026-11-20 11:03 info nothing happens\n", 50) +
		"2026-11-20 11:04 error The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-12.corp.example. (ID 319)\n"
	s.alex.Upload(s.channel.ID, "", "what is this?", slackfake.File{Name: "agent.log", Content: []byte(log)})
	s.sees(s.alex, "FS-12.corp.example")
	s.kim.Upload(s.kim.DMChannel(), "", "", slackfake.File{Name: "오류.txt", Content: utf16("내부 서비스 오류[0x29834]로 인해 현재 작업이 실패했습니다.")})
	s.sees(s.kim, "어떤 보존 기간을")
	s.Fail(slackfake.Fault{Method: "file", Status: 503})
	s.alex.Upload(s.channel.ID, "", "", slackfake.File{Name: "again.log", Content: []byte("Replica is inconsistent (ID: 3106)")})
	s.sees(s.alex, "3106")
	n := len(s.Messages(s.channel.ID))
	s.alex.Upload(s.channel.ID, "", "", slackfake.File{Name: "image.png", Content: []byte("\x89PNG\x00\x00 ID: 3106")})
	s.alex.Upload(s.channel.ID, "", "", slackfake.File{Name: "binary.log", Content: []byte("\x00\x01\x02 ID: 3106")})
	s.alex.Upload(s.channel.ID, "", "", slackfake.File{Name: "huge.log", Content: []byte(strings.Repeat("Replica is inconsistent (ID: 3106)\n", 1<<16))})
	s.quiet()
	if got := len(s.Messages(s.channel.ID)); got != n+3 {
		t.Errorf("%d messages were answered", got-n-3)
	}
}

// utf16 encodes text as Windows does.
func utf16(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, r := range text {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}

// TestLookup answers the message shortcut privately, on any message, including
// alerts of other bots.
func TestLookup(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	alert := s.alex.PostWebhook(s.channel.ID, "ALERT: Replica is inconsistent (ID: 3106)")
	s.quiet()
	if n := len(s.Thread(alert)); n != 1 {
		t.Fatal("an alert is answered unasked")
	}
	s.must(s.kim.ShortcutOn(alert, lookupShortcut))
	s.sees(s.kim, "ID 3106")
	if n := len(s.kim.Ephemerals()); n != 1 {
		t.Errorf("%d private answers, want 1", n)
	}
	talk := s.alex.Say(s.channel.ID, "list of things for lunch")
	s.must(s.alex.ShortcutOn(talk, lookupShortcut))
	s.sees(s.alex, "I don't recognize this error")
}

// TestAllowedBot answers an alert of a bot that the channel's configuration allows,
// but not its replies, because two bots could answer each other forever.
func TestAllowedBot(t *testing.T) {
	s := newStage(t, slackfake.Options{}, func(s *stage) {
		s.policy.Channels = map[string]bot.ChannelPolicy{}
	})
	first := s.alex.PostWebhook(s.channel.ID, "Replica is inconsistent (ID: 3106)")
	s.quiet()
	s.policy.Channels[s.channel.ID] = bot.ChannelPolicy{Bots: []string{first.Bot}}
	s.restart()
	alert := s.alex.PostWebhook(s.channel.ID, "Replica is inconsistent (ID: 3106)")
	s.until("the alert is answered", func() bool { return len(s.Thread(alert)) == 2 })
	s.SendEvent(map[string]any{"type": "message", "subtype": "bot_message", "channel": s.channel.ID, "bot_id": first.Bot, "ts": "1900000000.000100", "thread_ts": alert.TS, "text": "next"})
	s.quiet()
	if n := len(s.Thread(alert)); n != 2 {
		t.Errorf("%d messages in the thread, want 2", n)
	}
}

// TestMirroringBots ignores the copies of two allowed bots that mirror every
// message to the channel, as blocks or as text, and answers users meanwhile.
func TestMirroringBots(t *testing.T) {
	var mirrors []*slackfake.Person
	s := newStage(t, slackfake.Options{}, patient, func(s *stage) {
		policy := bot.ChannelPolicy{}
		for _, name := range []string{"mirror", "bridge"} {
			m := s.Person(slackfake.User{Name: name})
			mirrors, policy.Bots = append(mirrors, m), append(policy.Bots, "B"+m.ID)
		}
		s.policy.Channels = map[string]bot.ChannelPolicy{s.channel.ID: policy}
	})
	seen := map[string]bool{}
	answers := 0
	copyAll := func() {
		for range 4 {
			s.quiet()
			for _, m := range s.Messages(s.channel.ID) {
				if seen[m.TS] || m.Bot == "B"+mirrors[0].ID || m.Bot == "B"+mirrors[1].ID || m.User == s.alex.ID || m.User == s.kim.ID {
					continue
				}
				seen[m.TS] = true
				answers++
				mirrors[0].PostWebhook(s.channel.ID, m.Plain())
				mirrors[1].PostWebhook(s.channel.ID, "mabsbot: "+m.Text)
			}
		}
	}
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	copyAll()
	s.kim.Say(s.channel.ID, chattest.PolicyKo)
	copyAll()
	if answers != 2 {
		t.Errorf("%d answers, want one to each person:\n%s", answers, s.shown(s.alex))
	}
}

// TestSharedChannel answers a user of another organization only if addressed.
func TestSharedChannel(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	guest := s.Person(slackfake.User{Name: "guest", Team: "T9"})
	shared := s.AddChannel(slackfake.Channel{Name: "with-contoso", Shared: true, Members: []string{s.alex.ID, guest.ID}})
	guest.Say(shared.ID, "Replica is inconsistent (ID: 3106)")
	s.quiet()
	if n := len(s.Messages(shared.ID)); n != 1 {
		t.Fatal("talk of another company is answered")
	}
	guest.Say(shared.ID, "@mabsbot Replica is inconsistent (ID: 3106)")
	s.sees(s.alex, "ID 3106")
	s.alex.Say(shared.ID, chattest.PolicyKo)
	s.sees(s.alex, "어떤 보존 기간을")
}

// TestSearch completes a search while the user types, and answers in a direct
// message.
func TestSearch(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	s.must(s.alex.Shortcut(searchShortcut))
	s.until("the search is open", func() bool { _, ok := s.alex.View(); return ok })
	words := s.slack.texts.In("en")
	found, err := s.alex.Suggest(words["search"], "0x29834")
	if err != nil || len(found) == 0 || !strings.Contains(found[0], "backup policy") {
		t.Fatalf("%q, %v", found, err)
	}
	if wrong, err := s.alex.Submit(); err != nil || wrong[searchBlock] != words["search_missing"] {
		t.Errorf("nothing chosen: %v, %v", wrong, err)
	}
	s.must(s.alex.Fill(words["search"], found[0]))
	if wrong, err := s.alex.Submit(); err != nil || len(wrong) > 0 {
		t.Fatalf("%v, %v", wrong, err)
	}
	s.until("the answer is a direct message", func() bool { return strings.Contains(s.said(s.alex.DMChannel()), "Which retention") })
	s.must(s.kim.Shortcut(searchShortcut))
	s.until("the search is in Korean", func() bool {
		v, ok := s.kim.View()
		return ok && strings.Contains(v.Plain(), "오류 찾아보기")
	})
	s.must(s.kim.Fill(s.slack.texts.In("ko")["paste"], chattest.Coordinator))
	if wrong, err := s.kim.Submit(); err != nil || len(wrong) > 0 {
		t.Fatalf("%v, %v", wrong, err)
	}
	s.until("a paste is answered, too", func() bool { return strings.Contains(s.said(s.kim.DMChannel()), "FS-11.corp.example") })
}

// TestValue takes the value for a private answer in a modal.
func TestValue(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	s.must(s.alex.Command(s.channel.ID, "/mabs 319"))
	s.sees(s.alex, "Which domain is")
	s.presses(s.alex, "Workgroup or untrusted domain")
	s.quiet()
	words := s.slack.texts.In("en")
	for i := 0; !strings.Contains(s.shown(s.alex), "["+words["value_button"]+"]"); i++ {
		if i == 5 {
			t.Fatalf("no step asks for a value:\n%s", s.shown(s.alex))
		}
		if s.alex.Press("Didn't help → next") != nil {
			s.presses(s.alex, "Done → next")
		}
		s.quiet()
	}
	s.presses(s.alex, words["value_button"])
	s.until("a window asks", func() bool { _, ok := s.alex.View(); return ok })
	s.must(s.alex.Fill(words["value"], "FS-77"))
	if wrong, err := s.alex.Submit(); err != nil || len(wrong) > 0 {
		t.Fatalf("%v, %v", wrong, err)
	}
	s.sees(s.alex, "FS-77")
}

// TestHome shows unfinished walkthroughs on the Home tab, and changes the language
// there.
func TestHome(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	home := func(p *slackfake.Person) string {
		v, ok := p.Home()
		if !ok {
			return ""
		}
		return v.Plain()
	}
	words := s.slack.texts.In("en")
	s.alex.OpenHome()
	s.until("the home page is shown", func() bool { return strings.Contains(home(s.alex), words["home_none"]) })
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is")
	s.must(s.alex.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.alex, "Which retention")
	s.alex.OpenHome()
	s.until("open walkthroughs are shown", func() bool {
		return strings.Contains(home(s.alex), "FS-11.corp.example") && strings.Contains(home(s.alex), "Which retention")
	})
	s.must(s.alex.PressInHome(words["home_continue"])) // the newest, which is private
	s.until("it goes on in a direct message", func() bool { return strings.Contains(s.said(s.alex.DMChannel()), "Which retention") })
	found, err := s.alex.SuggestInHome(words["search_placeholder"], "3106")
	if err != nil || len(found) == 0 {
		t.Fatalf("%q, %v", found, err)
	}
	s.must(s.alex.ChooseInHome(words["search_placeholder"], found[0]))
	s.until("the search answers", func() bool { return strings.Contains(s.said(s.alex.DMChannel()), "3106") })
	s.must(s.alex.ChooseInHome(words["home_choose"], "한국어"))
	s.until("the home page changes its language", func() bool { return strings.Contains(home(s.alex), s.slack.texts.In("ko")["home_about"][:30]) })
	s.kim.OpenHome()
	s.until("everybody has their own", func() bool { return strings.Contains(home(s.kim), s.slack.texts.In("ko")["home_none"]) })
	s.kim.OpenMessages()
	s.until("prompts are suggested", func() bool { return len(s.Calls("assistant.threads.setSuggestedPrompts")) == 1 })
}

// TestEscalation posts to the escalation channel, with a link to the thread.
func TestEscalation(t *testing.T) {
	var there slackfake.Channel
	s := newStage(t, slackfake.Options{}, func(s *stage) {
		there = s.AddChannel(slackfake.Channel{Name: "escalations", Members: []string{s.kim.ID}})
		s.policy.EscalationChannels = map[string]string{adapterName: there.ID}
		s.options = func(o *Options) { o.EscalationChannel = func() string { return there.ID } }
	})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is")
	s.presses(s.alex, "Get a person")
	s.until("a person is asked for", func() bool {
		text := s.said(there.ID)
		return strings.Contains(text, "alex needs a person") && strings.Contains(text, strings.ReplaceAll(m.TS, ".", "")) && strings.Contains(text, "FS-11.corp.example (server)")
	})
}

// TestNoMentions mentions no user, whatever a paste contains.
func TestNoMentions(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	for _, evil := range []string{"<!channel>", "<@" + s.kim.ID + ">", "@everyone", "<https://evil.example|click>", "&lt;!here&gt;"} {
		m := s.alex.Say(s.channel.ID, "The agent operation failed because of a communication error with the DPM Agent Coordinator service on "+evil+". (ID 319)")
		s.until("it is answered", func() bool { return len(s.Thread(m)) > 1 })
	}
	s.quiet()
	posts := s.Calls("chat.postMessage")
	if len(posts) == 0 {
		t.Fatal("nothing was answered")
	}
	for _, call := range posts {
		for _, key := range []string{"text", "blocks"} {
			if strings.Contains(call.Args[key], "<!") || strings.Contains(call.Args[key], "<@") || strings.Contains(call.Args[key], `\u003c!`) || strings.Contains(call.Args[key], `\u003c@`) {
				t.Errorf("%s could ping: %s", key, call.Args[key])
			}
		}
	}
}

// TestDigest checks that the weekly digest is one message in its channel, also after a
// restart.
func TestDigest(t *testing.T) {
	var leads slackfake.Channel
	s := newStage(t, slackfake.Options{}, func(s *stage) {
		leads = s.AddChannel(slackfake.Channel{Name: "leads"})
		s.policy.Digest = bot.DigestPolicy{Channels: map[string]string{adapterName: leads.ID}, Day: time.Now().UTC().Weekday(), Zone: time.UTC}
	})
	posted := func() bool { return len(s.Messages(leads.ID)) > 0 }
	s.until("the digest is posted", posted)
	s.restart()
	s.quiet()
	if all := chattest.Plain(s.Messages(leads.ID)); len(s.Messages(leads.ID)) != 1 || !strings.Contains(all, "The week from ") {
		t.Errorf("the channel has\n%s", all)
	}
}
