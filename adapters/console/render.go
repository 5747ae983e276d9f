package console

import (
	"embed"
	"fmt"
	"html/template"
	"net/url"
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
		"in":      func(t interface{ In(langs ...string) string }, lang string) string { return t.In(lang, english) },
		"spans":   spans,
		"blank":   blank,
		"letters": letters,
		"initial": initial,
		"percent": func(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) },
		"clock":   func(at time.Time) string { return at.Local().Format("15:04") },
		"stamp":   func(at time.Time) string { return at.Format(time.RFC3339) },
	}
}

// A span is a piece of text with its own style.
type span struct {
	Text string
	Kind string // "" means plain
}

// spans splits a text of the bot into plain text and `code spans`. An unpaired
// backquote is a literal backquote.
func spans(text string) []span {
	var all []span
	for {
		before, rest, open := strings.Cut(text, "`")
		code, after, closed := strings.Cut(rest, "`")
		if !open || !closed {
			return append(all, span{Text: text})
		}
		if before != "" {
			all = append(all, span{Text: before})
		}
		all = append(all, span{code, "code"})
		text = after
	}
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
	Shadow  bool                    // it was recorded and never posted
	Link    func(bot.Thread) string // returns the address of another thread, or "" if this user cannot see it
}

// answers summarize the thread under a message as one user sees it.
type answers struct {
	Count  int
	Bot    bool      // one of them is by the bot
	Last   time.Time // when the last one was written
	Latest string    // ID of the last one by someone other than the user
}

// Bot reports whether the bot wrote the message.
func (r row) Bot() bool { return r.User == "" }

// Mine reports whether the user may edit and delete the message.
func (r row) Mine() bool { return r.User == r.View.User.ID && !r.Command && !r.Gone }

// Explicable reports whether the message has a page of match evidence.
func (r row) Explicable() bool { return r.explicable() }

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

// Look returns the class of a button: "main" for the primary one, "quiet" for
// those that every step has.
func (b block) Look(c bot.LabeledButton) string {
	switch c.Button.Action {
	case bot.ActionAll, bot.ActionBack, bot.ActionDirect, bot.ActionPublish, bot.ActionPerson:
		return "quiet"
	}
	if c.Primary {
		return "main"
	}
	return ""
}

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

// A page is everything that one user sees.
type page struct {
	View     view
	Users    []bot.User
	Channels []string
	Examples []example
	Rows     []row // of the channel
	Replies  []row // of the open thread, its root first
	Latest   map[string]string
	Since    string // where a stream continues after this page
	Why      *explanation
}

// DirectChannel returns the user's conversation with the bot.
func (p page) DirectChannel() string { return directChannel(p.View.User.ID) }

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
	p := page{
		View: v, Users: c.setup.users, Channels: c.setup.channels, Examples: c.setup.examples,
		Latest: s.latest, Since: s.id(),
	}
	for _, r := range s.rows {
		switch {
		case r.Dead():
		case r.List == channelList:
			p.Rows = append(p.Rows, r)
		default:
			p.Replies = append(p.Replies, r)
		}
	}
	if m := c.look(v.Of); m != nil {
		p.Why = c.explain(v, m)
	}
	return p
}

// A state is the part of the workspace that a view shows, limited to what
// changed since an earlier state.
type state struct {
	rows   []row             // including rows that are gone
	latest map[string]string // by channel: the last message by someone else
	stamp  string
	seq    int
}

// id identifies the state, so that a stream can continue from it.
func (s state) id() string { return fmt.Sprintf("%s.%d", s.stamp, s.seq) }

// since collects what changed after seq; -1 collects everything.
func (c *Console) since(v view, seq int) state {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s := state{latest: map[string]string{}, stamp: c.stamp, seq: c.ws.seq}
	under := map[string]answers{}
	for _, m := range c.ws.messages {
		if !m.visible(v.User.ID) || m.Gone {
			continue
		}
		if m.User != v.User.ID {
			s.latest[m.Channel] = m.ID
		}
		if m.Root != "" {
			under[m.Root] = under[m.Root].plus(m, v.User.ID)
		}
	}
	for _, m := range c.ws.messages {
		if m.changed <= seq || m.Channel != v.Channel || !m.visible(v.User.ID) {
			continue
		}
		r := row{message: new(*m), View: v, From: c.setup.user(m.User), Answers: under[m.ID], Link: c.linker(v, c.ws.name)}
		if m.Root == "" {
			r.List = channelList
			s.rows = append(s.rows, r)
		}
		if v.Root != "" && (m.ID == v.Root || m.Root == v.Root) {
			r.List = threadList
			s.rows = append(s.rows, r)
		}
	}
	return s
}

func (a answers) plus(m *message, viewer string) answers {
	a.Count++
	a.Bot = a.Bot || m.User == ""
	a.Last = m.At
	if m.User != viewer {
		a.Latest = m.ID
	}
	return a
}

// linker returns a function that returns the address of a thread of the
// workspace.
func (c *Console) linker(v view, name string) func(bot.Thread) string {
	return func(t bot.Thread) string {
		if t.Adapter != adapterName || t.Workspace != name || !c.open(v.User.ID, t.Channel, t.Root) {
			return ""
		}
		return v.In(t.Channel).Thread(t.Root).URL()
	}
}
