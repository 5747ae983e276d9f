package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"mabsbot/bot"
	"mabsbot/kb"
)

// The page of what people say solved an error, from which entries are drafted.

const (
	// maxFixesShown is how many fixes the page lists: more than a person goes through at
	// once. A search finds the others.
	maxFixesShown = 50
	// maxDrafts is how many entries are offered for a fix without one.
	maxDrafts = 3
)

// A fixesPage lists fixes by entry.
type fixesPage struct {
	frame
	State    bot.FixState
	Query    string
	States   []fixState
	Groups   []fixGroup
	Found    int  // fixes, with those that are not listed
	Listed   int  // fixes
	Withheld bool // as in shadows
}

// A fixState is a filter, with the number of its fixes.
type fixState struct {
	State bot.FixState
	N     int
}

// A fixGroup has the fixes of an entry.
type fixGroup struct {
	ID    string    // of the entry, or "" for those without one
	Entry *kb.Entry // nil if the knowledge base has it no more
	URL   string    // of its page
	Fixes []shownFix
}

// A shownFix is a fix as the page shows it.
type shownFix struct {
	bot.Fix
	Drafts string // the entry to which it may be added; "" if it has none
	Near   []hit  // the nearest entries, if it has none
	View   view
}

// Who returns who says it, or "".
func (f shownFix) Who() string { return voter(f.By) }

// Private reports whether the thread is private.
func (f shownFix) Private() bool { return f.Thread.Channel == "" }

// Editor returns the address of an editor that begins with the fix: that of an entry, or of
// a new one.
func (f shownFix) Editor(entry string) string {
	return f.View.draft(entry, map[string]string{"fix": string(f.ID)})
}

// Of returns the address of the page with the fixes in another state.
func (p fixesPage) Of(state bot.FixState) string {
	return p.View.address("/fixes", map[string]string{"state": string(state), "q": p.Query})
}

// Left returns how many fixes are not listed.
func (p fixesPage) Left() int { return p.Found - p.Listed }

func (c *Console) fixes(w http.ResponseWriter, r *http.Request) {
	all, withheld, err := c.allFixes(r.Context())
	if err != nil {
		c.deny(w, r, err)
		return
	}
	q := r.URL.Query()
	page := fixesPage{frame: c.frame(c.view(r), "/fixes", "fixes"), Query: cutQuery(q.Get("q")), Withheld: withheld}
	if state := bot.FixState(q.Get("state")); slices.Contains(bot.FixStates(), state) {
		page.State = state
	}
	words := strings.Fields(strings.ToLower(page.Query))
	counts := map[bot.FixState]int{}
	for _, f := range all {
		if !c.fixHas(f, words, page.View) {
			continue
		}
		counts[f.State]++
		if f.State == page.State && counts[f.State] <= maxFixesShown {
			c.addFix(&page, f)
			page.Listed++
		}
	}
	if i := slices.IndexFunc(page.Groups, func(g fixGroup) bool { return g.ID == "" }); i >= 0 { // what needs an entry comes last
		without := page.Groups[i]
		page.Groups = append(slices.Delete(page.Groups, i, i+1), without)
	}
	page.Found = counts[page.State]
	for _, state := range bot.FixStates() {
		page.States = append(page.States, fixState{state, counts[state]})
	}
	c.show(w, http.StatusOK, page.View.Lang, "fixes", page)
}

// allFixes returns the fixes that pages may show, the latest first.
func (c *Console) allFixes(ctx context.Context) (all []bot.Fix, withheld bool, err error) {
	all, err = c.operations.Fixes(ctx, bot.MaxFixes)
	if err != nil {
		return nil, false, err
	}
	n := len(all)
	all = slices.DeleteFunc(all, func(f bot.Fix) bool { return !c.mayShow(f.Thread.Adapter) })
	return all, len(all) < n, nil
}

