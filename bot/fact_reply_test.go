package bot

import (
	"testing"

	"mabsbot/kb"
)

// TestFactReplies checks what replies to the questions about the built-in facts
// are taken for.
func TestFactReplies(t *testing.T) {
	rules := builtinRules(t)
	for _, tt := range []struct{ fact, reply, want string }{
		{"version", "MABS V3", "mabs-v3"},
		{"version", "v3 UR2", "mabs-v3"},
		{"version", "V4", "mabs-v4"},
		{"version", "it's v4 with UR1", "mabs-v4"},
		{"version", "MABS V4 UR1", "mabs-v4"},
		{"version", "14.0.46.0", "mabs-v4"},
		{"version", "MABS V4 UR2", "mabs-v4-ur2"},
		{"version", "V4 UR2예요", "mabs-v4-ur2"},
		{"version", "MABS V4 UR2입니다", "mabs-v4-ur2"},
		{"version", "MABS V4 쓰고 있어요", "mabs-v4"},
		{"version", "DPM 2019 UR6", "dpm-2019"},
		{"version", "still 2016", "dpm-2019"},
		{"version", "DPM 2022", "dpm-2022"},
		{"version", "DPM 2022 UR2요", "dpm-2022"},
		{"version", "dpm 2022 with UR4", "dpm-2022-ur4"},
		{"version", "MABS V4 with UR2 I think", "mabs-v4-ur2"},
		{"version", "DPM 2022 UR4입니다", "dpm-2022-ur4"},
		{"version", "DPM 2025", "dpm-2025"},
		{"version", "2025입니다", "dpm-2025"},
		{"version", "only mars, no backup server", "mars"},
		{"version", "백업 서버 없이 에이전트만 씁니다", "mars"},
		{"scope", "only this one", "one"},
		{"scope", "하나만 그래요", "one"},
		{"scope", "a few of them", "several"},
		{"scope", "여러 개요", "several"},
		{"scope", "all of them", "all"},
		{"scope", "전부요", "all"},
		{"since", "we installed the rollup", "update"},
		{"since", "업데이트하고 나서요", "update"},
		{"since", "an upgrade to V4", "upgrade"},
		{"since", "the service account got a new password", "password"},
		{"since", "비밀번호 바꿨어요", "password"},
		{"since", "a new firewall", "network"},
		{"since", "방화벽 교체했습니다", "network"},
		{"since", "we moved the VM", "move"},
		{"since", "nothing changed", "nothing"},
		{"since", "바뀐 것 없어요", "nothing"},
		{"worked", "yes, until yesterday", "before"},
		{"worked", "네 전에는 됐어요", "before"},
		{"worked", "no, never", "never"},
		{"worked", "한 번도 안 됐어요", "never"},
	} {
		q := rules.Base.Fact(tt.fact).Question()
		d, r := asking(rules, "en", tt.reply)
		w := Walkthrough{Status: StatusWalking, Entry: &kb.Entry{ID: "a", Triage: []kb.Question{q}}, At: Position{Question: tt.fact}}
		if u := d.hear(w, Message{Text: tt.reply}, r); u.Choice != tt.want {
			t.Errorf("%s: %q is %q, want %q", tt.fact, tt.reply, u.Choice, tt.want)
		}
	}
}

// TestFactsInPastes checks which facts a paste has.
func TestFactsInPastes(t *testing.T) {
	rules := builtinRules(t)
	for _, tt := range []struct{ text, fact, want string }{
		{"Since MABS V4 UR1 the replica is inconsistent.", "version", "mabs-v4"},
		{"DPM 2022 UR2 (10.22.189.0) fails", "version", "dpm-2022"},
		{"We have MABS V4 UR2", "version", "mabs-v4-ur2"},
		{"MABS V4 UR2를 쓰는데 오류가 납니다", "version", "mabs-v4-ur2"},
		{"from MABS V3 to DPM 2022 UR4", "version", ""}, // which of the two?
		{"MABS V4", "version", ""},                      // with or without a rollup
		{"SQL Server 2019 on FS-11", "version", ""},
		{"all servers fail since the update", "scope", "all"},
		{"all servers fail since the update", "since", "update"},
		{"it worked before", "worked", "before"},
		{"어제까지는 됐는데 안 됩니다", "worked", "before"},
		{"The job failed.", "scope", ""},
	} {
		d, _ := asking(rules, "en", tt.text)
		if got := d.factsIn(tt.text)[tt.fact]; got != tt.want {
			t.Errorf("%q has %s %q, want %q", tt.text, tt.fact, got, tt.want)
		}
	}
}
