package console

import (
	"net/http"
	"net/url"
	"strings"

	"mabsbot/bot"
)

// A view is what one person looks at. It stands whole in the address of the
// page, so that two windows can be two people, and a reload, a bookmark and
// the back button do what they say.
type view struct {
	User     bot.User
	Lang     string // of the pages
	Channel  string
	Root     string // the open thread, or ""
	Of       string // the message whose match is explained, or ""
	Examples bool   // the examples are asked for, where the window has no room for them
}

// view reads the address of a page. What does not exist, or is not for the
// person's eyes, falls back to what is.
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

// explicable reports whether the matcher has something to say of the message:
// a person wrote it, and it is still there.
func (m *message) explicable() bool { return m.User != "" && !m.Gone }

// guess returns the user with the id, else one who speaks the language that
// the browser asks for first, else the first user.
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

// values are the parts of the address.
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

// URL is the address of the view.
func (v view) URL() string { return "/?" + v.values().Encode() }

// In is the view of another channel.
func (v view) In(channel string) view {
	return view{User: v.User, Lang: v.Lang, Channel: channel}
}

// Support is the view of the channel in which people ask.
func (v view) Support() view { return v.In(SupportChannel) }

// Direct is the view of the person's conversation with the bot.
func (v view) Direct() view { return v.In(directChannel(v.User.ID)) }

// IsDirect reports whether the channel is the conversation with the bot.
func (v view) IsDirect() bool { return isDirect(v.Channel) }

// Thread is the view with a thread beside the channel.
func (v view) Thread(root string) view {
	v.Root, v.Of, v.Examples = root, "", false
	return v
}

// Why is the view with the reasons of a message's match beside the channel.
func (v view) Why(id string) view {
	v.Of, v.Examples = id, false
	return v
}

// Try is the view with the examples beside the channel.
func (v view) Try() view {
	v = v.In(v.Channel)
	v.Examples = true
	return v
}

// Back is the view without what was opened last: the reasons of a match close
// to the thread that they were asked for in.
func (v view) Back() view {
	if v.Of != "" {
		v.Of = ""
		return v
	}
	return v.In(v.Channel)
}

// As is what another person sees of the same place.
func (v view) As(u bot.User) view {
	if v.IsDirect() {
		v.Channel = directChannel(u.ID)
	}
	v.User, v.Of = u, ""
	return v
}

// Side names what stands beside the channel: "why", "thread", "try", or "" for
// the examples where the window has room.
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
