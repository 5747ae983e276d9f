package kb

import (
	"cmp"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"mabsbot/kb/match"
)

// The forms of names. The lengths of IDs are limited by what fits in a
// bot.Button.
var (
	entryID  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	partID   = regexp.MustCompile(`^[a-z0-9-]{1,24}$`)
	areaID   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	slotName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	symbol   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
)

// What is wrong with an ID.
const (
	notAnEntryID = "the id %q is not valid; want a-z, 0-9 and hyphens, at most 40 characters"
	notAPartID   = "the id %q of the %s is not valid; want a-z, 0-9 and hyphens, at most 24 characters"
)

const notAnArea = "the area %q is not valid; want a-z, 0-9 and hyphens, at most 40 characters"

// newItem checks an entry on its own. This happens as soon as the entry is
// read, so that reading can stop after too many mistakes.
func newItem(e *Entry, at place) item {
	l := linter{e: e}
	l.entry(at)
	return item{entry: e, at: at, wrong: l.mistakes}
}

// lintAll returns the mistakes of the items and of the references between them.
// read is everything that was read: an entry named like a file with a mistake
// may well exist, and so may any entry if reading stopped early.
func lintAll(items []item, read batch) Mistakes {
	alone := collect(len(items), func(i int) Mistakes { return items[i].wrong })
	if read.more {
		return alone
	}
	var concepts []string
	for _, n := range read.names {
		concepts = append(concepts, n.id)
	}
	slices.Sort(concepts)
	facts := overlayFacts(read.facts)
	known := make(map[string]bool, len(items))
	for _, m := range read.mistakes {
		known[fileID(m.File)] = true
	}
	for _, it := range items {
		known[it.entry.ID] = true
	}
	ids := slices.Sorted(maps.Keys(known))
	return append(alone, collect(len(items), func(i int) Mistakes {
		l := linter{e: items[i].entry, ids: ids, concepts: concepts, allFacts: facts, broken: len(items[i].wrong) > 0}
		l.others(items[i].at)
		if items[i].layer == builtinName {
			l.datesOfBuiltin(items[i].at)
			if len(read.areas) > 0 {
				l.areaOfBuiltin(items[i].at, read.areas)
			}
		}
		if !read.factsBroken() {
			l.facts(items[i].at)
		}
		if !read.conceptsBroken() {
			l.frameConcepts(items[i].at.key("frames"))
		}
		return l.mistakes
	})...)
}

// A linter checks one entry.
type linter struct {
	e        *Entry
	langs    []string // of the title; empty if it serves every language
	ids      []string // of all entries, sorted; used by others only
	concepts []string // the IDs of all concepts, sorted; used by frameConcepts only
	allFacts []Fact   // used by facts only
	broken   bool     // the entry alone has mistakes; used by facts only
	mistakes Mistakes
}

func (l *linter) add(at place, format string, args ...any) {
	if len(l.mistakes) <= maxMistakes {
		l.mistakes = append(l.mistakes, at.mistake(format, args...))
	}
}

// An entry with more than this was not written for people, and comparing all
// pairs of its parts would take forever. The largest built-in entry has two
// languages and about twenty steps and questions.
const (
	maxLanguages = 50
	maxParts     = 200
)

func (l *linter) entry(at place) {
	for _, v := range l.e.Title {
		if v.Lang != "" {
			l.langs = append(l.langs, v.Lang)
		}
	}
	if n := len(l.langs); n > maxLanguages {
		l.add(at.key("title"), "the title has %d languages; want %d at most", n, maxLanguages)
		return
	}
	if n := l.e.parts(); n > maxParts {
		l.add(at.key("steps"), "the entry has %d steps and questions; want %d at most", n, maxParts)
		return
	}
	l.identity(at)
	l.recognition(at)
	l.texts(at)
	l.slots(at)
	l.parts(at)
	l.chains(at)
	l.graph(at)
	l.references(at)
}

func (e *Entry) parts() int {
	n := len(e.Ask)
	for _, s := range e.Steps.Items {
		n += 1 + len(s.Chain)
	}
	return n
}

func (l *linter) identity(at place) {
	e := l.e
	if !entryID.MatchString(e.ID) {
		l.add(at.key("id"), notAnEntryID, e.ID)
	}
	if path.Ext(at.file) != ".jsonl" && e.ID != fileID(at.file) {
		l.add(at.key("id"), "the id is %q, but the file is named %s; want %s.yaml", e.ID, path.Base(at.file), e.ID)
	}
	if e.Area != "" && !areaID.MatchString(e.Area) {
		l.add(at.key("area"), notAnArea, e.Area)
	}
	if len(e.Codes)+len(e.Symbols)+len(e.Messages) == 0 {
		l.add(at, "the entry cannot be recognized; want codes, symbols or messages")
	}
}

