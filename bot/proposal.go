package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabsbot/bot/locale"
	"mabsbot/kb/match"
)

// Supervised channels. What the bot would answer to an error is proposed to the
// team, and posted once a person publishes it. Nothing depends on a timer: the posts
// that say that a proposal expired are planned with it, and later ones replace them.

// proposalLife is how long a proposal can be published. After an hour the asker has
// gone on without an answer.
const proposalLife = time.Hour

// A Verdict is what became of a proposal.
type Verdict string

// The verdicts.
const (
	VerdictPublished Verdict = "published" // a person published it
	VerdictWrong     Verdict = "wrong"     // a person said that it is not the answer
	VerdictDropped   Verdict = "dropped"   // the asker no longer waits for it
)

// supervises reports whether the answer to a new question waits for a person. What
// only the asker sees does not, and neither does that the bot knows no answer.
func (d decision) supervises(w Walkthrough) bool {
	return d.channel.Mode == ModeSupervised && w.isNew && !w.Private && !strings.HasPrefix(w.Thread.Channel, DirectChannel) &&
		(w.Status == StatusWalking || w.Status == StatusChoosing)
}

// propose proposes the answer of a walkthrough to the team, and returns the
// walkthrough that waits for it.
func (d decision) propose(w Walkthrough) Walkthrough {
	c := d.cases(CaseQuery{New: true})
	if c == nil {
		return w
	}
	team := d.speaking(d.teamLanguage(w))
	there := Thread{Adapter: w.Thread.Adapter, Workspace: w.Thread.Workspace, Channel: d.handOverChannel(w), Root: d.newRoot()}
	p := &Case{Number: c.Last + 1, Of: w.Thread, For: w.Asker, Opened: d.now(), Title: team.proposedTitle(w)}
	p.For.Name = d.senderName(w)
	p.Brief = append(team.proposalHead(*p, w), d.proposed(w)...)
	t := Walkthrough{Thread: there, Status: StatusProposal, Lang: team.locale.Lang, Handover: p}
	p.Post = team.post(Post{Thread: there, Opens: true, Team: true, Reply: team.proposalReply(t)})
	t.Posts = []PostID{p.Post}
	if d.rules.Can.Edits {
		expired := team.reply(append(slices.Clone(p.Brief), smallPrint(team.expired(*p)))...)
		p.Reminder = team.post(Post{Thread: there, Replaces: p.Post, Delay: proposalLife, Reply: expired})
	}
	w.Status, w.Intro, w.Proposal = StatusProposed, false, p.Number
	p.Notice = d.post(Post{Thread: w.Thread, To: w.Asker, Delay: proposalLife, Reply: d.reply(d.viewExpired(w)...)})
	d.keep(t)
	return w
}

// proposedTitle names the error of a proposal for the team, without names of servers.
func (v voice) proposedTitle(w Walkthrough) string {
	if w.Entry == nil {
		return v.text("proposal_unsure")
	}
	return v.title(Walkthrough{Entry: w.Entry, Codes: w.Codes})
}

// proposalHead returns what the team reads above the proposed answer.
func (v voice) proposalHead(p Case, w Walkthrough) []Block {
	return []Block{
		heading(v.text("proposal", "name", p.For.name(), "title", p.Title)),
		{Kind: BlockQuote, Text: shorten(v.quote(w.Text), maxQuote)},
		{Kind: BlockThread, Text: v.text("handover_thread"), Thread: w.Thread},
		v.paragraph("proposal_answer"),
	}
}

// proposed returns the answer in the language of the asker. Its buttons do nothing
// for the team, so that only their labels are shown.
func (d decision) proposed(w Walkthrough) []Block {
	blocks := slices.Clone(d.readIn(w.Thread).liveReply(w).Blocks)
	for i, b := range blocks {
		if b.Kind != BlockChoices {
			continue
		}
		var labels []string
		for _, c := range b.Buttons {
			if !c.More {
				labels = append(labels, "["+c.Label+"]")
			}
		}
		blocks[i] = smallPrint(strings.Join(labels, " "))
	}
	return blocks
}

