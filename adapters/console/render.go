package console

import (
	"embed"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mabsbot/bot"
)

//go:embed tmpl/*.html
var templateFiles embed.FS

// loadPages parses the templates once per language, with the language bound to
// their functions.
func loadPages(s *setup) (map[string]*template.Template, error) {
	all := map[string]*template.Template{}
	for _, lang := range s.langs() {
		t, err := template.New(lang).Funcs(functions(s, lang)).ParseFS(templateFiles, "tmpl/*.html")
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		all[lang] = t
	}
	return all, nil
}

// functions returns the template functions of one language.
func functions(s *setup, lang string) template.FuncMap {
	return template.FuncMap{
		"t":       func(key string, args ...any) (string, error) { return s.text(lang, key, args...) },
		"lang":    func() string { return lang },
		"took":    func(t millis) (string, error) { return t.text(s, lang) },
		"tongue":  func(locale string) (string, error) { return s.text(s.lang(locale), "tongue") },
		"in":      func(t interface{ In(langs ...string) string }, lang string) string { return t.In(lang, english) },
		"spans":   spans,
		"keys":    func() ([]shortcut, error) { return shortcuts(s, lang) },
		"names":   names,
		"lines":   lines,
		"pieces":  func(word string) []string { return piece.FindAllString(word, -1) },
		"blank":   blank,
		"asks":    asks,
		"letters": letters,
		"initial": initial,
		"pick":    func(name, label, now string, choices []bot.Choice) picker { return picker{name, label, now, choices} },
		"say":     func(x sentence) (string, error) { return s.text(lang, x.Key, x.Args...) },
		"percent": percent,
		"placed":  placeValue,
		"clock":   clock,
		"day":     day,
		"moment":  func(at int64) time.Time { return time.Unix(at, 0) },
		"stamp":   func(at time.Time) string { return at.Format(time.RFC3339) },
	}
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

func clock(at time.Time) string { return at.Local().Format("15:04") }

// day returns a time with its date, unless it is of the last hours or the next.
func day(at time.Time) string {
	if time.Since(at).Abs() < sameDay {
		return clock(at)
	}
	return at.Local().Format("2006-01-02 15:04")
}

// sameDay is the age up to which a time needs no date: within it, the same time
// of day is passed at most once.
const sameDay = 20 * time.Hour

// A span is a piece of text with its own style.
type span struct {
	Text string
	Kind string // "" means plain
}

// maxWhole is how many letters of code fit on a line of a phone.
const maxWhole = 32

// Long reports whether the text may be wider than a line, so that it must be
// possible to break it.
func (s span) Long() bool { return utf8.RuneCountInString(s.Text) > maxWhole }

// spans splits a text of the bot into plain text, `code spans` and names. An
// unpaired backquote is a literal backquote.
func spans(text string) []span {
	text = bot.ShowTimes(text, day)
	var all []span
	for {
		before, rest, open := strings.Cut(text, "`")
		code, after, closed := strings.Cut(rest, "`")
		if !open || !closed {
			return append(all, names(text)...)
		}
		if before != "" {
			all = append(all, names(before)...)
		}
		all = append(all, span{code, "code"})
		text = after
	}
}

// name matches what a browser would break into two lines although it is one
// name: words joined by hyphens or dots, such as FS-11.corp.example, and an ID
// with its number.
var name = regexp.MustCompile(`ID:? \d+|[\pL\pN_]+(?:[-.\\/][\pL\pN_]+)+`)

// maxNamed is how long a text may be in bytes to be searched for names. A log
// has so many that they would slow down the browser.
const maxNamed = 4096

// names splits a text into plain text and names.
func names(text string) []span {
	if len(text) > maxNamed {
		return []span{{Text: text}}
	}
	var all []span
	at := 0
	for _, loc := range name.FindAllStringIndex(text, -1) {
		if loc[0] > at {
			all = append(all, span{Text: text[at:loc[0]]})
		}
		all = append(all, span{text[loc[0]:loc[1]], "name"})
		at = loc[1]
	}
	if at < len(text) || all == nil {
		all = append(all, span{Text: text[at:]})
	}
	return all
}

// space matches what a command may be wrapped at.
var space = regexp.MustCompile(`\s+`)

// piece matches what a word that is too long for a line may be wrapped after: a
// folder, and what is before the value of an option.
var piece = regexp.MustCompile(`[^\\=]*[\\=]|[^\\=]+`)

// lines splits a command into its lines, each with its line break, and those
// into words: a browser must not wrap -Name after the hyphen.
func lines(text string) [][]span {
	var all [][]span
	for line := range strings.Lines(text) {
		var words []span
		at := 0
		for _, loc := range space.FindAllStringIndex(line, -1) {
			if loc[0] > at {
				words = append(words, span{line[at:loc[0]], "word"})
			}
			words = append(words, span{Text: line[loc[0]:loc[1]]})
			at = loc[1]
		}
		if at < len(line) {
			words = append(words, span{line[at:], "word"})
		}
		all = append(all, words)
	}
	return all
}

// Typed splits a user's text into plain text, mentions of the bot, and the
// command word.
func (m *message) Typed() []span {
	if rest, ok := strings.CutPrefix(m.Text, commandWord); ok && m.Command {
		return []span{{commandWord, "mention"}, {Text: rest}}
	}
	var all []span
	at := 0
	for _, loc := range mention.FindAllStringSubmatchIndex(m.Text, -1) {
		start := loc[3] // after what precedes the mention
		all = append(all, span{Text: m.Text[at:start]}, span{m.Text[start:loc[1]], "mention"})
		at = loc[1]
	}
	return append(all, span{Text: m.Text[at:]})
}

// initial returns the letter shown in a user's avatar.
func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(name)
	return strings.ToUpper(string(r))
}

