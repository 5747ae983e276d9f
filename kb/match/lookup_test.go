package match_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"mabsbot/kb/match"
)

// TestLookup checks what queries lead to.
func TestLookup(t *testing.T) {
	ix, ids := builtin(t)
	for _, c := range []struct{ text, want string }{
		// Codes.
		{"0x29834", "sure policy-change-0x29834"},
		{"29834", "sure policy-change-0x29834"},
		{"29834h", "sure policy-change-0x29834"},
		{"<0x29834>", "sure policy-change-0x29834"},
		{"#0x29834", "sure policy-change-0x29834"},
		{"[29834]", "sure policy-change-0x29834"},
		{"29834 오류", "sure policy-change-0x29834"},
		{"#100050", "sure agent-unable-connect-100050"},
		{"0x 29834", "sure policy-change-0x29834"},
		{"x29834", "sure policy-change-0x29834"},
		{"mabs-100050", "sure agent-unable-connect-100050"},
		{"E100050", "sure agent-unable-connect-100050"},
		{"100050번", "sure agent-unable-connect-100050"},
		{"100050/100052", "likely agent-unable-connect-100050 online-rp-obengine"},
		{"Event ID 3106", "sure replica-inconsistent"},
		{"이벤트 ID 3106", "sure replica-inconsistent"},
		{"CBPSourceSnapshotFailedReplicaCloningIssue 100133", "likely cbp-replica-cloning cbp-replica-inconsistent"},
		{"170036", "sure policy-change-0x29834"},
		{"3104", "silent"},
		{"Replica is inconsistent (3104)", "likely replica-inconsistent"},
		{"Replica is inconsistent (ID: 100133)", "likely cbp-replica-inconsistent replica-inconsistent"},

		// Symbols and their pieces.
		{"CBPSourceSnapshotFailedReplicaInconsistent", "sure cbp-replica-inconsistent"},
		{"cbp_source_snapshot_failed_replica_inconsistent", "sure cbp-replica-inconsistent"},
		{"cbpsnapshotfailedreplicainconsistent", "sure cbp-replica-inconsistent"},
		{"ReplicaMissing", "likely cbp-replica-missing"},
		{"RegisteredVault", "likely external-dpm-same-vault"},
		{"SourceSnapshotFailed", "likely cbp-replica-cloning cbp-replica-inconsistent cbp-replica-metadata"},
		{"vault credentials invalid", "likely invalid-vault-credentials"},

		// Titles and messages.
		{"replica is inconsistent", "sure replica-inconsistent"},
		{"invalid vault credential provided", "sure invalid-vault-credentials"},
		{"metadata on the replica is invalid", "sure cbp-replica-metadata"},
		{"복제본의 메타데이터가 잘못됨", "sure cbp-replica-metadata"},
		{"보안 PIN이 올바르지 않음", "sure security-pin-incorrect"},

		// Sections.
		{"configuring protection group", "likely cannot-enumerate-components policy-change-0x29834 storage-pool-insufficient"},
		{"create online recovery point", "likely online-rp-failed online-rp-obengine online-rp-passphrase"},
		{"common issues", "likely cbp-replica-cloning cbp-replica-inconsistent cbp-replica-metadata"},
		{"일반적인 문제", "likely cbp-replica-cloning cbp-replica-inconsistent cbp-replica-metadata"},
		{"암호 변경", "likely passphrase-120002 security-pin-incorrect"},
		{"configure email notifications", "sure email-notifications-2013"},

		// Words, however few errors have them.
		{"obengine", "likely online-rp-obengine"},
		{"same vault", "likely credentials-download-403 external-dpm-same-vault security-pin-incorrect"},
		{"공유 폴더", "likely files-shared-folders-access mars-restore-destination-100070 previous-versions-3123"},

		// Nothing.
		{"asdfgh", "silent"},
		{"ㅁㄴㅇㄹ", "silent"},
		{`C:\backup\agent`, "silent"},
		{`C:\Program Files\Azure Backup\agent coordinator\replica.log`, "silent"},
		{`\\server\vault\credentials`, "silent"},
		{"/var/lib/replica", "silent"},
		{"/mnt/backup/agent/coordinator", "silent"},
		{"D:/replica/inconsistent", "silent"},
		{"00100050-8b86-d011-b42d-00c04fc964ff", "silent"},
		{"TWljcm9zb2Z0IEF6dXJlIEJhY2t1cA==", "silent"},
		{"aGVsbG8gd29ybGQ", "silent"},
		{"0000000000100050abcdef", "silent"},
	} {
		r := ix.Lookup(c.text)
		checkSpans(t, c.text, r)
		if got := outcome(r, ids); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// TestLookupOfNothing looks up random letters, paths of our words, and data.
func TestLookupOfNothing(t *testing.T) {
	ix, ids := builtin(t)
	rng := rand.New(rand.NewPCG(7, 8))
	from := func(alphabet string, shortest, longest int) string {
		var b strings.Builder
		for range shortest + rng.IntN(longest-shortest+1) {
			b.WriteByte(alphabet[rng.IntN(len(alphabet))])
		}
		return b.String()
	}
	names := strings.Fields("backup agent replica vault data inconsistent credentials share dpm mabs coordinator passphrase obengine")
	path := func(separator string) string {
		var parts []string
		for range 3 {
			parts = append(parts, names[rng.IntN(len(names))])
		}
		return strings.Join(parts, separator)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	makers := []func() string{
		func() string { return from(letters, 6, 16) },
		func() string { return from(letters, 6, 9) + " " + from(letters, 6, 9) },
		func() string { return from(letters+"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 12, 30) },
		func() string { return from("0123456789abcdef", 16, 40) },
		func() string { return "/" + path("/") },
		func() string { return "~/" + path("/") },
		func() string { return `C:\` + path(`\`) },
		func() string { return `\\` + path(`\`) },
	}
	for range 500 {
		for _, text := range makers {
			text := text()
			if r := ix.Lookup(text); r.Band != match.Silent {
				t.Errorf("%q: %s", text, outcome(r, ids))
			}
		}
	}
}
