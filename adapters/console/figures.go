package console

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"mabsbot/bot"
)

// The figures of the overview, from the sums that the store counts.

// Figures are what happened within some days. Programs read them as JSON.
type Figures struct {
	From      string        `json:"from"` // the first day, in UTC
	To        string        `json:"to"`
	Days      []DayFigures  `json:"days"`
	Errors    []ErrorFigure `json:"errors"` // most asked first
	Steps     []StepFigure  `json:"steps"`  // most helpful first
	Answered  Times         `json:"answered"`
	SolvedIn  Times         `json:"solved_in"`
	Escalated int           `json:"escalated"`
}

// DayFigures are the questions of a day by their results.
type DayFigures struct {
	Day       string `json:"day"`
	Sure      int    `json:"sure"`
	Likely    int    `json:"likely"`
	Unmatched int    `json:"unmatched"`
	Repeat    int    `json:"repeat"`
}

// Total returns the number of questions.
func (d DayFigures) Total() int { return d.Sure + d.Likely + d.Unmatched + d.Repeat }

// An ErrorFigure is how often an entry was begun, and how that ended. What users do not
// say is not known, so the rest is neither solved nor unsolved.
type ErrorFigure struct {
	Entry     string `json:"entry"`
	Asked     int    `json:"asked"`
	Solved    int    `json:"solved"`
	Held      int    `json:"held"`
	Returned  int    `json:"returned"`
	Escalated int    `json:"escalated"`
}

// A StepFigure is how often a step solved the error.
type StepFigure struct {
	Entry  string `json:"entry"`
	Step   string `json:"step"` // "" is a person, or before any step
	Solved int    `json:"solved"`
}

// Times are how long something took.
type Times struct {
	N      int    `json:"n"`
	Median millis `json:"median_ms"`
	Most   millis `json:"p90_ms"` // nine of ten took at most that long
}

// millis is a time in milliseconds.
type millis int64

// text returns the time in a unit in which it has one to three digits.
func (t millis) text(s *setup, lang string) (string, error) {
	d := time.Duration(t) * time.Millisecond
	switch {
	case d < 10*time.Second:
		return s.text(lang, "took_seconds", strconv.FormatFloat(d.Seconds(), 'f', 1, 64))
	case d < 100*time.Second:
		return s.text(lang, "took_seconds", strconv.FormatFloat(d.Seconds(), 'f', 0, 64))
	case d < 100*time.Minute:
		return s.text(lang, "took_minutes", d.Minutes())
	case d < 2*oneDay:
		return s.text(lang, "took_hours", d.Hours())
	}
	return s.text(lang, "took_days", d.Hours()/oneDay.Hours())
}

// oneDay is the length of a day of the counts.
const oneDay = 24 * time.Hour

// dayOf returns the day of a time as the store counts it.
func dayOf(t time.Time) int { return int(t.Unix() / int64(oneDay.Seconds())) }

func dayText(day int) string {
	return time.Unix(int64(day)*int64(oneDay.Seconds()), 0).UTC().Format(time.DateOnly)
}

// figures returns the figures of the last days, including today, of the adapters
// that may be shown. withheld reports that there are others.
func (c *Console) figures(ctx context.Context, days int, now time.Time) (f Figures, withheld bool, err error) {
	to := dayOf(now)
	from := to - days + 1
	byDay, err := c.operations.CountsByDay(ctx, from, to)
	if err != nil {
		return Figures{}, false, err
	}
	byEntry, err := c.operations.CountsByEntry(ctx, from, to)
	if err != nil {
		return Figures{}, false, err
	}
	hidden := func(s bot.CountSum) bool { return !c.mayShow(s.Adapter) }
	withheld = slices.ContainsFunc(byDay, hidden) || slices.ContainsFunc(byEntry, hidden)
	byDay, byEntry = slices.DeleteFunc(byDay, hidden), slices.DeleteFunc(byEntry, hidden)
	f = Figures{From: dayText(from), To: dayText(to), Answered: times(byDay, bot.CountAnswered), SolvedIn: times(byDay, bot.CountSolvedIn)}
	f.addDays(byDay, from, to)
	f.addEntries(byEntry)
	return f, withheld, nil
}

func (f *Figures) addDays(sums []bot.CountSum, from, to int) {
	f.Days = make([]DayFigures, to-from+1)
	for i := range f.Days {
		f.Days[i].Day = dayText(from + i)
	}
	for _, s := range sums {
		if s.Kind != bot.CountQuestion {
			continue
		}
		d := &f.Days[s.Day-from]
		switch s.Detail {
		case bot.ResultSure:
			d.Sure += s.N
		case bot.ResultLikely:
			d.Likely += s.N
		case bot.ResultUnmatched:
			d.Unmatched += s.N
		case bot.ResultRepeat:
			d.Repeat += s.N
		}
	}
}

func (f *Figures) addEntries(sums []bot.CountSum) {
	entries, steps := map[string]*ErrorFigure{}, map[StepFigure]int{}
	for _, s := range sums {
		e := entries[s.Entry]
		if e == nil {
			e = &ErrorFigure{Entry: s.Entry}
			entries[s.Entry] = e
		}
		switch s.Kind {
		case bot.CountBegun:
			e.Asked += s.N
		case bot.CountSolved:
			e.Solved += s.N
			steps[StepFigure{Entry: s.Entry, Step: s.Detail}] += s.N
		case bot.CountHeld:
			e.Held += s.N
		case bot.CountReturned:
			e.Returned += s.N
		case bot.CountEscalated:
			e.Escalated += s.N
			f.Escalated += s.N
		}
	}
	f.Errors, f.Steps = []ErrorFigure{}, []StepFigure{}
	for _, e := range entries {
		if e.Entry != "" {
			f.Errors = append(f.Errors, *e)
		}
	}
	for s, n := range steps {
		s.Solved = n
		f.Steps = append(f.Steps, s)
	}
	slices.SortFunc(f.Errors, func(a, b ErrorFigure) int {
		return cmp.Or(cmp.Compare(b.Asked, a.Asked), cmp.Compare(a.Entry, b.Entry))
	})
	slices.SortFunc(f.Steps, func(a, b StepFigure) int {
		return cmp.Or(cmp.Compare(b.Solved, a.Solved), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Step, b.Step))
	})
}

// times returns the median and the 90th percentile of the times of a kind.
func times(sums []bot.CountSum, kind bot.CountKind) Times {
	buckets := map[millis]int{}
	var t Times
	for _, s := range sums {
		if s.Kind == kind {
			buckets[millis(bot.BucketTime(s.Detail).Milliseconds())] += s.N
			t.N += s.N
		}
	}
	seen := 0
	for _, took := range slices.Sorted(maps.Keys(buckets)) {
		seen += buckets[took]
		if t.Median == 0 && 2*seen >= t.N {
			t.Median = took
		}
		if t.Most == 0 && 10*seen >= 9*t.N {
			t.Most = took
		}
	}
	return t
}
