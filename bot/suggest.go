package bot

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// Suggest implements Library. It matches subsequences, which suits a query in
// progress: "refstr" is well on the way to "ReFS trimming". For error texts see
// kb.Base.Match.
func (b *Bot) Suggest(query, lang string, limit int) []Suggestion {
	return suggest(b.base(), b.locales, query, lang, limit)
}

// A target is a suggestion under one of its names.
type target struct {
	name       string // the text that the query is compared with
	suggestion Suggestion
}

func suggest(base *kb.Base, locales locale.Locales, query, lang string, limit int) []Suggestion {
	query = strings.TrimSpace(query)
	targets := targets(base, locales.Get(lang), query)
	if query == "" {
		return take(targets, limit)
	}
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	found := fuzzy.Find(query, names)
	prefer(found, strings.ToLower(query))
	var best []target
	for _, m := range found {
		t := targets[m.Index]
		if t.name == t.suggestion.Label {
			t.suggestion.Matched = m.MatchedIndexes
		}
		best = append(best, t)
	}
	return take(best, limit)
}

// prefer moves names that contain the whole query before those that contain its
// letters apart. Within both groups it keeps the order of fuzzy.
func prefer(found fuzzy.Matches, query string) {
	rank := func(m fuzzy.Match) int {
		switch at := strings.Index(strings.ToLower(m.Str), query); {
		case at == 0:
			return 0
		case at > 0:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(found, func(a, b fuzzy.Match) int { return cmp.Compare(rank(a), rank(b)) })
}

// take returns the first target of each value.
func take(targets []target, limit int) []Suggestion {
	var all []Suggestion
	seen := map[string]bool{}
	for _, t := range targets {
		if len(all) == limit {
			break
		}
		if !seen[t.suggestion.Value] {
			seen[t.suggestion.Value] = true
			all = append(all, t.suggestion)
		}
	}
	return all
}

// targets returns the subcommands and the entries, the latter by title, code
// and symbol.
func targets(base *kb.Base, l *locale.Locale, query string) []target {
	var all []target
	for line := range strings.Lines(l.Text("help_rows")) {
		command, meaning, _ := strings.Cut(strings.TrimSpace(line), " | ")
		value, ok := strings.CutPrefix(command, "/mabs ")
		fixed := len(strings.Fields(value)) <= 2 // otherwise it ends with text of one's own
		if ok && fixed && (query == "" || !strings.HasPrefix(value, "0x")) {
			all = append(all, target{value, Suggestion{Value: value, Label: value, Detail: meaning}})
		}
	}
	for _, e := range base.Entries() {
		s := Suggestion{Value: e.ID, Label: e.Title.In(l.Lang, locale.English), Detail: base.Area(e.Area, l.Lang, locale.English)}
		s.Label = fill(s.Label, nil)
		all = append(all, target{s.Label, s})
		for _, name := range slices.Concat(e.Codes, e.Symbols) {
			all = append(all, target{name, Suggestion{Value: s.Value, Label: s.Label, Detail: name}})
		}
		for _, v := range e.Title {
			if title := fill(v.Text, nil); title != s.Label {
				all = append(all, target{title, s})
			}
		}
	}
	return all
}
