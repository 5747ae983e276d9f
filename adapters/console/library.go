package console

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"mabsbot/bot"
	"mabsbot/kb"
)

// The pages of the knowledge base.

// A shelf is a place in the knowledge base pages.
type shelf struct {
	frame
	Lang  string // of the entries
	Query string
	Area  string
	Due   bool   // only the entries that are due for review
	Sort  string // one of Sorts

	hits     map[string]entryHits // by entry; nil if they are not known
	Withheld bool                 // as in shadows, of the hits
}

func (c *Console) shelf(r *http.Request) shelf {
	q := r.URL.Query()
	s := shelf{frame: c.frame(c.view(r), r.URL.EscapedPath(), "kb"), Lang: cutQuery(q.Get("lang")), Query: cutQuery(q.Get("q")), Area: cutQuery(q.Get("area")), Due: q.Get("due") != ""}
	if s.Lang == "" {
		s.Lang = s.View.Lang
	}
	if sort := q.Get("sort"); slices.Contains(s.Sorts(), sort) {
		s.Sort = sort
	}
	c.findHits(r.Context(), &s)
	return s
}

// URL returns the address of an entry, or of the list if id is "".
func (s shelf) URL(entry string) string {
	due := ""
	if s.Due {
		due = "1"
	}
	path := "/kb"
	if entry != "" {
		path += "/" + url.PathEscape(entry)
	}
	return s.View.address(path, map[string]string{"lang": s.Lang, "q": s.Query, "area": s.Area, "due": due, "sort": s.Sort})
}

// In returns the same place in another language.
func (s shelf) In(lang string) shelf {
	s.Lang = lang
	return s
}

// Of returns the list of one area, or of all areas if id is "".
func (s shelf) Of(area string) shelf {
	s.Area, s.Due = area, false
	return s
}

// Shelf returns the place itself, for templates that get a type that embeds it.
func (s shelf) Shelf() shelf { return s }

// maxListed is how many entries are listed at once: more than a user reads, and
// few enough for a browser if the knowledge base has a hundred thousand.
const maxListed = 200

// A list is the page that searches the knowledge base.
type list struct {
	shelf
	Langs    []string
	Areas    []area
	DueCount int // how many entries of all areas are due
	Entries  []book
	Found    int
	Near     []book // if nothing was found
	Edits    bool   // entries can be edited
	Saved    []savedFile
	Mistakes kb.Mistakes // of the last reload
	Total    int
	Revision string
}

// A book is one entry in the list.
type book struct {
	*kb.Entry
	In area
}

// An area is a group of entries: its ID in the entries and its display name.
type area struct{ ID, Name string }

func (c *Console) area(e *kb.Entry, lang string) area {
	return area{e.Area, c.library.Area(e.Area, lang)}
}

// A pile is some entries of the list.
type pile struct {
	shelf
	Books []book
}

// Books returns some entries together with their list.
func (l list) Books(some []book) pile { return pile{l.shelf, some} }

// A savedFile is a file in the database.
type savedFile struct{ bot.FileVersion }

// Name returns the file as addresses have it.
func (f savedFile) Name() string { return strings.TrimSuffix(f.File, ".yaml") }

// Page returns the address of another page of the knowledge base.
func (l list) Page(page string) string { return "/kb/" + page + "?" + l.View.values().Encode() }

// addEdits adds what editors saved.
func (l *list) addEdits(e *bot.Editor) {
	if e == nil {
		return
	}
	l.Edits, l.Mistakes = true, e.Mistakes()
	for _, f := range e.Files() {
		l.Saved = append(l.Saved, savedFile{f})
	}
}

// Here returns the address of the list in another language.
func (l list) Here(lang string) string { return l.shelf.In(lang).URL("") }

// Left returns how many entries were found but are not listed.
func (l list) Left() int { return l.Found - len(l.Entries) }

func (c *Console) entries(w http.ResponseWriter, r *http.Request) {
	all := c.library.Entries()
	due := kb.Due(all, today())
	l := list{shelf: c.shelf(r), Total: len(all), Revision: c.library.Revision(), DueCount: len(due)}
	for _, e := range all {
		if a := c.area(e, l.Lang); a.ID != "" && !slices.Contains(l.Areas, a) {
			l.Areas = append(l.Areas, a)
		}
		l.Langs = addLangs(l.Langs, e)
	}
	if l.Due {
		all = due
	}
	words := strings.Fields(strings.ToLower(l.Query))
	for _, e := range l.sorted(all) {
		if l.Area != "" && e.Area != l.Area || !holds(e, words) {
			continue
		}
		l.Found++
		if len(l.Entries) < maxListed {
			l.Entries = append(l.Entries, book{e, c.area(e, l.Lang)})
		}
	}
	if l.Found == 0 && l.Query != "" {
		l.Near = c.near(l.Query, l.Lang)
	}
	slices.SortFunc(l.Areas, func(a, b area) int { return strings.Compare(a.Name, b.Name) })
	l.addEdits(c.editor)
	c.show(w, http.StatusOK, l.View.Lang, "entries", l)
}

// maxNear is how many entries are offered if a search finds none.
const maxNear = 5

// near returns the entries whose names are most similar to a query.
func (c *Console) near(query, lang string) []book {
	var all []book
	for _, s := range c.library.Suggest(query, lang, maxNear) {
		if e := c.library.Entry(s.Value); e != nil {
			all = append(all, book{e, c.area(e, lang)})
		}
	}
	return all
}

