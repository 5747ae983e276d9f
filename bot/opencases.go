package bot

import (
	"context"
	"strconv"
	"strings"

	"mabsbot/bot/locale"
)

// The list of open cases.

// maxOpenCases is how many cases a list shows. Slack shows 50 blocks in a
// message, and a case takes two.
const maxOpenCases = 20

// listCases lists the open cases of the workspace, oldest first.
func (d decision) listCases() {
	c := d.cases(CaseQuery{Open: true})
	if c == nil {
		return
	}
	if len(c.Open) == 0 {
		d.postInfo(d.paragraph("cases_none"))
		return
	}
	blocks := []Block{heading(d.text("cases"))}
	for _, t := range c.Open[:min(len(c.Open), maxOpenCases)] {
		blocks = append(blocks, paragraph(d.caseLine(*t.Handover)), Block{Kind: BlockThread, Text: d.text("cases_post"), Thread: t.Thread})
	}
	if len(c.Open) > maxOpenCases {
		blocks = append(blocks, smallPrint(d.text("cases_more", "count", strconv.Itoa(maxOpenCases))))
	}
	d.postInfo(blocks...)
}

// caseLine describes a case in a line: who, which error, since when, and who
// has it.
func (v voice) caseLine(c Case) string {
	line := v.text("cases_line", "case", strconv.Itoa(c.Number), "title", c.Title, "name", c.For.name(), "time", timeMark(c.Opened))
	if !c.Taken.done() {
		return line + " · " + v.text("cases_not_taken")
	}
	return line + " · " + v.text("case_taken", "name", c.Taken.By.name(), "time", timeMark(c.Taken.At))
}

// solvedCommand handles "/mabs solved CASE [what was done]". ok is false if the
// text does not begin with the number of a case.
func (d decision) solvedCommand(rest string) (ok bool) {
	word, done, _ := strings.Cut(rest, " ")
	number, err := strconv.Atoi(strings.Trim(word, "#:,."))
	if err != nil || number <= 0 {
		return false
	}
	c := d.cases(CaseQuery{Number: number})
	switch {
	case c == nil:
	case c.Case.Handover == nil, c.Case.isProposal():
		d.postInfo(paragraph(d.text("case_unknown", "case", strconv.Itoa(number))))
	default:
		recorded := d.text("case_recorded", "case", strconv.Itoa(number))
		if done = strings.TrimSpace(done); visible(done) != "" {
			d.addFix(d.head.ID, done, d.aboutCase(*c), nil)
			recorded += " " + d.text("fix_review")
		}
		if d.solveCase(*c, done) {
			d.postInfo(paragraph(recorded))
		}
	}
	return true
}

// asksForCases reports whether a direct message asks for the open cases.
func (d decision) asksForCases(m Message) bool {
	return d.head.Direct && m.Change == ChangePosted && !m.Command && len(m.Text) <= locale.MaxUtterance && d.rules.Locales.AsksForCases(m.Text)
}

// An OpenCase describes a case that waits for a person.
type OpenCase struct {
	Case
	Team Thread // with the team's post
}

// OpenCases implements Library.
func (b *Bot) OpenCases(ctx context.Context, limit int) ([]OpenCase, error) {
	all, err := b.store.OpenCases(ctx, "", "", limit)
	if err := b.skipUnreadable(err); err != nil {
		return nil, err
	}
	var open []OpenCase
	for _, t := range all {
		open = append(open, OpenCase{*t.Handover, t.Thread})
	}
	return open, nil
}
