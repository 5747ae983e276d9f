package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// What follows `/mabs`.

func (d *decision) command(m Message) {
	word, rest, _ := strings.Cut(strings.TrimSpace(m.Text), " ")
	rest = strings.TrimSpace(rest)
	switch command := d.locales.Command(word); {
	case rest == "" && (word == "" || command == locale.CommandHelp):
		d.help()
	case command == locale.CommandList && (rest == "" || len(d.inArea(rest)) > 0 || d.found.Band == match.Silent):
		d.list(rest)
	case rest == "" && command == locale.CommandWhy:
		d.why()
	case command == locale.CommandLang:
		d.setLanguage(rest)
	default:
		d.lookUp(m)
	}
}

// lookUp answers what was looked up. The answer is never silence.
func (d *decision) lookUp(m Message) {
	if d.found.Band == match.Silent {
		d.noMatch(d.fresh(m), "")
		return
	}
	d.answer(d.fresh(m), "")
}

// tell answers a command with something that is no walkthrough.
func (d *decision) tell(blocks ...Block) {
	d.post(Post{Thread: d.head.Thread, Private: d.privately(), Reply: d.reply(blocks...)})
}

func (d *decision) help() {
	var rows [][]string
	for line := range strings.Lines(d.l.Text("help_rows")) {
		command, meaning, _ := strings.Cut(strings.TrimSpace(line), " | ")
		rows = append(rows, []string{"`" + command + "`", meaning})
	}
	title, more, _ := strings.Cut(d.l.Text("help"), "\n")
	d.tell(heading(title), text(more), Block{Kind: BlockTable, Rows: rows}, d.text("help_thread"))
}

// list shows the areas, or the errors of one.
func (d *decision) list(area string) {
	if area == "" {
		d.tell(heading(d.l.Text("list")), choices(d.areas()...), small(d.l.Text("list_more", "area", strings.Join(d.areaIDs(), "|"))))
		return
	}
	entries := d.inArea(area)
	if len(entries) == 0 {
		d.tell(text(d.l.Text("list_unknown", "area", shorten(visible(area), 40))), choices(d.areas()...))
		return
	}
	var row []LabeledButton
	for _, e := range entries[:min(len(entries), listLength)] {
		row = append(row, d.startButton(e, d.in(e.Title, Walkthrough{})))
	}
	d.tell(heading(d.l.Area(entries[0].Area)), choices(row...))
}

// inArea are the entries of the area with the id or name.
func (d *decision) inArea(area string) []*kb.Entry {
	var all []*kb.Entry
	for _, e := range d.base.Entries() {
		if locale.Fold(e.Area) == locale.Fold(area) || locale.Fold(d.l.Area(e.Area)) == locale.Fold(area) {
			all = append(all, e)
		}
	}
	return all
}

// areas are buttons for all areas of the base.
func (d *decision) areas() []LabeledButton {
	var row []LabeledButton
	for _, id := range d.areaIDs() {
		row = append(row, LabeledButton{Label: d.l.Area(id), Button: Button{Action: ActionArea, Choice: cutBytes(id, 24)}})
	}
	return row
}

func (d *decision) areaIDs() []string {
	var ids []string
	for _, e := range d.base.Entries() {
		if e.Area != "" && !slices.Contains(ids, e.Area) {
			ids = append(ids, e.Area)
		}
	}
	slices.Sort(ids)
	return ids
}

// listLength keeps a list to what a person reads, and to the 25 buttons that
// Slack and Discord both show in one message.
const listLength = 25

// why explains the last answer that the person got.
func (d *decision) why() {
	w := d.now.Last
	if w == nil || w.Entry == nil {
		d.tell(d.text("no_why"))
		return
	}
	var rows [][]string
	for _, e := range w.Evidence {
		rows = append(rows, []string{d.l.Text("evidence_" + e.Kind), shorten(visible(e.Text), quoteLength)})
	}
	d.tell(heading(d.l.Text("why", "title", d.title(*w))),
		text(d.l.Text("why_evidence", "confidence", fmt.Sprintf("%.3f", w.Confidence))),
		Block{Kind: BlockTable, Rows: rows}, d.source(*w))
}

// setLanguage remembers the language that somebody chose.
func (d *decision) setLanguage(want string) {
	lang := ""
	for _, tag := range d.locales.Tags() {
		if locale.Fold(want) == tag || locale.Fold(want) == locale.Fold(d.locales[tag].Name) {
			lang = tag
		}
	}
	if lang == "" {
		d.tell(text(d.l.Text("lang_unknown", "lang", cmp.Or(shorten(visible(want), 20), "?"), "langs", strings.Join(d.locales.Tags(), ", "))))
		return
	}
	t := d.head.Thread
	d.turn.Prefer = &Preference{User: UserKey{t.Adapter, t.Workspace, d.head.From.ID}, Lang: lang}
	d.l = d.locales.Get(lang)
	d.tell(d.text("lang_set"))
}
