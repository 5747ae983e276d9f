package match_test

import "testing"

// TestConflict checks that a code or symbol of one error in the place of the
// code of another one's message leads to a question.
func TestConflict(t *testing.T) {
	ix, ids := builtin(t)
	for _, c := range []struct{ text, want string }{
		{"Replica is inconsistent (ID: 100133)", "likely cbp-replica-inconsistent replica-inconsistent"},
		{"복제본의 메타데이터가 잘못되었으므로 원본 볼륨 스냅샷을 만들지 못했습니다. (ID: 100193)", "likely cbp-replica-cloning cbp-replica-metadata"},
		{"CBPSourceSnapshotFailedReplicaCloningIssue (ID: 100133)", "likely cbp-replica-cloning cbp-replica-inconsistent"},
		{"오류 100133: CBPSourceSnapshotFailedReplicaCloningIssue (ID: 100133)", "likely cbp-replica-cloning cbp-replica-inconsistent"},
		{"FileFaultFault: Replica is inconsistent", "likely replica-inconsistent vmware-changetracking-33621"},
		{"CBPSourceSnapshotFailedReplicaMetadataInvalid\nBackup failed as the disk-backup replica could not be cloned.", "likely cbp-replica-cloning cbp-replica-metadata"},
		{"CBPSourceSnapshotFailedReplicaMetadataInvalid\n디스크 백업 복제본을 복제할 수 없어 백업이 실패했습니다.", "likely cbp-replica-cloning cbp-replica-metadata"},
		{"입력한 보안 PIN이 잘못되었습니다. 이 작업을 완료하려면 올바른 보안 PIN을 입력합니다. (ID: 120002)", "likely passphrase-120002 security-pin-incorrect"},

		// No conflict: the symbol's own message, and two errors.
		{"CBPSourceSnapshotFailedReplicaInconsistent: Source volume snapshot failed due to inconsistent datasource replica.", "sure cbp-replica-inconsistent"},
		{"The security PIN that was entered is incorrect. Provide the correct security PIN to complete this operation. (ID: 100130)\nOperation failed. ID: 120002", "sure security-pin-incorrect"},
	} {
		if got := outcome(ix.Match(c.text), ids); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// TestInnermost checks that of two codes the one that the other announces is the
// answer.
func TestInnermost(t *testing.T) {
	ix, ids := builtin(t)
	for _, c := range []struct{ text, want string }{
		{"Creation of online recovery points for FS-01 have failed. The last online recovery point creation failed for the following reason: (ID: 3188)\nAnother language (ID: 100034)", "sure online-rp-snapshot"},
		{"오류 (ID: 3188) 다른 언어 (ID: 100034)", "sure online-rp-snapshot"},
	} {
		if got := outcome(ix.Match(c.text), ids); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// TestCodeAsked checks that an announced code of five digits leads to a question
// even where nothing else in the text is about these products.
func TestCodeAsked(t *testing.T) {
	ix, ids := builtin(t)
	for _, c := range []struct{ text, want string }{
		{"getting error 100050 since this morning", "likely agent-unable-connect-100050"},
		{"100195 오류가 자꾸 납니다", "likely cbp-replica-missing"},
		{"Veeam: error 100050 since this morning", "silent"},
		{"100050 people use the service", "silent"},
		{"job 3106 ended", "silent"},
	} {
		if got := outcome(ix.Match(c.text), ids); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}
