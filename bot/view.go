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
	blocks := []Block{heading(v.title(w)), {Kind: BlockQuote, Text: w.quoted()}}
	if by := v.recognizedBy(w); by != "" {
		blocks = append(blocks, paragraph(v.text("recognized", "by", by)))
	}
	blocks = append(blocks, paragraph(v.cause(w)))
	for _, a := range w.Tried {
		if q := findQuestion(w.Entry, a.Step); q != nil {
			if c := findChoice(q, a.Choice); c != nil {
				blocks = append(blocks, paragraph(v.text("told", "answer", v.entryText(c.Label, w))))
			}
		}
	}
	return append(blocks, v.otherErrors(w)...)
}

// cause returns why the error happens: what holds for everybody, and what the
// paste shows.
func (v voice) cause(w Walkthrough) string {
	var said []string
	for _, s := range w.Entry.Cause {
		if w.shows(s.If) {
			said = append(said, v.entryText(s.Text, w))
		}
	}
	return strings.Join(said, " ")
}

// otherErrors names the other errors of the paste, and those that were left for
// this one. Only an entry can say that an error follows from its own.
func (v voice) otherErrors(w Walkthrough) []Block {
	var blocks []Block
	var follow, more []string
	for _, id := range w.Also {
		if slices.Contains(w.Entry.Causes, id) {
			follow = append(follow, id)
		} else {
			more = append(more, id)
		}
	}
	for _, list := range []struct {
		text string
		ids  []string
	}{{"follows", follow}, {"also", more}, {"left_open", w.Open}} {
		if titles := v.titles(list.ids); titles != "" {
			blocks = append(blocks, paragraph(v.text(list.text, "titles", titles)))
		}
	}
	return blocks
}

// quoted returns the sentence of the paste with the longest message or phrase
// that matched. A single word is no reason that means anything to a reader.
func (w *Walkthrough) quoted() string {
	var longest match.Evidence
	for _, e := range w.Evidence {
		if (e.Kind == match.EvidenceMessage || e.Kind == match.EvidencePhrase) && len(e.Text) > len(longest.Text) {
			longest = e
		}
	}
	if len(strings.Fields(longest.Text)) < 2 {
		return ""
	}
	quote := longest.Text
	if longest.Start >= 0 && longest.Start <= longest.End && longest.End <= len(w.Text) && w.Text[longest.Start:longest.End] == quote {
		quote = sentenceAround(w.Text, longest.Start, longest.End)
	}
	quote = visible(quote)
	if open := strings.LastIndexByte(quote, '('); open >= 0 && !strings.Contains(quote[open:], ")") {
		quote = strings.TrimSpace(quote[:open]) // the start of "(ID: …)"
	}
	return shorten(quote, maxQuote)
}

// maxAround is how many bytes of a sentence on each side of a span are quoted.
// In a longer one the span is quoted alone.
const maxAround = 120

// sentenceAround widens a span of a text to its sentence.
func sentenceAround(text string, start, end int) string {
	before, quotes := text[:start], false
	if i := strings.LastIndexAny(before, "\r\n"); i >= 0 {
		before = before[i+1:]
	}
	for _, mark := range sentenceMarks {
		if i := strings.LastIndex(before, mark+" "); i >= 0 {
			before = before[i+len(mark)+1:]
		}
	}
	if i := strings.LastIndexAny(before, "`\"'“‘«"); i == 0 || i > 0 && before[i-1] == ' ' {
		_, size := utf8.DecodeRuneInString(before[i:])
		before = before[i+size:] // what a person quotes
		quotes = true
	}
	after := text[end:]
	if i := strings.IndexAny(after, "\r\n"); i >= 0 {
		after = after[:i]
	}
	if i := strings.IndexAny(after, "`\"'”’»"); quotes && i >= 0 {
		after = after[:i]
	}
	if !endsSentence(text[start:end]) {
		for _, mark := range sentenceMarks {
			if i := strings.Index(after+" ", mark+" "); i >= 0 {
				after = after[:i]
			}
		}
	} else {
		after = ""
	}
	if len(before) > maxAround {
		before = ""
	}
	if len(after) > maxAround {
		after = ""
	}
	return strings.TrimSpace(before + text[start:end] + after)
}

// sentenceMarks end a sentence, or introduce what is quoted, before a space.
var sentenceMarks = []string{".", "!", "?", ":", ";", "。"}

