package chattest

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/txtar"

	"mabsbot/bot"
)

// A Stage is a platform with people and the bot on it. M is a message there.
type Stage[M any] interface {
	Knows(who string) bool                               // whether a user has the name
	Says(who, where, text string) M                      // in the channel, or where: dm, mention or private
	Replies(who string, to M, text string) M             // in the thread of a message, or as a reply to it
	Shares(who, where string, to M, file, text string) M // a file that cannot be read; to is the zero M unless it is a reply
	Link(m M) string                                     // the link to a message
	Types(who, line string) error                        // uses a command in the channel
	Presses(who, label string) (M, error)                // presses the newest button with the label; M contains it
	PressesOld(who, label string) error                  // presses the button as it first appeared
	Edits(who string, m M, text string) error
	Deletes(who string, m M) error
	Records(who string, m M) error // uses "This solved it" on the message

	Restart()       // restarts the bot
	Learn(bot.Turn) // restarts the bot with learning switched on, after the turn
	Quiet()         // waits until the bot has nothing left to do
	Posts() int     // counts what the bot has posted or changed
	Shown() string  // returns everything that any user sees
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

// Scripts plays each conversation in a folder on its own stage. Everything that a
// script expects the bot to say must be shown, and if it expects silence, the bot
// must not post.
func Scripts[M any](t *testing.T, folder string, open func(t *testing.T) Stage[M]) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if testing.Short() && strings.HasPrefix(name, "entry-") {
			continue // there are many, all of one kind
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := &play[M]{t: t, stage: open(t), messages: map[string]M{}}
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
	t        *testing.T
	stage    Stage[M]
	events   int
	messages map[string]M // by their names in the script
	latest   M            // the message that a reply belongs to
}

// do performs the action in the name of a section.
func (p *play[M]) do(section, body string) (err error) {
	if section == "restart" {
		p.stage.Restart()
		return nil
	}
	if entry, learned := strings.CutPrefix(section, "learned "); learned {
		p.stage.Learn(Learned(p.t, entry, body))
		return nil
	}
	p.events++
	name := fmt.Sprintf("m%d", p.events)
	who, rest, _ := strings.Cut(section, " ")
	if !p.stage.Knows(who) {
		return errors.New("no user has that name")
	}
	verb, object, _ := strings.Cut(rest, " ")
	switch verb {
	case "says":
		p.latest = p.stage.Says(who, strings.TrimPrefix(object, "in "), p.withLinks(body))
		p.messages[name] = p.latest
	case "replies":
		to := p.latest
		if of, ok := strings.CutPrefix(object, "to "); ok {
			to = p.messages[of]
		}
		p.messages[name] = p.stage.Replies(who, to, p.withLinks(body))
	case "shares":
		file, rest, _ := strings.Cut(object, " ")
		var to M
		of, reply := strings.CutPrefix(rest, "to ")
		if reply {
			to = p.messages[of]
		}
		m := p.stage.Shares(who, strings.TrimPrefix(rest, "in "), to, file, body)
		if !reply {
			p.latest = m
		}
		p.messages[name] = m
	case "types":
		return p.stage.Types(who, strings.TrimSpace("/mabs "+body))
	case "presses":
		if label, old := strings.CutPrefix(object, "old "); old {
			return p.stage.PressesOld(who, label)
		}
		p.latest, err = p.stage.Presses(who, object)
	case "edits":
		return p.stage.Edits(who, p.messages[object], p.withLinks(body))
	case "deletes":
		return p.stage.Deletes(who, p.messages[object])
	case "records":
		return p.stage.Records(who, p.messages[object])
	default:
		return errors.New("no such action")
	}
	return err
}

// Learned returns a turn with outcomes of an entry: lines such as "STEP 18 of 21".
func Learned(t testing.TB, entry, lines string) bot.Turn {
	t.Helper()
	e := Base(t).Entry(entry)
	if e == nil {
		t.Fatalf("no entry %q", entry)
	}
	turn := bot.Turn{Event: bot.EventID("learned " + entry)}
	for line := range strings.Lines(lines) {
		var step string
		var helped, of int
		if _, err := fmt.Sscanf(line, "%s %d of %d", &step, &helped, &of); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		item, _ := e.StepIndex(step)
		if item < 0 {
			t.Fatalf("%s has no step %q", entry, step)
		}
		key := e.Steps.Items[item].Key()
		turn.Learned.Counts = append(turn.Learned.Counts,
			bot.StepCount{Entry: entry, Step: key, Outcome: bot.StepHelped, N: helped},
			bot.StepCount{Entry: entry, Step: key, Outcome: bot.StepNotHelped, N: of - helped})
	}
	return turn
}

// linkTo matches a link to a message in the text of another.
var linkTo = regexp.MustCompile(`\{link (m\d+)\}`)

func (p *play[M]) withLinks(text string) string {
	return linkTo.ReplaceAllStringFunc(text, func(s string) string {
		return p.stage.Link(p.messages[linkTo.FindStringSubmatch(s)[1]])
	})
}

// compare looks for the expected text in everything that is shown.
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
				t.Errorf("after %q: %q is not shown in\n%s", after, words, p.stage.Shown())
				return
			}
		}
	}
}

// wanted returns the texts that a line of a script expects, without the markup of
// bottest.Text.
func wanted(line string) []string {
	if len(line) < 2 || strings.HasSuffix(line, "]") && !strings.HasSuffix(line, "] ") { // the address of a post
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
		return strings.Split(strings.ReplaceAll(strings.Trim(line, "[] "), "] + [", "] ["), "] [")
	}
	return differing.Split(rest, -1)
}

// differing matches what platforms show in their own way: times, and the IDs of the
// hand-over channel, of the bridge and of otto.
var differing = regexp.MustCompile("TIME|`escalations`|`B2`|`B1`")

// letters removes everything but letters and digits, because markup differs
// between platforms.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}