// addLangs adds the languages of an entry's title.
func addLangs(langs []string, e *kb.Entry) []string {
	for _, t := range e.Title {
		if t.Lang != "" && !slices.Contains(langs, t.Lang) {
			langs = append(langs, t.Lang)
		}
	}
	return langs
}

// holds reports whether an entry contains all words, which are in lower case,
// in any of the fields that users know it by.
func holds(e *kb.Entry, words []string) bool {
	if len(words) == 0 {
		return true
	}
	places := slices.Concat([]string{e.ID, e.Product, e.Area}, e.Codes, e.Symbols)
	for _, t := range slices.Concat(e.Title, e.Operation) {
		places = append(places, t.Text)
	}
	for _, t := range slices.Concat(e.Messages, e.Phrases) {
		places = append(places, t.Texts...)
	}
	text := strings.ToLower(strings.Join(places, "\n"))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// An item is the page of one entry.
type item struct {
	shelf
	*kb.Entry
	Edits  bool // it can be edited
	Group  area
	Langs  []string
	titles func(entry string) string
	helped map[string]int // by step; nil if it is not known
}

func (c *Console) entry(w http.ResponseWriter, r *http.Request) {
	i := item{shelf: c.shelf(r), Entry: c.library.Entry(r.PathValue("id")), Edits: c.editor != nil}
	if i.Entry == nil {
		c.show(w, http.StatusNotFound, i.View.Lang, "no-entry", i.shelf)
		return
	}
	i.Tab = blank(i.Title.In(i.Lang, english))
	i.Langs = addLangs(nil, i.Entry)
	i.Group = c.area(i.Entry, i.Lang)
	c.findHelped(r, &i)
	i.titles = func(entry string) string {
		e := c.library.Entry(entry)
		if e == nil {
			return ""
		}
		return blank(e.Title.In(i.Lang, english))
	}
	c.show(w, http.StatusOK, i.View.Lang, "entry", i)
}

// Page returns the address of a page of the entry: edit or history.
func (i item) Page(page string) string {
	return filePath(i.ID, page, false) + "?" + i.View.values().Encode()
}

// Here returns the address of the entry in another language.
func (i item) Here(lang string) string { return i.shelf.In(lang).URL(i.ID) }

// A destination is where a choice or a step leads, with its title.
type destination struct {
	URL, Name string
	Entry     bool // it is another entry
}

// Goes returns the step or question of the entry with the ID.
func (i item) Goes(id string) destination {
	d := destination{URL: "#at-" + id, Name: id}
	for n := range i.Steps.Items {
		top := &i.Steps.Items[n]
		for _, s := range append(top.Parts(), top) {
			if title := blank(s.Title.In(i.Lang, english)); s.ID == id && title != "" {
				d.Name = title
			}
		}
	}
	for _, q := range i.Ask {
		if q.ID == id {
			d.Name = blank(q.Text.In(i.Lang, english))
		}
	}
	return d
}

// Leads returns the entry with the ID.
func (i item) Leads(entry string) destination {
	return destination{URL: i.URL(entry), Name: cmp.Or(i.titles(entry), entry), Entry: true}
}

// A condition is one of the entry, with the question and the answers of its fact.
type condition struct {
	*kb.Condition
	Question, Answers string
}

// Condition returns a condition of the entry.
func (i item) Condition(c *kb.Condition) condition {
	all := condition{Condition: c}
	for _, q := range i.Triage {
		if q.ID != c.Fact {
			continue
		}
		all.Question = q.Text.In(i.Lang, english)
		var answers []string
		for _, choice := range q.Choices {
			if slices.Contains(c.Is, choice.ID) {
				answers = append(answers, choice.Label.In(i.Lang, english))
			}
		}
		all.Answers = strings.Join(answers, ", ")
	}
	return all
}

// A part is a question of an entry together with its page.
type part struct {
	item
	Question any // of the entry, or of one of its steps
}

// Part returns a part of the entry.
func (i item) Part(question any) part { return part{i, question} }

// A stepPart is a step of the entry together with its page.
type stepPart struct {
	item
	Step kb.Step
}

// Action returns a step of the entry.
func (i item) Action(s kb.Step) stepPart { return stepPart{i, s} }

// An out is an external link.
type out struct{ URL, Text, Href string }

// Out returns the link of a URL that the entry names.
func (i item) Out(address, text string) out { return out{address, text, secure(address)} }

// Copy returns a command, key or path of the entry as the bot would show it.
func (i item) Copy(shell, text string) bot.Block { return bot.Block{Shell: shell, Text: text} }

// Texts returns the texts in the reader's language, or in the first language of
// the list if it has none.
func (i item) Texts(all kb.Texts) []string {
	var texts []string
	for _, v := range all {
		if v.Lang == i.Lang || v.Lang == "" {
			texts = append(texts, v.Texts...)
		}
	}
	if texts == nil && len(all) > 0 {
		return all[0].Texts
	}
	return texts
}

// slotUse matches {Name} and {Name|words to use while the value is unknown}.
var slotUse = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)(?:\|([^{}]*))?\}`)

// blank formats a text whose slots have no values.
func blank(text string) string {
	return slotUse.ReplaceAllStringFunc(text, func(use string) string {
		if m := slotUse.FindStringSubmatch(use); m[2] != "" {
			return m[2]
		}
		name, _, _ := strings.Cut(use[1:len(use)-1], "|")
		return "<" + name + ">"
	})
}

// asks reports whether the check of a step is a question and not what to see.
func asks(check string) bool { return strings.HasSuffix(strings.TrimSpace(check), "?") }
