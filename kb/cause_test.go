package kb

import (
	"encoding/json"
	"testing"
	"testing/fstest"
)

// TestCauseJSON checks that a cause survives JSON in each of its forms, and that
// the form of stored entries from before conditions is still read and written.
func TestCauseJSON(t *testing.T) {
	for _, data := range []string{
		`"The cable came off."`,
		`{"en":"The cable came off.","ko":"케이블이 빠졌습니다."}`,
		`["The cable came off.",{"en":"A proxy.","ko":"프록시.","if":{"code":"407"}}]`,
		`[{"en":"A proxy.","if":{"word":"access denied"}}]`,
	} {
		var c Cause
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			t.Errorf("%s: %v", data, err)
			continue
		}
		if got, err := json.Marshal(c); err != nil || string(got) != data {
			t.Errorf("%s became %s, %v", data, got, err)
		}
	}
	var e Entry
	if err := json.Unmarshal([]byte(`{"id":"a","cause":null}`), &e); err != nil || len(e.Cause) > 0 {
		t.Errorf("an empty cause became %+v, %v", e.Cause, err)
	}
	if data, err := json.Marshal(Entry{ID: "a"}); err != nil || string(data) != `{"id":"a","title":{}}` {
		t.Errorf("an entry without a cause became %s, %v", data, err)
	}
}

// TestCauseYAML checks that a cause is the same in YAML and JSON.
func TestCauseYAML(t *testing.T) {
	base, err := Load(Layer{Name: "test", FS: fstest.MapFS{
		"a.yaml":  {Data: []byte("id: a\ntitle: {en: A, ko: A}\ncodes: [\"407\"]\nmessages: {en: [The host <Host> is lost.]}\ncause:\n  - {en: One., ko: 하나.}\n  - {en: \"Two on {Host|it}.\", ko: \"{Host|거기}에 둘.\", if: {slot: Host}}\n")},
		"b.jsonl": {Data: []byte(`{"id":"b","title":"B","codes":["408"],"cause":["One.",{"en":"Two.","ko":"둘.","if":{"code":"408"}}]}` + "\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := base.Entry("a").Cause; len(got) != 2 || got[1].If.Slot != "Host" || got.In("ko") != "하나. {Host|거기}에 둘." {
		t.Errorf("the cause in YAML is %+v", got)
	}
	if got := base.Entry("b").Cause; len(got) != 2 || got[0].If != nil || got[1].If.Code != "408" {
		t.Errorf("the cause in JSON is %+v", got)
	}
}
