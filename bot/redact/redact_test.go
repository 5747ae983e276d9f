package redact

import (
	"log/slog"
	"strings"
	"testing"
)

// label shows a kind the way a reader sees it.
func label(kind string) string { return "[" + kind + "]" }

// TestRules checks the examples of every rule on all rules together.
func TestRules(t *testing.T) {
	for _, r := range rules {
		for _, example := range r.Find {
			before, rest, _ := strings.Cut(example, "«")
			secret, after, marked := strings.Cut(rest, "»")
			if !marked || secret == "" {
				t.Errorf("%s: %q marks no secret", r.Kind, example)
				continue
			}
			if got, want := Text(before+secret+after, label), before+label(r.Kind)+after; got != want {
				t.Errorf("%s:\ngot  %s\nwant %s", r.Kind, got, want)
			}
		}
		for _, text := range r.Keep {
			if got := Text(text, label); got != text {
				t.Errorf("%s: %q became %q", r.Kind, text, got)
			}
		}
	}
}

// TestKept checks texts of the trade that look like secrets and are none.
func TestKept(t *testing.T) {
	for _, text := range []string{
		"1B2C3D4E-5F60-7182-93A4-B5C6D7E8F901",
		"{6F9619FF-8B86-D011-B42D-00CF4FC964FF} 0x80070005 0x800706BA (0xc0000409)",
		`C:\Program Files\Microsoft Data Protection Manager\DPM\ProtectionAgents\RA\13.0.415.0\amd64\1033\DPMAgentInstaller_x64.exe`,
		`\\?\Volume{3d1a2b4c-0000-0000-0000-100000000000}\DPM\vol_9f2c1b7e-33a8-4c42-9b1e-0f2a6c7d8e9f\`,
		"FS-11.corp.example SQLPROD01-NODE2.emea.contoso.com VM-ZGF0YWJhc2UwMQ",
		"S-1-5-21-3623811015-3361044348-30300820-1013",
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0ba8229d0c1c5d8b6d1f4e",
		"TaskID 4f1c2d3e, correlation 5e884898-da28-4715-a1d3-6a1f2b3c4d5e, activity ZXhhbXBsZQ==",
		"The passphrase or security PIN provided is incorrect. (ID: 100130)",
		"DPM failed to authenticate: the user name or password is incorrect. Error 0x8007052E",
		"password policy: 14 characters; token bucket: 5 per second",
		"Get-DPMProductionServer -DPMServerName BKP01 | Where-Object ServerName -eq FS-11",
	} {
		if got := Text(text, label); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestSeveral(t *testing.T) {
	const text = "password=Winter2026 and https://a.example/b?sig=AbCdEfGhIjKlMnOpQrStUv%3D, then password: Spring2027"
	if got, want := Text(text, label), "password=[password] and https://a.example/b?sig=[sas], then password: [password]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if n := len(Find(text)); n != 3 {
		t.Errorf("%d secrets, want 3", n)
	}
}

// TestWriter checks a log line with a secret, as both formats of slog write it.
func TestWriter(t *testing.T) {
	var text, json strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(Writer(&text), nil), slog.NewJSONHandler(Writer(&json), nil)} {
		slog.New(h).Warn("failed", "error", `Post "https://discord.com/api/webhooks/1234567890/abcdefghijklmnopqrstuvwxyz0123456789/messages": timeout`)
	}
	for _, got := range []string{text.String(), json.String()} {
		if strings.Contains(got, "abcdefghij") || !strings.Contains(got, "[token]") || !strings.Contains(got, "timeout") || !strings.HasSuffix(got, "\n") {
			t.Errorf("logged %s", got)
		}
	}
}

func TestOverlap(t *testing.T) {
	got := withoutOverlaps([]Span{{4, 9, "b"}, {0, 5, "a"}, {9, 12, "c"}})
	if len(got) != 2 || got[0] != (Span{0, 9, "a"}) || got[1] != (Span{9, 12, "c"}) {
		t.Errorf("got %v", got)
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"- {kind: a, any: [x], pattern: '(', find: [x]}":           "missing closing )",
		"- {kind: a, pattern: x, find: [x]}":                       "needs a kind",
		"- {kind: a, any: [x], pattern: x, find: [x], unknown: 1}": "unknown",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", text, err, want)
		}
	}
}

// FuzzFind checks that spans are in order, within the text and not empty.
func FuzzFind(f *testing.F) {
	for _, r := range rules {
		for _, text := range append(r.Find, r.Keep...) {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range Find(text) {
			if s.Start < at || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%q: %v", text, Find(text))
			}
			at = s.End
		}
	})
}

func BenchmarkFind(b *testing.B) {
	const line = "Replica of Volume E:\\ on FS-09.corp.example is inconsistent with the protected data source. (ID 3106 Details: 0x800706BA)"
	for name, text := range map[string]string{"line": line, "40kB": strings.Repeat(line+"\n", 340)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for range b.N {
				Find(text)
			}
		})
	}
}
