package kb

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// The output of the commands "kb lint", "kb list", "kb show" and "kb test".

// Lint loads the layers and writes all mistakes, one per line, or that there
// are none, after the files that are ignored. It returns an error if there are
// mistakes.
func Lint(w io.Writer, layers ...Layer) error {
	for _, m := range Ignored(layers...) {
		if _, err := fmt.Fprintln(w, m); err != nil {
			return err
		}
	}
	b, err := load(layers, true)
	if mistakes, ok := errors.AsType[Mistakes](err); ok {
		_, err := fmt.Fprintln(w, mistakes)
		return cmp.Or(err, mistakesError(mistakes))
	}
	_, err = fmt.Fprintf(w, "%s, no mistakes, revision %s\n", entryCount(len(b.Entries())), b.Revision())
	return err
}

func entryCount(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// count formats a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// List writes one line per entry of the area, or of all areas if area is "":
// its ID, codes and title. It returns an error if the area has no entries.
func List(w io.Writer, b *Base, lang, area string) error {
	entries, err := b.inArea(area)
	if err != nil {
		return err
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\n", e.Area, e.ID, strings.Join(e.Codes, " "), plainSlots(e.Title.In(lang)))
	}
	return tab.Flush()
}

// inArea returns the entries of an area, or of all areas if it is "", by area.
func (b *Base) inArea(area string) (entries []*Entry, err error) {
	var areas []string
	all := slices.Clone(b.Entries())
	slices.SortStableFunc(all, func(x, y *Entry) int { return strings.Compare(x.Area, y.Area) })
	for _, e := range all {
		areas = append(areas, e.Area)
		if area == "" || e.Area == area {
			entries = append(entries, e)
		}
	}
	if areas = slices.Compact(areas); area != "" && !slices.Contains(areas, area) {
		return nil, fmt.Errorf("kb: no entry in the area %q%s", area, suggest(area, areas))
	}
	return entries, nil
}

// plainSlots replaces each slot of a text by the words for an unknown value, or
// by <Name> if it has none.
func plainSlots(text string) string {
	return slotUse.ReplaceAllStringFunc(text, func(use string) string {
		name, words, ok := strings.Cut(use[1:len(use)-1], "|")
		if !ok {
			return "<" + name + ">"
		}
		return words
	})
}

// Show writes the entry with the ID, or those with the code or symbol, in full, in
// the language if they have texts in it. It returns an error if there are none.
func Show(w io.Writer, b *Base, lang, what string) error {
	entries, err := b.Find(lang, what)
	if err != nil {
		return err
	}
	for i, e := range entries {
		s := printer{lang: lang}
		if i > 0 {
			s.b.WriteByte('\n')
		}
		s.entry(e)
		if _, err := io.WriteString(w, s.b.String()); err != nil {
			return err
		}
	}
	return nil
}

func (s *printer) entry(e *Entry) {
	s.line(0, e.ID+"  (revision "+e.Revision+")")
	s.text(0, "", e.Title)
	s.field(0, "product", e.Product)
	s.field(0, "area", e.Area)
	s.text(0, "operation", e.Operation)
	s.field(0, "codes", strings.Join(e.Codes, " "))
	s.field(0, "relatives", strings.Join(e.Relatives, " "))
	s.field(0, "symbols", strings.Join(e.Symbols, " "))
	s.texts("messages", e.Messages)
	s.texts("phrases", e.Phrases)
	for _, f := range e.Frames {
		s.field(0, "frame", strings.Join(f, " "))
	}
	for _, c := range e.Cause {
		s.text(0, "cause"+c.If.suffix(), c.Text)
	}
	s.text(0, "explain", e.Explain)
	for i := range e.Triage {
		s.line(0, "fact "+e.Triage[i].ID+", asked once in a conversation")
		s.question(1, &e.Triage[i])
	}
	for i := range e.Ask {
		s.question(0, &e.Ask[i])
	}
	s.steps(e.Steps)
	s.field(0, "related", strings.Join(e.Related, " "))
	s.field(0, "causes", strings.Join(e.Causes, " "))
	for _, source := range e.Sources {
		s.source(source)
	}
	for _, note := range e.Notes {
		s.text(0, "note", note)
	}
	s.list(0, "leads here", e.Examples.Match)
	s.list(0, "does not lead here", e.Examples.Counterexamples)
}

// A printer writes an entry as an indented outline.
type printer struct {
	lang string
	b    strings.Builder
}

// line writes a text of one or more lines at a depth.
func (s *printer) line(depth int, text string) {
	indent := strings.Repeat("  ", depth)
	s.b.WriteString(indent + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+indent) + "\n")
}

