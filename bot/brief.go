package bot

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb/match"
)

// What a person needs to go on with a walkthrough: who asks, in their own words,
// the error, all known values, and how each step went.

// brief describes a walkthrough to the team, in the language of the team.
func (d decision) brief(w Walkthrough, number int, sender string) []Block {
	title := d.text("summary_unknown")
	if w.Entry != nil {
		title = d.title(w)
	}
	blocks := []Block{
		heading(d.text("handover", "case", strconv.Itoa(number), "name", sender, "title", title)),
		{Kind: BlockQuote, Text: d.words(w)},
	}
	if w.Entry != nil {
		blocks = append(blocks, d.summary(w)...)
	}
	if w.Private || strings.HasPrefix(w.Thread.Channel, DirectChannel) || d.head.Direct {
		return append(blocks, d.paragraph("handover_direct"))
	}
	return append(blocks, Block{Kind: BlockThread, Text: d.text("handover_thread"), Thread: w.Thread})
}

// summary lists what happened so far.
func (v voice) summary(w Walkthrough) []Block {
	b := Block{Kind: BlockTable}
	row := func(key, value string) {
		if value != "" {
			b.Rows = append(b.Rows, []string{v.text(key), value})
		}
	}
	row("summary_error", v.title(Walkthrough{Entry: w.Entry, Slots: w.Slots}))
	row("summary_code", strings.Join(mapped(w.Codes, codeLabel), ", "))
	row("summary_slots", strings.Join(v.values(w), ", "))
	b.Rows = append(b.Rows, v.factRows(w)...)
	row("summary_read", v.readings(w.Read, true))
	steps, answers := v.tried(w)
	row("summary_answers", strings.Join(answers, " / "))
	if s := findStep(w.Entry, w.At.Step); s != nil && w.Status != StatusSolved {
		row("summary_at", v.stepName(w, s.ID))
	}
	row("summary_undo", v.summaryUndo(w))
	row("summary_facts", strings.Join(w.Facts, " / "))
	row("summary_entry", w.Entry.ID+" "+cutBytes(w.Revision, 4))
	if len(steps) == 0 {
		return []Block{b, paragraph(v.text("summary_nothing"))}
	}
	return []Block{b, paragraph(v.text("summary_tried")), {Kind: BlockSteps, Items: steps}}
}

func mapped[A, B any](all []A, f func(A) B) []B {
	var out []B
	for _, a := range all {
		out = append(out, f(a))
	}
	return out
}

// values returns the values of the slots with their labels, such as
// "FS-11 (server)".
func (v voice) values(w Walkthrough) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(w.Slots)) {
		if w.Slots[name] != "" {
			all = append(all, noBackquotes(w.Slots[name])+" ("+v.slotLabel(name)+")")
		}
	}
	return all
}

// slotLabel returns what users read instead of the name of a slot.
func (v voice) slotLabel(name string) string {
	return v.entryText(v.rules.Base.Slot(name).Label, Walkthrough{})
}

// tried returns the steps that were passed, with their outcomes and times, and
// the answers to questions.
func (v voice) tried(w Walkthrough) (steps []Item, answers []string) {
	for _, a := range w.Tried {
		if findFact(w.Entry, a.Step) != nil {
			continue // has a row of its own
		}
		if q := findQuestion(w.Entry, a.Step); q != nil {
			if c := findChoice(q, a.Choice); c != nil {
				answers = append(answers, v.entryText(c.Label, w))
				continue
			}
		}
		text := v.stepName(w, a.Step) + ": " + v.text(outcomeText[w.outcome(a)])
		if a.At != 0 {
			text += " (" + timeMark(a.At) + ")"
		}
		steps = append(steps, Item{Text: text})
	}
	return steps, answers
}

// The texts of the outcomes.
var outcomeText = map[Outcome]string{
	OutcomeDone: "outcome_done", OutcomeHelped: "outcome_helped", OutcomeRelapsed: "outcome_relapsed", OutcomeNotHelped: "outcome_not_helped",
	OutcomeAlready: "outcome_already", OutcomeTried: "outcome_tried", OutcomeSkipped: "outcome_skipped", OutcomeCannot: "outcome_cannot",
}

// summaryUndo lists all that is switched off.
func (v voice) summaryUndo(w Walkthrough) string {
	var all []string
	for _, u := range w.undos() {
		said := v.entryText(u.step.Undo, w)
		if u.begun {
			said = v.text("summary_begun", "title", v.stepName(w, u.step.ID), "undo", said)
		}
		if !slices.Contains(all, said) {
			all = append(all, said)
		}
	}
	return strings.Join(all, " ")
}

func (v voice) stepName(w Walkthrough, id string) string {
	if s := findStep(w.Entry, id); s != nil {
		return cmp.Or(v.entryText(s.Title, w), id)
	}
	return id
}

// A Remark is what the asker said in the conversation.
type Remark struct {
	Text string  `json:"text"`
	At   int64   `json:"at,omitempty"` // Unix time in seconds
	Of   EventID `json:"of,omitempty"` // the message; "" if an earlier version stored it
}

const (
	// maxRemarks is how many of the last remarks are kept. The team reads them
	// to see what the asker last said, not the conversation.
	maxRemarks = 3
	// minRemark is the number of words from which a remark says more than a
	// button does.
	minRemark = 3
)

// withRemark returns the remarks of the asker with the present one, unless it
// repeats an earlier one.
func (d decision) withRemark(w Walkthrough) []Remark {
	text := strings.TrimSpace(d.said)
	now := Remark{shorten(text, maxQuote), d.now(), d.head.ID}
	least := minRemark
	if d.turn.Understood.Intent == IntentPerson {
		least = 2 * minRemark // "please get me a person"
	}
	if isFewerThan(text, least) || d.head.From.ID != w.Asker.ID || text == strings.TrimSpace(w.Text) || d.turn.Understood.Intent == IntentInfo || d.turn.Understood.Intent == IntentSummary || slices.ContainsFunc(w.Said, func(r Remark) bool { return r.Text == now.Text }) {
		return w.Said
	}
	all := append(slices.Clip(w.Said), now)
	return all[max(0, len(all)-maxRemarks):]
}

// isFewerThan reports whether a text has fewer words than least.
func isFewerThan(text string, least int) bool {
	return len(strings.Fields(text)) < least && utf8.RuneCountInString(text) < runesPerWord*least
}

// runesPerWord is the number of runes that count as a word, because Korean may
// be written with few spaces.
const runesPerWord = 5

// words returns what the asker wrote in their own words: in the message with the
// error, and last.
func (v voice) words(w Walkthrough) string {
	var product []locale.Span
	for _, e := range w.Evidence {
		if e.Kind == match.EvidenceMessage || e.Kind == match.EvidenceSymbol || e.Kind == match.EvidenceCode {
			product = append(product, locale.Span{Start: e.Start, End: e.End})
		}
	}
	own := w.Text
	if len(product) > 0 {
		own = v.rules.Locales.OwnSentences(w.Text, product)
	}
	var lines []string
	if own = v.quote(own); strings.ContainsFunc(own, unicode.IsLetter) {
		lines = append(lines, ending(own, maxQuote))
	}
	for _, r := range w.Said {
		line := v.quote(r.Text)
		if r.At != 0 {
			line = timeMark(r.At) + " " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// ending returns the end of a text of at most the given number of runes, from
// the start of a word.
func ending(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	last := string(r[len(r)-runes+1:])
	if i := strings.IndexByte(last, ' '); i >= 0 {
		last = last[i+1:]
	}
	return "…" + last
}
