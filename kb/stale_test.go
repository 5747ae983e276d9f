package kb

import (
	"strings"
	"testing"
)

func TestListDue(t *testing.T) {
	b, err := Load(folder("kb",
		"a.yaml", "id: a\ntitle: A\ncodes: ['1']\nowner: tape-team\nverify_by: 2027-05-31\n",
		"b.yaml", "id: b\ntitle: B\ncodes: ['2']\nverify_by: 2027-03-31\n",
		"c.yaml", "id: c\ntitle: C\ncodes: ['3']\nverify_by: 2027-06-01\n",
		"d.yaml", "id: d\ntitle: D\ncodes: ['4']\n"))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]struct{ text, json string }{
		"2027-05-31": {
			"2027-03-31  b  no owner\n2027-05-31  a  tape-team\n2 entries to verify by 2027-05-31\n",
			`{"day":"2027-05-31","due":[{"id":"b","verify_by":"2027-03-31"},{"id":"a","owner":"tape-team","verify_by":"2027-05-31"}]}`,
		},
		"2027-03-30": {"0 entries to verify by 2027-03-30\n", `{"day":"2027-03-30","due":[]}`},
	} {
		var text, json strings.Builder
		if err := ListDue(&text, b, day); err != nil || text.String() != want.text {
			t.Errorf("on %s: %q %v, want %q", day, text.String(), err, want.text)
		}
		if err := ListDueJSON(&json, b, day); err != nil || strings.Join(strings.Fields(json.String()), "") != want.json {
			t.Errorf("on %s: %s %v, want %s", day, json.String(), err, want.json)
		}
	}
}

// TestDatesOfBuiltin checks that a built-in entry says who verifies it and when,
// and when its sources were read, and that an entry of a team need not.
func TestDatesOfBuiltin(t *testing.T) {
	entry := oneEntry + "sources: [{url: 'https://a.example'}, {url: 'https://b.example', read: 2026-11-30}]\n"
	if got := mistakesOf(t, folder("ours", "a.yaml", entry)); len(got) > 0 {
		t.Errorf("of a team: %v", got)
	}
	want := []string{"needs an owner", "verify_by", "the date on which it was read"}
	got := mistakesOf(t, folder(builtinName, "a.yaml", entry))
	if len(got) != len(want) {
		t.Fatalf("built-in: %v; want %q", got, want)
	}
	for i := range want {
		if !strings.Contains(got[i].Text, want[i]) {
			t.Errorf("built-in: %v; want %q", got[i], want[i])
		}
	}
}
