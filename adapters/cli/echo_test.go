package cli

import (
	"path/filepath"
	"regexp"
	"testing"

	"golang.org/x/tools/txtar"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// TestEchoOfAnswers checks that the bot recognizes a copy of each of its
// answers in the scripts, if the copy looks like an error at all.
func TestEchoOfAnswers(t *testing.T) {
	base, locales := chattest.Base(t), chattest.Locales(t)
	files, err := filepath.Glob("adapters/cli/testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	place := regexp.MustCompile(`(?m)^\[[^\]]*: .*post \d+\]\n`) // before each post
	buttons := regexp.MustCompile(`(?m)^\[.*\] $`)
	picked := regexp.MustCompile(`✓ \w+\n$`)
	n := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range archive.Files {
			if section.Name != "bot" {
				continue
			}
			for _, post := range place.Split(string(section.Data), -1) {
				post = buttons.ReplaceAllString(post, "") // not copied with the text
				if picked.MatchString(post) || base.Match(post).Band == match.Silent {
					continue // the new line of a replaced post, or no error
				}
				n++
				if !locales.Echo(post) {
					t.Errorf("%s: the bot would answer a copy of\n%s", file, post)
				}
			}
		}
	}
	if n < 100 {
		t.Errorf("%d answers look like errors, want at least 100", n)
	}
}

// TestEchoOfErrors checks that no error message is taken for an answer of the
// bot.
func TestEchoOfErrors(t *testing.T) {
	base, locales := chattest.Base(t), chattest.Locales(t)
	for _, e := range base.Entries() {
		for _, texts := range []kb.Texts{e.Messages, e.Phrases} {
			for _, variants := range texts {
				for _, text := range variants.Texts {
					if locales.Echo(text) {
						t.Errorf("%s: %q is recognized as an answer", e.ID, text)
					}
				}
			}
		}
	}
}
