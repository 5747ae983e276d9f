package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// How each position of a walkthrough looks. Nothing here changes a walkthrough.

// liveReply returns the reply with the live buttons: the position of the
// walkthrough, below its introduction if it has just started.
func (v voice) liveReply(w Walkthrough) Reply {
	return v.introduced(w, v.view(w)...)
}

// introduced returns a reply of blocks, between the introduction of the
// walkthrough and its source, with its age, if it has just started.
func (v voice) introduced(w Walkthrough, blocks ...Block) Reply {
	if w.Intro && w.Entry != nil {
		blocks = append(append(v.intro(w), blocks...), v.source(w), v.due(w))
	}
	return v.reply(blocks...)
}

// view shows the position of a walkthrough.
func (v voice) view(w Walkthrough) []Block {
	switch {
	case w.Status == StatusChoosing:
		return v.viewChoosing(w)
	case w.Status == StatusProposed:
		return []Block{v.paragraph("proposed")}
	case w.Status == StatusUnmatched && w.Proposal > 0:
		return v.viewRejected(w)
	case w.Status == StatusUnmatched:
		return v.viewUnmatched(w)
	case w.Status == StatusSolved:
		return v.viewFollowUp(w)
	case w.Status == StatusEscalated:
		return v.viewHandedOver(w)
	case w.At.Question != "":
		return v.viewQuestion(w, w.question())
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
func more(c LabeledButton) LabeledButton    { c.More = true; return c }

// navigation returns the buttons that every position has. They are seldom
// pressed.
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
	return mapped(append(row, v.button(w, ActionPerson, "", v.text("person"))), more)
}

func (v voice) viewQuestion(w Walkthrough, q *kb.Question) []Block {
	row := v.answers(w, q)
	if v.offersCollector(w) {
		row = append(row, v.button(w, ActionCollect, "", v.text("collect")))
	}
	return []Block{ask(v.entryText(q.Text, w)), choices(append(row, v.navigation(w)...)...)}
}

func (v voice) answers(w Walkthrough, q *kb.Question) []LabeledButton {
	var row []LabeledButton
	for _, c := range q.Choices {
		row = append(row, v.button(w, ActionAnswer, c.ID, v.entryText(c.Label, w)))
	}
	return row
}

func (v voice) viewSlot(w Walkthrough) []Block {
	question := v.text("slot", "slot", v.slotLabel(w.At.Slot))
	for _, q := range w.Entry.Ask {
		if q.Slot == w.At.Slot && len(q.Choices) == 0 {
			question = v.entryText(q.Text, w)
		}
	}
	row := append([]LabeledButton{v.button(w, ActionSkip, "", v.text("skip"))}, v.navigation(w)...)
	return []Block{ask(question + "\n" + v.text("slot_hint")), choices(row...)}
}

func (v voice) viewStep(w Walkthrough, s *kb.Step) []Block {
	blocks := append([]Block{heading(v.entryText(s.Title, w)), v.progress(w), v.helped(w), v.chainBegins(w)}, v.stepAction(w, s)...)
	check := v.entryText(s.Check, w)
	if q := w.stepAsks(s); q != nil {
		row := v.answers(w, q)
		if !w.inMidChain() {
			row = append(row, more(v.button(w, ActionFixed, "", v.text("fixed"))))
		}
		row = append(row, v.navigation(w)...)
		return append(blocks, v.check(check), ask(v.entryText(q.Text, w)), choices(row...))
	}
	if strings.TrimRight(check, locale.QuestionMarks) != check {
		blocks = append(blocks, ask(check))
	} else {
		blocks = append(blocks, v.check(check), ask(v.text(checkText[w.prompt()])))
	}
	return append(blocks, choices(append(v.results(w), v.navigation(w)...)...))
}

// check says what to see after a step.
func (v voice) check(text string) Block {
	return Block{Kind: BlockCheck, Label: v.text("check"), Text: text}
}

// progress returns the number of the current step, and of its part in a chain.
func (v voice) progress(w Walkthrough) Block {
	number, of := w.stepCount()
	text := v.text("progress", "number", strconv.Itoa(number), "of", strconv.Itoa(of))
	if chain, part, parts := w.chain(); chain != nil {
		text = v.text("progress_part", "number", strconv.Itoa(number), "of", strconv.Itoa(of), "part", strconv.Itoa(part+1), "parts", strconv.Itoa(parts))
	}
	return Block{Kind: BlockProgress, Text: text, Number: number, Of: of}
}

// stepNumber returns the number of the current step as in the list of all
// steps, such as 4 or, in a chain, 4.1.
func (w *Walkthrough) stepNumber() string {
	number, _ := w.stepCount()
	if chain, part, _ := w.chain(); chain != nil {
		return strconv.Itoa(number) + "." + strconv.Itoa(part+1)
	}
	return strconv.Itoa(number)
}

// chainBegins introduces a chain at the first of its steps that is shown.
func (v voice) chainBegins(w Walkthrough) Block {
	chain, _, parts := w.chain()
	if chain == nil {
		return Block{}
	}
	for _, at := range w.Path {
		if at.Step != "" && at.Slot == "" && at.Step != w.At.Step && sameRun(w.Entry, at.Step, w.At.Step) {
			return Block{}
		}
	}
	return paragraph(v.text("chain_begins", "title", v.entryText(chain.Title, w), "parts", strconv.Itoa(parts)))
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
	do := s.Do.In(v.locale.Lang, v.rules.Policy.Language, locale.English)
	blocks := []Block{{Kind: BlockWarning, Text: v.entryText(s.Risk, w)}, paragraph(strings.TrimSpace(fillProse(do, w.Slots))), v.table(s.Table, w)}
	if s.Path != "" {
		blocks = append(blocks, Block{Kind: BlockCopy, Text: fill(s.Path, w.Slots)})
	}
	if s.Command != nil {
		blocks = append(blocks, Block{Kind: BlockCopy, Shell: s.Command.Shell, Text: fillCommand(s.Command, w.Slots)})
	}
	if left := holes(s, w.Slots); len(left) > 0 {
		blocks = append(blocks, paragraph(v.text("fill_in", "names", strings.Join(left, ", "))))
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
	var row []LabeledButton
	if e := v.rules.Base.Entry(v.rules.Policy.Checks); e != nil && e.ID != w.Entry.ID {
		row = append(row, primary(v.startButton(e, v.text("checks"))))
	}
	row = append(row, v.button(w, ActionPerson, "", v.text("person")), v.button(w, ActionFixed, "", v.text("fixed")))
	isPerson := func(c LabeledButton) bool { return c.Button.Action == ActionPerson }
	row = append(row, slices.DeleteFunc(v.navigation(w), isPerson)...)
	blocks := []Block{v.paragraph("nothing_left"), choices(row...)}
	if more := v.otherButtons(w); len(more) > 0 {
		blocks = append(blocks, v.paragraph("solved_more"), choices(more...))
	}
	return blocks
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
				paragraph(v.text("repeat", "title", v.text("quoted", "title", v.entryText(e.Title, Walkthrough{Slots: usable(o.Slots)})))),
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
		blocks[0], send = heading(v.text("no_code", "query", v.quote(code))), "no_code_send"
	case len(near) > 0 && len(strings.Fields(query)) == 1:
		blocks[0] = heading(v.text("one_word", "query", shorten(v.quote(query), 40)))
	}
	if w.Unread != "" && !unknown {
		return []Block{v.paragraph(unreadTexts[w.Unread])}
	}
	if looked := v.looked(w); looked != "" && !unknown {
		blocks[0] = heading(looked)
	}
	if what, meaning := v.known(code); unknown && what != "" {
		return v.viewKnown(w, code, near, heading(what), paragraph(meaning))
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

// due says that the entry may be out of date, if its date of verification was
// reached when the walkthrough started.
func (v voice) due(w Walkthrough) Block {
	if !w.Due {
		return Block{}
	}
	return smallPrint(v.text("due", "date", w.Entry.VerifyBy))
}
