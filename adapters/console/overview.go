package console

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
)

// The overview for operators, and its export.

// daySpans are the days that the overview offers. The export takes any number up to maxDays.
var daySpans = []int{7, 30, 90}

const (
	defaultDays = 30
	maxDays     = 366
	// maxFigures is how many errors and steps the page lists: more than people compare.
	// The export has all.
	maxFigures = 20
)

// daysOf returns how many days a request asks for.
func daysOf(r *http.Request) int {
	days, err := strconv.Atoi(r.URL.Query().Get("days"))
	if err != nil || days < 1 || days > maxDays {
		return defaultDays
	}
	return days
}

// An overviewPage shows the figures.
type overviewPage struct {
	frame
	Figures
	Span     int // in days
	Spans    []int
	Asked    int
	Missed   int // questions that were not recognized
	Bars     []bar
	Most     int // the most questions of a day
	Tops     []errorRow
	Helped   []stepRow
	Services []bot.Service
	Config   bot.Configuration
	Open     int  // cases
	More     bool // there are more open cases than Open
	Withheld bool // as in shadows
}

// Empty reports whether there is nothing to show.
func (p overviewPage) Empty() bool { return p.Asked == 0 && len(p.Errors) == 0 }

// Over returns the address of the page, or of an export of it, over other days.
func (p overviewPage) Over(path string, days int) string {
	return p.View.address(path, map[string]string{"days": strconv.Itoa(days)})
}

// An errorRow is a row of the errors, with the title of the entry and the share of
// the most asked one.
type errorRow struct {
	ErrorFigure
	URL, Title string
	Share      float64
}

// A stepRow is a row of the steps, with the titles. Name is "" for a person.
type stepRow struct {
	StepFigure
	URL, Title, Name string
}

func (c *Console) overview(w http.ResponseWriter, r *http.Request) {
	days := daysOf(r)
	f, withheld, err := c.figures(r.Context(), days, time.Now())
	if err != nil {
		c.deny(w, r, err)
		return
	}
	open, err := c.library.OpenCases(r.Context(), maxCases+1)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	p := overviewPage{frame: c.frame(c.view(r), "/overview", "overview"), Figures: f, Span: days, Spans: daySpans, Withheld: withheld}
	p.Config = c.operations.Configuration()
	for _, s := range c.operations.Services() {
		if c.mayShow(s.Adapter) {
			p.Services = append(p.Services, s)
		}
	}
	for _, one := range open {
		if c.mayShow(one.Team.Adapter) {
			p.Open++
		}
	}
	p.More, p.Open = p.Open > maxCases, min(p.Open, maxCases)
	for _, d := range f.Days {
		p.Asked += d.Total()
		p.Missed += d.Unmatched
	}
	p.Bars, p.Most = bars(f.Days)
	p.Tops, p.Helped = c.errorRows(p), c.stepRows(p)
	c.show(w, http.StatusOK, p.View.Lang, "overview", p)
}

func (c *Console) errorRows(p overviewPage) (rows []errorRow) {
	for _, e := range p.Errors[:min(len(p.Errors), maxFigures)] {
		row := errorRow{ErrorFigure: e, Title: e.Entry, Share: float64(e.Asked) / float64(max(1, p.Errors[0].Asked))}
		row.URL, row.Title = c.entryLink(p.View, e.Entry)
		rows = append(rows, row)
	}
	return rows
}

func (c *Console) stepRows(p overviewPage) (rows []stepRow) {
	for _, s := range p.Steps[:min(len(p.Steps), maxFigures)] {
		row := stepRow{StepFigure: s, Name: stepTitle(c.library.Entry(s.Entry), s.Step, p.View.Lang)}
		row.URL, row.Title = c.entryLink(p.View, s.Entry)
		rows = append(rows, row)
	}
	return rows
}

// entryLink returns the address and the title of an entry. One that is gone has no
// address, and its ID as the title.
func (c *Console) entryLink(v view, id string) (address, title string) {
	e := c.library.Entry(id)
	if e == nil {
		return "", id
	}
	return shelf{frame: frame{View: v}}.URL(id), blank(e.Title.In(v.Lang, english))
}

