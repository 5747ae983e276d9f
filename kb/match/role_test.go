package match_test

import (
	"slices"
	"strings"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// builtin returns the index of the built-in entries, and their IDs.
func builtin(t testing.TB) (*match.Index, []string) {
	t.Helper()
	base := builtinBase(t)
	var ids []string
	for _, e := range base.Entries() {
		ids = append(ids, e.ID)
	}
	return match.New(kb.Documents(base.Entries()), base.Concepts()...), ids
}

// outcome formats a result as its band and its documents.
func outcome(r match.Result, ids []string) string {
	var found []string
	for _, h := range r.Hits {
		found = append(found, ids[h.Doc])
	}
	switch {
	case r.Band == match.Silent:
		return "silent"
	case r.Band == match.Sure:
		found = found[:1]
	}
	slices.Sort(found)
	return r.Band.String() + " " + strings.Join(found, " ")
}

// TestRoles checks what codes in each role do to a text.
func TestRoles(t *testing.T) {
	ix, ids := builtin(t)
	for _, c := range []struct{ text, want string }{
		// The document's own, in the shapes of the products.
		{"Replica is inconsistent (3106)", "sure replica-inconsistent"},
		{"Replica is inconsistent (ID: 3106)", "sure replica-inconsistent"},
		{"복제본이 불일치 (3106)", "sure replica-inconsistent"},
		{"DPM 서버에서 경고 3106이 계속 떠요", "sure replica-inconsistent"},

		// Siblings.
		{"DPM alert: Replica is inconsistent. Verification in progress (3104). Can I leave it alone?", "silent"},
		{"Replica is inconsistent: Synchronization failed (3115)", "sure sync-failed-3115"},
		{"복제본이 불일치, 동기화 작업이 실패했습니다 (3115)", "sure sync-failed-3115"},
		{"Replica is inconsistent (ID: 3104)", "silent"},
		{"복제본이 불일치 (ID: 3104)", "silent"},
		{"Error 34506: The encryption passphrase for this server is not set.", "sure passphrase-stored-34506"},
		{"34506 오류입니다. 이 서버의 암호화에 사용할 암호가 설정되어 있지 않습니다.", "likely passphrase-stored-34506"},
		{"Invalid vault credentials provided.\n(ID: 34514)", "sure credentials-expired-34514"},
		{"Operation failed. ID: 120003", "silent"},

		// A sibling elsewhere is another error.
		{"DPM alert 3115 came first, now this:\nThe replica of Users on FS-02 is inconsistent with the protected data source.", "sure replica-inconsistent"},
		{"The replica of Users on FS-02 is inconsistent with the protected data source. (ID: 3106)\nThe protection agent did not respond. (ID: 52)", "sure replica-inconsistent"},
		{"데이터 원본 복제본이 일관성이 없어 소스 볼륨 스냅샷을 만들지 못했습니다.\n지난주에는 경고 3115도 있었습니다.", "sure cbp-replica-inconsistent"},

		// Companions.
		{"Back up failure for BMR (ID 30229 Details: Internal error code: 0x80990ED0)", "sure bmr-backup-failure"},
		{"BMR에 대한 백업 실패 (ID 30229 세부 정보: 내부 오류 코드: 0x80990ED0)", "sure bmr-backup-failure"},
		{"The replica of Data on fs01 is inconsistent with the protected data source. The storage involving the current operation could not be read from or written to. (ID: 40003)", "sure replica-inconsistent"},
		{"The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11. (0x800706BA)", "sure dpm-agent-coordinator"},

		// Identifiers.
		{"Replica is inconsistent\nChangeId : 52\nObject Id: 0x7\nVolume Id : 12\nTask ID: 4024", "sure replica-inconsistent"},
		{"복제본이 불일치\n작업 ID: 4024\n레코드 ID: 3115\n프로세스 ID 1206", "sure replica-inconsistent"},
		{"Replica is inconsistent (Task ID: 3115)", "sure replica-inconsistent"},
	} {
		if got := outcome(ix.Match(c.text), ids); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// TestAnnounced checks that an announced code never does worse than a bare one.
func TestAnnounced(t *testing.T) {
	base := builtinBase(t)
	ix, ids := builtin(t)
	shapes := []string{"(ID: %)", "(ID %)", "ID: %", "error %", "error code %", "alert %", "(%)", "% error", "오류 %", "코드 %", "경고 %", "% 오류", "%번 오류", "Source: DPM-EM Event ID: %"}
	for _, e := range base.Entries() {
		for _, c := range e.Codes {
			for _, m := range e.Messages {
				message := match.Fill(m.Texts[0], func(string) string { return "FS-11" })
				bare := ix.Match(message + " " + c)
				for _, shape := range shapes {
					if shape == "(%)" && (len(c) < 3 || c == "2013") {
						continue // a year, or a count
					}
					text := message + " " + strings.ReplaceAll(shape, "%", c)
					got := ix.Match(text)
					if got.Band < bare.Band || bare.Band == match.Sure && got.Hits[0].Doc != bare.Hits[0].Doc {
						t.Errorf("%q: %s, but with the code alone %s", text, outcome(got, ids), outcome(bare, ids))
					}
				}
			}
		}
	}
}
