package kb

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"mabsbot/kb/match"
)

// WriteExplanation writes a result with its reasons for a person to read.
func WriteExplanation(w io.Writer, b *Base, e Explanation) error {
	p := bufio.NewWriter(w)
	writeResult(p, e.Result)
	r := reasons{Writer: p, base: b, e: e}
	r.concepts()
	r.codes()
	if e.Block != nil {
		kind := "line"
		if e.Block.Quoted {
			kind = "quotation"
		}
		r.line("decided by", "the "+kind+" "+quote(e.Block.Text))
	}
	r.frames()
	r.signals()
	r.doubts()
	return p.Flush()
}

// maxQuoted is how many characters of a text are shown as an example of it.
const maxQuoted = 100

// quote quotes the beginning of a text.
func quote(text string) string {
	r := []rune(text)
	if len(r) > maxQuoted {
		text = string(r[:maxQuoted]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// reasons writes the parts of an explanation.
type reasons struct {
	io.Writer
	base *Base
	e    Explanation
}

func (r reasons) line(name, text string) { fmt.Fprintf(r, "%-12s %s\n", name, text) }

// concepts writes a line for each kind of concept.
func (r reasons) concepts() {
	for kind, name := range match.ConceptKinds {
		var found []string
		for _, c := range r.e.Concepts {
			if c.Kind == match.ConceptKind(kind) {
				found = append(found, r.base.ConceptWord(c.ID, idLanguage)+" "+quote(c.Text))
			}
		}
		if found != nil {
			r.line(name+"s", strings.Join(found, ", "))
		}
	}
}

// roleText says what a code is for the best entry.
var roleText = map[match.CodeRole]string{
	match.RoleOwn:       "its code",
	match.RoleCompanion: "appears with the error",
	match.RoleSibling:   "the code of another error",
	match.RoleUnknown:   "not a known code",
}

func (r reasons) codes() {
	for _, c := range r.e.Codes {
		text := quote(c.Text) + " " + roleText[c.Role]
		if c.Role == match.RoleSibling && len(c.Entries) > 0 {
			text += ", " + c.Entries[0].ID
		}
		switch {
		case c.Against:
			text += ", counts against it"
		case c.Role != match.RoleOwn:
			text += ", does not count"
		}
		r.line("code", text)
	}
}

// frames writes what the text says of the entry, or almost says.
func (r reasons) frames() {
	if r.e.Entry != nil && (len(r.e.Result.Hits) == 0 || r.e.Entry != r.e.Result.Hits[0].Entry) {
		r.line("nearest", r.e.Entry.ID)
	}
	for _, f := range r.e.Frames {
		r.line("says", r.names(f))
	}
	if r.e.Lacks != "" {
		r.line("almost says", r.names(r.e.Almost)+"; would need: "+r.base.ConceptWord(r.e.Lacks, idLanguage))
	}
}

// names joins the words of concepts.
func (r reasons) names(concepts []string) string {
	words := make([]string, len(concepts))
	for i, id := range concepts {
		words[i] = r.base.ConceptWord(id, idLanguage)
	}
	return strings.Join(words, " + ")
}

// signals writes the odds of a question, and what decides them.
func (r reasons) signals() {
	if r.e.Asked == 0 || r.e.Result.Band == match.Sure {
		return
	}
	text := fmt.Sprintf("%s, needs %s", percent(r.e.Asked), percent(r.e.Needed))
	if r.e.Anyway != "" {
		text += ", but the text has a " + r.e.Anyway
	}
	r.line("question", text)
	if s := r.e.Similar; s.Own > 0 {
		r.line("similar", fmt.Sprintf("%s to how people put it, %s to the next", percent(s.Own), percent(s.Other)))
	}
	for _, side := range []struct {
		name    string
		signals []match.Signal
	}{{"for it", r.e.For}, {"against it", r.e.Against}} {
		var texts []string
		for _, s := range side.signals {
			texts = append(texts, fmt.Sprintf("%s %+.1f", r.signal(s), s.Weight))
		}
		if texts != nil {
			r.line(side.name, strings.Join(texts, ", "))
		}
	}
}

// signal says what a feature of the linear model is.
func (r reasons) signal(s match.Signal) string {
	switch s.Kind {
	case match.SignalConcepts:
		return r.names(s.Words)
	case match.SignalMissing:
		return "no " + s.Words[0]
	case match.SignalSeveral:
		return "several " + s.Words[0] + "s"
	case match.SignalCode:
		return map[string]string{"own": "a code of an error", "other": "an unknown code"}[s.Words[0]]
	case match.SignalLength:
		return "the length"
	}
	return quote(s.Words[0])
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// doubts writes why there is no answer, or not even a question.
func (r reasons) doubts() {
	name := "not sure"
	if r.e.Result.Band == match.Silent {
		name = "silent"
	}
	for _, d := range r.e.Doubts {
		r.line(name, doubtText(d))
		name = ""
	}
}

// doubtText says why there is no answer.
func doubtText(d Doubt) string {
	switch d.Kind {
	case match.DoubtUnrelated:
		return "too little in common with any entry"
	case match.DoubtWords:
		return "no error message and no code, only words"
	case match.DoubtPart:
		return fmt.Sprintf("only a part of the message: %s, needs %s", percent(d.Has), percent(d.Needs))
	case match.DoubtAround:
		return "the words around the message make another message of it"
	case match.DoubtOdds:
		return fmt.Sprintf("too unlikely for an answer: %s, needs %s", percent(d.Has), percent(d.Needs))
	case match.DoubtRival:
		if d.Entry != nil {
			return "another entry is as near: " + d.Entry.ID
		}
		return "another entry is as near"
	case match.DoubtCode:
		return "the code of another error: " + d.Text
	case match.DoubtCounterexample:
		return "a text that is known to look like this error and be none"
	case match.DoubtConflict:
		return "the code or symbol of one error, with the message of another"
	case match.DoubtTalk:
		return "it reads like talk, not like a report of trouble"
	case match.DoubtQuestion:
		return fmt.Sprintf("too unlikely for a question: %s, needs %s", percent(d.Has), percent(d.Needs))
	}
	return string(d.Kind)
}
