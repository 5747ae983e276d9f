package kb

import (
	"strings"
	"testing"
)

func TestStale(t *testing.T) {
	b, err := Load(folder("kb",
		"a.yaml", "id: a\ntitle: A\ncodes: ['1']\nowner: tape-team\nverify_by: 2027-05-31\n",
		"b.yaml", "id: b\ntitle: B\ncodes: ['2']\nverify_by: 2027-03-31\n",
		"c.yaml", "id: c\ntitle: C\ncodes: ['3']\nverify_by: 2027-06-01\n",
		"d.yaml", "id: d\ntitle: D\ncodes: ['4']\n"))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2027-05-31": "2027-03-31  b  no owner\n2027-05-31  a  tape-team\n2 entries to verify by 2027-05-31\n",
		"2027-03-30": "0 entries to verify by 2027-03-30\n",
	} {
		var got strings.Builder
		if err := Stale(&got, b, day); err != nil || got.String() != want {
			t.Errorf("on %s: %q %v, want %q", day, got.String(), err, want)
		}
	}
}

// TestBuiltinOwners checks that each built-in entry says who verifies it, and by
// when.
func TestBuiltinOwners(t *testing.T) {
	b, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entries() {
		if e.Owner == "" || e.VerifyBy == "" {
			t.Errorf("%s has the owner %q and the date %q", e.ID, e.Owner, e.VerifyBy)
		}
	}
}
