package bot

import (
	"cmp"
	"slices"
	"strconv"

	"mabsbot/kb"
)

// overview lists all steps, and where the sources disagree.
func (v voice) overview(w Walkthrough) []Block {
	order := "order_alternatives"
	if w.Entry.Steps.Order == kb.Sequence {
		order = "order_sequence"
	}
	list, others := v.allSteps(w)
	blocks := []Block{heading(v.text("all_steps", "title", v.title(w))), paragraph(v.text(order)), list}
	if len(others.Items) > 0 {
		blocks = append(blocks, others)
	}
	for _, n := range w.Entry.Notes {
		blocks = append(blocks, smallPrint(v.text("note", "note", v.entryText(n, w))))
	}
	return append(blocks, v.source(w))
}

// allSteps returns the steps on the path of the walkthrough, numbered as in
// their progress, and the others, which belong to other answers.
func (v voice) allSteps(w Walkthrough) (list, others Block) {
	list.Kind, others = BlockSteps, Block{Kind: BlockFolded, Text: v.text("all_others")}
	items := w.Entry.Steps.Items
	passed, rest := w.way()
	way := append(passed, rest...)
	for _, i := range w.possible().Items() {
		switch {
		case slices.Contains(way, i):
		case len(w.possible().Parts(i)) > 0 && (len(passed)+len(rest) == 0 || w.At.Question != "" && len(passed) == 0):
			way = append(way, i)
		default:
			others.Items = append(others.Items, Item{Text: v.stepTitle(w, &items[i])})
		}
	}
	chains := slices.ContainsFunc(items, func(s kb.Step) bool { return len(s.Chain) > 0 })
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
		for part, s := range w.possible().Parts(i) {
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
