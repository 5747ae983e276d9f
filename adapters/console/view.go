package console

import (
	"net/http"
	"net/url"
	"strings"

	"mabsbot/bot"
)

// A view is what one user is looking at. It is encoded in the address of the
// page, so that two windows can be two users, and reload, bookmarks and the
// back button work.
type view struct {
	Who     account // who opens it
	User    bot.User
	Lang    string // of the pages
	Channel string
	Root    string // the open thread, or ""
	Of      string // the message whose match evidence is shown, or ""
	Panel   string // the panel that was asked for, or ""
	Query   string // the text to search the messages for, in panelSearch
}

// The panels that can be asked for. By default the examples are shown if the
// window has room for them.
const (
	panelExamples = "try"
	panelSearch   = "search"
	panelNone     = "none"
)

// view reads the address of a page. Anything that does not exist or that the
// user may not see falls back to a default.
func (c *Console) view(r *http.Request) view {
	q := r.URL.Query()
	v := view{Who: accountOf(r), User: c.setup.guess(q.Get("as"), r.Header.Get("Accept-Language")), Channel: SupportChannel}
	v.Lang = c.setup.lang(v.User.Locale)
	if in := q.Get("in"); c.open(v.User.ID, in, "") {
		v.Channel = in
	}
	if root := q.Get("thread"); root != "" && c.open(v.User.ID, v.Channel, root) {
		v.Root = root
	}
	if m := c.look(q.Get("why")); m != nil && m.explicable() && m.visible(v.User.ID) {
		v.Of = m.ID
	}
	if panel := q.Get("side"); panel == panelExamples || panel == panelSearch || panel == panelNone {
		v.Panel = panel
	}
	if v.Panel == panelSearch {
		v.Query = cutQuery(q.Get("find"))
	}
	return v
}

// explicable reports whether a message has match evidence: a user wrote it, and
// it still exists.
func (m *message) explicable() bool { return m.User != "" && !m.Gone }

// guess returns the user with the ID, or one who speaks the browser's preferred
// language, or the first user.
func (s *setup) guess(id, accept string) bot.User {
	first, _, _ := strings.Cut(accept, ",")
	lang := s.lang(strings.TrimSpace(first))
	for _, u := range s.users {
		if u.ID == id || id == "" && s.lang(u.Locale) == lang {
			return u
		}
	}
	return s.users[0]
}

// values returns the query of the address.
func (v view) values() url.Values {
	q := url.Values{"as": {v.User.ID}, "in": {v.Channel}}
	for key, value := range map[string]string{"thread": v.Root, "why": v.Of, "side": v.Panel, "find": v.Query} {
		if value != "" {
			q.Set(key, value)
		}
	}
	return q
}

// URL returns the address of the view.
func (v view) URL() string { return "/?" + v.values().Encode() }

// address returns the address of a page in the view, with those values that are not "".
func (v view) address(path string, values map[string]string) string {
	q := v.values()
	for key, value := range values {
		if value != "" {
			q.Set(key, value)
		}
	}
	return path + "?" + q.Encode()
}

// draft returns the address of the editor of a file or an entry, or of a new entry if it is
// "", which begins with some values.
func (v view) draft(of string, values map[string]string) string {
	if of == "" {
		return v.address("/kb/new", values)
	}
	return v.address("/kb/"+of+"/edit", values)
}

// In returns the view of another channel.
func (v view) In(channel string) view {
	other := view{Who: v.Who, User: v.User, Lang: v.Lang, Channel: channel}
	if v.Panel == panelNone {
		other.Panel = panelNone
	}
	return other
}

// Support returns the view of the support channel.
func (v view) Support() view { return v.In(SupportChannel) }

// Direct returns the view of the user's conversation with the bot.
func (v view) Direct() view { return v.In(directChannel(v.User.ID)) }

// IsDirect reports whether the channel is the conversation with the bot.
func (v view) IsDirect() bool { return isDirect(v.Channel) }

// Thread returns the view with a thread next to the channel.
func (v view) Thread(root string) view {
	v = v.In(v.Channel)
	v.Root = root
	return v
}

// Why returns the view with a message's match evidence next to the channel.
func (v view) Why(id string) view {
	root := v.Root
	v = v.In(v.Channel)
	v.Root, v.Of = root, id
	return v
}

// Try returns the view with the examples next to the channel.
func (v view) Try() view {
	v = v.In(v.Channel)
	v.Panel = panelExamples
	return v
}

// Search returns the view with the search of messages next to the channel.
func (v view) Search() view {
	v.Of, v.Panel, v.Query = "", panelSearch, ""
	return v
}

// Back returns the view without the panel opened last: closing match evidence
// or the search returns to the thread it was opened from.
func (v view) Back() view {
	onTop := v.Of != "" || v.Panel == panelSearch
	root := v.Root
	v = v.In(v.Channel)
	v.Panel = panelNone
	if onTop {
		v.Root = root
	}
	return v
}

// As returns the same view for another user.
func (v view) As(u bot.User) view {
	if v.IsDirect() {
		v.Channel = directChannel(u.ID)
	}
	v.User, v.Of = u, ""
	return v
}

// Side returns the panel next to the channel: "why", "thread" or the one that
// was asked for. "" are the examples if the window has room.
func (v view) Side() string {
	switch {
	case v.Of != "":
		return "why"
	case v.Panel == panelSearch:
		return panelSearch
	case v.Root != "":
		return "thread"
	}
	return v.Panel
}
