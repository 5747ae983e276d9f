package console

import (
	"net/http"

	"mabsbot/bot"
)

// mostShadows is what somebody reads to judge whether a channel is ready.
const mostShadows = 100

// A shadows page shows what would have been said.
type shadows struct {
	View  view
	Posts []shadowPost
}

// A shadowPost is one reply that was never sent.
type shadowPost struct {
	bot.Post
	row
}

// shadow shows what the bot would have said in the channels, of whatever
// platform, that it only watches.
func (c *Console) shadow(w http.ResponseWriter, r *http.Request) {
	posts, err := c.library.Shadowed(r.Context(), mostShadows)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.mu.RLock()
	name := c.ws.name
	c.mu.RUnlock()
	page := shadows{View: c.view(r)}
	for _, p := range posts {
		m := &message{Thread: p.Thread, Post: p.ID, Reply: p.Reply}
		page.Posts = append(page.Posts, shadowPost{p, row{message: m, View: page.View, Shadow: true, Link: c.linker(page.View, name)}})
	}
	c.show(w, http.StatusOK, page.View.Lang, "shadow", page)
}
