package console

import (
	"net/http"

	"mabsbot/bot"
)

// maxShadowPosts is enough to judge whether a channel is ready to be switched
// on.
const maxShadowPosts = 100

// A shadows page shows what the bot would have posted.
type shadows struct {
	frame
	Posts    []shadowPost
	Withheld bool // there are others, which are not shown without a password
}

// A shadowPost is one reply that was recorded and never sent.
type shadowPost struct {
	bot.Post
	row
}

// shadow shows what the bot would have posted in the shadow channels of all
// platforms.
func (c *Console) shadow(w http.ResponseWriter, r *http.Request) {
	posts, err := c.library.Shadowed(r.Context(), maxShadowPosts)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.mu.RLock()
	name := c.ws.name
	c.mu.RUnlock()
	page := shadows{frame: c.frame(c.view(r), "/shadow", "shadow")}
	for _, p := range posts {
		if !c.mayShow(p.Thread.Adapter) {
			page.Withheld = true
			continue
		}
		m := &message{Thread: p.Thread, Post: p.ID, Reply: p.Reply}
		page.Posts = append(page.Posts, shadowPost{p, row{message: m, View: page.View, Shadow: true, Link: c.linker(page.View, name)}})
	}
	c.show(w, http.StatusOK, page.View.Lang, "shadow", page)
}
