package console

import (
	"context"
	"encoding/json"

	"mabsbot/bot"
)

// erase removes from the journal the content of deleted messages, and of posts that
// were withdrawn or replaced. The records stay, because others refer to them. What a crash or a failure
// leaves is erased at the next start.
func (c *Console) erase(ctx context.Context) {
	if err := c.journal.Rewrite(ctx, c.ws.erased); err != nil && ctx.Err() == nil {
		c.log.Error("console: deleted messages stay in the journal until the next deletion or start", "error", err)
	}
}

// erased returns a record without its content if that is no longer shown, or nil if
// there is nothing to erase.
func (w *workspace) erased(data []byte) []byte {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil
	}
	switch {
	case (r.Op == opSaid || r.Op == opEdited) && r.Text != "" && w.isGone(w.byID[r.ID]):
		r.Text = ""
	case r.Op == opPosted && r.Post != nil && len(r.Post.Reply.Blocks) > 0 && !w.shows(r.Post.ID):
		r.Post.Reply = bot.Reply{}
	default:
		return nil
	}
	less, err := json.Marshal(r)
	if err != nil {
		return nil
	}
	return less
}

func (w *workspace) isGone(m *message) bool { return m != nil && m.Gone }

// shows reports whether a message shows the post, and not one that replaced it.
func (w *workspace) shows(post bot.PostID) bool {
	m := w.byPost[post]
	return m != nil && !m.Gone && m.Post == post
}

// erases reports whether a record deletes a message or withdraws a post.
func (r record) erases() bool { return r.Op == opDeleted || r.Post != nil && r.Post.Withdraw }
