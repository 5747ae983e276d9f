package console

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"time"

	"mabsbot/bot"
)

// The report on channels in shadow mode: what the bot would have said there, and what
// people think of it.

// maxShadowPosts is how many recorded posts a page has. Older ones are on further pages.
const maxShadowPosts = 50

// A shadows page shows what the bot would have posted.
type shadows struct {
	frame
	Watched  []shadowChannel
	All      []verdict // of all channels, if there are several
	Only     string    // the channel to which the list is limited, or ""
	Posts    []shadowPost
	Older    string // the address of the next page, or ""
	Withheld bool   // there are others, which are not shown without a password
}

// A shadowChannel is a channel with what was recorded there.
type shadowChannel struct {
	bot.ChannelView
	Mode     rule
	Verdicts []verdict
	URL      string // of the list of its posts
}

// CanSwitch reports whether the channel can be switched on.
func (c shadowChannel) CanSwitch() bool { return c.Policy.Mode != bot.ModeOn }

// A verdict is what people think of the answers with a result.
type verdict struct {
	Result          string
	N, Right, Wrong int
}

// Precision says how many answers are right.
func (v verdict) Precision() sentence {
	voted := v.Right + v.Wrong
	if voted == 0 {
		return sentence{Key: "votes_none"}
	}
	return sentence{"votes_precision", []any{v.Right, voted, int(math.Floor(100 * bot.LowerBound(v.Right, voted)))}}
}

// A shadowPost is one reply that was recorded and never sent.
type shadowPost struct {
	bot.Post
	row
	Vote *bot.Vote // nil if it cannot be voted on
}

// Answer returns the address of the entry that the answer is from, or "".
func (p shadowPost) Answer() string {
	if p.Question.Entry == "" {
		return ""
	}
	return "/kb/" + url.PathEscape(p.Question.Entry) + "?" + p.View.values().Encode()
}

// Correct returns the address of an editor that begins with the message: as a
// counterexample of the entry that it led to, or as an example of a new one.
func (p shadowPost) Correct() string {
	begin := map[string]string{"text": p.Question.Text}
	if p.Question.Entry != "" {
		begin["not"] = "1"
	}
	return p.View.draft(url.PathEscape(p.Question.Entry), begin)
}

// Unanswered returns the address of the page that finds the message and the entries that
// are nearest to it.
func (p shadowPost) Unanswered() string {
	return p.View.address("/unanswered", map[string]string{"text": p.Question.Text})
}

// Voter returns the name of who voted.
func (p shadowPost) Voter() string { return voter(p.Vote.By) }

// shadow shows what the bot would have posted in the shadow channels of all
// platforms.
func (c *Console) shadow(w http.ResponseWriter, r *http.Request) {
	page := shadows{frame: c.frame(c.view(r), "/shadow", "shadow")}
	err := c.addVerdicts(r, &page)
	if err == nil {
		err = c.addShadowed(r, &page)
	}
	if err != nil {
		c.deny(w, r, err)
		return
	}
	c.show(w, http.StatusOK, page.View.Lang, "shadow", page)
}

// addVerdicts adds the channels with what people think of the answers.
func (c *Console) addVerdicts(r *http.Request, page *shadows) error {
	sums, err := c.operations.ShadowSums(r.Context())
	if err != nil {
		return err
	}
	found, err := c.operations.Channels(r.Context(), page.View.Lang)
	if err != nil {
		return err
	}
	verdicts := map[bot.Place]map[string]verdict{}
	all := map[string]verdict{}
	for _, s := range sums {
		if !c.mayShow(s.Adapter) {
			page.Withheld = true
			continue
		}
		if verdicts[s.Place] == nil {
			verdicts[s.Place] = map[string]verdict{}
		}
		v := all[s.Result]
		all[s.Result] = verdict{s.Result, v.N + s.N, v.Right + s.Right, v.Wrong + s.Wrong}
		verdicts[s.Place][s.Result] = verdict{s.Result, s.N, s.Right, s.Wrong}
	}
	for _, one := range found.All {
		if of := verdicts[one.Place]; of != nil {
			page.Watched = append(page.Watched, shadowChannel{one, modeRule(found, one), inOrder(of), page.in(one.Place, "")})
		}
	}
	if len(page.Watched) > 1 {
		page.All = inOrder(all)
	}
	return nil
}

// inOrder returns verdicts in the order of how much the bot would have said.
func inOrder(of map[string]verdict) (all []verdict) {
	for _, result := range []string{bot.ResultSure, bot.ResultLikely, bot.ResultUnmatched} {
		if v, ok := of[result]; ok {
			all = append(all, v)
		}
	}
	return all
}

// in returns the address of the list of a channel, before a post.
func (p shadows) in(place bot.Place, before bot.PostID) string {
	return p.View.address("/shadow", map[string]string{"adapter": place.Adapter, "workspace": place.Workspace, "channel": place.Channel, "before": string(before)})
}

// placeOf returns the channel that a request asks for, or the zero Place.
func placeOf(q url.Values) bot.Place {
	return bot.Place{Adapter: cutQuery(q.Get("adapter")), Workspace: cutQuery(q.Get("workspace")), Channel: cutQuery(q.Get("channel"))}
}

