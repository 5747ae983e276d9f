package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// The other bots that an administrator names with /mabs admin bots.

// A BotFinder is an adapter that can look up other bots.
type BotFinder interface {
	Adapter

	// FindBot returns the bot with an ID: that of its user, which a mention has, or that
	// its messages have. The ID of the result is that of its messages; the Name is empty
	// if it is not known. ok is false if there is no such bot.
	FindBot(ctx context.Context, id string) (found User, ok bool, err error)
}

// A botChange is one of the bots that a command adds or removes.
type botChange struct {
	add  bool
	text string // as it was typed
	id   string // of the mention, or text without a sign
}

// botChanges returns the bots that follow /mabs admin bots, each with + or - before it.
// A name may have spaces. It returns nil if the first word has no sign.
func (m Message) botChanges(words []string) (all []botChange) {
	for _, w := range words {
		switch {
		case w[0] == '+' || w[0] == '-':
			all = append(all, botChange{add: w[0] == '+', text: w[1:]})
		case len(all) == 0:
			return nil
		default:
			all[len(all)-1].text += " " + w
		}
	}
	for i := range all {
		all[i].id = m.id(all[i].text)
	}
	return all
}

// findBots looks up the bots that a command of an administrator names, by what follows
// the sign. A bot that is not found has no ID. The result is nil if the adapter knows no
// bots, or the command names none.
func (b *Bot) findBots(ctx context.Context, a Adapter, rules Rules, event Event, found kb.Result) map[string]User {
	m, ok := event.(Message)
	if !ok || !rules.isAdminCommand(event, found) || !rules.Policy.isAdmin(m.Head) {
		return nil
	}
	words := strings.Fields(m.Text)
	if len(words) < 3 || rules.Locales.Setting(words[1]) != locale.SettingBots {
		return nil
	}
	finder, can := As[BotFinder](a)
	ctx, cancel := context.WithTimeout(ctx, canPostTime)
	defer cancel()
	known := map[string]User{}
	for _, c := range m.botChanges(words[2:]) {
		if u, ok := b.seenBots.named(m.Thread.place(), c.id); ok {
			known[c.text] = u
			continue
		}
		if !can || !platformID.MatchString(c.id) {
			continue
		}
		u, ok, err := finder.FindBot(ctx, c.id)
		if err != nil {
			b.log.Info("bot: another bot not looked up", "adapter", a.Name(), "bot", c.id, "error", err)
		}
		if !ok || err != nil {
			u = User{}
		}
		known[c.text] = u
	}
	return known
}

// maxSeenBots is how many bots are remembered of a channel, and maxSeenPlaces of how many
// channels: about 100 bytes each.
const (
	maxSeenBots   = maxBots
	maxSeenPlaces = 1000
)

// seenBots are the bots that posted in a channel since the start, so that administrators
// can name them. Webhooks have a name there and nowhere else.
type seenBots struct {
	mu  sync.Mutex
	all map[Place][]User
}

// see remembers the sender of an event if it is a bot with a name.
func (s *seenBots) see(h Head) {
	if !h.From.Bot || h.From.Name == "" || h.From.ID == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	place := h.Thread.place()
	bots := s.all[place]
	if slices.ContainsFunc(bots, func(u User) bool { return u.ID == h.From.ID && u.Name == h.From.Name }) {
		return
	}
	if s.all == nil || bots == nil && len(s.all) >= maxSeenPlaces {
		s.all = map[Place][]User{}
	}
	bots = slices.DeleteFunc(slices.Clone(bots), func(u User) bool { return u.ID == h.From.ID })
	s.all[place] = append(bots[max(0, len(bots)-maxSeenBots+1):], h.From)
}

// named returns the bot with a name or ID. Two with the same name are none.
func (s *seenBots) named(place Place, name string) (found User, ok bool) {
	name = locale.Fold(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.all[place] {
		switch {
		case locale.Fold(u.ID) == name:
			return u, true
		case locale.Fold(u.Name) == name && ok:
			return User{}, true
		case locale.Fold(u.Name) == name:
			found, ok = u, true
		}
	}
	return found, ok
}

// readBots adds and removes bots: +BOT and -BOT, each by its ID, a mention, or its name.
func (d decision) readBots(m Message, s Settings, words []string, unclear string) (after Settings, problem string) {
	changes := m.botChanges(words)
	if changes == nil {
		return s, unclear
	}
	bots := slices.Clone(s.over(d.rules.Policy.Channels[d.head.Thread.Channel]).Bots)
	names := map[string]string{}
	for _, id := range bots {
		names[id] = s.BotNames[id]
	}
	for _, c := range changes {
		u, looked := d.state.Bots[c.text]
		if !looked {
			u.ID = c.id
		}
		listed := slices.IndexFunc(bots, func(id string) bool {
			return id == c.id || id == u.ID || names[id] != "" && locale.Fold(names[id]) == locale.Fold(c.id)
		})
		switch {
		case listed >= 0 && !c.add:
			bots = slices.Delete(bots, listed, listed+1)
		case listed >= 0:
		case !platformID.MatchString(u.ID):
			return s, d.text("admin_bots_unknown", "bot", shorten(d.quote(c.text), maxQuote))
		case c.add:
			bots = append(bots, u.ID)
			names[u.ID] = shorten(u.Name, maxQuote)
		}
	}
	if len(bots) > maxBots {
		return s, d.text("admin_bots_limit", "count", strconv.Itoa(maxBots))
	}
	s.Bots, s.BotNames = append([]string{}, bots...), nil // not nil: that there are none is set, too
	for _, id := range bots {
		if names[id] != "" {
			if s.BotNames == nil {
				s.BotNames = map[string]string{}
			}
			s.BotNames[id] = names[id]
		}
	}
	return s, ""
}

// postBots lists the other bots of the channel by their names.
func (d decision) postBots() {
	s := d.rules.Policy.settings[d.head.Thread.place()]
	bots := s.over(d.rules.Policy.Channels[d.head.Thread.Channel]).Bots
	lines := []string{d.text("admin_bots_none")}
	if len(bots) > 0 {
		lines = nil
		for _, id := range bots {
			lines = append(lines, d.botLabel(id, s.BotNames))
		}
	}
	d.postPrivate(heading(d.text("admin_bots_list")), paragraph(strings.Join(lines, "\n")), d.adminUsage())
}

// botLabel returns a bot with its name.
func (v voice) botLabel(id string, names map[string]string) string {
	if name := names[id]; name != "" {
		return v.quote(name) + " (`" + id + "`)"
	}
	return "`" + id + "`"
}
