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
	Probe    *probe // a text that was asked about
	Places   []bot.ChannelView
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
	missing
}

// A missing is what the present entries make of a text.
type missing struct {
	Near       []hit
	Doubts     []sentence
	Why        reasons
	Recognized bool
	View       view
	key, value string // of the address of an editor that begins with the text
}

// A probe is a text that is explained although it is not recorded.
type probe struct {
	Text  string
	Place bot.Place // where it was written; the zero Place is a channel that is on
	ToBot bool      // it mentions the bot
	Band  string
	Quiet *sentence // why the bot posts nothing there, whatever it finds
	missing
}

// Editor returns the address of an editor that begins with the text: that of a file, or
// of a new entry.
func (m missing) Editor(file string) string {
	return m.View.draft(file, map[string]string{m.key: m.value})
}

// Of returns the address of the page with the groups of another state.
func (p unansweredPage) Of(state bot.MarkState) string {
	return p.View.address("/unanswered", map[string]string{"state": string(state), "q": p.Query})
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
	if err := c.probe(r, &page); err != nil {
		c.deny(w, r, err)
		return
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
	return slices.ContainsFunc(g.All, func(u bot.Unanswered) bool { return hasAll(u.Text+"\n"+u.Place.Channel, words) })
}

// hasAll reports whether a text has all words, which are in lowercase.
func hasAll(text string, words []string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// unansweredGroup explains the latest message of a group.
func (c *Console) unansweredGroup(g bot.UnansweredGroup, v view) unansweredGroup {
	shown := unansweredGroup{UnansweredGroup: g, Texts: g.Wordings(maxWordings)}
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
	shown.missing = c.judge(v, c.explainAt(latest.Text, latest.Place, latest.Why != bot.MissNear))
	shown.key, shown.value = "question", string(latest.ID)
	return shown
}

// explainAt explains a text that was written in a channel, or in private.
func (c *Console) explainAt(text string, place bot.Place, toBot bool) bot.Explanation {
	return c.library.Explain(bot.Message{Text: text, Addressed: toBot, Head: bot.Head{
		Direct: place.Channel == "", Thread: bot.Thread{Adapter: place.Adapter, Workspace: place.Workspace, Channel: place.Channel},
	}})
}

func (c *Console) judge(v view, e bot.Explanation) missing {
	m := missing{Near: hits(v, e.Result.Hits), Why: c.reasons(e, v.Lang), Recognized: e.Result.Band.String() != "silent", View: v}
	m.Doubts, m.Why.Doubts = m.Why.Doubts, nil
	return m
}

// probe adds the channels in which a text may have been written, and the explanation of
// the one that the address has.
func (c *Console) probe(r *http.Request, page *unansweredPage) error {
	found, err := c.operations.Channels(r.Context(), page.View.Lang)
	if err != nil {
		return err
	}
	page.Places = slices.DeleteFunc(found.All, func(one bot.ChannelView) bool { return one.Adapter == "" || !c.mayShow(one.Adapter) })
	text, err := c.asked(r)
	if err != nil || text == "" {
		return err
	}
	q := r.URL.Query()
	p := probe{Text: text, ToBot: q.Get("bot") != ""}
	if i := slices.IndexFunc(page.Places, func(one bot.ChannelView) bool { return placeValue(one.Place) == q.Get("place") }); i >= 0 {
		p.Place = page.Places[i].Place
	}
	e := c.explainAt(text, p.Place, p.ToBot)
	p.missing, p.Band = c.judge(page.View, e), e.Result.Band.String()
	if p.Place != (bot.Place{}) {
		p.Quiet = whyQuiet(e, p.ToBot)
	}
	p.key, p.value = "text", text
	page.Probe = &p
	return nil
}

// placeValue returns a channel as a value of a form.
func placeValue(p bot.Place) string { return p.Adapter + " " + p.Workspace + " " + p.Channel }

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
