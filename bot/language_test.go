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
	file, err := yaml.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"xx.yaml": {Data: file}, "replies/xx.yaml": {Data: []byte(madeUpReplies)}}
	for _, name := range []string{"en.yaml", "ko.yaml", "replies/en.yaml", "replies/ko.yaml"} {
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

// madeUpReplies are the replies of the made-up language.
const madeUpReplies = `
words:
  SKIP: жарлиskip
  NEXT: жарлиnext
  FIXED: жарлиfixed
  FILLER: бу
  BACK: жарлиback
  AGAIN: жарлиrepeat
named: ^NEXT .. SKIP
ordinals: {1: 1ый, 2: 2ый}
rules:
  - skip: SKIP
  - next: NEXT !?
  - back: BACK
  - repeat: AGAIN
  - fixed: FIXED !?
`

// TestAddedLanguage checks that a file adds a language: the bot answers in it
// and understands its commands, numbers, intents, questions and suffixes of
// names.
func TestAddedLanguage(t *testing.T) {
	f := runOn(t, testBase(t), withMadeUp(t))
	command := message("m1", "жарлкlist")
	command.Command, command.Thread.Root = true, bot.CommandRoot+"m1"
	if got := f.handle(t, command); len(got) != 1 || !strings.Contains(bottest.Text(got[0].Reply), "Errors I know") {
		t.Fatalf("the command leads to %+v", got)
	}

	first := f.handle(t, message("m2", "жумра жа? "+lostPaste))
	for i, step := range []struct{ say, want string }{
		{"", "жа Recognized by жа code `ID 90001`"},
		{"2ый", "Which host?\n? жа Type it here"},    // the number of a choice: iSCSI
		{"жарлиskip", "-TargetPortalAddress <Host>"}, // an intent
		{"бу жарлиrepeat бу?", "●○ жа Step 1 of 2"},  // a question to the bot
		{"жарлиnext?", "жа I didn't get that"},       // no request
		{"жарлиback", "Which host?\n? жа Type it here"},
		{"PORTAL-1жур", "-TargetPortalAddress PORTAL-1"},
		{"жарлиnext", "●● жа Step 2 of 2"},
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

// TestLanguageOrder checks what decides about the language of an answer, in order of
// precedence.
func TestLanguageOrder(t *testing.T) {
	const (
		english  = "The backup disk zeta was lost on FS-11.corp.example."
		korean   = "FS-11.corp.example에서 백업 디스크 제타를 찾을 수 없습니다."
		log      = "2026-11-29 10:15:33 ERROR " + english + "\n2026-11-29 10:15:34 INFO and that is all of it"
		code     = "ID 90001"
		ownWords = "we have this on the new server: "
	)
	for _, test := range []struct{ name, text, prefer, locale, channel, fallback, want string }{
		{name: "choice before own words", text: ownWords + english, prefer: "ko", locale: "en-US", want: "ko"},
		{name: "own words before locale", text: ownWords + english, locale: "ko-KR", want: "en"},
		{name: "own Korean words before locale", text: "어제부터 이래요. " + english, locale: "en-US", want: "ko"},
		{name: "locale before English message", text: english, locale: "ko-KR", want: "ko"},
		{name: "locale before English log", text: log, locale: "ko-KR", want: "ko"},
		{name: "locale before Korean message", text: korean, locale: "en-US", want: "en"},
		{name: "locale before channel", text: code, locale: "ko-KR", channel: "en", want: "ko"},
		{name: "Korean message before channel", text: korean, channel: "en", want: "ko"},
		{name: "English message before channel", text: english, channel: "ko", want: "en"},
		{name: "unknown locale", text: korean, locale: "fr-FR", channel: "en", want: "ko"},
		{name: "channel before default", text: code, channel: "ko", fallback: "en", want: "ko"},
		{name: "default", text: code, fallback: "ko", want: "ko"},
		{name: "nothing", text: code, want: "en"},
	} {
		policy := bot.DefaultPolicy()
		policy.Language = test.fallback
		policy.Channels = map[string]bot.ChannelPolicy{"c": {Mode: bot.ModeOn, Language: test.channel}}
		rules := bot.Rules{Base: testBase(t), Locales: testLocales(t), Policy: policy, Can: everything}
		m := message("m1", test.text)
		m.Addressed, m.From.Locale = true, test.locale
		turn := bot.Decide(rules, bot.State{Prefer: test.prefer}, m, rules.Base.Match(test.text))
		if len(turn.Posts) != 1 || turn.Posts[0].Reply.Lang != test.want {
			t.Errorf("%s: the answer to %q is %+v, want it in %q", test.name, test.text, turn.Posts, test.want)
		}
	}
}
