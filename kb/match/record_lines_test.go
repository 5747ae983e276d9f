package match_test

import (
	"testing"

	"mabsbot/kb/match"
)

// TestRecords checks that a record of a log, or a field of a list, is read like
// its message alone.
func TestRecords(t *testing.T) {
	ix, ids := builtin(t)
	for _, c := range []struct{ text, want string }{
		// The time and level of a record.
		{"2026-03-02 04:10:55,120 [ERROR] The encryption passphrase for this server is not set.", "sure online-rp-passphrase"},
		{"night log of the backup server:\n03/02/2026 04:10:55 AM Please configure an encryption passphrase.\n03/02/2026 04:10:56 AM job ended", "sure online-rp-passphrase"},
		{"3월 로그입니다.\n[2026-03-02 오전 4:10:55] 경고 Microsoft Azure Recovery Services 설치에 실패했습니다.\n[2026-03-02 오전 4:10:57] 정보 종료", "sure agent-install-failed-4024"},
		// A message that is wrapped over two records.
		{"04:10:55 ERR Microsoft Azure Backup Agent was unable to create a\n04:10:55 ERR snapshot of the selected volume.", "sure online-rp-snapshot"},
		// A sentence that no other error has, made of words that others have, too.
		{"We run MABS V4. Saving the group says:\nThe backup policy could not be modified.\nwhat now?", "likely policy-change-0x29834"},
		// The first sentence of a message whose second one has the same words.
		{"setup of MABS ends with\nThe Microsoft Azure Recovery Services installation failed.\nand closes", "sure agent-install-failed-4024"},
		// Fields after a message, without a line break.
		{"Alert: Back up failure for BMR Affected item: HV-07 Since: Sunday", "sure bmr-backup-failure"},
		{"경고: BMR에 대한 백업 실패 대상 서버 : HV-07 발생 시각 : 02:10", "sure bmr-backup-failure"},

		// An object without its trouble is no error.
		{"Nightly mail of DPM:\n16:00:02 online recovery point started\n16:41:55 online recovery point completed, 38 GB", "silent"},
		{"DPM 야간 보고:\n02:00 온라인 복구 지점 생성 시작\n04:12 온라인 복구 지점 생성 완료", "silent"},
	} {
		if got := outcome(ix.Match(c.text), ids); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// TestTalkOfErrors checks that a short message in a sentence that talks about it
// reports no error.
func TestTalkOfErrors(t *testing.T) {
	ix, ids := builtin(t)
	for _, text := range []string{
		"\"Replica is inconsistent\" is chapter four of the new handbook, reviewers wanted",
		"Slide 9 explains what \"Unable to configure protection\" means, slide 10 is lunch.",
		"신입 교육 3회차 주제는 '복제본이 불일치'입니다. 자료는 공유 폴더에 있어요.",
		"'보호를 구성할 수 없음' 문서에 오타가 있어서 고쳐 두었습니다.",
		"What does \"back up failure for BMR\" stand for in the glossary? I translate it at the moment.",
	} {
		if r := ix.Match(text); r.Band == match.Sure {
			t.Errorf("%q: %s, want no answer", text, outcome(r, ids))
		}
	}
}
