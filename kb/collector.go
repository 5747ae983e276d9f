package kb

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// collectorFile is the file of the shared folder with the collector.
const collectorFile = "collector.yaml"

// A Collector is a command that reads facts on a server, and what its output says.
type Collector struct {
	Script  string    `yaml:"script,omitempty"` // in PowerShell; a later layer replaces it
	Lines   []Line    `yaml:"lines,omitempty"`  // of the output; a later layer replaces the line of the same key
	Answers []Reading `yaml:"answers,omitempty"`
}

// A Line is a line of the output of a collector: "key: value".
type Line struct {
	Key   string `yaml:"key"`
	Name  Text   `yaml:"name"`            // what users read instead of the key
	Takes string `yaml:"takes,omitempty"` // TakesEvent, or "" for a short value
}

// TakesEvent is what a line takes whose value is an event of a log: its time, ID,
// source and text.
const TakesEvent = "event"

// A Reading is what the output of a collector says of one thing: the answer to
// the question about a fact or to one of an entry, or the value of a slot.
// Answers of a later layer replace those of earlier ones to the same question.
type Reading struct {
	Fact     string  `yaml:"fact,omitempty"`
	Entry    string  `yaml:"entry,omitempty"`
	Question string  `yaml:"question,omitempty"` // of Entry
	Choice   string  `yaml:"choice,omitempty"`   // of the fact or question
	Slot     string  `yaml:"slot,omitempty"`
	Value    string  `yaml:"value,omitempty"` // the key of the line with the value of the slot
	If       []Reads `yaml:"if"`              // all of them have to hold
}

// Reads is a condition on a line of the output: that its value is one of Is, or a
// version within bounds.
type Reads struct {
	Key   string   `yaml:"key"`
	Is    []string `yaml:"is,omitempty"`
	From  string   `yaml:"from,omitempty"`  // the version or a later one
	Below string   `yaml:"below,omitempty"` // an earlier version
}

// None is the value of a line for what the server does not have.
const None = "none"

// holds reports whether values of an output meet the condition.
func (r Reads) holds(values map[string]string) bool {
	value, ok := values[r.Key]
	if !ok || len(r.Is) > 0 && !slices.ContainsFunc(r.Is, func(s string) bool { return strings.EqualFold(s, value) }) {
		return false
	}
	version, isVersion := parseVersion(value)
	for _, bound := range []string{r.From, r.Below} {
		limit, _ := parseVersion(bound)
		if later := slices.Compare(version, limit) >= 0; bound != "" && (!isVersion || later != (bound == r.From)) {
			return false
		}
	}
	return true
}

// versionForm matches a version at the beginning of a value. The name of a branch
// may follow, as in "10.0.17763.1 (WinBuild.160101.0800)".
var versionForm = regexp.MustCompile(`^\d{1,9}(?:\.\d{1,9}){0,5}(?:\s|$)`)

// parseVersion returns the numbers of a version.
func parseVersion(s string) (numbers []int, ok bool) {
	form := strings.TrimSpace(versionForm.FindString(s))
	if form == "" {
		return nil, false
	}
	for part := range strings.SplitSeq(form, ".") {
		n, _ := strconv.Atoi(part) // the form leaves nothing to fail
		numbers = append(numbers, n)
	}
	return numbers, true
}

// subject returns what the reading is about, the same for all answers to a
// question.
func (r Reading) subject() string {
	return strings.Join([]string{r.Fact, r.Entry, r.Question, r.Slot}, "/")
}

// Collector returns the collector, or nil if no layer has one.
func (b *Base) Collector() *Collector { return b.collector }

// CanAnswer reports whether the output of the collector may answer the question
// of an entry, or the one about a fact if the question has its ID.
func (c *Collector) CanAnswer(entry, question string) bool {
	return c != nil && slices.ContainsFunc(c.Answers, func(r Reading) bool {
		return r.Fact == question && r.Fact != "" || r.Entry == entry && r.Question == question
	})
}

// Says returns what values of an output say: of the answers to a question the
// first whose conditions hold.
func (c *Collector) Says(values map[string]string) (all []Reading) {
	fails := func(r Reads) bool { return !r.holds(values) }
	for _, r := range c.Answers {
		same := func(o Reading) bool { return o.subject() == r.subject() }
		if slices.ContainsFunc(all, same) || slices.ContainsFunc(r.If, fails) || r.Slot != "" && cmp.Or(values[r.Value], None) == None {
			continue
		}
		all = append(all, r)
	}
	return all
}

// A collectorPart is the collector of one layer.
type collectorPart struct {
	Collector
	at place
}

// readCollector reads the file of the collector.
func readCollector(file string, data []byte) batch {
	c, at, mistakes := readShape[Collector](file, data)
	if len(mistakes) > 0 {
		return batch{mistakes: mistakes}
	}
	return batch{collectors: []collectorPart{{c, at}}, mistakes: lintCollector(at, &c)}
}

// compileCollector joins the collectors of the layers. It leaves out what they
// say of the questions of entries that a later layer has replaced.
func compileCollector(parts []collectorPart, entries map[string]*Entry) *Collector {
	if len(parts) == 0 {
		return nil
	}
	var c Collector
	for _, p := range parts {
		c.Script = cmp.Or(p.Script, c.Script)
		c.Lines = append(c.Lines, p.Lines...)
		replaced := func(r Reading) bool {
			return slices.ContainsFunc(p.Answers, func(o Reading) bool { return o.subject() == r.subject() })
		}
		c.Answers = append(slices.DeleteFunc(c.Answers, replaced), p.Answers...)
	}
	c.Lines = overlayBy(c.Lines, func(l Line) string { return l.Key })
	c.Answers = slices.DeleteFunc(c.Answers, func(r Reading) bool { return r.Entry != "" && r.choice(entries[r.Entry]) == nil })
	return &c
}

// choice returns the choice of an entry that the reading names, or nil.
func (r Reading) choice(e *Entry) (found *Choice) {
	if e == nil {
		return nil
	}
	in := func(q *Question) {
		for i := range q.Choices {
			if q.ID == r.Question && q.Choices[i].ID == r.Choice {
				found = &q.Choices[i]
			}
		}
	}
	for i := range e.Ask {
		in(&e.Ask[i])
	}
	e.eachStep(place{}, func(_ place, s *Step) {
		if s.Ask != nil {
			in(s.Ask)
		}
	})
	return found
}
