package bot

import (
	"slices"
	"time"
)

// An UnansweredGroup is unanswered messages that are alike: they have the same key.
type UnansweredGroup struct {
	Key         string
	State       MarkState    // "" if it is open
	All         []Unanswered // the latest first
	First, Last time.Time
}

// GroupUnanswered groups messages, which begin with the latest, by their keys. The group
// with the latest message comes first. A group that is done is open again once a message
// follows the mark.
func GroupUnanswered(all []Unanswered, marks []Mark) []UnansweredGroup {
	state := map[string]Mark{}
	for _, m := range marks {
		state[m.Key] = m
	}
	var groups []UnansweredGroup
	at := map[string]int{}
	for _, u := range all {
		i, ok := at[u.Key]
		if !ok {
			i = len(groups)
			at[u.Key] = i
			groups = append(groups, UnansweredGroup{Key: u.Key, First: u.At, Last: u.At})
		}
		g := &groups[i]
		g.All = append(g.All, u)
		if u.At.Before(g.First) {
			g.First = u.At
		}
		if u.At.After(g.Last) {
			g.Last = u.At
		}
	}
	for i := range groups {
		g := &groups[i]
		if m := state[g.Key]; m.State == MarkIgnored || m.State == MarkDone && !g.Last.After(m.At) {
			g.State = m.State
		}
	}
	slices.SortStableFunc(groups, func(a, b UnansweredGroup) int { return b.Last.Compare(a.Last) })
	return groups
}

// Wordings returns at most limit different texts of the group, the latest first.
func (g *UnansweredGroup) Wordings(limit int) (all []string) {
	for _, u := range g.All {
		if len(all) < limit && !slices.Contains(all, u.Text) {
			all = append(all, u.Text)
		}
	}
	return all
}
