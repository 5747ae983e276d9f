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

// How each position of a walkthrough looks. Nothing here changes a walkthrough.

// liveReply returns the reply with the live buttons: the position of the
// walkthrough, below its introduction if it has just started.
func (v voice) liveReply(w Walkthrough) Reply {
	var blocks []Block
	if w.Intro {
		blocks = v.intro(w)
	}
	return v.reply(append(blocks, v.view(w)...)...)
}

// intro says which error was recognized, by what, and why it happens.
func (v voice) intro(w Walkthrough) []Block {
	blocks := []Block{heading(v.title(w)), {Kind: BlockQuote, Text: quoted(w.Evidence)}}
	if by := v.recognizedBy(w); by != "" {
		blocks = append(blocks, paragraph(v.text("recognized", "by", by)))
	}
	blocks = append(blocks, paragraph(v.entryText(w.Entry.Cause, w)))
	for _, a := range w.Tried {
		if q := findQuestion(w.Entry, a.Step); q != nil {
			if c := findChoice(q, a.Choice); c != nil {
				blocks = append(blocks, paragraph(v.text("told", "answer", v.entryText(c.Label, w))))
			}
		}
	}
	if len(w.Also) > 0 {
		blocks = append(blocks, paragraph(v.text("also", "titles", v.titles(w.Also))))
	}
	return blocks
}

// quoted returns the longest message or phrase of the paste that matched.
func quoted(all []match.Evidence) string {
	longest := ""
	for _, e := range all {
		if (e.Kind == match.EvidenceMessage || e.Kind == match.EvidencePhrase) && len(e.Text) > len(longest) {
			longest = e.Text
		}
	}
	longest = visible(longest)
	if open := strings.LastIndexByte(longest, '('); open >= 0 && !strings.Contains(longest[open:], ")") {
		longest = strings.TrimSpace(longest[:open]) // the start of "(ID: …)"
	}
	return shorten(longest, maxQuote)
}

// maxQuote limits a quote to about three lines of a chat window.
const maxQuote = 240

