package match

import (
	"strings"
	"testing"
)

func TestTokenize(t *testing.T) {
	for text, want := range map[string]string{
		"Replica is inconsistent":          "Replica is inconsistent",
		"FileFaultFault":                   "File+Fault+Fault",
		"CBPSourceSnapshot":                "CBP+Source+Snapshot",
		"VMware ReFS OBEngine":             "VMware Re+FS OB+Engine",
		"cbp_source_snapshot":              "cbp+source+snapshot",
		"office365 Win7":                   "office+365 Win+7",
		"can't connect, isn’t ready":       "can't connect isn’t ready",
		"복제본 ok":                           "복 제 본 ok",
		"[0x29834] Ox29834 29834h":         "0x29834 Ox29834 29834h",
		"<@U0B2D599F8> :rotating_light: x": "x",
		"<https://a.example/b|label> see https://x.example/y?z end": "label see end",
		"on <ServerName> now": "on now",
		"at 12:30:45 ok":      "at 12 30 45 ok",
		"12:30:45 ok":         "ok",
		"> 2026-11-02 03:14:07.221 ERROR disk 3\n[11/2/2026 3:14:07 AM] not ready": "disk 3 not ready",
	} {
		var b strings.Builder
		for i, u := range tokenize(nil, text) {
			if i > 0 {
				b.WriteByte(" +"[btoi(u.glued)])
			}
			b.WriteString(text[u.from:u.to])
		}
		if b.String() != want {
			t.Errorf("tokenize(%q) = %q, want %q", text, b.String(), want)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
