package bot

import (
	"fmt"
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// The slash command /mabs.

// command handles the text after /mabs.
func (d decision) command(m Message) {
	word, rest, _ := strings.Cut(strings.TrimSpace(m.Text), " ")
	rest = strings.TrimSpace(rest)
	switch command := d.rules.Locales.Command(word); {
	case rest == "" && (word == "" || command == locale.CommandHelp):
		d.help()
	case command == locale.CommandList && (rest == "" || len(d.inArea(rest)) > 0 || d.found.Band == match.Silent):
		d.list(rest)
	case rest == "" && command == locale.CommandWhy:
		d.why()
	case rest == "" && command == locale.CommandOpen:
		d.listCases()
	case command == locale.CommandSolved && d.solvedCommand(rest):
	case command == locale.CommandAdmin && d.rules.isAdminCommand(m, d.found):
		d.admin(m, rest)
	case command == locale.CommandLang:
		d.setLanguage(rest)
	default:
		d.lookUp(m)
	}
}

// lookUp answers a look-up. The answer is never silence.
func (d decision) lookUp(m Message) {
	if d.found.Band == match.Silent {
		d.noMatch(d.newWalkthrough(m), "")
		return
	}
	d.answer(d.newWalkthrough(m), "")
}

func (d decision) help() {
	var rows [][]string
	lines := d.text("help_rows")
	if d.rules.Policy.isAdmin(d.head) {
		lines += "\n" + d.text("help_admin")
	}
	for line := range strings.Lines(lines) {
		command, meaning, _ := strings.Cut(strings.TrimSpace(line), " | ")
		rows = append(rows, []string{"`" + command + "`", meaning})
	}
	title, more, _ := strings.Cut(d.text("help"), "\n")
	d.postInfo(heading(title), paragraph(more), Block{Kind: BlockTable, Rows: rows}, d.paragraph("help_thread"))
}

// list shows the areas, or the errors of one area.
func (d decision) list(area string) {
	if area == "" {
		d.postInfo(heading(d.text("list")), choices(d.areas()...), smallPrint(d.text("list_more", "area", strings.Join(d.areaIDs(), "|"))))
		return
	}
	entries := d.inArea(area)
	if len(entries) == 0 {
		d.postInfo(paragraph(d.text("list_unknown", "area", shorten(d.quote(area), 40))), choices(d.areas()...))
		return
	}
	var row []LabeledButton
	for _, e := range entries[:min(len(entries), maxListed)] {
		row = append(row, d.startButton(e, d.entryText(e.Title, Walkthrough{})))
	}
	d.postInfo(heading(d.area(entries[0].Area)), choices(row...))
}

// inArea returns the entries of the area with the given id or name.
func (v voice) inArea(area string) []*kb.Entry {
	var all []*kb.Entry
	for _, e := range v.rules.Base.Entries() {
		if locale.Fold(e.Area) == locale.Fold(area) || locale.Fold(v.area(e.Area)) == locale.Fold(area) {
			all = append(all, e)
		}
	}
	return all
}

// areas returns a button for each area of the knowledge base.
func (v voice) areas() []LabeledButton {
	var row []LabeledButton
	for _, id := range v.areaIDs() {
		row = append(row, LabeledButton{Label: v.area(id), Button: Button{Action: ActionArea, Choice: cutBytes(id, 24)}})
	}
	return row
}

func (v voice) areaIDs() []string {
	var ids []string
	for _, e := range v.rules.Base.Entries() {
		if e.Area != "" && !slices.Contains(ids, e.Area) {
			ids = append(ids, e.Area)
		}
	}
	slices.Sort(ids)
	return ids
}

// maxListed keeps a list readable, and within the 25 buttons that both Slack
// (an actions block) and Discord (five rows of five) show.
const maxListed = 25

// why explains the last answer that the user got.
func (d decision) why() {
	w := d.state.Last
	if w == nil || w.Entry == nil {
		d.postInfo(d.paragraph("no_why"))
		return
	}
	var rows [][]string
	for _, e := range w.Evidence {
		rows = append(rows, []string{d.text(evidenceText[e.Kind]), shorten(d.quote(e.Text), maxQuote)})
	}
	d.postInfo(heading(d.text("why", "title", d.title(*w))),
		paragraph(d.text("why_evidence", "confidence", fmt.Sprintf("%.3f", w.Confidence))),
		Block{Kind: BlockTable, Rows: rows}, d.source(*w))
}

// evidenceText maps kinds of evidence to texts.
var evidenceText = map[string]string{
	match.EvidenceCode: "evidence_code", match.EvidenceSymbol: "evidence_symbol", match.EvidenceMessage: "evidence_message",
	match.EvidencePhrase: "evidence_phrase", match.EvidenceWords: "evidence_words",
}