// addShadowed adds the recorded posts with their votes.
func (c *Console) addShadowed(r *http.Request, page *shadows) error {
	q := bot.ShadowQuery{Place: placeOf(r.URL.Query()), Before: bot.PostID(cutQuery(r.URL.Query().Get("before"))), Limit: maxShadowPosts + 1}
	posts, err := c.operations.Shadowed(r.Context(), q)
	if err != nil {
		return err
	}
	page.Only = q.Channel
	if len(posts) > maxShadowPosts {
		posts = posts[:maxShadowPosts]
		page.Older = page.in(q.Place, posts[maxShadowPosts-1].ID)
	}
	votes, err := c.votesOn(r, posts)
	if err != nil {
		return err
	}
	c.mu.RLock()
	name := c.ws.name
	c.mu.RUnlock()
	for _, p := range posts {
		if !c.mayShow(p.Thread.Adapter) {
			page.Withheld = true
			continue
		}
		m := &message{Thread: p.Thread, Post: p.ID, Reply: p.Reply}
		one := shadowPost{Post: p, row: row{message: m, View: page.View, Shadow: true, Link: c.linker(page.View, name)}}
		if v, ok := votes[p.ID]; ok {
			one.Vote = &v
		}
		page.Posts = append(page.Posts, one)
	}
	return nil
}

func (c *Console) votesOn(r *http.Request, posts []bot.Post) (map[bot.PostID]bot.Vote, error) {
	q := bot.VoteQuery{Posts: []bot.PostID{}, Limit: len(posts)}
	for _, p := range posts {
		if p.Question != nil && p.Question.Result != "" {
			q.Posts = append(q.Posts, p.ID)
		}
	}
	if len(q.Posts) == 0 {
		return nil, nil
	}
	all, err := c.operations.Votes(r.Context(), q)
	votes := map[bot.PostID]bot.Vote{}
	for _, v := range all {
		votes[v.Post] = v
	}
	return votes, err
}

// A voteForm is what the page sends for a vote.
type voteForm struct {
	Post bot.PostID `json:"post"`
	Vote string     `json:"vote"`
}

// vote records whether an answer is right.
func (c *Console) vote(w http.ResponseWriter, r *http.Request) {
	f, err := decode[voteForm](w, r)
	if err == nil && f.Vote != "right" && f.Vote != "wrong" {
		err = errBadRequest
	}
	if err == nil {
		err = c.castVote(r, f)
	}
	if errors.Is(err, bot.ErrNoVote) {
		err = errNoAnswer
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	reply(w, http.StatusOK, answer{ID: string(f.Post)})
}

func (c *Console) castVote(r *http.Request, f voteForm) error {
	of, err := c.operations.Votes(r.Context(), bot.VoteQuery{Posts: []bot.PostID{f.Post}, Limit: 1})
	switch {
	case err != nil:
		return err
	case len(of) == 0 || !c.mayShow(of[0].Adapter):
		return bot.ErrNoVote
	}
	return c.operations.Vote(r.Context(), f.Post, f.Vote == "right", userOf(accountOf(r)))
}

// maxVotes is how many votes an export has: more than people cast in ShadowDays.
const maxVotes = 100_000

// A castVote is a vote as it is exported, without the text of the message.
type castVote struct {
	Voted     string `json:"voted"`
	By        string `json:"by"`
	Vote      string `json:"vote"` // right or wrong
	Result    string `json:"result"`
	Entry     string `json:"entry"`
	Asked     string `json:"asked"`
	Adapter   string `json:"adapter"`
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
}

// castVotes returns all votes, latest first.
func (c *Console) castVotes(r *http.Request) ([]castVote, error) {
	votes, err := c.operations.Votes(r.Context(), bot.VoteQuery{Limit: maxVotes})
	if err != nil {
		return nil, err
	}
	all := []castVote{}
	for _, v := range votes {
		if !c.mayShow(v.Adapter) {
			continue
		}
		vote := "wrong"
		if v.Right {
			vote = "right"
		}
		all = append(all, castVote{v.Voted.UTC().Format(time.RFC3339), voter(v.By), vote, v.Result, v.Entry, v.At.UTC().Format(time.RFC3339), v.Adapter, v.Workspace, v.Channel})
	}
	return all, nil
}

// voter returns the name of who voted.
func voter(by bot.User) string {
	if by.Name != "" {
		return by.Name
	}
	return by.ID
}

func (c *Console) shadowJSON(w http.ResponseWriter, r *http.Request) {
	votes, err := c.castVotes(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	writeJSON(w, "mabsbot-votes.json", votes)
}

func (c *Console) shadowCSV(w http.ResponseWriter, r *http.Request) {
	votes, err := c.castVotes(r)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	rows := [][]string{{"voted", "by", "vote", "result", "entry", "asked", "adapter", "workspace", "channel"}}
	for _, v := range votes {
		rows = append(rows, []string{v.Voted, cell(v.By), v.Vote, v.Result, cell(v.Entry), v.Asked, v.Adapter, cell(v.Workspace), cell(v.Channel)})
	}
	writeCSV(w, "mabsbot-votes.csv", rows)
}