// shorten truncates s to a number of runes, with an ellipsis.
func shorten(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// visible returns foreign text as a single line of visible characters.
func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		if invisible(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return noBackquotes(strings.Join(strings.Fields(s), " "))
}

// recognizedBy lists the kinds of evidence, each once.
func (v voice) recognizedBy(w Walkthrough) string {
	var parts []string
	for _, code := range w.Codes {
		parts = append(parts, v.text("by_code", "code", codeLabel(code)))
	}
	for _, e := range w.Evidence {
		switch e.Kind {
		case match.EvidenceSymbol:
			parts = append(parts, v.text("by_symbol", "symbol", shorten(visible(e.Text), 80)))
		case match.EvidenceMessage:
			parts = append(parts, v.text("by_message"))
		case match.EvidencePhrase, match.EvidenceWords:
			parts = append(parts, v.text("by_words"))
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
		return strings.Join(once[:last], ", ") + v.text("and") + once[last]
	}
	return strings.Join(once, "")
}

func (v voice) titles(ids []string) string {
	var all []string
	for _, id := range ids {
		if e := v.rules.Base.Entry(id); e != nil {
			all = append(all, v.text("quoted", "title", v.entryText(e.Title, Walkthrough{})))
		}
	}
	return strings.Join(all, ", ")
}

// view shows the position of a walkthrough.
func (v voice) view(w Walkthrough) []Block {
	switch {
	case w.Status == StatusChoosing:
		return v.viewChoosing(w)
	case w.Status == StatusUnmatched:
		return v.viewUnmatched(w)
	case w.Status == StatusSolved:
		return v.viewFollowUp(w)
	case w.Status == StatusEscalated:
		return v.viewHandedOver(w)
	case w.At.Question != "":
		return v.viewQuestion(w, findQuestion(w.Entry, w.At.Question))
	case w.At.Slot != "":
		return v.viewSlot(w)
	case w.At.Step != "":
		return v.viewStep(w, findStep(w.Entry, w.At.Step))
	}
	return v.viewEnd(w)
}

// button returns a button for the position of the walkthrough.
func (v voice) button(w Walkthrough, a Action, choice, label string) LabeledButton {
	b := Button{Action: a, Step: w.At.buttonID(), Choice: choice}
	if w.Entry != nil {
		b.Entry, b.Revision = w.Entry.ID, cutBytes(w.Revision, 4)
	}
	return LabeledButton{Label: label, Button: b}
}

// startButton returns the button that starts the walkthrough of an entry.
func (v voice) startButton(e *kb.Entry, label string) LabeledButton {
	return LabeledButton{Label: label, Button: Button{Action: ActionStart, Entry: e.ID, Revision: cutBytes(e.Revision, 4)}}
}

func primary(c LabeledButton) LabeledButton { c.Primary = true; return c }

// navigation returns the buttons that every position has.
func (v voice) navigation(w Walkthrough) []LabeledButton {
	var row []LabeledButton
	if len(w.Path) > 0 {
		row = append(row, v.button(w, ActionBack, "", v.text("back")))
	}
	if len(w.Entry.Steps.Items) > 1 {
		row = append(row, v.button(w, ActionAll, "", v.text("all")))
	}
	if w.Private {
		row = append(row, v.button(w, ActionPublish, "", v.text("publish")))
	}
	if v.rules.Can.DirectMessages && !v.direct {
		row = append(row, v.button(w, ActionDirect, "", v.text("direct")))
	}
	return append(row, v.button(w, ActionPerson, "", v.text("person")))
}

func (v voice) viewQuestion(w Walkthrough, q *kb.Question) []Block {
	return append([]Block{ask(v.entryText(q.Text, w)), v.answers(w, q), choices(v.navigation(w)...)}, v.source(w))
}

func (v voice) answers(w Walkthrough, q *kb.Question) Block {
	var row []LabeledButton
	for _, c := range q.Choices {
		row = append(row, v.button(w, ActionAnswer, c.ID, v.entryText(c.Label, w)))
	}
	return choices(row...)
}

func (v voice) viewSlot(w Walkthrough) []Block {
	question := v.text("slot", "slot", w.At.Slot)
	for _, q := range w.Entry.Ask {
		if q.Slot == w.At.Slot && len(q.Choices) == 0 {
			question = v.entryText(q.Text, w)
		}
	}
	row := append([]LabeledButton{v.button(w, ActionSkip, "", v.text("skip"))}, v.navigation(w)...)
	return []Block{ask(question + "\n" + v.text("slot_hint")), choices(row...), v.source(w)}
}

func (v voice) viewStep(w Walkthrough, s *kb.Step) []Block {
	number, of := w.stepCount()
	head := v.text("step_untitled", "number", strconv.Itoa(number), "of", strconv.Itoa(of))
	if title := v.entryText(s.Title, w); title != "" {
		head = v.text("step", "number", strconv.Itoa(number), "of", strconv.Itoa(of), "title", title)
	}
	blocks := []Block{heading(head)}
	blocks = append(blocks, v.stepAction(w, s)...)
	if s.Ask != nil {
		row := append([]LabeledButton{v.button(w, ActionFixed, "", v.text("fixed"))}, v.navigation(w)...)
		return append(blocks, paragraph(v.entryText(s.Check, w)), ask(v.entryText(s.Ask.Text, w)), v.answers(w, s.Ask), choices(row...), v.source(w))
	}
	check := v.entryText(s.Check, w)
	if strings.TrimRight(check, locale.QuestionMarks) != check {
		blocks = append(blocks, ask(check))
	} else {
		blocks = append(blocks, paragraph(check), ask(v.text(checkText[w.outcome()])))
	}
	fixed, next := v.button(w, ActionFixed, "", v.text("fixed")), v.button(w, ActionNext, "", v.text(nextText[w.outcome()]))
	if w.outcome() == outcomeSequence {
		fixed, next = primary(next), fixed
	} else {
		fixed = primary(fixed)
	}
	return append(blocks, choices(append([]LabeledButton{fixed, next}, v.navigation(w)...)...), v.source(w))
}

// The texts of the "next" button of a step, and of the question before it.
var (
	nextText  = map[outcome]string{outcomeAlternative: "next_alternatives", outcomeSequence: "next_sequence", outcomeLast: "next_last"}
	checkText = map[outcome]string{outcomeAlternative: "check_alternatives", outcomeSequence: "check_sequence", outcomeLast: "check_last"}
)

// stepAction shows what to do in a step.
func (v voice) stepAction(w Walkthrough, s *kb.Step) []Block {
	blocks := []Block{{Kind: BlockWarning, Text: v.entryText(s.Risk, w)}, paragraph(v.entryText(s.Do, w)), v.table(s.Table, w)}
	if s.Path != "" {
		blocks = append(blocks, Block{Kind: BlockCopy, Text: fill(s.Path, w.Slots)})
	}
	if s.Command != nil {
		blocks = append(blocks, Block{Kind: BlockCopy, Shell: s.Command.Shell, Text: fillCommand(s.Command, w.Slots)})
	}
	if s.Link != nil {
		blocks = append(blocks, Block{Kind: BlockLink, Text: v.entryText(s.Link.Text, w), URL: s.Link.URL})
	}
	return blocks
}

func (v voice) table(rows [][]kb.Text, w Walkthrough) Block {
	b := Block{Kind: BlockTable}
	for _, row := range rows {
		var cells []string
		for _, cell := range row {
			cells = append(cells, v.entryText(cell, w))
		}
		b.Rows = append(b.Rows, cells)
	}
	return b
}

// viewEnd is shown when there is nothing left to try.
func (v voice) viewEnd(w Walkthrough) []Block {
	blocks := []Block{v.paragraph("nothing_left")}
	var row []LabeledButton
	if e := v.rules.Base.Entry(v.rules.Policy.Checks); e != nil && e.ID != w.Entry.ID {
		row = append(row, primary(v.startButton(e, v.text("checks"))))
	}
	row = append(row, v.button(w, ActionFixed, "", v.text("fixed")))
	for _, id := range w.Also {
		if e := v.rules.Base.Entry(id); e != nil {
			row = append(row, v.startButton(e, v.entryText(e.Title, w)))
		}
	}
	return append(blocks, choices(append(row, v.navigation(w)...)...), v.source(w))
}

// viewChoosing asks which of several errors it is.
func (v voice) viewChoosing(w Walkthrough) []Block {
	if w.Elsewhere != (Thread{}) {
		return v.viewRepeat(w)
	}
	question := v.text("choose")
	if len(w.Codes) == 1 {
		question = v.text("choose_code", "code", codeLabel(w.Codes[0]))
	}
	var row []LabeledButton
	for _, o := range w.Options {
		if e := v.rules.Base.Entry(o.Entry); e != nil {
			row = append(row, v.startButton(e, v.entryText(e.Title, Walkthrough{Slots: o.Slots})))
		}
	}
	row = append(row, LabeledButton{Label: v.text("choose_none"), Button: Button{Action: ActionOther}})
	return []Block{ask(question), choices(row...)}
}

// viewRepeat links to the earlier answer instead of repeating it.
func (v voice) viewRepeat(w Walkthrough) []Block {
	var blocks []Block
	for _, o := range w.Options {
		if e := v.rules.Base.Entry(o.Entry); e != nil {
			blocks = append(blocks,
				paragraph(v.text("repeat", "title", v.entryText(e.Title, Walkthrough{}))),
				Block{Kind: BlockThread, Text: v.text("repeat_link"), Thread: w.Elsewhere},
				choices(v.startButton(e, v.text("repeat_start"))))
		}
	}
	return blocks
}

// viewUnmatched says that nothing was recognized. It offers the nearest topics
// or the areas, and a way to a person.
func (v voice) viewUnmatched(w Walkthrough) []Block {
	person := v.button(w, ActionPerson, "", v.text("person"))
	var near []LabeledButton
	for _, o := range w.Options {
		if e := v.rules.Base.Entry(o.Entry); e != nil {
			near = append(near, v.startButton(e, v.entryText(e.Title, Walkthrough{})))
		}
	}
	query := visible(w.Text)
	switch {
	case len(near) > 0:
		return []Block{heading(v.text("no_match")), ask(v.text("no_match_near")), choices(append(near, person)...), v.paragraph("no_match_send")}
	case codeLike(query):
		return []Block{heading(v.text("no_code", "query", query)), ask(v.text("no_match_send")), choices(append(v.areas(), person)...)}
	}
	return []Block{heading(v.text("no_match")), ask(v.text("need_error")), choices(append(v.areas(), person)...)}
}

// codeLike reports whether the query is a single code or name.
func codeLike(query string) bool {
	return len(strings.Fields(query)) == 1 && len(query) <= 80 && strings.ContainsAny(query, "0123456789")
}

// source returns the small print with the source of the facts.
func (v voice) source(w Walkthrough) Block {
	revision := cutBytes(w.Revision, 4)
	for _, s := range w.Entry.Sources {
		name := cmp.Or(v.entryText(s.Text, w), s.URL)
		return Block{Kind: BlockContext, URL: s.URL, Text: v.text("source", "source", name, "entry", w.Entry.ID, "revision", revision)}
	}
	return smallPrint(v.text("source_plain", "entry", w.Entry.ID, "revision", revision))
}

// overview lists all steps, and where the sources disagree.
func (v voice) overview(w Walkthrough) []Block {
	order := "order_alternatives"
	if w.Entry.Steps.Order == kb.Sequence {
		order = "order_sequence"
	}
	list := Block{Kind: BlockSteps}
	for _, s := range w.Entry.Steps.Items {
		item := Item{Text: cmp.Or(v.entryText(s.Title, w), shorten(v.entryText(s.Do, w), 80))}
		switch {
		case s.ID == w.At.Step:
			item.State = ItemCurrent
		case slices.ContainsFunc(w.Tried, func(a Attempt) bool { return a.Step == s.ID }):
			item.State = ItemTried
		}
		list.Items = append(list.Items, item)
	}
	blocks := []Block{heading(v.text("all_steps", "title", v.title(w))), paragraph(v.text(order)), list}
	for _, n := range w.Entry.Notes {
		blocks = append(blocks, smallPrint(v.text("note", "note", v.entryText(n, w))))
	}
	return append(blocks, v.source(w))
}
