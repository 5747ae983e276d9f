package compare

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mabsbot/kb"
)

// A corpus is a knowledge base with questions whose answers are known.
type corpus struct {
	base   *kb.Base
	pastes []paste
}

// A paste is a text made from a message, and the entries that are right: the
// message's own, and others with a message that contains everything that is
// left of it.
type paste struct {
	Text   string   `json:"text"`
	Target []string `json:"target"`
}

// A message is one message of the product and the entry it leads to.
type message struct{ entry, text string }

// messages returns all messages of all entries in every language.
func messages(b *kb.Base) []message {
	var list []message
	for _, e := range b.Entries() {
		for _, v := range e.Messages {
			for _, text := range v.Texts {
				list = append(list, message{e.ID, text})
			}
		}
	}
	return list
}

// loaded returns a base with the entries in one layer.
func loaded(tb testing.TB, layer kb.Layer) *kb.Base {
	tb.Helper()
	b, err := kb.Load(layer)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// A source makes a corpus, or skips the test if its data is missing.
type source struct {
	name string
	make func(tb testing.TB) corpus
}

func sources() []source {
	return []source{{"catalog", catalog}, {"catalog, other noise", catalogNoisy}, {"built-in", builtin}}
}

// builtin makes a corpus from the messages of the built-in entries. It needs
// nothing outside the repository.
func builtin(tb testing.TB) corpus {
	b := loaded(tb, kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	return corpus{b, noisy(b, *seed, *count)}
}

// catalog returns the DPM error catalog with the pastes it comes with. A few of
// those are empty (3 in 1,000) and say nothing about a matcher; they are dropped.
func catalog(tb testing.TB) corpus {
	b := catalogBase(tb)
	var list []paste
	more := strconv.Itoa(*count + *count/50 + 1)
	s := bufio.NewScanner(bytes.NewReader(makeCatalog(tb, "pastes", strconv.FormatUint(*seed, 10), more)))
	for s.Scan() && len(list) < *count {
		var p paste
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			tb.Fatal(err)
		}
		if strings.TrimSpace(p.Text) != "" {
			list = append(list, p)
		}
	}
	if err := s.Err(); err != nil {
		tb.Fatal(err)
	}
	return corpus{b, list}
}

// catalogNoisy makes a corpus from the messages of the same catalog under the
// noises of this package.
func catalogNoisy(tb testing.TB) corpus {
	b := catalogBase(tb)
	return corpus{b, noisy(b, *seed, *count)}
}

func catalogBase(tb testing.TB) *kb.Base {
	dir := tb.TempDir()
	makeCatalog(tb, "kb", dir)
	return loaded(tb, kb.Layer{Name: "catalog", FS: os.DirFS(dir)})
}

// makeCatalog runs the script that makes the catalog, or skips the test if the
// script is missing.
func makeCatalog(tb testing.TB, args ...string) []byte {
	tb.Helper()
	script := filepath.FromSlash("../../../shared/eval/make_catalog.py")
	if _, err := os.Stat(script); err != nil {
		tb.Skip("the catalog is not available")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		tb.Skip("python3 is not installed")
	}
	command := exec.Command(python, append([]string{script}, args...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// noisy makes pastes from the messages that only one entry has: half of them
// from whole messages, half from a part, each under one of the noises.
func noisy(b *kb.Base, seed uint64, count int) []paste {
	all := messages(b)
	bare := bareTexts(all)
	asked := slices.DeleteFunc(slices.Clone(all), func(m message) bool { return !alone(all, bare, m) })
	rng := rand.New(rand.NewPCG(seed, 0))
	list := make([]paste, count)
	for i := range list {
		m := pickOne(rng, asked)
		if rng.IntN(2) == 0 {
			m.text = cut(rng, m.text)
		}
		list[i] = paste{pickOne(rng, noises()).add(rng, filled(rng, m.text)), holders(all, bare, m)}
	}
	return list
}

func bareTexts(all []message) []string {
	list := make([]string, len(all))
	for i, m := range all {
		list[i] = bareWords(m.text)
	}
	return list
}

// alone reports whether no other entry has the same words as a message. bare
// are the bare words of all messages.
func alone(all []message, bare []string, m message) bool {
	words := bareWords(m.text)
	for i, o := range all {
		if bare[i] == words && o.entry != m.entry {
			return false
		}
	}
	return true
}

// holders returns the entry of a part of a message, and all others with a
// message that contains the same words.
func holders(all []message, bare []string, part message) []string {
	list := []string{part.entry}
	words := bareWords(part.text)
	for i, m := range all {
		if strings.Contains(bare[i], words) && !slices.Contains(list, m.entry) {
			list = append(list, m.entry)
		}
	}
	return list
}

var (
	slotMark = regexp.MustCompile(`<[A-Za-z]\w*>`)
	notWord  = regexp.MustCompile(`[^\pL\pN]+`)
)

// bareWords returns the words of a message without its slots, in lower case,
// with a space before and after each.
func bareWords(s string) string {
	return " " + strings.TrimSpace(notWord.ReplaceAllString(strings.ToLower(withoutSlots(s)), " ")) + " "
}

func withoutSlots(s string) string { return slotMark.ReplaceAllString(s, " ") }

// TestSources checks that each corpus has the requested number of pastes, and
// that the entries of each paste exist.
func TestSources(t *testing.T) {
	for _, src := range sources() {
		t.Run(src.name, func(t *testing.T) {
			c := src.make(t)
			if len(c.pastes) != *count {
				t.Errorf("%d pastes, want %d", len(c.pastes), *count)
			}
			for _, p := range c.pastes {
				if len(p.Target) == 0 || slices.ContainsFunc(p.Target, func(id string) bool { return c.base.Entry(id) == nil }) {
					t.Errorf("%q is to lead to %q", p.Text, p.Target)
				}
			}
		})
	}
}

func TestHolders(t *testing.T) {
	all := []message{
		{"full", "The disk <Disk> is full."}, {"again", "The disk <Volume> is full"}, {"tape", "The tape <Tape> is full. Erase it."},
		{"later", "Erase it."}, {"later", "Wait; then erase it!"},
	}
	bare := bareTexts(all)
	for _, c := range []struct {
		part  message
		alone bool
		want  []string
	}{
		{all[0], false, []string{"full", "again"}},
		{all[2], true, []string{"tape"}},
		{all[3], true, []string{"later", "tape"}},
		{message{"tape", "is full."}, true, []string{"tape", "full", "again"}},
		{message{"later", "rase it"}, true, []string{"later"}}, // not a whole word
	} {
		if got := alone(all, bare, c.part); got != c.alone {
			t.Errorf("alone(%q) = %t", c.part.text, got)
		}
		if got := holders(all, bare, c.part); !slices.Equal(got, c.want) {
			t.Errorf("holders(%q) = %q, want %q", c.part.text, got, c.want)
		}
	}
}
