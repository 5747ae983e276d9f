package bot

import (
	"slices"
	"strings"

	"mabsbot/kb"
)

// What the bot says about codes that have no entry: other codes of these products,
// and results of Windows, which many errors have in common.

// maxResults is how many results of Windows an answer explains. A paste with more
// is a log, and the first ones are those of the error.
const maxResults = 2

// maxCarrying is how many entries are offered for a code that appears with them.
const maxCarrying = 5

// known says what is known of a code that no entry has, and what it may mean. The
// texts are empty if nothing is known.
func (v voice) known(code string) (what, meaning string) {
	if s, ok := v.rules.Base.Sibling(code); ok {
		return v.text("sibling", "code", code, "product", s.Product, "subject", v.entryText(s.Subject, Walkthrough{})),
			v.text("sibling_kind", "kind", v.entryText(s.Kind, Walkthrough{}))
	}
	if w, ok := v.rules.Base.WindowsCode(code); ok {
		return v.text("windows_code", "code", code), v.meaning(w)
	}
	return "", ""
}

func (v voice) meaning(w kb.WindowsCode) string { return v.entryText(w.Meaning, Walkthrough{}) }

// windowsResults explains the results of Windows in the text, except those that the bot
// has just spoken about.
func (v voice) windowsResults(text, said string) Block {
	var lines []string
	for _, w := range v.rules.Base.WindowsCodes(text) {
		meaning := v.meaning(w)
		if len(lines) < maxResults && !strings.Contains(strings.ToLower(said), strings.ToLower(w.Code)) && !strings.Contains(said, meaning) {
			lines = append(lines, v.text("windows_means", "code", w.Code, "meaning", meaning))
		}
	}
	return smallPrint(strings.Join(lines, "\n"))
}

// carrying returns the entries to offer for a code that no entry has: those with
// which it appears.
func (v voice) carrying(code string) []*kb.Entry {
	all := v.rules.Base.Carrying(code)
	return all[:min(len(all), maxCarrying)]
}

// areaButton returns the button for the entries of the area of a code, if there
// are any.
func (v voice) areaButton(code string) []LabeledButton {
	s, ok := v.rules.Base.Sibling(code)
	if !ok || !slices.Contains(v.areaIDs(), s.Area) {
		return nil
	}
	return []LabeledButton{{Label: v.area(s.Area), Button: Button{Action: ActionArea, Choice: cutBytes(s.Area, 24)}}}
}

// viewKnown shows what is known of a code that no entry has, with the nearest
// entries, or the area of those about the same.
func (v voice) viewKnown(w Walkthrough, code string, near []LabeledButton, blocks ...Block) []Block {
	blocks = append(blocks, v.windowsResults(w.Text, blocks[0].Text+blocks[1].Text))
	question, row := "sibling_person", slices.Clip(near)
	switch area := v.areaButton(code); {
	case len(near) > 0 && len(v.carrying(code)) > 0:
		question = "windows_near"
	case len(near) > 0:
		question = "no_match_near"
	case len(area) > 0:
		question, row = "sibling_area", area
	}
	blocks = append(blocks, ask(v.text(question)), choices(append(row, v.button(w, ActionPerson, "", v.text("person")))...))
	if isFew(w.Text) {
		blocks = append(blocks, v.paragraph("no_code_send"))
	}
	return blocks
}

// isElsewhere reports whether an entry is about something else than a code: about
// another area.
func (v voice) isElsewhere(code string, e *kb.Entry) bool {
	s, ok := v.rules.Base.Sibling(code)
	return ok && s.Area != "" && s.Area != e.Area
}
