package match

import (
	"strings"
	"testing"
)

func TestRecordPrefix(t *testing.T) {
	for _, c := range []struct{ line, rest string }{
		{"2026-11-02 03:14:07.221 ERROR The device", "The device"},
		{"2026-11-02T03:14:07Z The device", "The device"},
		{"2026-11-02T03:14:07+09:00 [WARN] The device", "The device"},
		{"[2026/11/02 오전 3:14:07] 정보 시작", "시작"},
		{"[11/2/2026 3:14:07 AM] Unable to", "Unable to"},
		{"11/02/2026 03:14:07 PM Please", "Please"},
		{"02:11:43 경고: 복제본", "복제본"},
		{"02:11:43 ERR Backup Agent", "Backup Agent"},
		{"02.11.2026, 03:14 Fehler", "Fehler"},
		{"22:24:48.380 올바른", "올바른"},
		{"2026-11-02 backup failed", "backup failed"},
		{"03:14", ""},

		{"10.1.2.3 does not answer", "10.1.2.3 does not answer"},
		{"100:12 is no time", "100:12 is no time"},
		{"3106 replica", "3106 replica"},
		{"5/3 disks are full", "5/3 disks are full"},
		{"error 3:14", "error 3:14"},
		{"", ""},
	} {
		if got := strings.TrimSpace(c.line[recordPrefix(c.line):]); got != c.rest {
			t.Errorf("%q: %q is left, want %q", c.line, got, c.rest)
		}
	}
}
