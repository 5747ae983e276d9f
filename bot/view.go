package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// What each position of a walkthrough looks like. Nothing here changes a
// walkthrough.

// live is the reply whose buttons hold: where the walkthrough stands, below
// its introduction if it began just there.
func (d *decision) live(w Walkthrough) Reply {
	var blocks []Block
	if w.Intro {
		blocks = d.intro(w)
	}
	return d.reply(append(blocks, d.view(w)...)...)
}

// reply makes a Reply of blocks, without the empty ones.
func (d *decision) reply(blocks ...Block) Reply {
	blocks = slices.DeleteFunc(blocks, func(b Block) bool {
		return b.Text == "" && len(b.Rows) == 0 && len(b.Items) == 0 && len(b.Buttons) == 0
	})
	return Reply{Lang: d.l.Lang, Blocks: blocks}
}

func heading(text string) Block              { return Block{Kind: BlockHeading, Text: text} }
func text(text string) Block                 { return Block{Kind: BlockText, Text: text} }
func ask(text string) Block                  { return Block{Kind: BlockQuestion, Text: text} }
func small(text string) Block                { return Block{Kind: BlockContext, Text: text} }
func choices(buttons ...LabeledButton) Block { return Block{Kind: BlockChoices, Buttons: buttons} }
func (d *decision) text(key string) Block    { return text(d.l.Text(key)) }

// in is a text of the entry in the language of the answer, slots filled in.
func (d *decision) in(t kb.Text, w Walkthrough) string {
	return strings.TrimSpace(fill(t.In(d.l.Lang, d.policy.Language, "en"), w.Slots))
}

// title of a walkthrough's entry, with the codes of the paste that it lacks.
func (d *decision) title(w Walkthrough) string {
	title := d.in(w.Entry.Title, w)
	for _, code := range w.Codes {
		if !strings.Contains(strings.ToLower(title), strings.ToLower(code)) {
			title += " · " + showCode(code)
		}
	}
	return title
}

// showCode writes a code as people know it: a decimal one is an ID.
func showCode(code string) string {
	if strings.Trim(code, "0123456789") == "" {
		return "ID " + code
	}
	return code
}

// intro says what was recognised, by what, and why it happens.
func (d *decision) intro(w Walkthrough) []Block {
	blocks := []Block{heading(d.title(w)), {Kind: BlockQuote, Text: quoted(w.Evidence)}}
	if by := d.recognisedBy(w); by != "" {
		blocks = append(blocks, text(d.l.Text("recognized", "by", by)))
	}
	blocks = append(blocks, text(d.in(w.Entry.Cause, w)))
	for _, a := range w.Tried {
		if q := findQuestion(w.Entry, a.Step); q != nil {
			if c := findChoice(q, a.Choice); c != nil {
				blocks = append(blocks, text(d.l.Text("told", "answer", d.in(c.Label, w))))
			}
		}
	}
	if len(w.Also) > 0 {
		blocks = append(blocks, text(d.l.Text("also", "titles", d.titles(w.Also))))
	}
	return blocks
}

// quoted is what of the paste matched: the longest message or wording.
func quoted(all []match.Evidence) string {
	longest := ""
	for _, e := range all {
		if (e.Kind == match.EvidenceMessage || e.Kind == match.EvidencePhrase) && len(e.Text) > len(longest) {
			longest = e.Text
		}
	}
	longest = visible(longest)
	if open := strings.LastIndexByte(longest, '('); open >= 0 && !strings.Contains(longest[open:], ")") {
		longest = strings.TrimSpace(longest[:open]) // the beginning of «(ID: …)»
	}
	return shorten(longest, quoteLength)
}

// quoteLength keeps a quote to about three lines of a chat window.
const quoteLength = 240