// proposalReply returns the team's post: the proposed answer, and what became of it.
func (v voice) proposalReply(t Walkthrough) Reply {
	p := *t.Handover
	blocks := slices.Clone(p.Brief)
	if t.Status == StatusProposalClosed {
		return v.reply(append(blocks, smallPrint(v.closedProposal(p)))...)
	}
	return v.reply(append(blocks, ask(v.text("proposal_ask")), choices(
		primary(v.caseButton(p, ActionApprove, "proposal_publish")), v.caseButton(p, ActionReject, "proposal_wrong")),
		smallPrint(v.text("proposal_until", "time", timeMark(p.expires()))))...)
}

// closedProposal says what became of a proposal.
func (v voice) closedProposal(p Case) string {
	key := map[Verdict]string{VerdictPublished: "proposal_published", VerdictWrong: "proposal_rejected", VerdictDropped: "proposal_dropped"}[p.Verdict]
	if p.Withdrawn {
		key = "case_withdrawn"
	}
	return v.text(key, "name", p.Closed.By.name(), "time", timeMark(p.Closed.At))
}

// expired says that a proposal can no longer be published.
func (v voice) expired(p Case) string {
	return v.text("proposal_expired", "time", timeMark(p.expires()))
}

// expires returns when a proposal expires, as a Unix time in seconds.
func (c Case) expires() int64 { return c.Opened + int64(proposalLife.Seconds()) }

// isProposal reports whether the thread is one of the team with a proposal.
func (w Walkthrough) isProposal() bool {
	return w.Status == StatusProposal || w.Status == StatusProposalClosed
}

// viewExpired is for the asker: no one has answered.
func (v voice) viewExpired(w Walkthrough) []Block {
	return []Block{v.paragraph("proposed_expired"), choices(v.button(w, ActionPerson, "", v.text("person")))}
}

// viewRejected is for the asker: a person looked at the answer, and it was
// not the right one.
func (v voice) viewRejected(w Walkthrough) []Block {
	return []Block{v.paragraph("proposed_rejected"), choices(v.button(w, ActionPerson, "", v.text("person")))}
}

// pressProposal handles a button of a proposal.
func (d decision) pressProposal(p Press) {
	number, _ := strconv.Atoi(p.Button.Choice)
	if number == 0 {
		d.postPrivate(d.paragraph("proposal_none"))
		return
	}
	c := d.cases(CaseQuery{Number: number})
	switch {
	case c == nil:
	case !c.Case.isProposal():
		d.postPrivate(d.paragraph("proposal_none"))
	case c.Case.Status == StatusProposalClosed:
		d.notice(c.Case, d.closedProposal(*c.Case.Handover))
	case d.now() >= c.Case.Handover.expires():
		d.notice(c.Case, d.expired(*c.Case.Handover))
	case c.About.Status != StatusProposed || c.About.Proposal != number: // its thread was removed
		d.postPrivate(d.paragraph("proposal_none"))
	case p.Button.Action == ActionApprove:
		d.publishProposal(*c)
	default:
		d.rejectProposal(*c)
	}
}

// publishProposal begins the walkthrough in the thread of the asker.
func (d decision) publishProposal(c Cases) {
	d.closeProposal(c.Case, VerdictPublished, d.sender())
	w := c.About
	w.Status = StatusChoosing
	if w.Entry != nil {
		w.Status, w.Intro = StatusWalking, true
	}
	asker := d.speaking(w.Lang)
	asker.voice = asker.readIn(w.Thread)
	asker.postAnswer(w, "")
}

// rejectProposal ends a walkthrough whose answer is wrong. The line in the thread of
// the asker is edited: who did not ask the bot is not disturbed by it.
func (d decision) rejectProposal(c Cases) {
	d.closeProposal(c.Case, VerdictWrong, d.sender())
	w := c.About
	w = w.withoutAnswer()
	w.Status = StatusUnmatched
	asker := d.speaking(w.Lang)
	asker.voice = asker.readIn(w.Thread)
	line := w.Live
	if !d.rules.Can.Edits {
		line = ""
	}
	asker.postAnswer(w, line)
}

// withoutAnswer returns the walkthrough without what the bot made of the question.
func (w Walkthrough) withoutAnswer() Walkthrough {
	w.Entry, w.Revision, w.Due, w.At, w.Path, w.Tried, w.Slots = nil, "", false, Position{}, nil, nil, nil
	w.Options, w.Also, w.Evidence, w.Confidence, w.Codes, w.Elsewhere = nil, nil, nil, 0, nil, Thread{}
	return w
}

