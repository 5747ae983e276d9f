package bot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func locales(t testing.TB) Locales {
	t.Helper()
	all, err := LoadLocales()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Every text of a locale is used, and every text that is used is there: say
// would panic in front of a user.
func TestTextsAreUsed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f, "_test.go") {
			source.Write(data)
		}
	}
	en := locales(t)["en"]
	for key := range en.Texts {
		prefix, _, _ := strings.Cut(key, "_")
		made := map[string]bool{"evidence": true, "check": true} // put together from a kind
		if !made[prefix] && !strings.Contains(source.String(), `"`+key+`"`) {
			t.Errorf("text %q is used nowhere", key)
		}
	}
	for rest := range strings.SplitSeq(source.String(), `.say("`) {
		key, _, _ := strings.Cut(rest, `"`)
		if en.Texts[key] == "" && !strings.ContainsAny(key, " \n") && !strings.HasSuffix(key, "_") {
			t.Errorf("text %q is not there", key)
		}
	}
}

func TestLocaleMistakes(t *testing.T) {
	en, err := localeFiles.ReadFile("locale/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) string { return strings.Replace(string(en), old, new, 1) }
	for _, tt := range []struct{ name, file, want string }{
		{"a text is missing", edit("  back: ", "  bakc: "), `text "back" is missing`},
		{"a text too many", edit("  back: ", "  more: x\n  back: "), `text "more" is not used`},
		{"other values", edit("entry {entry}", "entry"), "has the values"},
		{"no words for an intent", edit("  quiet: [", "  silence: ["), `no words for the intent "quiet"`},
		{"unknown field", "colour: red\n" + string(en), "colour"},
		{"unknown script", edit("script: Latin", "script: Klingon"), "Klingon"},
	} {
		files := fstest.MapFS{"locale/en.yaml": {Data: en}, "locale/xx.yaml": {Data: []byte(tt.file)}}
		if _, err := loadLocales(files); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
}

// A language is added with a file alone.
func TestLocaleAdded(t *testing.T) {
	en, err := localeFiles.ReadFile("locale/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	german := strings.NewReplacer("words: [the, ", "words: [der, die, das, ", "fixed: [fixed, ", "fixed: [behoben, ").Replace(string(en))
	all, err := loadLocales(fstest.MapFS{"locale/en.yaml": {Data: en}, "locale/de.yaml": {Data: []byte(german)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := all.intent("Behoben!"); got != IntentFixed {
		t.Errorf("intent %q, want %q", got, IntentFixed)
	}
	if got := all.detect("der Agent und das Replikat, die Sicherung"); got != "de" {
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
		if got := all.detect(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
