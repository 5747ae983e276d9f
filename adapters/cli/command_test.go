package cli

import (
	"bytes"
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

// TestFlags checks that a command has the flags of the settings that it uses, and
// no others.
func TestFlags(t *testing.T) {
	for line, flags := range map[string]string{
		"":           "config log.level store.path kb.dir slack.mode discord.register console.addr bot.default_mode",
		"kb list":    "config language kb -kb.dir -store.path -slack.mode",
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