// The lists of messages on a page, as prefixes of element IDs.
const (
	channelList = "c"
	threadList  = "t"
)

// A row is one message as one user sees it in one list.
type row struct {
	*message
	View    view
	List    string // channelList or threadList
	From    bot.User
	Answers answers
	Nth     int                     // its number among those that others wrote in this list, or 0 if the user wrote it
	About   string                  // the user's message that has the match evidence for it, or ""
	Shadow  bool                    // it was recorded and never posted
	Link    func(bot.Thread) string // returns the address of another thread, or "" if this user cannot see it
}

// Bot reports whether the bot wrote the message.
func (r row) Bot() bool { return r.User == "" }

// Mine reports whether the user may edit and delete the message.
func (r row) Mine() bool { return r.User == r.View.User.ID && !r.Command && !r.Gone }

// Solves reports whether the message may say what solved the error of its thread.
func (r row) Solves() bool { return r.Root != "" && r.quotable() && r.View.Who.May("editor") }

// Explained returns the message whose match evidence explains this one: a
// user's message itself, or the one before a reply of the bot.
func (r row) Explained() string {
	if r.explicable() {
		return r.ID
	}
	return r.About
}

// Private reports whether only this user sees the message.
func (r row) Private() bool { return r.Only != "" }

// NotTaken reports whether handing the message to the bot failed.
func (r row) NotTaken() bool { return !r.Bot() && !r.Gone && r.Taken < r.Version && !r.busy }

// Retries reports whether the user may hand it to the bot again.
func (r row) Retries() bool { return r.User == r.View.User.ID }

// Top reports whether a thread can start at the message in this list.
func (r row) Top() bool {
	return r.List == channelList && r.Root == "" && !r.View.IsDirect() && r.Only == ""
}

// Silent reports whether the bot read the message and did not reply.
func (r row) Silent() bool { return r.Top() && !r.Bot() && r.Taken >= r.Version && !r.Answers.Bot }

// Fresh reports whether a reply may still be on its way.
func (r row) Fresh() bool { return time.Since(r.At) < 3*time.Second } // the bot replies within milliseconds

// Dead reports whether nothing is left to show. A deleted message with replies
// keeps its place.
func (r row) Dead() bool { return r.Gone && r.Answers.Count == 0 }

// Asks reports whether the message needs an input field: a private reply to a
// command has no thread to type a value into.
func (r row) Asks() bool { return strings.HasPrefix(r.Thread.Root, commandPrefix) }

// Blocks returns the blocks of the bot's reply.
func (r row) Blocks() []block {
	all := make([]block, len(r.Reply.Blocks))
	for i, b := range r.Reply.Blocks {
		all[i] = block{Block: b, Row: r}
	}
	return all
}

// A block is one block of the bot's reply.
type block struct {
	bot.Block
	Row row
}

// Href returns the target of the block: an https URL or a thread of this
// workspace. It is "" for other URLs, which are shown as text.
func (b block) Href() string {
	if b.Kind == bot.BlockThread {
		return b.Row.Link(b.Thread)
	}
	return secure(b.URL)
}

// secure returns url if it is an https URL, else "".
func secure(address string) string {
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return address
}

// Often returns the buttons that answer the message.
func (b block) Often() []bot.LabeledButton {
	return slices.DeleteFunc(slices.Clone(b.Buttons), func(c bot.LabeledButton) bool { return c.More })
}