// shorten cuts at a rune, and says so.
func shorten(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// visible brings foreign text to one line of what one can see.
func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		if hidden(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return plain(strings.Join(strings.Fields(s), " "))
}

// recognisedBy lists the kinds of evidence, each once.
func (d *decision) recognisedBy(w Walkthrough) string {
	var parts []string
	for _, code := range w.Codes {
		parts = append(parts, d.l.Text("by_code", "code", showCode(code)))
	}
	for _, e := range w.Evidence {
		switch e.Kind {
		case match.EvidenceSymbol:
			parts = append(parts, d.l.Text("by_symbol", "symbol", shorten(visible(e.Text), 80)))
		case match.EvidenceMessage:
			parts = append(parts, d.l.Text("by_message"))
		case match.EvidencePhrase, match.EvidenceWords:
			parts = append(parts, d.l.Text("by_words"))
		}
	}
	var once []string
	for _, p := range parts {
		if !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	if len(once) > 1 {
		last := len(once) - 1
		return strings.Join(once[:last], ", ") + d.l.Text("and") + once[last]
	}
	return strings.Join(once, "")
}

func (d *decision) titles(ids []string) string {
	var all []string
	for _, id := range ids {
		if e := d.base.Entry(id); e != nil {
			all = append(all, d.l.Text("quoted", "title", d.in(e.Title, Walkthrough{})))
		}
	}
	return strings.Join(all, ", ")
}

// view is where a walkthrough stands.
func (d *decision) view(w Walkthrough) []Block {
	switch {
	case w.Status == StatusChoosing:
		return d.viewChoosing(w)
	case w.Status == StatusUnmatched:
		return d.viewUnmatched(w)
	case w.Status == StatusSolved:
		return d.viewFollowUp(w)
	case w.Status == StatusEscalated:
		return d.viewPerson(w)
	case w.At.Question != "":
		return d.viewQuestion(w, findQuestion(w.Entry, w.At.Question))
	case w.At.Slot != "":
		return d.viewSlot(w)
	case w.At.Step != "":
		return d.viewStep(w, findStep(w.Entry, w.At.Step))
	}
	return d.viewEnd(w)
}

// viewFollowUp asks whether a fix held.
func (d *decision) viewFollowUp(w Walkthrough) []Block {
	return []Block{
		ask(d.l.Text("follow_up", "title", d.title(w))),
		choices(primary(d.button(w, ActionStillSolved, "", d.l.Text("held"))), d.button(w, ActionCameBack, "", d.l.Text("again"))),
	}
}

// button makes a button that stands at the walkthrough's position.
func (d *decision) button(w Walkthrough, a Action, choice, label string) LabeledButton {
	b := Button{Action: a, Step: w.At.id(), Choice: choice}
	if w.Entry != nil {
		b.Entry, b.Revision = w.Entry.ID, cutBytes(w.Revision, 4)
	}
	return LabeledButton{Label: label, Button: b}
}

// startButton begins the walkthrough of another entry.
func (d *decision) startButton(e *kb.Entry, label string) LabeledButton {
	return LabeledButton{Label: label, Button: Button{Action: ActionStart, Entry: e.ID, Revision: cutBytes(e.Revision, 4)}}
}

func primary(c LabeledButton) LabeledButton { c.Primary = true; return c }

// navigation is the row of buttons that is there at every position.
func (d *decision) navigation(w Walkthrough) []LabeledButton {
	var row []LabeledButton
	if len(w.Path) > 0 {
		row = append(row, d.button(w, ActionBack, "", d.l.Text("back")))
	}
	if len(w.Entry.Steps.Items) > 1 {
		row = append(row, d.button(w, ActionAll, "", d.l.Text("all")))
	}
	if w.Private {
		row = append(row, d.button(w, ActionPublish, "", d.l.Text("publish")))
	}
	if d.can.DirectMessages && !d.head.Direct {
		row = append(row, d.button(w, ActionDirect, "", d.l.Text("direct")))
	}
	return append(row, d.button(w, ActionPerson, "", d.l.Text("person")))
}

func (d *decision) viewQuestion(w Walkthrough, q *kb.Question) []Block {
	return append([]Block{ask(d.in(q.Text, w)), d.answers(w, q), choices(d.navigation(w)...)}, d.source(w))
}

func (d *decision) answers(w Walkthrough, q *kb.Question) Block {
	var row []LabeledButton
	for _, c := range q.Choices {
		row = append(row, d.button(w, ActionAnswer, c.ID, d.in(c.Label, w)))
	}
	return choices(row...)
}

func (d *decision) viewSlot(w Walkthrough) []Block {
	question := d.l.Text("slot", "slot", w.At.Slot)
	for _, q := range w.Entry.Ask {
		if q.Slot == w.At.Slot && len(q.Choices) == 0 {
			question = d.in(q.Text, w)
		}
	}
	row := append([]LabeledButton{d.button(w, ActionSkip, "", d.l.Text("skip"))}, d.navigation(w)...)
	return []Block{ask(question + "\n" + d.l.Text("slot_hint")), choices(row...), d.source(w)}
}

func (d *decision) viewStep(w Walkthrough, s *kb.Step) []Block {
	number, of := w.count()
	head := d.l.Text("step_untitled", "number", strconv.Itoa(number), "of", strconv.Itoa(of))
	if title := d.in(s.Title, w); title != "" {
		head = d.l.Text("step", "number", strconv.Itoa(number), "of", strconv.Itoa(of), "title", title)
	}
	blocks := []Block{heading(head)}
	blocks = append(blocks, d.action(w, s)...)
	if s.Ask != nil {
		row := append([]LabeledButton{d.button(w, ActionFixed, "", d.l.Text("fixed"))}, d.navigation(w)...)
		return append(blocks, text(d.in(s.Check, w)), ask(d.in(s.Ask.Text, w)), d.answers(w, s.Ask), choices(row...), d.source(w))
	}
	check := d.in(s.Check, w)
	if strings.TrimRight(check, locale.QuestionMarks) != check {
		blocks = append(blocks, ask(check))
	} else {
		blocks = append(blocks, text(check), ask(d.l.Text(d.checkKey(w))))
	}
	fixed, next := d.button(w, ActionFixed, "", d.l.Text("fixed")), d.button(w, ActionNext, "", d.l.Text(d.nextKey(w)))
	if d.nextKey(w) == "next_sequence" {
		fixed, next = primary(next), fixed
	} else {
		fixed = primary(fixed)
	}
	return append(blocks, choices(append([]LabeledButton{fixed, next}, d.navigation(w)...)...), d.source(w))
}

// nextKey names what «next» means at the present step: that it did not help,
// that it is done, or that nothing helped.
func (d *decision) nextKey(w Walkthrough) string {
	switch {
	case stepAfter(w.Entry, w.At.Step) == Position{}:
		return "next_last"
	case w.Entry.Steps.Order == kb.Sequence:
		return "next_sequence"
	}
	return "next_alternatives"
}

func (d *decision) checkKey(w Walkthrough) string {
	return strings.Replace(d.nextKey(w), "next_", "check_", 1)
}

// action is what a step says to do.
func (d *decision) action(w Walkthrough, s *kb.Step) []Block {
	blocks := []Block{{Kind: BlockWarning, Text: d.in(s.Risk, w)}, text(d.in(s.Do, w)), d.table(s.Table, w)}
	if s.Path != "" {
		blocks = append(blocks, Block{Kind: BlockCopy, Text: fill(s.Path, w.Slots)})
	}
	if s.Command != nil {
		blocks = append(blocks, Block{Kind: BlockCopy, Shell: s.Command.Shell, Text: fillCommand(s.Command, w.Slots)})
	}
	if s.Link != nil {
		blocks = append(blocks, Block{Kind: BlockLink, Text: d.in(s.Link.Text, w), URL: s.Link.URL})
	}
	return blocks
}

func (d *decision) table(rows [][]kb.Text, w Walkthrough) Block {
	b := Block{Kind: BlockTable}
	for _, row := range rows {
		var cells []string
		for _, cell := range row {
			cells = append(cells, d.in(cell, w))
		}
		b.Rows = append(b.Rows, cells)
	}
	return b
}

// viewEnd is shown when nothing is left to try.
func (d *decision) viewEnd(w Walkthrough) []Block {
	blocks := []Block{d.text("nothing_left")}
	var row []LabeledButton
	if e := d.base.Entry(d.policy.Checks); e != nil && e.ID != w.Entry.ID {
		row = append(row, primary(d.startButton(e, d.l.Text("checks"))))
	}
	row = append(row, d.button(w, ActionFixed, "", d.l.Text("fixed")))
	for _, id := range w.Also {
		if e := d.base.Entry(id); e != nil {
			row = append(row, d.startButton(e, d.in(e.Title, w)))
		}
	}
	return append(blocks, choices(append(row, d.navigation(w)...)...), d.source(w))
}

// viewChoosing asks which of several errors it is.
func (d *decision) viewChoosing(w Walkthrough) []Block {
	if w.Elsewhere != (Thread{}) {
		return d.viewRepeat(w)
	}
	question := d.l.Text("choose")
	if len(w.Codes) == 1 {
		question = d.l.Text("choose_code", "code", showCode(w.Codes[0]))
	}
	var row []LabeledButton
	for _, o := range w.Options {
		if e := d.base.Entry(o.Entry); e != nil {
			row = append(row, d.startButton(e, d.in(e.Title, Walkthrough{Slots: o.Slots})))
		}
	}
	row = append(row, LabeledButton{Label: d.l.Text("choose_none"), Button: Button{Action: ActionOther}})
	return []Block{ask(question), choices(row...)}
}

// viewRepeat links to the first answer instead of giving it again.
func (d *decision) viewRepeat(w Walkthrough) []Block {
	var blocks []Block
	for _, o := range w.Options {
		if e := d.base.Entry(o.Entry); e != nil {
			blocks = append(blocks,
				text(d.l.Text("repeat", "title", d.in(e.Title, Walkthrough{}))),
				Block{Kind: BlockThread, Text: d.l.Text("repeat_link"), Thread: w.Elsewhere},
				choices(d.startButton(e, d.l.Text("repeat_start"))))
		}
	}
	return blocks
}

// viewUnmatched says honestly that nothing was recognised, with the nearest
// topics and a way to a person.
func (d *decision) viewUnmatched(w Walkthrough) []Block {
	person := d.button(w, ActionPerson, "", d.l.Text("person"))
	var near []LabeledButton
	for _, o := range w.Options {
		if e := d.base.Entry(o.Entry); e != nil {
			near = append(near, d.startButton(e, d.in(e.Title, Walkthrough{})))
		}
	}
	query := visible(w.Text)
	switch {
	case len(near) > 0:
		return []Block{heading(d.l.Text("no_match")), ask(d.l.Text("no_match_near")), choices(append(near, person)...), d.text("no_match_send")}
	case codeLike(query):
		return []Block{heading(d.l.Text("no_code", "query", query)), ask(d.l.Text("no_match_send")), choices(append(d.areas(), person)...)}
	}
	return []Block{heading(d.l.Text("no_match")), ask(d.l.Text("need_error")), choices(append(d.areas(), person)...)}
}

// codeLike reports whether somebody asked for one code or name.
func codeLike(query string) bool {
	return len(strings.Fields(query)) == 1 && len(query) <= 80 && strings.ContainsAny(query, "0123456789")
}

// source is the small print: where the facts come from.
func (d *decision) source(w Walkthrough) Block {
	revision := cutBytes(w.Revision, 4)
	for _, s := range w.Entry.Sources {
		name := cmp.Or(d.in(s.Text, w), s.URL)
		return Block{Kind: BlockContext, URL: s.URL, Text: d.l.Text("source", "source", name, "entry", w.Entry.ID, "revision", revision)}
	}
	return small(d.l.Text("source_plain", "entry", w.Entry.ID, "revision", revision))
}

// overview lists all steps, and what the sources disagree on.
func (d *decision) overview(w Walkthrough) Reply {
	order := "order_alternatives"
	if w.Entry.Steps.Order == kb.Sequence {
		order = "order_sequence"
	}
	list := Block{Kind: BlockSteps}
	for _, s := range w.Entry.Steps.Items {
		item := Item{Text: cmp.Or(d.in(s.Title, w), shorten(d.in(s.Do, w), 80))}
		switch {
		case s.ID == w.At.Step:
			item.State = ItemCurrent
		case slices.ContainsFunc(w.Tried, func(a Attempt) bool { return a.Step == s.ID }):
			item.State = ItemTried
		}
		list.Items = append(list.Items, item)
	}
	blocks := []Block{heading(d.l.Text("all_steps", "title", d.title(w))), d.text(order), list}
	for _, n := range w.Entry.Notes {
		blocks = append(blocks, small(d.l.Text("note", "note", d.in(n, w))))
	}
	return d.reply(append(blocks, d.source(w))...)
}
