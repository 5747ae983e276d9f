package console

import (
	"context"
	"errors"
	"net/http"

	"mabsbot/bot"
)

// The page of answers that could not be sent.

// maxDead is how many dead letters the page lists: more than a team goes through one
// by one. mabsbot outbox retry sends all again.
const maxDead = 100

// A deadPage lists dead letters.
type deadPage struct {
	frame
	Letters  []deadLetter
	More     bool // there are others
	Withheld bool // as in shadows
}

// A deadLetter is a dead letter, shown like a message of the bot.
type deadLetter struct {
	bot.DeadLetter
	row
}

// dead lists the dead letters, latest first.
func (c *Console) dead(w http.ResponseWriter, r *http.Request) {
	letters, err := c.operations.DeadLetters(r.Context(), maxDead+1)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	page := deadPage{frame: c.frame(c.view(r), "/dead", "dead"), More: len(letters) > maxDead}
	for _, l := range letters[:min(len(letters), maxDead)] {
		if !c.mayShow(l.Thread.Adapter) {
			page.Withheld = true
			continue
		}
		m := &message{Thread: l.Thread, Post: l.ID, Reply: l.Reply}
		page.Letters = append(page.Letters, deadLetter{l, row{message: m, View: page.View, Shadow: true, Link: func(bot.Thread) string { return "" }}})
	}
	c.show(w, http.StatusOK, page.View.Lang, "dead", page)
}

// changeLetter returns an action that changes a dead letter, and records who did it.
func (c *Console) changeLetter(kind bot.AuditKind, change func(context.Context, bot.PostID) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c.action(func(ctx context.Context, _ bot.User, f form) (string, error) {
			place, err := c.placeOfLetter(ctx, f.Post)
			if err == nil {
				err = change(ctx, f.Post)
			}
			if errors.Is(err, bot.ErrNoDeadLetter) {
				return "", errNoLetter
			}
			if err == nil {
				c.recordAudit(r, kind, place, string(f.Post))
			}
			return string(f.Post), err
		})(w, r)
	}
}

// placeOfLetter returns the channel of a dead letter, or the zero Place if it is not
// among the latest.
func (c *Console) placeOfLetter(ctx context.Context, post bot.PostID) (bot.Place, error) {
	letters, err := c.operations.DeadLetters(ctx, maxDead)
	for _, l := range letters {
		if l.ID == post {
			return bot.Place{Adapter: l.Thread.Adapter, Workspace: l.Thread.Workspace, Channel: l.Thread.Channel}, nil
		}
	}
	return bot.Place{}, err
}