// recognition checks what the matcher compiles.
func (l *linter) recognition(at place) {
	for i, c := range l.e.Codes {
		if !match.IsCode(c) {
			l.add(at.key("codes").item(i), "%s", notACode(c))
		}
	}
	l.relatives(at.key("relatives"))
	for i, s := range l.e.Symbols {
		if !symbol.MatchString(s) {
			l.add(at.key("symbols").item(i), "%q is not a symbolic name; want letters, digits and _", s)
		}
	}
	l.lists(at.key("messages"), l.e.Messages, l.message)
	l.lists(at.key("phrases"), l.e.Phrases, func(place, string) {})
	l.frames(at.key("frames"))
	l.strings(at.key("examples").key("match"), "example", l.e.Examples.Match)
	l.strings(at.key("examples").key("silent"), "example", l.e.Examples.Counterexamples)
}

// relatives checks that each relative is a code, or a result such as 0x800706BA,
// and none of the entry's own.
func (l *linter) relatives(at place) {
	for i, r := range l.e.Relatives {
		switch own := func(c string) bool { return match.HasCode(c, r) }; {
		case !match.HasCode(r, r) || strings.ContainsAny(r, " \t\n"):
			l.add(at.item(i), "%q is not a code; want one such as 30229 or 0x800706BA", r)
		case slices.ContainsFunc(l.e.Codes, own):
			l.add(at.item(i), "%q is a code of the entry itself", r)
		}
	}
}

// lists checks that no list and no text is empty, and each text on its own.
func (l *linter) lists(at place, texts Texts, check func(place, string)) {
	for _, v := range texts {
		list := at
		if v.Lang != "" {
			list = at.key(v.Lang)
			l.language(list, v.Lang)
		}
		if len(v.Texts) == 0 {
			l.add(list, "the list is empty")
		}
		l.strings(list, "text", v.Texts)
		for i, s := range v.Texts {
			check(list.item(i), s)
		}
	}
}

func (l *linter) strings(at place, what string, list []string) {
	for i, s := range list {
		if strings.TrimSpace(s) == "" {
			l.add(at.item(i), "the %s is empty", what)
		}
	}
}

// message checks the slots of a message. A "<" that is not followed by a letter
// is literal, and so is a pair that cannot be meant as a slot, such as
// <https://…>: messages may contain both.
func (l *linter) message(at place, s string) {
	open := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '>' && !open && i > 0 && letter(s[i-1]):
			l.add(at, "a > without a < before it: %q", excerpt(s, i))
		case s[i] == '<' && i+1 < len(s) && letter(s[i+1]):
			l.slotMark(at, s, i)
		}
		open = s[i] == '<' || open && s[i] != '>'
	}
}

// slotMark checks the slot that begins with the "<" at s[i].
func (l *linter) slotMark(at place, s string, i int) {
	end := len(s)
	if n := strings.IndexAny(s[i+1:], "<>"); n >= 0 {
		end = i + 1 + n
	}
	name := s[i+1 : end]
	switch {
	case end == len(s) || s[end] == '<':
		l.add(at, "a < without a > after it: %q", excerpt(s, i))
	case !slotName.MatchString(name) && meantAsSlot(name):
		l.add(at, "the slot <%s> is not valid; want letters and digits, such as <ServerName>", name)
	}
}

// meantAsSlot reports whether name looks like the name of a slot.
func meantAsSlot(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !letter(byte(min(r, 0x7f))) && !strings.ContainsRune(" 0123456789_.%-", r)
	})
}

