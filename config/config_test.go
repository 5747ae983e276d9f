package config

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write the golden files")

// load loads a configuration as the program does, from arguments and variables.
func load(t *testing.T, args []string, environ ...string) (*Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(flags)
	AddKeyFlags(flags, Sections()...)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return Load(flags, environ)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBroken loads each file of testdata, which is named after its mistake, and
// compares the error with the .txt file of the same name.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := Load(nil, []string{"MABSBOT_CONFIG=" + file})
			if _, ok := errors.AsType[Mistakes](err); !ok {
				t.Fatalf("want mistakes, got %v", err)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, e := os.ReadFile(golden)
			if e != nil {
				t.Fatal(e)
			}
			if got := err.Error() + "\n"; got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestExampleIsTheDefault(t *testing.T) {
	c, err := load(t, []string{"--config", "example.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.file = "example.yaml"
	want.Bot.Channels, want.Bot.Admins, want.Console.Users, want.Console.TrustedProxies, want.Bot.Digest.Channels, want.Bot.Maintenance = []Channel{}, []string{}, []User{}, []string{}, []string{}, []Maintenance{} // given, but empty
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	f := readFile("example.yaml")
	for _, k := range Default().keys() {
		if _, ok := f.values[k.name]; !ok && !k.isList() {
			t.Errorf("the example does not show %s", k.name)
		}
	}
	if data, err := os.ReadFile("example.yaml"); err != nil || Example() != string(data) {
		t.Error("Example is not the file", err)
	}
}

func TestDefault(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := Load(nil, nil)
	if err != nil || !reflect.DeepEqual(c, Default()) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestPrecedence(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(defaultFile, []byte("language: ko\nlog: {level: warn}\nkb: {dir: file, overlay: file, reload: 5s}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, []string{"--kb.dir=flag", "--console.enabled=false", "--bot.follow_up", "1h"},
		"MABSBOT_KB_DIR=variable", "MABSBOT_KB_OVERLAY=variable", "MABSBOT_KB_RELOAD=", "MABSBOT_CONSOLE_ENABLED=true", "PATH=/bin")
	if err != nil {
		t.Fatal(err)
	}
	if want := (KB{"flag", "variable", 5 * time.Second}); c.KB != want {
		t.Errorf("got %+v, want %+v", c.KB, want)
	}
	if c.Language != "ko" || c.Log.Level.String() != "WARN" || c.Console.Enabled || c.Bot.FollowUp != time.Hour {
		t.Errorf("%+v", c)
	}
}

func TestChannels(t *testing.T) {
	path := write(t, "a.yaml", "bot:\n  channels:\n    - {id: 123456789012345678, mode: on, language: ko}\n    - &c {id: C2, mode: off}\n    - {id: C3, bots: [B1, 2], about: backup}\n")
	c, err := load(t, []string{"--config", path})
	want := []Channel{{ID: "123456789012345678", Mode: "on", Language: "ko"}, {ID: "C2", Mode: "off"}, {ID: "C3", Bots: []string{"B1", "2"}, About: "backup"}}
	if err != nil || !reflect.DeepEqual(c.Bot.Channels, want) {
		t.Errorf("got %+v, %v; want %+v", c, err, want)
	}
}

func TestFlagsAndVariablesRefuse(t *testing.T) {
	for args, want := range map[string]string{
		"MABSBOT_CONSOLE_ADR=x":                  "MABSBOT_CONSOLE_ADR: unknown variable; did you mean MABSBOT_CONSOLE_ADDR?",
		"MABSBOT_BOT_CHANNELS=x":                 "MABSBOT_BOT_CHANNELS: bot.channels is a list, which only a file can set",
		"MABSBOT_LOG_LEVEL=x":                    `MABSBOT_LOG_LEVEL: log.level is "x"; want debug, info, warn or error`,
		"MABSBOT_KB_RELOAD=-1s":                  `MABSBOT_KB_RELOAD: kb.reload is "-1s"; want a duration such as 30s, 10m or 24h`,
		"MABSBOT_STORE_KEY=hunter2":              "MABSBOT_STORE_KEY: store.key is not valid; want 32 bytes",
		"MABSBOT_CONSOLE_PASSWORD_FILE=/absent":  `MABSBOT_CONSOLE_PASSWORD_FILE: console.password_file is "/absent"; the file cannot be used: no such file or directory`,
		"MABSBOT_CONFIG=/absent":                 "/absent: the file cannot be read: no such file or directory",
		"--config=/absent":                       "/absent: the file cannot be read: no such file or directory",
		"--log.format=xml":                       `--log.format: log.format is "xml"; want text or json`,
		"--store.path=":                          "--store.path: store.path is empty; want the name of a file",
		"--console.addr=[::]:80":                 `--console.addr: console.addr is "[::]:80"; others can reach this address`,
		"--kb.reload=-1s":                        `--kb.reload: kb.reload is "-1s"; want a duration`,
		"MABSBOT_CONSOLE_PORT=tcp://10.0.0.1:80": "MABSBOT_CONSOLE_PORT: unknown variable",
	} {
		var flags, environ []string
		if strings.HasPrefix(args, "--") {
			flags = []string{args}
		} else {
			environ = []string{args}
		}
		_, err := load(t, flags, environ...)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}

func TestVariablesOfKubernetes(t *testing.T) {
	if _, err := load(t, nil, "MABSBOT_SERVICE_HOST=10.0.0.1", "MABSBOT_SERVICE_PORT=80", "MABSBOT_SERVICE_PORT_HTTP=80",
		"MABSBOT_PORT=tcp://10.0.0.1:80", "MABSBOT_PORT_80_TCP=tcp://10.0.0.1:80", "MABSBOT_PORT_80_TCP_PROTO=tcp",
		"MABSBOT_PORT_80_TCP_PORT=80", "MABSBOT_PORT_80_TCP_ADDR=10.0.0.1", "MABSBOT_POSTGRESQL_SERVICE_HOST=10.0.0.2"); err != nil {
		t.Error(err)
	}
}

func TestAddresses(t *testing.T) {
	for addr, open := range map[string]bool{
		"127.0.0.1:80": false, "127.3.2.1:0": false, "[::1]:80": false, "localhost:80": false,
		"0.0.0.0:80": true, ":80": true, "10.1.2.3:80": true, "[::]:80": true, "localhost.example.com:80": true,
	} {
		if _, err := load(t, []string{"--console.addr=" + addr}); (err != nil) != open {
			t.Errorf("%s: %v", addr, err)
		}
		if _, err := load(t, []string{"--console.addr=" + addr}, "MABSBOT_CONSOLE_PASSWORD=x"); err != nil {
			t.Errorf("%s with a password: %v", addr, err)
		}
		if _, err := load(t, []string{"--console.addr=" + addr, "--console.enabled=false"}); err != nil {
			t.Errorf("%s, not served: %v", addr, err)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	for text, want := range map[string]string{"hunter2\n": "hunter2", "hunter2\r\n": "hunter2", " hunter2\n\n": " hunter2\n", "hunter2": "hunter2"} {
		c, err := load(t, nil, "MABSBOT_CONSOLE_PASSWORD_FILE="+write(t, "secret", text))
		if err != nil || c.Console.Password.Reveal() != want || len(c.Warnings) > 0 {
			t.Errorf("%q: %v, %v", text, err, c)
		}
	}
	path := write(t, "open", "hunter2")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, nil, "MABSBOT_CONSOLE_PASSWORD_FILE="+path)
	if err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].String(), "every user of this machine can read "+path) {
		t.Errorf("%v, %v", err, c)
	}
}

func TestKeys(t *testing.T) {
	raw := []byte(strings.Repeat("k?", 16))
	for name, text := range map[string]string{
		"hex": hex.EncodeToString(raw), "HEX": strings.ToUpper(hex.EncodeToString(raw)),
		"base64": base64.StdEncoding.EncodeToString(raw), "raw": base64.RawStdEncoding.EncodeToString(raw), "url": base64.URLEncoding.EncodeToString(raw),
	} {
		c, err := load(t, nil, "MABSBOT_STORE_KEY="+text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if key, err := c.Store.Key.Bytes(); err != nil || string(key) != string(raw) {
			t.Errorf("%s: %q, %v", name, key, err)
		}
	}
	if key, err := (Key{}).Bytes(); key != nil || err != nil {
		t.Errorf("no key: %q, %v", key, err)
	}
}

func TestStoreURL(t *testing.T) {
	const url, key = "postgres://u:hunter2@db/x", "0000000000000000000000000000000000000000000000000000000000000000"
	file := "MABSBOT_STORE_URL_FILE=" + write(t, "url", url+"\n")
	for _, environ := range [][]string{{"MABSBOT_STORE_URL=" + url}, {file}} {
		c, err := load(t, nil, append(environ, "MABSBOT_STORE_KEY="+key)...)
		if err != nil || c.Store.URL.Reveal() != url || c.Store.Path != "" {
			t.Errorf("%s: %v, path %q", environ, err, c.Store.Path)
		}
	}
	for text, ok := range map[string]bool{
		url: true, "postgresql://db/x": true, "postgres:///x?host=/run/postgresql": true,
		"postgres://db": false, "postgres:///x": false, "db/x": false, "host=db dbname=x": false, "postgres://u:hunter2@%": false,
	} {
		_, err := load(t, nil, "MABSBOT_STORE_URL="+text, "MABSBOT_STORE_KEY="+key)
		if (err == nil) != ok || err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", text, err)
		}
	}
	_, err := load(t, []string{"--store.path", "x.db"}, file, "MABSBOT_STORE_KEY="+key)
	if err == nil || !strings.Contains(err.Error(), `--store.path: store.path is "x.db"; store.url is set as well; want one of them`) {
		t.Error(err)
	}
}

// TestMaintenanceTimes checks that times are those of the zone.
func TestMaintenanceTimes(t *testing.T) {
	for zone, want := range map[string]string{"": "2026-12-01T22:00:00Z", "Asia/Seoul": "2026-12-01T13:00:00Z", "America/New_York": "2026-12-02T03:00:00Z"} {
		from, to, err := Maintenance{From: "2026-12-01 22:00", To: "2026-12-02 04:00", Zone: zone}.Times()
		if got := from.UTC().Format(time.RFC3339); err != nil || got != want || to.Sub(from) != 6*time.Hour {
			t.Errorf("%q: from %s to %s, %v; want %s", zone, got, to, err, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	path := write(t, "a.yaml", "store: {key: "+strings.Repeat("0", 64)+"}\nbot: {admins: [slack:U1, 'discord:2'], channels: [{id: C1, mode: shadow}, {id: C2, language: ko, bots: [B1, B2], about: backup, unanswered: true}], maintenance: [{errors: ['319', a], channels: [C1], from: 2026-12-01 22:00, to: 2026-12-02 04:00, zone: Asia/Seoul}, {errors: [b], from: 2026-12-01 22:00, to: 2026-12-02 04:00}]}\n")
	c, err := load(t, []string{"--config", path}, "MABSBOT_CONSOLE_PASSWORD=hunter2", "MABSBOT_SLACK_BOT_TOKEN=xoxb-1", "MABSBOT_SLACK_APP_TOKEN=xapp-1")
	if err != nil {
		t.Fatal(err)
	}
	c.Warnings = Mistakes{{Place: "--x", Text: "do not"}}
	var b strings.Builder
	if err := c.Describe(&b); err != nil {
		t.Fatal(err)
	}
	want := `file                        ` + path + `
language                    en
log.level                   info
log.format                  text
store.path                  mabsbot.db
store.url                   [not set]
store.url_file              -
store.key                   [set]
store.key_file              -
store.retention             720h
kb.dir                      -
kb.overlay                  -
kb.reload                   2s
console.enabled             true
console.addr                127.0.0.1:8080
console.workspace           true
console.password            [set]
console.password_file       -
console.trusted_header      -
console.trusted_proxies     -
console.trusted_role        -
http.addr                   127.0.0.1:3000
ops.addr                    127.0.0.1:8081
ops.traces                  -
slack.bot_token             [set]
slack.bot_token_file        -
slack.mode                  socket
slack.app_token             [set]
slack.app_token_file        -
slack.signing_secret        [not set]
slack.signing_secret_file   -
slack.api_url               -
slack.escalation_channel    -
discord.token               [not set]
discord.token_file          -
discord.application_id      -
discord.api_url             -
discord.cdn_url             -
discord.escalation_channel  -
discord.register            true
bot.default_mode            on
bot.repeat_window           10m
bot.follow_up               24h
bot.admins                  slack:U1 discord:2
bot.reminder                15m
bot.learning                off
bot.digest.channels         -
bot.digest.day              monday
bot.digest.hour             9
bot.digest.zone             UTC
bot.incident.people         5
bot.incident.window         30m
channel C1                  mode shadow, language en
channel C2                  mode on, language ko, about backup, reads B1 B2, records what almost led to a question
maintenance                 319 a from 2026-12-01 22:00 to 2026-12-02 04:00 Asia/Seoul, channels C1
maintenance                 b from 2026-12-01 22:00 to 2026-12-02 04:00 UTC, all channels
warning                     --x: do not
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// TestKeyNames checks that the variables of all keys differ, and that secrets
// have no flag but can be read from a file.
func TestKeyNames(t *testing.T) {
	seen := map[string]string{}
	for _, k := range Default().keys() {
		v := variable(k.name)
		if seen[v] != "" {
			t.Errorf("%s and %s are both %s", seen[v], k.name, v)
		}
		seen[v] = k.name
		if k.isSecret() && (k.usage != "" || !slices.ContainsFunc(Default().keys(), func(o key) bool { return o.name == k.name+fileSuffix })) {
			t.Errorf("the secret %s must have no flag and must be readable from a file", k.name)
		}
		if !k.isSecret() && !k.isList() && k.usage == "" {
			t.Errorf("%s has no flag", k.name)
		}
	}
	if len(slices.Collect(maps.Keys(seen))) < 16 {
		t.Error("keys are missing")
	}
}

func FuzzFile(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range append(files, "example.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: &a [*a]\nbot: &b {channels: [*b, *b]}\nlog: *b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := write(t, "a.yaml", string(data))
		c, err := Load(nil, []string{"MABSBOT_CONFIG=" + path, "MABSBOT_STORE_KEY_FILE=", "MABSBOT_CONSOLE_PASSWORD_FILE="})
		if _, ok := errors.AsType[Mistakes](err); err != nil && !ok {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil && c == nil {
			t.Fatal("neither a configuration nor mistakes")
		}
	})
}

// TestWithoutTeam checks the warning about a platform on which no one is asked.
func TestWithoutTeam(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		want    string
	}{
		{nil, ""},
		{[]string{"MABSBOT_DISCORD_TOKEN=t"}, "discord.escalation_channel: not set"},
		{[]string{"MABSBOT_DISCORD_TOKEN=t", "MABSBOT_DISCORD_ESCALATION_CHANNEL=1"}, ""},
		{[]string{"MABSBOT_SLACK_BOT_TOKEN=xoxb-t", "MABSBOT_SLACK_APP_TOKEN=xapp-t"}, "slack.escalation_channel: not set"},
		{[]string{"MABSBOT_SLACK_BOT_TOKEN=xoxb-t", "MABSBOT_SLACK_APP_TOKEN=xapp-t", "MABSBOT_SLACK_ESCALATION_CHANNEL=C1"}, ""},
	} {
		c, err := Load(nil, tt.environ)
		if err != nil {
			t.Fatal(err)
		}
		got := c.Warnings.Error()
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%v: warnings %q, want %q", tt.environ, got, tt.want)
		}
	}
}

// TestDigest checks the weekly digest.
func TestDigest(t *testing.T) {
	path := write(t, "a.yaml", "bot: {digest: {channels: [slack:C0123456789, discord:1], day: sunday, hour: 09, zone: Asia/Seoul}}\n")
	c, err := load(t, []string{"--config", path})
	if err != nil {
		t.Fatal(err)
	}
	d := c.Bot.Digest
	if got, want := d.ByPlatform(), map[string]string{"slack": "C0123456789", "discord": "1"}; !maps.Equal(got, want) {
		t.Errorf("channels %v, want %v", got, want)
	}
	if d.Weekday() != time.Sunday || d.Hour != 9 || d.Location().String() != "Asia/Seoul" {
		t.Errorf("%+v", d)
	}
	if got := c.Warnings.Error(); !strings.Contains(got, "slack:C0123456789 gets no digest, because slack is not configured") || !strings.Contains(got, "discord:1 gets no digest") {
		t.Errorf("warnings %s", got)
	}
}

// TestTimeZones checks that the program has the time zones that a machine may lack.
func TestTimeZones(t *testing.T) {
	deps, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil || !slices.Contains(strings.Fields(string(deps)), "time/tzdata") {
		t.Errorf("time/tzdata is not linked: %v", err)
	}
}

// TestChanges checks which keys need a restart.
func TestChanges(t *testing.T) {
	old, later := Default(), Default()
	if live, restart := old.Changes(later); len(live)+len(restart) > 0 {
		t.Errorf("nothing changed: %v, %v", live, restart)
	}
	later.Bot.Channels = []Channel{} // given, but empty
	later.Bot.Digest.Hour, later.Language, later.Discord.EscalationChannel = 8, "ko", "1"
	later.Slack.BotToken, later.Console.Users, later.Log.Format = NewSecret("xoxb-1"), []User{{Name: "kim"}}, LogJSON
	live, restart := old.Changes(later)
	if want := []string{"language", "discord.escalation_channel", "bot.digest.hour"}; !slices.Equal(live, want) {
		t.Errorf("live %v, want %v", live, want)
	}
	if want := []string{"log.format", "console.users", "slack.bot_token"}; !slices.Equal(restart, want) {
		t.Errorf("restart %v, want %v", restart, want)
	}
}
