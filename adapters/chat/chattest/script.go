package chattest

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/txtar"
)

// A Stage is a platform with people and the bot on it. M is a message there.
type Stage[M any] interface {
	Knows(who string) bool                       // whether somebody has the name
	Says(who string, direct bool, text string) M // in the channel, or in a direct message
	Replies(who string, to M, text string) M     // in the conversation of a message
	Types(who, line string) error                // a command, in the channel
	Presses(who, label string) (M, error)        // the newest button with the label, and where it stands
	PressesOld(who, label string) error          // a button as it once stood
	Edits(who string, m M, text string) error
	Deletes(who string, m M) error

	Restart()      // of the bot
	Quiet()        // waits until the bot has done all that it will do
	Posts() int    // what the bot has written or changed so far
	Shown() string // all that anybody sees
}

// A Cast is the part of a Stage that is the same on all platforms: P is a user of
// the fake platform.
type Cast[M any, P interface {
	Command(channel, line string) error
	Edit(m M, text string) error
	Delete(m M) error
}] struct {
	People     map[string]P
	CommandsIn string // the channel where commands are used
}

// Knows implements Stage.
func (c *Cast[M, P]) Knows(who string) bool { _, known := c.People[who]; return known }

// Types implements Stage.
func (c *Cast[M, P]) Types(who, line string) error { return c.People[who].Command(c.CommandsIn, line) }

// Edits implements Stage.
func (c *Cast[M, P]) Edits(who string, m M, text string) error { return c.People[who].Edit(m, text) }

// Deletes implements Stage.
func (c *Cast[M, P]) Deletes(who string, m M) error { return c.People[who].Delete(m) }

// Scripts plays the conversations in the folder, each on a stage of its own: all
// that they want the bot to say has to be seen, and silence where they want that.
func Scripts[M any](t *testing.T, folder string, open func(t *testing.T) Stage[M]) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if testing.Short() && strings.HasPrefix(name, "entry-") {
			continue // of one kind, and many
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := &play[M]{stage: open(t), messages: map[string]M{}}
			for i, section := range archive.Files {
				if section.Name == "bot" {
					continue
				}
				before := p.stage.Posts()
				if err := p.do(section.Name, strings.TrimSuffix(string(section.Data), "\n")); err != nil {
					t.Fatalf("%s: %v", section.Name, err)
				}
				p.stage.Quiet()
				if i+1 < len(archive.Files) && archive.Files[i+1].Name == "bot" {
					p.compare(t, section.Name, string(archive.Files[i+1].Data), p.stage.Posts()-before)
				}
			}
		})
	}
}

// A play is a script on a stage.
type play[M any] struct {
	stage    Stage[M]
	events   int
	messages map[string]M // by the names of the script
	latest   M            // a reply goes under it
}

// do does what a section is named for.
func (p *play[M]) do(section, body string) (err error) {
	if section == "restart" {
		p.stage.Restart()
		return nil
	}
	p.events++
	name := fmt.Sprintf("m%d", p.events)
	who, rest, _ := strings.Cut(section, " ")
	if !p.stage.Knows(who) {
		return errors.New("nobody has that name")
	}
	verb, object, _ := strings.Cut(rest, " ")
	switch verb {
	case "says":
		p.latest = p.stage.Says(who, object == "in dm", body)
		p.messages[name] = p.latest
	case "replies":
		to := p.latest
		if of, ok := strings.CutPrefix(object, "to "); ok {
			to = p.messages[of]
		}
		p.messages[name] = p.stage.Replies(who, to, body)
	case "types":
		return p.stage.Types(who, strings.TrimSpace("/mabs "+body))
	case "presses":
		if label, old := strings.CutPrefix(object, "old "); old {
			return p.stage.PressesOld(who, label)
		}
		p.latest, err = p.stage.Presses(who, object)
	case "edits":
		return p.stage.Edits(who, p.messages[object], body)
	case "deletes":
		return p.stage.Deletes(who, p.messages[object])
	default:
		return errors.New("nobody can do that")
	}
	return err
}

// compare looks for what a script wants in all that is shown.
func (p *play[M]) compare(t *testing.T, after, want string, posts int) {
	t.Helper()
	if want == "silent\n" {
		if posts != 0 {
			t.Errorf("after %q: %d posts, want silence", after, posts)
		}
		return
	}
	shown := letters(p.stage.Shown())
	for line := range strings.Lines(want) {
		for _, words := range wanted(strings.TrimSuffix(line, "\n")) {
			if !strings.Contains(shown, letters(words)) {
				t.Errorf("after %q nobody sees %q in\n%s", after, words, p.stage.Shown())
				return
			}
		}
	}
}

// wanted are the words that a line of a script wants to be seen, without the
// marks of bottest.Text.
func wanted(line string) []string {
	if len(line) < 2 || strings.HasSuffix(line, "]") && !strings.HasSuffix(line, "] ") { // where a post goes
		return nil
	}
	mark, rest := line[:2], line[2:]
	switch mark {
	case "@ ", "^ ": // an address comes last
		return []string{rest[:strings.LastIndex(rest, " ")]}
	case "$ ":
		for _, shell := range []string{"powershell ", "cmd "} {
			rest = strings.TrimPrefix(rest, shell)
		}
	case "- ":
		rest = strings.TrimSuffix(strings.TrimSuffix(rest, " TRIED"), " CURRENT")
	case "~ ", "| ":
		rest = strings.TrimSuffix(rest, "REV")
	}
	if strings.HasPrefix(line, "[") {
		return strings.Split(strings.Trim(line, "[] "), "] [")
	}
	return []string{rest}
}

// letters leaves out all but letters and digits: markup differs.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}
