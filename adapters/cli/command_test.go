package cli

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExitStatus checks what wrong command lines say, and their exit status.
func TestExitStatus(t *testing.T) {
	t.Chdir(t.TempDir())
	for line, want := range map[string]struct {
		status int
		text   string // part of standard error, or of standard output if the status is 0
	}{
		"--version":                       {0, "mabsbot "},
		"version --json":                  {0, `"go":"go1.`},
		"kb":                              {0, "Available Commands"},
		"foo":                             {2, `unknown command "foo" for "mabsbot"`},
		"mach":                            {2, "did you mean match"},
		"kb lnt":                          {2, "did you mean lint or list?"},
		"kb lint --nope":                  {2, "unknown flag: --nope"},
		"restore":                         {2, "name the FILE"},
		"backup a b":                      {2, "name one FILE, not 2"},
		"kb show":                         {2, `Run "mabsbot kb show --help" for usage`},
		"match --slack.mode http":         {2, "unknown flag: --slack.mode"},
		"match --config missing.yaml":     {1, "missing.yaml"},
		"kb show nothing-like-this":       {1, "nothing-like-this"},
		"--store.path no/such/folder.db":  {1, "set store.path (--store.path)"},
		"kb lint --stale --on 2027-03-01": {0, "0 entries to verify by 2027-03-01"},
		"kb lint --stale --on tomorrow":   {2, "want YYYY-MM-DD"},
		"kb lint --stale --on 2027-02-30": {2, "want YYYY-MM-DD"},
		"kb lint --on 2027-03-01":         {2, "--on is the day of --stale"},
		"kb lint --stale --json":          {0, `"due": [`},
		"--bot.default_mode loud":         {1, "--bot.default_mode"},
		"help kb lint":                    {0, "Check all entries"},
		"help kb lnt":                     {2, "did you mean lint or list?"},
		"completion fsh":                  {2, "did you mean bash or zsh or fish?"},
		"completion bash extra":           {2, "unknown command"},
		"completion zsh":                  {0, "#compdef mabsbot"},
		"config example extra":            {2, "unknown command"},
		"match --json --jsonl":            {2, "none of the others can be"},
		"outbox retry":                    {2, "name the IDs"},
		"store copy a.db b.db":            {2, "want a file and store.url"},
		"forget U0123456789":              {2, "want ADAPTER:USER"},
		"--console.enabled=maybe":         {2, "--console.enabled"},
	} {
		var out, errs bytes.Buffer
		status := Run(strings.Fields(line), strings.NewReader(""), &out, &errs)
		said := out.String()
		if want.status != 0 {
			said = errs.String()
		}
		if status != want.status || !strings.Contains(said, want.text) {
			t.Errorf("%s: status %d, want %d; it says %q, want %q", line, status, want.status, said, want.text)
		}
	}
}

// TestCompletion checks what is completed in a shell, and its description.
func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"kb show replica-inconsistent": "replica-inconsistent\t",
		"kb show --lang ko replica-in": "복제본",
		"kb list rest":                 "restore\n",
		"kb show x y":                  ":4", // nothing, and no files
		"kb l":                         "list\tList the entries",
		"completion z":                 "zsh",
		"kb list --kb x":               ":16", // folders alone
	} {
		var out, errs bytes.Buffer
		if status := Run(append([]string{"__complete"}, strings.Fields(line)...), nil, &out, &errs); status != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("%s: status %d, %s, want %s", line, status, out.String(), want)
		}
	}
}

// TestWhereToServe checks that a taken port, and a folder that cannot be written, are
// reported with the flag that helps.
func TestWhereToServe(t *testing.T) {
	t.Chdir(t.TempDir())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().String()
	if err := os.WriteFile("file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	slack := []string{"MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_BOT_TOKEN=xoxb-1", "MABSBOT_SLACK_SIGNING_SECRET=x"}
	for _, tt := range []struct {
		args    string
		environ []string
		want    string
	}{
		{"--ops.addr off --console.addr " + taken, nil, "set console.addr (--console.addr)"},
		{"--ops.addr " + taken, nil, "set ops.addr (--ops.addr)"},
		{"--ops.addr off --http.addr " + taken, slack, "set http.addr (--http.addr)"},
		{"--ops.addr off --store.path file/x.db", nil, "set store.path (--store.path)"},
		{"--ops.addr off --store.path file/x.db", []string{"MABSBOT_STORE_KEY=" + strings.Repeat("0", 64)}, "set store.path (--store.path)"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			for _, pair := range tt.environ {
				name, value, _ := strings.Cut(pair, "=")
				t.Setenv(name, value)
			}
			var out, errs bytes.Buffer
			if status := Run(strings.Fields(tt.args), nil, &out, &errs); status != 1 || !strings.Contains(errs.String(), tt.want) {
				t.Errorf("status %d, %s, want %s", status, errs.String(), tt.want)
			}
		})
	}
}

// TestConfigCheck checks that config check loads what the configuration names.
func TestConfigCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("old.db", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("entry.yaml", []byte("id: x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args, token string
		status      int
		want        string
	}{
		{"", "", 0, "store.path"},
		{"--kb.dir missing", "", 1, "missing"},
		{"--kb.overlay .", "", 1, "entry.yaml"},
		{"--language xx", "", 1, "want one of en, ko"},
		{"--store.path missing/x.db", "", 1, "there is no folder missing"},
		{"--store.path old.db", "", 1, "old.db.key"},
		{"--store.key_file missing", "", 1, "missing"},
		{"", "hunter2", 0, "discord.token: it does not look like one"},
		{"--json", "hunter2", 0, `"warnings":["discord.escalation_channel`},
	} {
		t.Setenv("MABSBOT_DISCORD_TOKEN", tt.token)
		var out bytes.Buffer
		status := Run(append([]string{"config", "check"}, strings.Fields(tt.args)...), nil, &out, &out)
		if status != tt.status || !strings.Contains(out.String(), tt.want) || strings.Contains(out.String(), "hunter2") {
			t.Errorf("%s: status %d, want %d; it says %s, want %s", tt.args, status, tt.status, out.String(), tt.want)
		}
	}
}

// TestFlags checks that a command has the flags of the settings that it uses, and
// no others.
func TestFlags(t *testing.T) {
	for line, flags := range map[string]string{
		"":           "config log.level store.path kb.dir slack.mode discord.register console.addr bot.default_mode",
		"kb list":    "config language kb -kb.dir -store.path -slack.mode",
		"kb show":    "kb store.path -kb.dir",
		"outbox":     "config store.path -kb.dir -console.addr",
		"health":     "config ops.addr -console.addr -store.path",
		"chat":       "kb.overlay store.path bot.follow_up -slack.mode",
		"key rotate": "store.key_file -kb.dir",
	} {
		c, _, err := root().Find(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		for flag := range strings.FieldsSeq(flags) {
			name, unwanted := strings.CutPrefix(flag, "-")
			if has := c.Flag(name) != nil; has == unwanted {
				t.Errorf("mabsbot %s: has --%s: %v", line, name, has)
			}
		}
	}
}

func TestManual(t *testing.T) {
	dir := t.TempDir()
	var errs bytes.Buffer
	if status := Run([]string{"man", dir}, nil, &errs, &errs); status != 0 {
		t.Fatal(errs.String())
	}
	page, err := os.ReadFile(filepath.Join(dir, "mabsbot-kb-lint.1"))
	if err != nil || !bytes.Contains(page, []byte("Check all entries")) {
		t.Errorf("the page of kb lint: %q %v", page, err)
	}
}