func letter(b byte) bool { return 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z' }

// excerpt returns a few bytes of s on both sides of i.
func excerpt(s string, i int) string {
	return strings.ToValidUTF8(s[max(0, i-12):min(len(s), i+24)], "")
}

// eachText calls f for every text that users read. asks means that the bot asks
// for the values of its slots before it shows the text.
func (l *linter) eachText(at place, f func(at place, t Text, asks bool)) {
	e := l.e
	f(at.key("operation"), e.Operation, false)
	f(at.key("title"), e.Title, false)
	for i, s := range e.Cause {
		where := at.key("cause")
		if len(e.Cause) > 1 || s.If != nil {
			where = where.item(i)
		}
		f(where, s.Text, false)
	}
	f(at.key("explain"), e.Explain, false)
	for i := range e.Ask {
		eachQuestionText(at.key("ask").item(i), &e.Ask[i], f)
	}
	e.eachStep(at, func(at place, s *Step) { eachStepText(at, s, f) })
	for i, s := range e.Sources {
		f(at.key("sources").item(i).key("text"), s.Text, false)
	}
	for i, t := range e.Notes {
		f(at.key("notes").item(i), t, false)
	}
}

// eachStep calls f for every step, every chain, and every step of a chain, in
// the order of the file.
func (e *Entry) eachStep(at place, f func(at place, s *Step)) {
	for i := range e.Steps.Items {
		item := at.key("steps").key("items").item(i)
		s := &e.Steps.Items[i]
		f(item, s)
		for j := range s.Chain {
			f(item.key("chain").item(j), &s.Chain[j])
		}
	}
}

func eachQuestionText(at place, q *Question, f func(at place, t Text, asks bool)) {
	f(at.key("text"), q.Text, false)
	f(at.key("explain"), q.Explain, false)
	for i, c := range q.Choices {
		choice := at.key("choices").item(i)
		f(choice.key("label"), c.Label, false)
		f(choice.key("say"), c.Say, false)
	}
}

func eachStepText(at place, s *Step, f func(at place, t Text, asks bool)) {
	f(at.key("title"), s.Title, true)
	f(at.key("do"), s.Do, true)
	f(at.key("check"), s.Check, true)
	f(at.key("risk"), s.Risk, true)
	f(at.key("undo"), s.Undo, false)
	f(at.key("explain"), s.Explain, false)
	for i, row := range s.Table {
		for j, t := range row {
			f(at.key("table").item(i).item(j), t, false)
		}
	}
	if s.Link != nil {
		f(at.key("link").key("text"), s.Link.Text, false)
	}
	if s.Ask != nil {
		eachQuestionText(at.key("ask"), s.Ask, f)
	}
}

// texts checks that every text is in exactly the languages of the title, and is
// not empty.
func (l *linter) texts(at place) {
	l.eachText(at, func(at place, t Text, _ bool) {
		var have []string
		for _, v := range t {
			if strings.TrimSpace(v.Text) == "" {
				l.add(at.key(v.Lang), "the text is empty")
			}
			if v.Lang != "" {
				l.language(at.key(v.Lang), v.Lang)
			}
			if v.Lang != "" && len(l.langs) > 0 && !slices.Contains(l.langs, v.Lang) {
				l.add(at.key(v.Lang), "a text in %q, but the title has none", v.Lang)
			}
			have = append(have, v.Lang)
		}
		if len(have) == 0 || slices.Contains(have, "") {
			return
		}
		for _, lang := range l.langs {
			if !slices.Contains(have, lang) {
				l.add(at, "the text is missing in %q", lang)
			}
		}
	})
	l.want(at, "title", l.e.Title)
}

func (l *linter) language(at place, lang string) {
	if !language.MatchString(lang) {
		l.add(at, noLanguage, lang)
	}
}

// want checks that a required text is given.
func (l *linter) want(at place, field string, t Text) {
	if len(t) == 0 {
		l.add(at.key(field), "the field %q is missing; want a text, or a map from language to text", field)
	}
}

// references checks links to pages outside the base.
func (l *linter) references(at place) {
	e := l.e
	for i, s := range e.Sources {
		source := at.key("sources").item(i)
		l.url(source, s.URL)
		l.date(source.key("read"), s.Read)
	}
	l.date(at.key("verify_by"), e.VerifyBy)
	e.eachStep(at, func(at place, s *Step) {
		if s.Link != nil {
			l.url(at.key("link"), s.Link.URL)
		}
	})
}

// date checks a date that may be missing.
func (l *linter) date(at place, date string) {
	if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
		l.add(at, "%q is not a date; want one such as 2022-04-26", date)
	}
}

// others checks references to other entries.
func (l *linter) others(at place) {
	if l.e.parts() > maxParts || len(l.e.Title) > maxLanguages {
		return // reported by entry
	}
	choices := func(at place, q *Question) {
		for i, c := range q.Choices {
			if c.Entry != "" {
				l.other(at.key("choices").item(i).key("entry"), c.Entry)
			}
		}
	}
	for i := range l.e.Ask {
		choices(at.key("ask").item(i), &l.e.Ask[i])
	}
	l.e.eachStep(at, func(at place, s *Step) {
		if s.Ask != nil {
			choices(at.key("ask"), s.Ask)
		}
	})
	for i, id := range l.e.Related {
		l.other(at.key("related").item(i), id)
	}
	for i, id := range l.e.Causes {
		l.other(at.key("causes").item(i), id)
	}
}

// other checks the ID of another entry.
func (l *linter) other(at place, id string) {
	if id == l.e.ID {
		l.add(at, "the entry %q leads to itself", id)
	} else if _, ok := slices.BinarySearch(l.ids, id); !ok {
		l.add(at, "the entry %q does not exist%s", id, suggestOne(id, l.ids))
	}
}

func (l *linter) url(at place, s string) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(s, " \t\r\n") {
		l.add(at.key("url"), "%q is not a URL; want https://…", cmp.Or(s, "the field url"))
	}
}