// fixHas reports whether a fix, its entry or its channel has all words, which are in
// lowercase.
func (c *Console) fixHas(f bot.Fix, words []string, v view) bool {
	text := f.Text + "\n" + f.Question + "\n" + f.Entry + "\n" + f.Thread.Channel + "\n" + f.By.Name
	if e := c.library.Entry(f.Entry); e != nil {
		text += "\n" + e.Title.In(v.Lang, english)
	}
	return hasAll(text, words)
}

// addFix adds a fix to the group of its entry.
func (c *Console) addFix(page *fixesPage, f bot.Fix) {
	i := slices.IndexFunc(page.Groups, func(g fixGroup) bool { return g.ID == f.Entry })
	if i < 0 {
		i = len(page.Groups)
		g := fixGroup{ID: f.Entry}
		if f.Entry != "" {
			g.Entry, g.URL = c.library.Entry(f.Entry), shelf{frame: frame{View: page.View}}.URL(f.Entry)
		}
		page.Groups = append(page.Groups, g)
	}
	shown := shownFix{Fix: f, View: page.View}
	if page.Groups[i].Entry != nil {
		shown.Drafts = f.Entry
	} else if f.Question != "" {
		found := c.explainAt(f.Question, placeOfFix(f), true).Result.Hits
		shown.Near = hits(page.View, found[:min(len(found), maxDrafts)])
	}
	page.Groups[i].Fixes = append(page.Groups[i].Fixes, shown)
}

// openFixes returns how many fixes wait for an editor. A page is worth more than the number,
// so it is shown without it if that cannot be read.
func (c *Console) openFixes() (n int) {
	ctx, cancel := context.WithTimeout(context.Background(), countTime)
	defer cancel()
	open, err := c.operations.OpenFixes(ctx)
	if err != nil {
		c.log.Warn("console: the fixes cannot be counted", "error", err)
	}
	for adapter, count := range open {
		if c.mayShow(adapter) {
			n += count
		}
	}
	return n
}

// countTime bounds the count of fixes in the menu, which takes less than a millisecond.
const countTime = time.Second

// A fixForm is what the page sends to dismiss a fix, or to open it again.
type fixForm struct {
	ID    bot.FixID    `json:"id"`
	State bot.FixState `json:"state"`
}

// setFix changes the state of a fix. The audit log has who did it.
func (c *Console) setFix(w http.ResponseWriter, r *http.Request) {
	f, err := decode[fixForm](w, r)
	if err == nil && f.State != bot.FixOpen && f.State != bot.FixDismissed {
		err = errBadRequest
	}
	var fix bot.Fix
	if err == nil {
		fix, err = c.fix(r.Context(), f.ID)
	}
	if err == nil {
		err = c.operations.SetFix(r.Context(), f.ID, f.State)
	}
	if errors.Is(err, bot.ErrNoFix) {
		err = errNoFix
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.recordFix(r, fix, f.State)
	reply(w, http.StatusOK, answer{})
}

// fix returns a fix that pages may show, or bot.ErrNoFix.
func (c *Console) fix(ctx context.Context, id bot.FixID) (bot.Fix, error) {
	all, _, err := c.allFixes(ctx)
	if err != nil {
		return bot.Fix{}, err
	}
	i := slices.IndexFunc(all, func(f bot.Fix) bool { return f.ID == id })
	if i < 0 {
		return bot.Fix{}, bot.ErrNoFix
	}
	return all[i], nil
}

// recordFix adds to the audit log that the state of a fix was changed.
func (c *Console) recordFix(r *http.Request, f bot.Fix, state bot.FixState) {
	kind := map[bot.FixState]bot.AuditKind{bot.FixOpen: bot.AuditFixReopen, bot.FixDismissed: bot.AuditFixDismiss, bot.FixUsed: bot.AuditFixUsed}[state]
	c.recordAudit(r, kind, placeOfFix(f), string(f.ID))
}

func placeOfFix(f bot.Fix) bot.Place {
	return bot.Place{Adapter: f.Thread.Adapter, Workspace: f.Thread.Workspace, Channel: f.Thread.Channel}
}

// drafted returns the fix that an address names for a draft. ok is false if it names none.
func (c *Console) drafted(r *http.Request) (f bot.Fix, ok bool, err error) {
	id := bot.FixID(r.URL.Query().Get("fix"))
	if id == "" {
		return f, false, nil
	}
	if f, err = c.fix(r.Context(), id); errors.Is(err, bot.ErrNoFix) {
		err = errNoFix
	}
	return f, err == nil, err
}

// The draft of a step.
const (
	draftedStep = "captured-fix" // its ID
	maxTitle    = 60             // the length of its title, in characters; those of the entries have at most 70
)

// withFix returns the content of an entry with a fix as its last step, in the language of
// the fix. In the other languages its texts are empty, so that the linter asks for them.
func withFix(content string, f bot.Fix) (string, error) {
	text := strings.TrimSpace(f.Text)
	title := []rune(strings.TrimSpace(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '.' || r == '!' })[0]))
	if len(title) > maxTitle {
		title = append(title[:maxTitle-1], '…')
	}
	return kb.AddStep(content, draftedStep, scriptOf(text), string(title), text)
}

