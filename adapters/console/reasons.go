package console

import (
	"strings"

	"mabsbot/bot"
	"mabsbot/kb"
)

// A sentence is a text of the locale with its values.
type sentence struct {
	Key  string
	Args []any
}

func say(key string, args ...any) sentence { return sentence{key, args} }

// The settings that keep the bot from posting in a channel.
const (
	channelMode = "bot.channels[].mode"
	defaultMode = "bot.default_mode"
	setMode     = "mode" // of the channel's rules, as "/mabs admin" and Channel rules call it
)

// whyQuiet returns why the bot posts nothing about a message, whatever it finds, or
// nil. spoken means that the message is directed at the bot.
func whyQuiet(e bot.Explanation, spoken bool) *sentence {
	mode := e.Channel.Mode
	if !e.Muted.IsZero() && !spoken && mode != bot.ModeOff {
		s := say("muted_until", minuteOf(e.Muted.Unix()))
		return &s
	}
	if mode == "" || mode == bot.ModeOn || mode == bot.ModeMention && spoken {
		return nil
	}
	setting := defaultMode
	switch {
	case e.Set:
		setting = setMode
	case e.Listed:
		setting = channelMode
	}
	s := say("mode_"+string(mode), setting)
	return &s
}

// reasons are what the matcher found in a text, and what it missed.
type reasons struct {
	Found   []foundKind
	Codes   []foundCode
	Block   *sentence
	Says    []string // frames of the best entry, as words
	Almost  string   // a frame of which one concept is missing
	Lacks   string   // that concept
	Nearest *kb.Entry
	Asked   *sentence // the odds of a question
	Similar *sentence // the text and how people put the entry
	For     []signal
	Against []signal
	Doubts  []sentence
}

// Any reports whether there is anything to show.
func (r reasons) Any() bool {
	return len(r.Found)+len(r.Codes)+len(r.Says)+len(r.For)+len(r.Against) > 0 || r.Block != nil || r.Lacks != "" || r.Nearest != nil || r.Asked != nil
}

// A foundKind is the concepts of one kind.
type foundKind struct {
	Kind  string
	Words []foundConcept
}

// A foundConcept is a concept, and the words of the text that say it.
type foundConcept struct{ Name, Text string }

type foundCode struct {
	Text    string
	Role    string
	Entry   *kb.Entry // of another error
	Against bool
}

// A signal is what the linear model of the matcher weighs.
type signal struct {
	Text   sentence
	Weight float64
}

// reasons returns the reasons of a match in a language.
func (c *Console) reasons(e bot.Explanation, lang string) reasons {
	r := reasons{Found: c.concepts(e, lang), Says: c.frames(e.Frames, lang)}
	for _, code := range e.Codes {
		f := foundCode{Text: code.Text, Role: string(code.Role), Against: code.Against}
		if f.Role == "sibling" && len(code.Entries) > 0 {
			f.Entry = code.Entries[0]
		}
		r.Codes = append(r.Codes, f)
	}
	if b := e.Block; b != nil {
		key := "block_line"
		if b.Quoted {
			key = "block_quotation"
		}
		s := say(key, cut(strings.TrimSpace(b.Text)))
		r.Block = &s
	}
	if e.Lacks != "" {
		r.Almost, r.Lacks = c.names(e.Almost, lang), c.library.Concept(e.Lacks, lang)
	}
	if e.Entry != nil && (len(e.Result.Hits) == 0 || e.Entry != e.Result.Hits[0].Entry) {
		r.Nearest = e.Entry
	}
	if e.Asked > 0 && e.Result.Band.String() != "sure" {
		s := say("odds_likely", percent(e.Asked), percent(e.Needed))
		if e.Anyway != "" {
			s = say("odds_"+e.Anyway, percent(e.Asked), percent(e.Needed))
		}
		r.Asked = &s
		if e.Similar.Own > 0 {
			s := say("similar_value", percent(e.Similar.Own), percent(e.Similar.Other))
			r.Similar = &s
		}
		r.For, r.Against = c.signals(e, lang)
	}
	for _, d := range e.Doubts {
		r.Doubts = append(r.Doubts, doubt(d, lang))
	}
	return r
}

// cut shortens a block of a text to what is enough to find it.
func cut(text string) string {
	if len(text) <= contextBytes {
		return text
	}
	return text[:boundary(text, contextBytes)] + "…"
}

// concepts returns the concepts of a text by kind.
func (c *Console) concepts(e bot.Explanation, lang string) (all []foundKind) {
	for _, kind := range []string{"object", "operation", "symptom", "stance"} {
		f := foundKind{Kind: kind}
		for _, found := range e.Concepts {
			if found.Kind.String() == kind {
				f.Words = append(f.Words, foundConcept{c.library.Concept(found.ID, lang), found.Text})
			}
		}
		if f.Words != nil {
			all = append(all, f)
		}
	}
	return all
}

func (c *Console) frames(frames [][]string, lang string) (all []string) {
	for _, f := range frames {
		all = append(all, c.names(f, lang))
	}
	return all
}

// names joins the names of concepts.
func (c *Console) names(ids []string, lang string) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = c.library.Concept(id, lang)
	}
	return strings.Join(words, " + ")
}

// signals returns what the linear model weighs for and against a question.
func (c *Console) signals(e bot.Explanation, lang string) (pro, con []signal) {
	for _, s := range e.For {
		pro = append(pro, signal{c.signal(string(s.Kind), s.Words, lang), s.Weight})
	}
	for _, s := range e.Against {
		con = append(con, signal{c.signal(string(s.Kind), s.Words, lang), s.Weight})
	}
	return pro, con
}

// signal says what a feature of a kind is.
func (c *Console) signal(kind string, words []string, lang string) sentence {
	switch kind {
	case "words":
		return say("signal_words", words[0])
	case "concepts":
		return say("signal_concepts", c.names(words, lang))
	case "length":
		return say("signal_length")
	}
	return say("signal_" + kind + "_" + words[0])
}

// doubt says why there is no answer.
func doubt(d kb.Doubt, lang string) sentence {
	kind := string(d.Kind)
	switch kind {
	case "part", "odds", "question":
		return say("doubt_"+kind, percent(d.Has), percent(d.Needs))
	case "code":
		return say("doubt_code", d.Text)
	case "rival":
		name := ""
		if d.Entry != nil {
			name = d.Entry.Title.In(lang, english)
		}
		return say("doubt_rival", name)
	}
	return say("doubt_" + kind)
}
