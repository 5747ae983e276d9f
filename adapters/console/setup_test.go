package console

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestLanguagesHaveTheSameTexts(t *testing.T) {
	s := newStage(t).setup
	if !slices.Contains(s.langs(), "en") || !slices.Contains(s.langs(), "ko") {
		t.Fatalf("languages %v", s.langs())
	}
	verb := regexp.MustCompile(`%[.\w]+`)
	for _, lang := range s.langs() {
		for _, key := range slices.Sorted(maps.Keys(s.texts["en"])) {
			text, ok := s.texts[lang][key]
			if !ok || text == "" {
				t.Errorf("%s: text %q is missing", lang, key)
			} else if en := s.texts["en"][key]; !slices.Equal(verb.FindAllString(text, -1), verb.FindAllString(en, -1)) {
				t.Errorf("%s: text %q has other values than %q", lang, key, en)
			}
		}
		for key := range s.texts[lang] {
			if _, ok := s.texts["en"][key]; !ok {
				t.Errorf("%s: text %q is missing in the other languages", lang, key)
			}
		}
	}
}

// Text keys that are composed or chosen at run time.
var madeKeys = regexp.MustCompile(`^(about|empty|expect|band|block|concept|doubt|mode|odds|role|signal|similar|topic|verdict|kind|step|error|login|key|access|result|took|service|from|editing|sort|votes|did|miss|marked|fixed|probe|edit_added)_|^(tongue|denied|not_done|not_found|standby|muted_until)$`)

func TestEveryTextIsUsed(t *testing.T) {
	used := map[string]bool{}
	key := regexp.MustCompile(`\{\{t "(\w+)"|\(t "(\w+)"|t \.Mistake`)
	names, err := fs.Glob(templateFiles, "tmpl/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := templateFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(data), -1) {
			used[m[1]+m[2]] = true
		}
	}
	texts := newStage(t).setup.texts["en"]
	for name := range texts {
		if !used[name] && !madeKeys.MatchString(name) {
			t.Errorf("text %q is not used", name)
		}
	}
	for name := range used {
		if _, ok := texts[name]; name != "" && !ok {
			t.Errorf("text %q does not exist", name)
		}
	}
}

func TestSetup(t *testing.T) {
	s := newStage(t).setup
	if len(s.users) < 2 || len(s.examples) < 8 {
		t.Fatalf("%d users, %d examples", len(s.users), len(s.examples))
	}
	for _, channel := range []string{SupportChannel, EscalationChannel, "dm:alex", "dm:minji"} {
		if !s.known(channel) {
			t.Errorf("channel %s does not exist", channel)
		}
	}
	for _, channel := range []string{"", "general", "dm:", "dm:nobody"} {
		if s.known(channel) {
			t.Errorf("channel %q exists", channel)
		}
	}
	for _, e := range s.examples {
		if strings.TrimSpace(e.Text) != e.Text || e.Text == "" {
			t.Errorf("example %q", e.Text)
		}
		for _, lang := range s.langs() {
			if _, err := s.text(lang, "expect_"+e.Expect); err != nil || e.Title[lang] == "" {
				t.Errorf("example %q has no title or no %q in %s", e.Text, e.Expect, lang)
			}
		}
	}
	if _, err := s.text("en", "no such text"); err == nil {
		t.Error("a missing text is not an error")
	}
}

func TestGuess(t *testing.T) {
	s := newStage(t).setup
	cases := []struct{ as, accept, want string }{
		{"", "", "alex"},
		{"", "ko-KR,ko;q=0.9,en;q=0.8", "minji"},
		{"", "ko", "minji"},
		{"", "en-GB", "alex"},
		{"", "fr-FR,ko;q=0.5", "alex"},
		{"minji", "en-US", "minji"},
		{"alex", "ko-KR", "alex"},
		{"nobody", "ko-KR", "alex"},
	}
	for _, c := range cases {
		if got := s.guess(c.as, c.accept).ID; got != c.want {
			t.Errorf("as %q, accept %q: %s, want %s", c.as, c.accept, got, c.want)
		}
	}
}

func TestViewURLs(t *testing.T) {
	s := newStage(t)
	alex, minji := s.setup.user("alex"), s.setup.user("minji")
	v := view{User: alex, Lang: "en", Channel: SupportChannel}
	cases := []struct {
		name string
		view view
		want string
	}{
		{"channel", v, "/?as=alex&in=backup-support"},
		{"other channel", v.Thread("m1").In(EscalationChannel), "/?as=alex&in=escalations"},
		{"direct", v.Direct(), "/?as=alex&in=dm%3Aalex"},
		{"thread", v.Thread("m1"), "/?as=alex&in=backup-support&thread=m1"},
		{"why in a thread", v.Thread("m1").Why("m2"), "/?as=alex&in=backup-support&thread=m1&why=m2"},
		{"back from why", v.Thread("m1").Why("m2").Back(), "/?as=alex&in=backup-support&side=none&thread=m1"},
		{"back from a thread", v.Thread("m1").Back(), "/?as=alex&in=backup-support&side=none"},
		{"other channel without a panel", v.Back().In(EscalationChannel), "/?as=alex&in=escalations&side=none"},
		{"search", v.Thread("m1").Search(), "/?as=alex&in=backup-support&side=search&thread=m1"},
		{"thread from the search", v.Search().Thread("m1"), "/?as=alex&in=backup-support&thread=m1"},
		{"back from the search", v.Thread("m1").Search().Back(), "/?as=alex&in=backup-support&side=none&thread=m1"},
		{"examples", v.Thread("m1").Try(), "/?as=alex&in=backup-support&side=try"},
		{"back from examples", v.Try().Back(), "/?as=alex&in=backup-support&side=none"},
		{"another person", v.Thread("m1").As(minji), "/?as=minji&in=backup-support&thread=m1"},
		{"another person, direct", v.Direct().As(minji), "/?as=minji&in=dm%3Aminji"},
	}
	for _, c := range cases {
		if got := c.view.URL(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestBlank(t *testing.T) {
	cases := []struct{ text, want string }{
		{"On {ServerName|the server}, run it.", "On the server, run it."},
		{"-ComputerName {ServerName}", "-ComputerName <ServerName>"},
		{"{Volume|} and {}", "<Volume> and {}"},
		{"{ $_.Name }", "{ $_.Name }"},
	}
	for _, c := range cases {
		if got := blank(c.text); got != c.want {
			t.Errorf("blank(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
