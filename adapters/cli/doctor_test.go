package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot/store"
	"mabsbot/config"
)

// TestDoctor examines an installation that works, one in which much is broken, and
// one without a valid configuration.
func TestDoctor(t *testing.T) {
	s, d := slackfake.New(t, slackfake.Options{}), discordfake.New(t, discordfake.Options{})
	overlay := t.TempDir()
	if err := os.WriteFile(filepath.Join(overlay, "broken.yaml"), []byte("id: broken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"MABSBOT_SLACK_BOT_TOKEN": s.BotToken, "MABSBOT_SLACK_APP_TOKEN": s.AppToken, "MABSBOT_SLACK_API_URL": s.APIURL(), "MABSBOT_SLACK_ESCALATION_CHANNEL": s.AddChannel(slackfake.Channel{Name: "team"}).ID,
		"MABSBOT_DISCORD_TOKEN": d.Token, "MABSBOT_DISCORD_API_URL": d.APIURL(), "MABSBOT_STORE_PATH": filepath.Join(t.TempDir(), "test.db"),
	} {
		t.Setenv(key, value)
	}
	for _, tt := range []struct {
		args []string
		want string
		err  string
	}{
		{nil, `ok config, ok knowledge-base, ok database, ok slack.network, ok slack.clock, ok slack.app_token, ok slack.bot_token, ok slack.scopes, ok slack.escalation_channel,
			ok discord.network, ok discord.clock, ok discord.token, ok discord.message_content, warning discord.commands, ok discord.permissions, warning discord.escalation_channel`, ""},
		{[]string{"--kb.overlay", overlay, "--store.path", filepath.Join(overlay, "none", "a.db"), "--slack.api_url", "http://127.0.0.1:1/", "--discord.api_url", "http://127.0.0.1:1/"},
			"ok config, failed knowledge-base, failed database, failed slack.network, failed discord.network", "4 checks fail"},
		{[]string{"--log.level", "loud"}, "failed config", "a check fails"},
	} {
		var found []chat.Finding
		out := runDoctor(t, tt.err, append(tt.args, "--json")...)
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err, out)
		}
		var lines []string
		for _, f := range found {
			lines = append(lines, string(f.Status)+" "+f.Check)
			if wrong := f.Status == chat.FindingWarning || f.Status == chat.FindingFailed; wrong != (f.Do != "") {
				t.Errorf("what is wrong says what to do, and nothing else does: %+v", f)
			}
		}
		if got, want := strings.Join(lines, " "), strings.Join(strings.Fields(strings.ReplaceAll(tt.want, ",", "")), " "); got != want {
			t.Errorf("doctor %q: %s\nwant %s\n%s", tt.args, got, want, out)
		}
		for _, secret := range []string{s.BotToken, s.AppToken, d.Token} {
			if strings.Contains(out, secret) {
				t.Errorf("%s is in\n%s", secret, out)
			}
		}
	}
	if out := runDoctor(t, "a check fails", "--log.level", "loud"); !strings.HasPrefix(out, "failed   config ") || !strings.Contains(out, "\n"+strings.Repeat(" ", 35)+" → correct it") {
		t.Errorf("as text:\n%s", out)
	}
	if files, err := filepath.Glob(filepath.Join(filepath.Dir(os.Getenv("MABSBOT_STORE_PATH")), "*")); err != nil || len(files) > 0 {
		t.Errorf("the doctor made %q, %v", files, err)
	}
}

// runDoctor runs the command and returns what it prints. failure is a part of the
// error, or "".
func runDoctor(t *testing.T, failure string, args ...string) string {
	t.Helper()
	out := &bytes.Buffer{}
	c := root()
	c.SetArgs(append([]string{"doctor"}, args...))
	c.SetOut(out)
	if err := c.ExecuteContext(t.Context()); (err == nil) != (failure == "") || err != nil && !strings.Contains(err.Error(), failure) {
		t.Errorf("doctor %q: the error is %v, want %q", args, err, failure)
	}
	return out.String()
}

// TestDoctorDatabase checks what is said about a database that exists.
func TestDoctorDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := store.OpenKeyFile(t.Context(), path+".key", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		damage func() error
		status chat.FindingStatus
		says   string
	}{
		{func() error { return nil }, chat.FindingOK, "opens with its key"},
		{func() error { return os.WriteFile(path+".key", bytes.Repeat([]byte{7}, store.KeySize), 0o600) }, chat.FindingFailed, "encrypted with another key"},
		{func() error { return os.Remove(path + ".key") }, chat.FindingFailed, "key file " + path + ".key is missing"},
		{func() error { return os.WriteFile(path+".key", bytes.Repeat([]byte{7}, 5), 0o600) }, chat.FindingFailed, "32 bytes"},
	} {
		if err := tt.damage(); err != nil {
			t.Fatal(err)
		}
		f := examineStore(t.Context(), config.Store{Path: path})
		if f.Status != tt.status || !strings.Contains(f.Found, tt.says) {
			t.Errorf("%+v, want %s with %q", f, tt.status, tt.says)
		}
	}
}