func endsSentence(s string) bool {
	return slices.ContainsFunc(sentenceMarks, func(mark string) bool { return strings.HasSuffix(s, mark) })
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
			if len(strings.Fields(e.Text)) > 1 {
				parts = append(parts, v.text("by_message"))
			} else if len(w.Codes) == 0 {
				parts = append(parts, v.text("by_words"))
			}
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
	if steps := w.Entry.Steps.Items; len(steps) > 1 || len(steps) == 1 && len(steps[0].Chain) > 0 {
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
	head := v.progress(w)
	if title := v.entryText(s.Title, w); title != "" {
		head = v.text("step", "progress", head, "title", title)
	}
	blocks := append([]Block{heading(head), v.chainBegins(w)}, v.stepAction(w, s)...)
	if s.Ask != nil {
		var row []LabeledButton
		if !w.inMidChain() {
			row = append(row, v.button(w, ActionFixed, "", v.text("fixed")))
		}
		row = append(row, v.navigation(w)...)
		return append(blocks, paragraph(v.entryText(s.Check, w)), ask(v.entryText(s.Ask.Text, w)), v.answers(w, s.Ask), choices(row...), v.source(w))
	}
	check := v.entryText(s.Check, w)
	if strings.TrimRight(check, locale.QuestionMarks) != check {
		blocks = append(blocks, ask(check))
	} else {
		blocks = append(blocks, paragraph(check), ask(v.text(checkText[w.prompt()])))
	}
	return append(blocks, choices(append(v.results(w), v.navigation(w)...)...), v.source(w))
}

// progress returns the number of the current step, and of its part in a chain.
func (v voice) progress(w Walkthrough) string {
	number, of := w.stepCount()
	if chain, part := w.chain(); chain != nil {
		return v.text("step_part", "number", strconv.Itoa(number), "of", strconv.Itoa(of), "part", strconv.Itoa(part+1), "parts", strconv.Itoa(len(chain.Chain)))
	}
	return v.text("step_untitled", "number", strconv.Itoa(number), "of", strconv.Itoa(of))
}

// chainBegins introduces a chain at the first of its steps that is shown.
func (v voice) chainBegins(w Walkthrough) Block {
	chain, _ := w.chain()
	if chain == nil {
		return Block{}
	}
	for _, at := range w.Path {
		if at.Step != "" && at.Slot == "" && at.Step != w.At.Step && sameRun(w.Entry, at.Step, w.At.Step) {
			return Block{}
		}
	}
	return paragraph(v.text("chain_begins", "title", v.entryText(chain.Title, w), "parts", strconv.Itoa(len(chain.Chain))))
}

// results returns the buttons for the outcome of the current step.
func (v voice) results(w Walkthrough) []LabeledButton {
	fixed, next := v.button(w, ActionFixed, "", v.text("fixed")), v.button(w, ActionNext, "", v.text(nextText[w.prompt()]))
	row := []LabeledButton{primary(fixed), next}
	switch {
	case w.inMidChain():
		row = []LabeledButton{primary(next)}
	case w.prompt() == promptDone:
		row = []LabeledButton{primary(next), fixed}
	}
	if w.inChain() {
		row = append(row, v.button(w, ActionCannot, "", v.text("cannot")))
	}
	return row
}

// The texts of the "next" button of a step, and of the question before it.
var (
	nextText  = map[prompt]string{promptFixed: "next_alternatives", promptDone: "next_sequence", promptLast: "next_last"}
	checkText = map[prompt]string{promptFixed: "check_alternatives", promptDone: "check_sequence", promptLast: "check_last"}
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
	row = append(row, v.otherButtons(w)...)
	return append(blocks, choices(append(row, v.navigation(w)...)...), v.source(w))
}

// viewChoosing asks which of several errors it is.
func (v voice) viewChoosing(w Walkthrough) []Block {
	if w.Elsewhere != (Thread{}) {
		return v.viewRepeat(w)
	}
	if e, one := v.onlyOption(w); one {
		title := v.text("quoted", "title", v.entryText(e.Title, Walkthrough{Slots: w.Options[0].Slots}))
		return []Block{ask(v.text("choose_one", "title", title)), choices(
			primary(v.startButton(e, v.text("is_this"))),
			LabeledButton{Label: v.text("is_not"), Button: Button{Action: ActionOther}})}
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

// onlyOption returns the only entry that is offered, if there is just one.
func (v voice) onlyOption(w Walkthrough) (*kb.Entry, bool) {
	if len(w.Options) != 1 {
		return nil, false
	}
	e := v.rules.Base.Entry(w.Options[0].Entry)
	return e, e != nil
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

// viewUnmatched says that nothing was recognized, and names the code that is
// unknown. It offers the nearest topics, the areas and a way to a person. In a
// channel, the nearest topics are enough.
func (v voice) viewUnmatched(w Walkthrough) []Block {
	var near []LabeledButton
	for _, o := range w.Options {
		if e := v.rules.Base.Entry(o.Entry); e != nil {
			near = append(near, v.startButton(e, v.entryText(e.Title, Walkthrough{})))
		}
	}
	query := visible(w.Text)
	code, unknown := v.unknownCode(query)
	blocks, send := []Block{heading(v.text("no_match"))}, "no_match_send"
	switch {
	case unknown:
		blocks[0], send = heading(v.text("no_code", "query", code)), "no_code_send"
	case len(near) > 0 && len(strings.Fields(query)) == 1:
		blocks[0] = heading(v.text("one_word", "query", shorten(query, 40)))
	}
	person := v.button(w, ActionPerson, "", v.text("person"))
	if len(near) > 0 {
		blocks = append(blocks, ask(v.text("no_match_near")))
		if !v.direct {
			return append(blocks, choices(append(near, person)...), v.paragraph(send))
		}
		return append(blocks, choices(near...), v.paragraph(send), choices(append(v.areas(), person)...))
	}
	if !unknown {
		send = "need_error"
	}
	return append(blocks, ask(v.text(send)), choices(append(v.areas(), person)...))
}

// unknownCode returns the code that a text names, if no entry has it.
func (v voice) unknownCode(text string) (code string, unknown bool) {
	code, named := match.NamedCode(text, isFew(text))
	if !named && codeLike(text) {
		return text, true
	}
	return code, named && !hasEvidence(v.rules.Base.Lookup(code), match.EvidenceCode)
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
	list, others := v.allSteps(w)
	blocks := []Block{heading(v.text("all_steps", "title", v.title(w))), paragraph(v.text(order)), list}
	if len(others) > 0 {
		blocks = append(blocks, smallPrint(v.text("all_others", "titles", strings.Join(others, " · "))))
	}
	for _, n := range w.Entry.Notes {
		blocks = append(blocks, smallPrint(v.text("note", "note", v.entryText(n, w))))
	}
	return append(blocks, v.source(w))
}

// allSteps returns the steps on the path of the walkthrough, numbered as in
// their headings, and the titles of the others.
func (v voice) allSteps(w Walkthrough) (list Block, others []string) {
	items := w.Entry.Steps.Items
	passed, rest := w.way()
	way := append(passed, rest...)
	for i := range items {
		switch {
		case slices.Contains(way, i):
		case len(passed)+len(rest) == 0 || w.At.Question != "" && len(passed) == 0:
			way = append(way, i)
		default:
			others = append(others, v.stepTitle(w, &items[i]))
		}
	}
	chains := slices.ContainsFunc(items, func(s kb.Step) bool { return len(s.Chain) > 0 })
	list.Kind = BlockSteps
	add := func(s *kb.Step, state ItemState, number string) {
		if !chains {
			number = ""
		}
		list.Items = append(list.Items, Item{Text: v.stepTitle(w, s), State: state, Number: number})
	}
	for n, i := range way {
		number := strconv.Itoa(n + 1)
		if len(items[i].Chain) == 0 {
			add(&items[i], w.stateOf(items[i].ID), number)
			continue
		}
		add(&items[i], "", number)
		for part := range items[i].Chain {
			s := &items[i].Chain[part]
			add(s, w.stateOf(s.ID), number+"."+strconv.Itoa(part+1))
		}
	}
	return list, others
}

// stateOf returns the state of a step in the list of all steps.
func (w *Walkthrough) stateOf(id string) ItemState {
	switch {
	case id == w.At.Step:
		return ItemCurrent
	case w.carriedOut(id):
		return ItemTried
	}
	return ""
}

func (v voice) stepTitle(w Walkthrough, s *kb.Step) string {
	return cmp.Or(v.entryText(s.Title, w), shorten(v.entryText(s.Do, w), 80))
}
