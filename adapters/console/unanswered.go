package console

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"mabsbot/bot"
)

// The page of messages that the bot could not answer.

const (
	// maxGroups is how many groups the page lists: more than a person goes through at
	// once. Each is explained, which takes 1 ms.
	maxGroups = 50
	// maxWordings is how many different texts of a group are shown.
	maxWordings = 5
)

// groupStates are the states of groups that the page lists, the open ones first.
var groupStates = []bot.MarkState{"", bot.MarkIgnored, bot.MarkDone}

// An unansweredPage lists groups of alike messages.
type unansweredPage struct {
	frame
	State    bot.MarkState
	Query    string
	States   []groupState
	Groups   []unansweredGroup
	Found    int  // groups, with those that are not listed
	Withheld bool // as in shadows
}

// A groupState is a filter, with the number of its groups.
type groupState struct {
	State bot.MarkState
	N     int
}

// An unansweredGroup is a group as the page shows it.
type unansweredGroup struct {
	bot.UnansweredGroup
	Misses  []bot.Miss
	Places  []string
	Private bool // some were read by their author and the bot alone
	Texts   []string
	Near    []hit
	Doubts  []sentence
	Why     reasons
	View    view

	Recognized bool // by the present entries
}

// Editor returns the address of an editor that begins with the latest message of the
// group: that of a file, or of a new entry.
func (g unansweredGroup) Editor(file string) string {
	q := g.View.values()
	q.Set("question", string(g.All[0].ID))
	if file == "" {
		return "/kb/new?" + q.Encode()
	}
	return "/kb/" + file + "/edit?" + q.Encode()
}

// Of returns the address of the page with the groups of another state.
func (p unansweredPage) Of(state bot.MarkState) string {
	q := p.View.values()
	for key, value := range map[string]string{"state": string(state), "q": p.Query} {
		if value != "" {
			q.Set(key, value)
		}
	}
	return "/unanswered?" + q.Encode()
}

// Left returns how many groups are not listed.
func (p unansweredPage) Left() int { return p.Found - len(p.Groups) }

func (c *Console) unanswered(w http.ResponseWriter, r *http.Request) {
	groups, withheld, err := c.unansweredGroups(r.Context())
	if err != nil {
		c.deny(w, r, err)
		return
	}
	q := r.URL.Query()
	page := unansweredPage{frame: c.frame(c.view(r), "/unanswered", "unanswered"), Query: cutQuery(q.Get("q")), Withheld: withheld}
	if state := bot.MarkState(q.Get("state")); slices.Contains(groupStates, state) {
		page.State = state
	}
	words := strings.Fields(strings.ToLower(page.Query))
	counts := map[bot.MarkState]int{}
	for _, g := range groups {
		if !saysAll(g, words) {
			continue
		}
		counts[g.State]++
		if g.State == page.State && counts[g.State] <= maxGroups {
			page.Groups = append(page.Groups, c.unansweredGroup(g, page.View))
		}
	}
	page.Found = counts[page.State]
	for _, state := range groupStates {
		page.States = append(page.States, groupState{state, counts[state]})
	}
	c.show(w, http.StatusOK, page.View.Lang, "unanswered", page)
}

// unansweredGroups returns the groups of all messages that pages may show.
func (c *Console) unansweredGroups(ctx context.Context) (groups []bot.UnansweredGroup, withheld bool, err error) {
	all, err := c.operations.Unanswered(ctx)
	if err != nil {
		return nil, false, err
	}
	marks, err := c.operations.Marks(ctx)
	if err != nil {
		return nil, false, err
	}
	n := len(all)
	all = slices.DeleteFunc(all, func(u bot.Unanswered) bool { return !c.mayShow(u.Place.Adapter) })
	return bot.GroupUnanswered(all, marks), len(all) < n, nil
}

// saysAll reports whether a message of a group, or its channel, has all words, which are
// in lowercase.
func saysAll(g bot.UnansweredGroup, words []string) bool {
	return slices.ContainsFunc(g.All, func(u bot.Unanswered) bool {
		text := strings.ToLower(u.Text + "\n" + u.Place.Channel)
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
}

// unansweredGroup explains the latest message of a group.
func (c *Console) unansweredGroup(g bot.UnansweredGroup, v view) unansweredGroup {
	shown := unansweredGroup{UnansweredGroup: g, Texts: g.Wordings(maxWordings), View: v}
	for _, u := range g.All {
		if !slices.Contains(shown.Misses, u.Why) {
			shown.Misses = append(shown.Misses, u.Why)
		}
		if u.Place.Channel == "" {
			shown.Private = true
		} else if place := u.Place.Adapter + " · " + u.Place.Channel; !slices.Contains(shown.Places, place) {
			shown.Places = append(shown.Places, place)
		}
	}
	latest := g.All[0]
	e := c.library.Explain(bot.Message{Text: latest.Text, Addressed: latest.Why != bot.MissNear, Head: bot.Head{
		Direct: latest.Place.Channel == "", Thread: bot.Thread{Adapter: latest.Place.Adapter, Workspace: latest.Place.Workspace, Channel: latest.Place.Channel},
	}})
	shown.Near, shown.Why = hits(v, e.Result.Hits), c.reasons(e, v.Lang)
	shown.Recognized = e.Result.Band.String() != "silent"
	shown.Doubts, shown.Why.Doubts = shown.Why.Doubts, nil
	return shown
}

// A markForm is what the page sends to ignore a group, to say that it is done, or to
// open it again.
type markForm struct {
	Key   string        `json:"key"`
	State bot.MarkState `json:"state"`
}

// markGroup changes the state of a group. The audit log has who did it.
func (c *Console) markGroup(w http.ResponseWriter, r *http.Request) {
	f, err := decode[markForm](w, r)
	if err == nil && !slices.Contains(groupStates, f.State) {
		err = errBadRequest
	}
	if err == nil {
		err = c.mark(r.Context(), f)
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.recordAudit(r, map[bot.MarkState]bot.AuditKind{"": bot.AuditReopen, bot.MarkIgnored: bot.AuditIgnore, bot.MarkDone: bot.AuditDone}[f.State], bot.Place{}, f.Key)
	reply(w, http.StatusOK, answer{})
}

// mark marks a group that pages may show.
func (c *Console) mark(ctx context.Context, f markForm) error {
	groups, _, err := c.unansweredGroups(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(groups, func(g bot.UnansweredGroup) bool { return g.Key == f.Key }) {
		return errNoGroup
	}
	return c.operations.SetMark(ctx, f.Key, f.State)
}