// scriptOf returns the language of a draft.
func scriptOf(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
		return "ko"
	}
	return english
}

// withNewFix returns the skeleton of an entry with a fix as its step, and the question as an
// example.
func withNewFix(content string, f bot.Fix) (string, error) {
	content, err := kb.Patch(content, kb.Field{Path: []string{"steps", "first-step", "do", scriptOf(f.Text)}, Values: []string{strings.TrimSpace(f.Text)}})
	if err == nil && f.Question != "" {
		content, err = kb.AddValue(content, cutAsked(f.Question), "examples", "match")
	}
	return content, err
}

// markUsed says that an entry has the fix because of which a file was saved.
func (c *Console) markUsed(r *http.Request, id bot.FixID) {
	if id == "" {
		return
	}
	ctx := context.WithoutCancel(r.Context())
	f, err := c.fix(ctx, id)
	if err == nil {
		err = c.operations.SetFix(ctx, id, bot.FixUsed)
	}
	if err == nil {
		c.recordFix(r, f, bot.FixUsed)
	} else if !errors.Is(err, bot.ErrNoFix) {
		c.log.Warn("console: a fix is not marked as used", "fix", id, "error", err)
	}
}

// An exportedFix is a fix as it is exported.
type exportedFix struct {
	At        string `json:"at"`
	By        string `json:"by"`
	Entry     string `json:"entry"`
	State     string `json:"state"` // open, used or dismissed
	Text      string `json:"text"`
	Question  string `json:"question"`
	Adapter   string `json:"adapter"`
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
	Thread    string `json:"thread"`
}

// exportedFixes returns all fixes, the latest first.
func (c *Console) exportedFixes(r *http.Request) ([]exportedFix, error) {
	fixes, _, err := c.allFixes(r.Context())
	all := []exportedFix{}
	for _, f := range fixes {
		all = append(all, exportedFix{
			f.At.UTC().Format(time.RFC3339), voter(f.By), f.Entry, cmp.Or(string(f.State), "open"), f.Text, f.Question,
			f.Thread.Adapter, f.Thread.Workspace, f.Thread.Channel, f.Thread.Root,
		})
	}
	return all, err
}

func (c *Console) fixesJSON(w http.ResponseWriter, r *http.Request) {
	all, err := c.exportedFixes(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	writeJSON(w, "mabsbot-fixes.json", all)
}

func (c *Console) fixesCSV(w http.ResponseWriter, r *http.Request) {
	all, err := c.exportedFixes(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	rows := [][]string{{"at", "by", "entry", "state", "text", "question", "adapter", "workspace", "channel", "thread"}}
	for _, f := range all {
		rows = append(rows, []string{f.At, cell(f.By), cell(f.Entry), f.State, cell(f.Text), cell(f.Question), f.Adapter, cell(f.Workspace), cell(f.Channel), cell(f.Thread)})
	}
	writeCSV(w, "mabsbot-fixes.csv", rows)
}
