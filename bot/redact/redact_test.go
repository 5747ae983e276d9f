package redact

import (
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// label shows a kind the way a reader sees it.
func label(kind string) string { return "[" + kind + "]" }

// fillers replace the parts of examples such as {a20}.
var fillers = map[byte]string{
	'a': "kX3v9Qm1Zr8tWcY2uLpN0aBdEfGhIjKlMnOp7qRsTvUw5xz6",
	'b': "q1W+2e3R4t5Y6u7I8o9P/0a1S2d3F4g5H6j7K8l9Z0x1C2v3",
	'd': "730184625930174862",
	'l': "k3v7qm2zr5twcy4ulpn6abdefghij",
	'u': "K3V9QM1ZR8TWCY2ULPN0ABDEFGHIJ",
	'x': "3f9a1c7e5b0d2846",
}

var filler = regexp.MustCompile(`\{([abdlux])(\d+)\}`)

// expand returns an example with its fillers replaced.
func expand(example string) string {
	return filler.ReplaceAllStringFunc(example, func(f string) string {
		n, _ := strconv.Atoi(f[2 : len(f)-1])
		return strings.Repeat(fillers[f[1]], n/len(fillers[f[1]])+1)[:n]
	})
}

// marked returns an example without its marks, and what is between them.
func marked(example string) (text string, secrets []string) {
	for {
		before, rest, found := strings.Cut(example, "«")
		text += before
		if !found {
			return text, secrets
		}
		secret, after, _ := strings.Cut(rest, "»")
		text, secrets, example = text+secret, append(secrets, secret), after
	}
}

// TestRules checks the examples of every rule on all rules together.
func TestRules(t *testing.T) {
	for _, r := range rules {
		for _, example := range r.Find {
			example = expand(example)
			text, secrets := marked(example)
			var found []string
			for _, s := range Find(text) {
				found = append(found, text[s.Start:s.End])
			}
			if len(secrets) == 0 || !slices.Equal(found, secrets) {
				t.Errorf("%s: %q\ngot  %q\nwant %q", r.Kind, text, found, secrets)
			}
		}
		for _, text := range r.Keep {
			if got := Text(text, label); got != text {
				t.Errorf("%s: %q became %q", r.Kind, text, got)
			}
		}
	}
}

// TestRuleAlone checks that each rule finds its examples without the others, and
// names their kind.
func TestRuleAlone(t *testing.T) {
	for i, r := range rules {
		for _, example := range r.Find {
			text, secrets := marked(expand(example))
			for _, w := range scan(text) {
				if w.rule != i {
					continue
				}
				for _, at := range r.compiled.FindAllStringSubmatchIndex(text[w.start:w.end], -1) {
					if start, end := secretOf(at); r.accepts(text[w.start+start : w.start+end]) {
						secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == text[w.start+start:w.start+end] })
					}
				}
			}
			if len(secrets) > 0 {
				t.Errorf("rule %d, %s: %q: not found: %q", i+1, r.Kind, text, secrets)
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
		"thumbprint 3F9A1C7E5B0D28463F9A1C7E5B0D28463F9A1C7E, serial 610274d2000000000018",
		"md5 3f9a1c7e5b0d28463f9a1c7e5b0d2846  dpmbackup.cab",
		"recovery point 20261124T031500Z_6F9619FF8B86D011B42D00CF4FC964FF of DS 730184625930174862",
		"Encoded: VGhlIGpvYiBmYWlsZWQgYmVjYXVzZSB0aGUgdm9sdW1lIGlzIGZ1bGwu",
		"job key 42, key word: backup, primary key of the table, registry key HKLM\\SOFTWARE\\Microsoft\\Windows Azure Backup",
		"I forgot my password, can you reset it? The secret is to restart the agent. Token ring was nice.",
		"비밀번호를 잊어버렸어요. 암호는 어디서 바꾸나요? 패스워드가 만료됐대요",
		"암호화 암호가 올바르지 않습니다. (ID: 120002)",
		"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 kim@dpm01",
		"https://portal.azure.com/#@contoso.com/resource/subscriptions/1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901/resourceGroups/rg",
		"smb://fs11/dumps and http://dpm01:8080/a?id=7&token=none",
		"user svc@contoso.com, UPN kim:corp, time 12:30:45, drive E:\\",
		"Microsoft.Internal.CloudBackup.Common.ProtectedItemDatasourceDescription.Initialize(String token, Int32 key)",
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

// TestMask checks that masks name their kinds, and are shown as words.
func TestMask(t *testing.T) {
	masked, kinds := Mask("password=Winter2026, passphrase: Correct-Horse-7, password: Spring2027")
	if want := "password=⟦password⟧, passphrase: ⟦passphrase⟧, password: ⟦password⟧"; masked != want || !slices.Equal(kinds, []string{"password", "passphrase"}) {
		t.Errorf("masked %q, kinds %q", masked, kinds)
	}
	if again, kinds := Mask(masked); again != masked || len(kinds) > 0 {
		t.Errorf("masked twice: %q, kinds %q", again, kinds)
	}
	for text, want := range map[string]string{
		masked:            "password=[password], passphrase: [passphrase], password: [password]",
		"⟦none⟧ ⟦⟦sas⟧ ⟦": "⟦none⟧ ⟦[sas] ⟦",
		"nothing":         "nothing",
	} {
		if got := Show(text, label); got != want {
			t.Errorf("%q shows %q, want %q", text, got, want)
		}
	}
}

// TestMaxWork checks that a text made of the words of all rules is read in part
// only, and that what is not read is not shown.
func TestMaxWork(t *testing.T) {
	text := strings.Repeat("password=token=secret=", 1<<16) + "password=Winter2026"
	if got := Text(text, label); strings.Contains(got, "Winter2026") {
		t.Error("the secret at the end is shown")
	}
}

// TestWriter checks a log line with a secret, as both formats of slog write it.
func TestWriter(t *testing.T) {
	var text, json strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(Writer(&text), nil), slog.NewJSONHandler(Writer(&json), nil)} {
		slog.New(h).Warn("failed", "error", `Post "https://discord.com/api/webhooks/1234567890/abcdefghijklmnopqrstuvwxyz0123456789/messages": timeout`)
	}
	for _, got := range []string{text.String(), json.String()} {
		if strings.Contains(got, "abcdefghij") || !strings.Contains(got, "[webhook]") || !strings.Contains(got, "timeout") || !strings.HasSuffix(got, "\n") {
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
			f.Add(expand(text))
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

// FuzzEmbedded checks that a known secret is found wherever it is in a text.
func FuzzEmbedded(f *testing.F) {
	var examples []string
	for _, r := range rules {
		examples = append(examples, r.Find...)
	}
	f.Add(uint16(0), "the job failed: ", " (ID 3106)")
	f.Add(uint16(7), "로그입니다\n", "\n다음 줄")
	f.Fuzz(func(t *testing.T, n uint16, before, after string) {
		text, secrets := marked(expand(examples[int(n)%len(examples)]))
		// White space separates the example from what may change its meaning.
		text = strings.ToValidUTF8(before, "") + "\n" + text + "\n" + strings.ToValidUTF8(after, "")
		if shown, _ := Mask(text); containsAny(shown, secrets) {
			t.Errorf("%q shows %q", shown, secrets)
		}
	})
}

// containsAny reports whether a text contains a secret that is long enough to be
// no coincidence.
func containsAny(text string, secrets []string) bool {
	return slices.ContainsFunc(secrets, func(s string) bool { return len(s) >= 12 && strings.Contains(text, s) })
}

func BenchmarkFind(b *testing.B) {
	const line = "Replica of Volume E:\\ on FS-09.corp.example is inconsistent with the protected data source. (ID 3106 Details: 0x800706BA)"
	for name, text := range map[string]string{"chatter": "morning, did anybody look at the backup of FS-11 last night? it was slow again", "line": line, "40kB": strings.Repeat(line+"\n", 340)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for range b.N {
				Find(text)
			}
		})
	}
}
