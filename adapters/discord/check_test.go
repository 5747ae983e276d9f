package discord

import (
	"log/slog"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
)

// withOptions returns a change of the bot's options.
func withOptions(change func(*Options)) func(*stage) {
	return func(s *stage) {
		before := s.options
		s.options = func(o *Options) { before(o); change(o) }
	}
}

// logTo makes the bot log to a buffer.
func logTo(b *chattest.Buffer) func(*stage) {
	return withOptions(func(o *Options) { o.Log = slog.New(slog.NewTextHandler(b, nil)) })
}

// TestMissingPermissions checks that missing permissions are logged once.
func TestMissingPermissions(t *testing.T) {
	t.Parallel()
	const all = discordfake.DefaultPermissions
	for name, c := range map[string]struct {
		options discordfake.Options
		deny    discordfake.Permissions // in the channel
		want    []string
	}{
		"all granted":  {discordfake.Options{}, 0, nil},
		"no intent":    {discordfake.Options{NoMessageContent: true}, 0, []string{"discord: Message Content Intent is off", "turn on Message Content Intent on the page Bot of the application"}},
		"none granted": {discordfake.Options{Permissions: discordfake.AddReactions}, 0, []string{"View Channels (it cannot see channels); Send Messages (it cannot answer)"}},
		"no threads":   {discordfake.Options{Permissions: all &^ discordfake.CreatePublicThreads}, 0, []string{"missing permissions in server", `permissions="Create Public Threads (it replies to messages instead of starting threads)" fix="grant them to the bot's role, or invite the bot again with https://discord.com/`}},
		"denied in a channel": {discordfake.Options{}, discordfake.SendMessages | discordfake.SendMessagesInThreads,
			[]string{`missing permissions in channels`, `channels=#backup-support permissions="Send Messages (it cannot answer); Send Messages in Threads (it cannot answer in threads and forums)"`}},
		"denied to view a channel": {discordfake.Options{}, discordfake.ViewChannel | discordfake.SendMessages, nil},
		"administrator":            {discordfake.Options{Permissions: discordfake.Administrator}, discordfake.SendMessages, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log chattest.Buffer
			s := newStage(t, c.options, logTo(&log), func(s *stage) { s.Deny(s.channel.ID, c.deny) })
			if !c.options.NoMessageContent { // the guild is announced once more
				s.SetUnavailable(s.Guild, true)
				s.SetUnavailable(s.Guild, false)
				s.settled()
			}
			said := 0
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, "missing permission") || strings.Contains(line, "level=WARN") {
					said++
				}
			}
			if want := min(len(c.want), 1); said != want {
				t.Errorf("%d lines about permissions, want %d", said, want)
			}
			for _, want := range c.want {
				if !strings.Contains(log.String(), want) {
					t.Errorf("%q is not in the log:\n%s", want, log.String())
				}
			}
		})
	}
}

// TestNoEscalationChannel checks the warning about an escalation channel that
// the bot cannot see.
func TestNoEscalationChannel(t *testing.T) {
	var log chattest.Buffer
	newStage(t, discordfake.Options{}, logTo(&log), withOptions(func(o *Options) { o.EscalationChannel = func() string { return "404" } }))
	if !strings.Contains(log.String(), "discord.escalation_channel not found") {
		t.Errorf("the warning is not in the log:\n%s", log.String())
	}
}

// TestOtherApplication checks that a configured application ID that is not the
// token's is ignored.
func TestOtherApplication(t *testing.T) {
	var log chattest.Buffer
	s := newStage(t, discordfake.Options{}, logTo(&log), withOptions(func(o *Options) { o.ApplicationID = "404" }))
	s.must(s.alex.Command(s.channel.ID, "/mabs help"))
	s.sees(s.alex, "/mabs list")
	if !strings.Contains(log.String(), "discord.application_id ignored") {
		t.Errorf("the warning is not in the log:\n%s", log.String())
	}
}

// TestRegisterFails checks that errors of registering name the cause.
func TestRegisterFails(t *testing.T) {
	s := newScene(t, discordfake.Options{})
	for name, c := range map[string]struct{ token, address, want string }{
		"wrong token":   {"x", s.APIURL(), "copy the token from the application's page \"Bot\" again"},
		"no connection": {s.Token, "http://127.0.0.1:1/api", "discord: fetch identity: "},
	} {
		var out strings.Builder
		if err := Register(t.Context(), Options{Token: func() string { return c.token }, APIURL: c.address}, &out); err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, want %q; output:\n%s", name, err, c.want, out.String())
		}
	}
}

// TestRegister checks that only changed commands are registered.
func TestRegister(t *testing.T) {
	s := newScene(t, discordfake.Options{})
	o := Options{Token: func() string { return s.Token }, APIURL: s.APIURL()}
	var first, second, third strings.Builder
	s.must(Register(t.Context(), o, &first))
	s.must(Register(t.Context(), o, &second))
	changed, err := loadTexts()
	s.must(err)
	changed["ko"]["command_mabs"] = "다른 설명"
	s.must(register(t.Context(), o, changed, &third))
	address := "invite the bot to a server with\n" + invitation(s.AppID) + "\n"
	for _, c := range []struct{ got, want string }{
		{first.String(), "registered \"mabs\"\nregistered \"Look up with mabsbot\"\nregistered \"This solved it\"\n" + address},
		{second.String(), "all commands are already registered\n" + address},
		{third.String(), "registered \"mabs\"\n" + address},
	} {
		if c.got != c.want {
			t.Errorf("wrote\n%s\nwant\n%s", c.got, c.want)
		}
	}
	if n := len(s.Commands()); n != 3 {
		t.Errorf("%d commands are registered, want 3", n)
	}
}