// Seldom returns the other buttons, which are folded.
func (b block) Seldom() []bot.LabeledButton {
	return slices.DeleteFunc(slices.Clone(b.Buttons), func(c bot.LabeledButton) bool { return !c.More })
}

// Pips returns the parts of a bar that shows the progress: one for each step,
// true up to the current one. It is nil if there are too many.
func (b block) Pips() []bool {
	var all []bool
	for _, dot := range b.Dots() {
		all = append(all, dot == '●')
	}
	return all
}

// A pressable is a button together with the post that it belongs to.
type pressable struct {
	bot.LabeledButton
	Post     bot.PostID
	Disabled bool
}

// Press returns a button of the block.
func (b block) Press(c bot.LabeledButton) pressable { return pressable{c, b.Row.Post, b.Row.Shadow} }

// Value returns the button that submits a typed value, or nil. A question for a
// value is marked by its skip button.
func (b block) Value() *bot.Button {
	for _, c := range b.Buttons {
		if b.Row.Asks() && !b.Row.Shadow && c.Button.Action == bot.ActionSkip && c.Button.Entry != "" {
			return &c.Button
		}
	}
	return nil
}

// A frame is what surrounds every page: the workspace with its channels and
// people.
type frame struct {
	View      view
	Path      string // of the page; "/" is the workspace itself
	Tab       string // the title of the browser's tab
	Workspace string // changes when users start over
	Users     []bot.User
	Channels  []string
	Heard     map[string]int // by channel: how many messages others wrote
	Since     string         // where a stream continues after this page
	Served    bool           // this process serves the workspace
	Ended     []string       // the adapters that no longer serve
	OpenFixes int            // that wait for an editor
}

// frame returns the frame of a page other than the workspace. tab is a text
// key.
func (c *Console) frame(v view, path, tab string) frame {
	text, err := c.setup.text(v.Lang, tab)
	if err != nil {
		text = tab
	}
	return c.frameOf(v, path, text, c.since(v, math.MaxInt))
}

func (c *Console) frameOf(v view, path, tab string, s state) frame {
	var ended []string
	if c.ended != nil {
		ended = c.ended()
	}
	return frame{
		View: v, Path: path, Tab: tab, Workspace: s.name, Ended: ended,
		Users: c.setup.users, Channels: c.setup.channels, Heard: s.heard, Since: s.id(), Served: c.workspace && !c.StandsBy(),
		OpenFixes: c.openFixes(),
	}
}

// DirectChannel returns the user's conversation with the bot.
func (f frame) DirectChannel() string { return directChannel(f.View.User.ID) }

// InWorkspace reports whether the page is the workspace itself.
func (f frame) InWorkspace() bool { return f.Path == "/" }

// Under reports whether the page is the one with the path, or below it.
func (f frame) Under(path string) bool { return f.Path == path || strings.HasPrefix(f.Path, path+"/") }

// As returns the address of the same page for another user.
func (f frame) As(u bot.User) string { return f.Path + "?" + f.View.As(u).values().Encode() }

// A page is the workspace as one user sees it.
type page struct {
	frame
	Examples []example
	Rows     []row           // of the channel
	Replies  []row           // of the open thread, its root first
	Earlier  map[string]bool // the lists of which earlier messages are not shown
	Why      *explanation
	Hits     []found // of a search in the messages
}

// A composer is an input field for messages.
type composer struct {
	View view
	List string // the list where the message appears
	Root string // the thread, or ""
}

// Composer returns the composer below a list.
func (p page) Composer(list string) composer {
	c := composer{View: p.View, List: list}
	if list == threadList {
		c.Root = p.View.Root
	}
	return c
}

// page collects what a view shows.
func (c *Console) page(v view) page {
	s := c.since(v, -1)
	tab := "mabsbot"
	if !v.IsDirect() {
		tab = "#" + v.Channel
	}
	p := page{frame: c.frameOf(v, "/", tab, s), Examples: c.setup.examples, Earlier: s.earlier}
	for _, r := range newest(slices.DeleteFunc(s.rows, row.Dead), v.Root, s.earlier) {
		switch {
		case r.List == channelList:
			p.Rows = append(p.Rows, r)
		default:
			p.Replies = append(p.Replies, r)
		}
	}
	if m := c.look(v.Of); m != nil {
		p.Why = c.explain(v, m)
	}
	if v.Side() == panelSearch {
		p.Hits = c.find(v)
	}
	return p
}