// stepTitle returns the title of a step, or its ID.
func stepTitle(e *kb.Entry, id, lang string) string {
	if e == nil {
		return id
	}
	for n := range e.Steps.Items {
		top := &e.Steps.Items[n]
		for _, s := range append(top.Parts(), top) {
			if title := blank(s.Title.In(lang, english)); s.ID == id && title != "" {
				return title
			}
		}
	}
	return id
}

// The plot is a template of 20 lines. A library (gonum.org/v1/plot) makes the program
// 6 MB larger and styles its elements by attributes, which the policy of the pages
// forbids and a dark color scheme cannot change.

// A bar is a day of the plot, in parts that are stacked from the bottom. All lengths
// are in units of the plot: plotStep wide for each day, and plotHeight high.
type bar struct {
	X     int
	Parts []barPart
}

type barPart struct {
	Kind      string
	Y, Height float64
}

const (
	plotStep   = 10
	plotHeight = 100
)

// bars returns the bars of the days, and the most questions of one.
func bars(days []DayFigures) (all []bar, most int) {
	for _, d := range days {
		most = max(most, d.Total())
	}
	for i, d := range days {
		b := bar{X: i * plotStep}
		y := float64(plotHeight)
		for _, part := range []struct {
			kind string
			n    int
		}{{"sure", d.Sure}, {"repeat", d.Repeat}, {"likely", d.Likely}, {"unmatched", d.Unmatched}} {
			if part.n == 0 {
				continue
			}
			height := plotHeight * float64(part.n) / float64(most)
			y -= height
			b.Parts = append(b.Parts, barPart{part.kind, y, height})
		}
		all = append(all, b)
	}
	return all, most
}

// Wide returns the width of the plot.
func (p overviewPage) Wide() int { return len(p.Bars) * plotStep }

// exportName returns the name of a file with the figures.
func exportName(kind string, f Figures) string {
	return fmt.Sprintf("mabsbot-%s-%s.%s", f.From, f.To, kind)
}

// overviewJSON serves the figures to programs.
func (c *Console) overviewJSON(w http.ResponseWriter, r *http.Request) {
	f, _, err := c.figures(r.Context(), daysOf(r), time.Now())
	if err != nil {
		c.deny(w, r, err)
		return
	}
	writeJSON(w, exportName("json", f), f)
}

// overviewCSV serves the figures to spreadsheets: one count in each row.
func (c *Console) overviewCSV(w http.ResponseWriter, r *http.Request) {
	f, _, err := c.figures(r.Context(), daysOf(r), time.Now())
	if err != nil {
		c.deny(w, r, err)
		return
	}
	writeCSV(w, exportName("csv", f), f.rows())
}

// rows returns the figures as a table.
func (f Figures) rows() [][]string {
	rows := [][]string{{"figure", "day", "entry", "step", "count"}}
	add := func(figure, day, entry, step string, n int) {
		rows = append(rows, []string{figure, day, entry, step, strconv.Itoa(n)})
	}
	for _, d := range f.Days {
		add("sure", d.Day, "", "", d.Sure)
		add("likely", d.Day, "", "", d.Likely)
		add("unmatched", d.Day, "", "", d.Unmatched)
		add("repeat", d.Day, "", "", d.Repeat)
	}
	for _, e := range f.Errors {
		add("asked", "", e.Entry, "", e.Asked)
		add("solved", "", e.Entry, "", e.Solved)
		add("held", "", e.Entry, "", e.Held)
		add("returned", "", e.Entry, "", e.Returned)
		add("escalated", "", e.Entry, "", e.Escalated)
	}
	for _, s := range f.Steps {
		add("solved_by", "", s.Entry, s.Step, s.Solved)
	}
	for _, t := range []struct {
		name string
		Times
	}{{"answered", f.Answered}, {"solved_in", f.SolvedIn}} {
		add(t.name+"_count", "", "", "", t.N)
		add(t.name+"_median_ms", "", "", "", int(t.Median))
		add(t.name+"_p90_ms", "", "", "", int(t.Most))
	}
	return rows
}
