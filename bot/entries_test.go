package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"mabsbot/bot"
	"mabsbot/kb"
)

// TestEntries walks every built-in entry in both languages by all of its
// buttons: every step and question is reached, every way ends, and every text is
// whole and in its language.
func TestEntries(t *testing.T) {
	base := builtin(t)
	langs := []string{"en", "ko"}
	if testing.Short() {
		langs = langs[1:]
	}
	for _, lang := range langs {
		for _, e := range base.Entries() {
			t.Run(lang+"/"+e.ID, func(t *testing.T) {
				t.Parallel()
				w := walker{t: t, fixture: runOn(t, base, testLocales(t)), entry: e, lang: lang, seen: map[string]bool{}, reached: map[string]bool{}}
				w.walk()
			})
		}
	}
}

// A walker tries all buttons at all positions of an entry.
type walker struct {
	t *testing.T
	fixture
	entry   *kb.Entry
	lang    string
	events  int
	seen    map[string]bool // positions, with their buttons
	reached map[string]bool // the IDs of steps and questions
	ends    int             // ways that led to the end of the entry
}

// onward are the actions that lead to another position of the same entry.
var onward = []bot.Action{bot.ActionAnswer, bot.ActionNext, bot.ActionFixed, bot.ActionSkip}

// maxWays is more ways than any entry has: a chain that leads back to itself
// would have no end.
const maxWays = 2000

func (w *walker) walk() {
	ways := [][]bot.Button{nil}
	for n := 0; len(ways) > 0; n++ {
		if n == maxWays {
			w.t.Fatalf("more than %d ways", maxWays)
		}
		way := ways[0]
		ways = ways[1:]
		for _, b := range w.next(way) {
			ways = append(ways, append(slices.Clone(way), b))
		}
	}
	if w.ends == 0 {
		w.t.Error("no way leads to the end")
	}
	for i := range w.entry.Ask {
		if q := &w.entry.Ask[i]; q.Slot == "" { // the value of a slot may not be needed
			w.wantReached(q.ID)
		}
	}
	for i := range w.entry.Steps.Items {
		for _, s := range w.entry.Steps.Items[i].Parts() {
			w.wantReached(s.ID)
		}
	}
}

func (w *walker) wantReached(id string) {
	if !w.reached[id] {
		w.t.Errorf("no way leads to %q", id)
	}
}

// next goes a way and returns the buttons that lead on from there, unless the
// position is known.
func (w *walker) next(way []bot.Button) []bot.Button {
	w.events++
	head := bot.Head{
		ID: bot.EventID(fmt.Sprint(w.events)), From: bot.User{ID: fmt.Sprint("U", w.events), Name: "alex", Locale: w.lang}, Direct: true,
		Thread: bot.Thread{Adapter: "test", Channel: fmt.Sprint("D", w.events)},
	}
	posts := w.handle(w.t, bot.Press{Head: head, Button: bot.Button{Action: bot.ActionStart, Entry: w.entry.ID}})
	for _, b := range way {
		w.events++
		head.ID = bot.EventID(fmt.Sprint(w.events))
		posts = w.handle(w.t, bot.Press{Head: head, Button: b, Post: posts[len(posts)-1].ID})
	}
	if len(posts) == 0 {
		w.t.Fatalf("no answer after %v", way)
	}
	for _, p := range posts {
		w.check(p.Reply)
	}
	return w.leading(head.Thread, posts[len(posts)-1].Reply)
}

// leading returns the buttons of the last reply in a thread that lead on, unless
// its position is known.
func (w *walker) leading(thread bot.Thread, r bot.Reply) (leading []bot.Button) {
	for _, b := range r.Buttons() {
		if b.Button.Entry == w.entry.ID && slices.Contains(onward, b.Button.Action) {
			leading = append(leading, b.Button)
		}
	}
	if len(leading) == 0 {
		w.ends++
	}
	walkthrough, _, err := w.memory.Load(w.t.Context(), thread, bot.UserKey{})
	if err != nil {
		w.t.Fatal(err)
	}
	at := walkthrough.At
	w.reached[at.Question], w.reached[at.Step] = true, true
	if at.Then != "" { // a fact: whoever is not sure has all ways, so those of the others are then known
		slices.Reverse(leading)
	}
	key := fmt.Sprint(at, leading)
	if w.seen[key] {
		return nil
	}
	w.seen[key] = true
	return leading
}

// hole is a slot that was not filled, or a value without a text.
var hole = regexp.MustCompile(`\{[A-Z][A-Za-z]*(\|[^}]*)?\}|%!|<nil>`)

// check reports texts that are not whole or not in the language.
func (w *walker) check(r bot.Reply) {
	for _, b := range r.Blocks {
		text := b.Text
		if b.Kind != bot.BlockCopy && hole.MatchString(text) {
			w.t.Errorf("a hole in %q", text)
		}
		switch b.Kind {
		case bot.BlockText, bot.BlockHeading, bot.BlockCheck, bot.BlockQuestion, bot.BlockWarning:
			if w.lang == "ko" && !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
				w.t.Errorf("not in Korean: %q", text)
			}
			if w.lang == "en" && strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
				w.t.Errorf("not in English: %q", text)
			}
		}
	}
}