// closeProposal records what became of a proposal, in the team's post, too.
func (d decision) closeProposal(t Walkthrough, v Verdict, by Act) {
	old := *t.Handover
	t.Status = StatusProposalClosed
	t = d.changeCase(t, func(c *Case) {
		c.Verdict, c.Closed, c.Reminder, c.Notice, c.Noticed = v, by, "", "", nil
	})
	d.showProposal(t, cmp.Or(old.Reminder, old.Post))
	d.post(Post{Thread: old.Of, To: old.For, Replaces: old.Notice, Withdraw: true})
}

// showProposal shows the state of a proposal in place of a post.
func (d decision) showProposal(t Walkthrough, replaces PostID) {
	if d.rules.Can.Edits {
		team := d.speaking(t.Lang)
		team.post(Post{Thread: t.Thread, Replaces: replaces, Reply: team.proposalReply(t)})
	}
}

// settleProposal closes the proposal in the thread of the event if its walkthrough no
// longer waits for it, whatever it is that ended the wait. If the question was
// deleted, the proposal does not show it any longer.
func (d decision) settleProposal(deleted bool) {
	old := d.state.Walkthrough
	i := slices.IndexFunc(d.turn.States, func(w Walkthrough) bool { return w.Thread == old.Thread })
	if old.Proposal == 0 || i < 0 {
		return
	}
	now := d.turn.States[i]
	ended := old.Status == StatusProposed && (now.Status != StatusProposed || now.Proposal != old.Proposal)
	deleted = deleted && now.Status == StatusEnded && now.Entry == nil
	if !ended && !deleted {
		return
	}
	c := d.cases(CaseQuery{})
	if c == nil || !c.Proposal.isProposal() {
		return
	}
	t := c.Proposal
	if deleted {
		t = d.changeCase(t, func(c *Case) { c.Brief, c.Withdrawn = d.speaking(t.Lang).withdrawnProposal(*c), true })
	}
	switch asker := (Act{t.Handover.For, d.now()}); { // a platform may not say who deleted a message
	case t.Status == StatusProposal:
		d.closeProposal(t, VerdictDropped, asker)
	case deleted:
		t = d.changeCase(t, func(c *Case) { c.Closed = asker })
		d.showProposal(t, t.Handover.Post)
	}
}

// withdrawnProposal returns what is left of a proposal when the question was deleted.
func (v voice) withdrawnProposal(p Case) []Block {
	return []Block{heading(v.text("proposal", "name", p.For.name(), "title", p.Title))}
}

// whileProposed decides about a message in a thread whose answer waits for a person.
func (d decision) whileProposed(w Walkthrough, m Message, r locale.Reading) {
	asker := d.head.From.ID == w.Asker.ID
	other := d.found.Band == match.Sure && (w.Entry == nil || w.Entry.ID != d.found.Hits[0].Entry.ID)
	switch {
	case !asker && !m.Addressed: // people talk
	case r.Main == locale.IntentPerson:
		d.understand(IntentPerson)
		d.handOver(w)
	case other:
		d.understand(IntentOtherError)
		d.answer(d.newWalkthrough(m), "")
	case asker && r.Main == locale.IntentFixed:
		d.understand(IntentFixed)
		w = w.withoutAnswer()
		w.Status, w.Live = StatusEnded, ""
		d.postNote(w, d.paragraph("held_thanks"))
	case m.Addressed && d.now() >= w.Begun+int64(proposalLife.Seconds()):
		d.postNote(w, d.viewExpired(w)...)
	case m.Addressed:
		d.postNote(w, d.view(w)...)
	}
}

// inProposalThread answers who addresses the bot in the team's thread of a proposal.
func (d decision) inProposalThread(t Walkthrough) {
	p := *t.Handover
	switch {
	case t.Status == StatusProposalClosed:
		d.postInfo(paragraph(d.closedProposal(p)))
	case d.now() >= p.expires():
		d.postInfo(paragraph(d.expired(p)))
	default:
		d.postInfo(d.paragraph("proposal_hint"))
	}
}
