package locale

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func locales(t testing.TB) Locales {
	t.Helper()
	all, err := Load(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMistakes(t *testing.T) {
	en, err := fs.ReadFile(Builtin(), "en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	replies, err := fs.ReadFile(Builtin(), "replies/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) string { return strings.Replace(string(en), old, new, 1) }
	for _, tt := range []struct{ name, file, want string }{
		{"a text is missing", edit("  back: ", "  bakc: "), `text "back" is missing`},
		{"a text too many", edit("  back: ", "  more: x\n  back: "), `text "more" is not one of the bot`},
		{"other values", edit("entry {entry}", "entry"), "has the placeholders"},
		{"unknown field", "colour: red\n" + string(en), "colour"},
		{"unknown script", edit("script: Latin", "script: Klingon"), "Klingon"},
	} {
		files := fstest.MapFS{"en.yaml": {Data: en}, "xx.yaml": {Data: []byte(tt.file)}, "replies/en.yaml": {Data: replies}, "replies/xx.yaml": {Data: replies}}
		if _, err := Load(files); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestAdded checks that a file adds a language.
func TestAdded(t *testing.T) {
	en, err := fs.ReadFile(Builtin(), "en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	replies, err := fs.ReadFile(Builtin(), "replies/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	german := strings.NewReplacer("words: [the, ", "words: [der, die, das, ").Replace(string(en))
	behoben := strings.NewReplacer("GOOD: >-\n", "GOOD: >-\n    behoben,\n").Replace(string(replies))
	all, err := Load(fstest.MapFS{
		"en.yaml": {Data: en}, "replies/en.yaml": {Data: replies},
		"de.yaml": {Data: []byte(german)}, "replies/de.yaml": {Data: []byte(behoben)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := all.Read("Behoben!").Main; got != IntentFixed {
		t.Errorf("intent %q, want %q", got, IntentFixed)
	}
	if got := all.Detect("der Agent und das Replikat, die Sicherung"); got != "de" {
		t.Errorf("language %q, want de", got)
	}
}

func TestDetect(t *testing.T) {
	all := locales(t)
	for text, want := range map[string]string{
		"":        "",
		"0x29834": "",
		"100050":  "",
		"Replica": "",
		"the agent cannot connect to the service": "en",
		"복제본이 불일치":                                "ko",
		"이 오류 뭔가요? The agent operation failed because of a communication error": "ko",
		"Windows Azure Backup Agent was unable to create 스냅샷":                   "ko",
		"레플리카 is inconsistent 입니다":                                              "ko",
		"レプリカに整合性がありません":                                                        "",
	} {
		if got := all.Detect(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
