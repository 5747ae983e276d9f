package bot

import (
	"strings"
	"testing"

	"mabsbot/kb"
)

func TestFill(t *testing.T) {
	slots := map[string]string{"Server": "FS-11.corp.example", "Path": `C:\Program Files\x`, "Quote": "O'Neill", "Tick": "a`b", "Skipped": ""}
	for text, want := range map[string]string{
		"no slots":               "no slots",
		"on {Server}":            "on FS-11.corp.example",
		"on {Server|the server}": "on FS-11.corp.example",
		"on {Other|the server}":  "on the server",
		"on {Other}":             "on <Other>",
		"on {Skipped}":           "on <Skipped>",
		"{Skipped|서버}에서":         "서버에서",
		"{Tick}":                 "a'b",
		"{ not a slot } {}":      "{ not a slot } {}",
		"{Server}{Server}":       "FS-11.corp.exampleFS-11.corp.example",
	} {
		if got := fill(text, slots); got != want {
			t.Errorf("fill(%q) = %q, want %q", text, got, want)
		}
	}
	for _, tt := range []struct{ shell, run, want string }{
		{kb.ShellPowerShell, "Get-Service -ComputerName {Server}", "Get-Service -ComputerName FS-11.corp.example"},
		{kb.ShellPowerShell, "dir {Path}", `dir 'C:\Program Files\x'`},
		{kb.ShellPowerShell, "echo {Quote}", "echo 'O''Neill'"},
		{kb.ShellCmd, "dir {Path}", `dir "C:\Program Files\x"`},
		{kb.ShellCmd, "ping {Other}", "ping <Other>"},
	} {
		if got := fillCommand(&kb.Command{Shell: tt.shell, Run: tt.run}, slots); got != tt.want {
			t.Errorf("%s %q = %q, want %q", tt.shell, tt.run, got, tt.want)
		}
	}
}

func TestAcceptable(t *testing.T) {
	for value, want := range map[string]bool{
		"FS-11.corp.example":     true,
		`C:\Program Files\x`:     true,
		"O'Neill":                true,
		"백업서버":                   true,
		"":                       false,
		"a\nb":                   false,
		`a" & calc & "`:          false,
		"%PATH%":                 false,
		"!x!":                    false,
		"a`b":                    false,
		"x\u202ey":               false,
		"x\x00":                  false,
		strings.Repeat("x", 254): false,
	} {
		if got := acceptable(value); got != want {
			t.Errorf("acceptable(%q) = %v", value, got)
		}
	}
}

// FuzzQuote checks that an acceptable value cannot leave its quotes. No
// PowerShell runs here; in its single-quoted strings only a quote is special,
// and a doubled one is literal.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"FS-11", "a b", "O'Neill", "‘quoted’", "-rf", "$(calc)", "a;b|c&d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !acceptable(s) {
			return
		}
		if q := quotePowerShell(s); q != s {
			inner := q[1 : len(q)-1]
			for _, quote := range []string{"'", "‘", "’", "‚", "‛"} {
				inner = strings.ReplaceAll(inner, quote+quote, "\x00")
				if strings.Contains(inner, quote) {
					t.Errorf("%q escapes its quotes: %s", s, q)
				}
				inner = strings.ReplaceAll(inner, "\x00", quote+"\x01")
			}
		}
		if q := quoteCmd(s); q != s && strings.Count(q, `"`) != 2 {
			t.Errorf("%q escapes its quotes: %s", s, q)
		}
	})
}

func TestButton(t *testing.T) {
	long := Button{Action: ActionAnswer, Entry: strings.Repeat("e", 40), Revision: "abcd", Step: strings.Repeat("s", 24), Choice: strings.Repeat("c", 24)}
	for _, b := range []Button{{}, {Action: ActionStart, Entry: "x"}, long} {
		s := b.String()
		if len(s) > 100 {
			t.Errorf("%q has %d bytes, want at most 100", s, len(s))
		}
		if b.Action == "" {
			continue
		}
		if got, err := ParseButton(s); err != nil || got != b {
			t.Errorf("%q parses as %+v, %v", s, got, err)
		}
	}
}

func FuzzParseButton(f *testing.F) {
	f.Add("m1|n|e|abcd|step|")
	f.Add("m1|||||")
	f.Add("other")
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := ParseButton(s); err == nil && b.String() != s {
			t.Errorf("%q parses as %+v, which encodes as %q", s, b, b.String())
		}
	})
}

// TestSameValues checks when two messages with values are about the same case.
func TestSameValues(t *testing.T) {
	server := func(name string) map[string]string { return map[string]string{"ServerName": name} }
	for _, tt := range []struct {
		name            string
		values, earlier map[string]string
		want            bool
	}{
		{"no values", nil, nil, true},
		{"the same server", server("FS-11"), server("FS-11"), true},
		{"in other letters", server("fs-11.CORP.example"), server("FS-11.corp.example"), true},
		{"its short name", server("FS-11"), server("fs-11.corp.example"), true},
		{"another domain", server("FS-11.corp.example"), server("FS-11.lab.example"), false},
		{"another server", server("SQL-77"), server("FS-11"), false},
		{"a server, where none was named", server("FS-11"), nil, false},
		{"no server, where one was named", nil, server("FS-11"), true},
		{"another volume of the server", map[string]string{"ServerName": "FS-11", "Volume": `E:\`}, map[string]string{"ServerName": "FS-11", "Volume": `D:\`}, false},
	} {
		if got := sameValues(tt.values, tt.earlier); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
