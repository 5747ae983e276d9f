package console

import (
	"net/http"

	"mabsbot/bot"
)

// maxCases is how many open cases the page lists: more than a team can have in
// hand.
const maxCases = 200

// A casesPage lists the open cases of all platforms.
type casesPage struct {
	frame
	Cases    []openCase
	Withheld bool // as in shadows
}

// An openCase is a case with the addresses of its threads, which are "" on other
// platforms.
type openCase struct {
	bot.OpenCase
	Question, Post string
}

// cases lists the requests for a person that are open.
func (c *Console) cases(w http.ResponseWriter, r *http.Request) {
	open, err := c.library.OpenCases(r.Context(), maxCases)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.mu.RLock()
	name := c.ws.name
	c.mu.RUnlock()
	page := casesPage{frame: c.frame(c.view(r), "/cases", "cases")}
	link := c.linker(page.View, name)
	for _, one := range open {
		if !c.mayShow(one.Team.Adapter) {
			page.Withheld = true
			continue
		}
		page.Cases = append(page.Cases, openCase{one, link(one.Of), link(one.Team)})
	}
	c.show(w, http.StatusOK, page.View.Lang, "cases", page)
}
