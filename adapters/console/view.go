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
	User     bot.User
	Lang     string // of the pages
	Channel  string
	Root     string // the open thread, or ""
	Of       string // the message whose match evidence is shown, or ""
	Examples bool   // show the examples where the window has no room for them by default
}

// view reads the address of a page. Anything that does not exist or that the
// user may not see falls back to a default.
func (c *Console) view(r *http.Request) view {
	q := r.URL.Query()
	v := view{User: c.setup.guess(q.Get("as"), r.Header.Get("Accept-Language")), Channel: SupportChannel}
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
	v.Examples = q.Get("side") == "try"
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
	for key, value := range map[string]string{"thread": v.Root, "why": v.Of} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if v.Examples {
		q.Set("side", "try")
	}
	return q
}

// URL returns the address of the view.
func (v view) URL() string { return "/?" + v.values().Encode() }

// In returns the view of another channel.
func (v view) In(channel string) view {
	return view{User: v.User, Lang: v.Lang, Channel: channel}
}

// Support returns the view of the support channel.
func (v view) Support() view { return v.In(SupportChannel) }

// Direct returns the view of the user's conversation with the bot.
func (v view) Direct() view { return v.In(directChannel(v.User.ID)) }

// IsDirect reports whether the channel is the conversation with the bot.
func (v view) IsDirect() bool { return isDirect(v.Channel) }

// Thread returns the view with a thread next to the channel.
func (v view) Thread(root string) view {
	v.Root, v.Of, v.Examples = root, "", false
	return v
}

// Why returns the view with a message's match evidence next to the channel.
func (v view) Why(id string) view {
	v.Of, v.Examples = id, false
	return v
}

// Try returns the view with the examples next to the channel.
func (v view) Try() view {
	v = v.In(v.Channel)
	v.Examples = true
	return v
}

// Back returns the view without the panel opened last: closing match evidence
// returns to the thread it was opened from.
func (v view) Back() view {
	if v.Of != "" {
		v.Of = ""
		return v
	}
	return v.In(v.Channel)
}

// As returns the same view for another user.
func (v view) As(u bot.User) view {
	if v.IsDirect() {
		v.Channel = directChannel(u.ID)
	}
	v.User, v.Of = u, ""
	return v
}

// Side returns the panel next to the channel: "why", "thread", "try", or "" for
// the examples if the window has room.
func (v view) Side() string {
	switch {
	case v.Of != "":
		return "why"
	case v.Root != "":
		return "thread"
	case v.Examples:
		return "try"
	}
	return ""
}