func (s *printer) field(depth int, name, value string) {
	switch {
	case value == "":
	case name == "":
		s.line(depth, value)
	default:
		s.line(depth, name+": "+value)
	}
}

func (s *printer) text(depth int, name string, t Text) { s.field(depth, name, t.In(s.lang)) }

// suffix returns what a statement, step, question or choice depends on, after
// its name.
func (c *Condition) suffix() string {
	switch {
	case c == nil:
		return ""
	case c.Slot != "":
		return " if {" + c.Slot + "} is known"
	case c.Fact != "":
		return " if " + c.Fact + " is " + strings.Join(c.Is, " or ")
	}
	return " if the paste has " + strconv.Quote(c.Code+c.Word)
}

func (s *printer) list(depth int, name string, list []string) {
	if len(list) == 0 {
		return
	}
	s.line(depth, name+":")
	for _, item := range list {
		s.line(depth+1, "- "+item)
	}
}

func (s *printer) texts(name string, t Texts) {
	for _, v := range t {
		heading := name
		if v.Lang != "" {
			heading += " (" + v.Lang + ")"
		}
		s.list(0, heading, v.Texts)
	}
}

func (s *printer) question(depth int, q *Question) {
	s.field(depth, "question "+q.ID+q.If.suffix(), q.Text.In(s.lang))
	s.text(depth+1, "explain", q.Explain)
	s.field(depth+1, "asks for the slot", q.Slot)
	for _, c := range q.Choices {
		s.line(depth+1, "- "+c.ID+c.If.suffix()+": "+c.Label.In(s.lang)+leads(c))
		s.text(depth+2, "says", c.Say)
		s.field(depth+2, "when the paste says", strings.Join(c.When, ", "))
	}
}

func leads(c Choice) string {
	switch {
	case c.Entry != "":
		return " → entry " + c.Entry
	case c.Go != "":
		return " → " + c.Go
	}
	return ""
}

func (s *printer) steps(steps Steps) {
	if len(steps.Items) == 0 {
		return
	}
	order := "try until one works"
	if steps.Order == Sequence {
		order = "do all, in this order"
	}
	s.line(0, "steps: "+order)
	for i := range steps.Items {
		step := &steps.Items[i]
		s.step(1, strconv.Itoa(i+1)+".", step)
		for j := range step.Chain {
			s.step(2, fmt.Sprintf("%d.%d", i+1, j+1), &step.Chain[j])
		}
	}
}

func (s *printer) step(depth int, number string, step *Step) {
	s.line(depth, strings.TrimSpace(fmt.Sprintf("%s [%s]%s %s", number, step.ID, step.If.suffix(), step.Title.In(s.lang))))
	depth++
	s.text(depth, "", step.Do)
	for _, row := range step.Table {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cell.In(s.lang)
		}
		s.line(depth, "| "+strings.Join(cells, " | ")+" |")
	}
	s.field(depth, "path", step.Path)
	if step.Command != nil {
		s.field(depth, step.Command.Shell, step.Command.Run)
	}
	s.text(depth, "check", step.Check)
	s.text(depth, "risk", step.Risk)
	s.text(depth, "undo", step.Undo)
	s.text(depth, "explain", step.Explain)
	if step.Link != nil {
		s.field(depth, step.Link.Text.In(s.lang), step.Link.URL)
	}
	if step.Ask != nil {
		s.question(depth, step.Ask)
	}
	s.field(depth, "then", step.Next)
}

func (s *printer) source(source Source) {
	read := ""
	if source.Read != "" {
		read = " (read " + source.Read + ")"
	}
	s.line(0, strings.TrimSpace("source: "+source.Text.In(s.lang)+" "+source.URL+read))
}
