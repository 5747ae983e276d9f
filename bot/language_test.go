package bot_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
)

// withMadeUp returns the built-in languages and an invented one in Cyrillic
// letters, which consists of a file alone.
func withMadeUp(t *testing.T) locale.Locales {
	t.Helper()
	english, err := fs.ReadFile(locale.Builtin(), "en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var l locale.Locale
	if err := yaml.Unmarshal(english, &l); err != nil {
		t.Fatal(err)
	}
	l.Name, l.Script, l.Words = "Жарли", "Cyrillic", nil
	for key, text := range l.Texts {
		l.Texts[key] = "жа " + text
	}
	word := func(s string) []string { return []string{"жарл" + s} }
	for command := range l.Commands {
		l.Commands[command] = word("к" + string(command))
	}
	for intent := range l.Intents {
		l.Intents[intent] = word("и" + string(intent))
	}
	l.Fillers, l.Ambiguous, l.Negations = []string{"бу"}, nil, []string{"нж"}
	l.BeforeName, l.AfterName, l.AfterNumber = nil, []string{"жур"}, []string{"ый"}
	file, err := yaml.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"xx.yaml": {Data: file}}
	for _, name := range []string{"en.yaml", "ko.yaml"} {
		data, err := fs.ReadFile(locale.Builtin(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	all, err := locale.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAddedLanguage checks that a file adds a language: the bot answers in it
// and understands its commands, numbers, intents, questions and suffixes of
// names.
func TestAddedLanguage(t *testing.T) {
	f := runOn(t, testBase(t), withMadeUp(t))
	command := message("m1", "жарлкlist")
	command.Command, command.Thread.Root = true, bot.CommandRoot+"m1"
	if got := f.handle(t, command); len(got) != 1 || !strings.Contains(bottest.Text(got[0].Reply), "Errors that I know") {
		t.Fatalf("the command leads to %+v", got)
	}

	first := f.handle(t, message("m2", "жумра жа? "+lostPaste))
	for i, step := range []struct{ say, want string }{
		{"", "жа Recognized by жа code `ID 90001`"},
		{"2ый", "Which host?\n? жа Type it here"},    // the number of a choice: iSCSI
		{"жарлиskip", "-TargetPortalAddress <Host>"}, // an intent
		{"бу жарлиrepeat бу?", "жа Step 1 of 2"},     // a question to the bot
		{"жарлиnext?", ""},                           // a question to a colleague
		{"жарлиback", "Which host?\n? жа Type it here"},
		{"PORTAL-1жур", "-TargetPortalAddress PORTAL-1"},
		{"жарлиnext", "жа Step 2 of 2"},
		{"бу жарлиfixed", "жа Good to hear."},
	} {
		posts := first
		if step.say != "" {
			m := message("s"+string(rune('a'+i)), step.say)
			m.Thread, m.InThread = first[0].Thread, true
			posts = f.handle(t, m)
		}
		var all strings.Builder
		for _, p := range posts {
			all.WriteString(bottest.Text(p.Reply))
		}
		if got := all.String(); step.want == "" && got != "" || !strings.Contains(got, step.want) {
			t.Errorf("%q leads to\n%swant %q", step.say, got, step.want)
		}
	}
}
