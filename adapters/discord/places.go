package discord

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
)

// A place is what is known of a channel or thread.
type place struct {
	guild  string // "" of a direct message
	parent string // of a thread: the channel it is in
	title  string // of a thread
	kind   int
}

func (p place) thread() bool {
	return discordapi.ChannelTypeAnnouncementThread <= p.kind && p.kind <= discordapi.ChannelTypePrivateThread
}

// Places remember channels, and the roles of servers, as far as Discord told. They
// are safe for concurrent use.
type places struct {
	mu       sync.Mutex
	channels map[string]place
	own      map[string]string // the bot's own role, by server
	gone     map[string]bool   // threads that were deleted
}

func newPlaces() *places {
	return &places{channels: map[string]place{}, own: map[string]string{}, gone: map[string]bool{}}
}

// learn notes a channel. Half of one tells nothing: a thread without its channel,
// or a channel without its server, as it is told of with what one user alone
// sees.
func (p *places) learn(guild string, c discordapi.Channel) (at place, ok bool) {
	if c.ID == "" || c.Type == nil {
		return place{}, false
	}
	at = place{guild: cmp.Or(c.GuildID, guild), kind: *c.Type}
	if at.thread() {
		at.parent, at.title = c.ParentID, c.Name
	}
	if at.thread() && at.parent == "" || at.guild == "" && at.kind != discordapi.ChannelTypeDM && at.kind != discordapi.ChannelTypeGroupDM {
		return place{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at.title = cmp.Or(at.title, p.channels[c.ID].title)
	if c.ThreadMetadata.Archived { // Discord is asked for it, should somebody wake it up
		delete(p.channels, c.ID)
	} else {
		p.channels[c.ID] = at
	}
	return at, true
}

// learnGuild notes all that a server says of itself.
func (p *places) learnGuild(g discordapi.Guild, self string) {
	for _, c := range slices.Concat(g.Channels, g.Threads) {
		p.learn(g.ID, c)
	}
	if len(g.Roles) > 0 {
		p.learnRoles(g.ID, g.Roles, self)
	}
}

// learnRoles notes which role of a server is the bot's own, if one is.
func (p *places) learnRoles(guild string, roles []discordapi.Role, self string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.own[guild] = ""
	for _, r := range roles {
		if r.Tags.BotID != "" && r.Tags.BotID == self {
			p.own[guild] = r.ID
		}
	}
}

// forgetGuild drops all of a server that the bot is not in any more.
func (p *places) forgetGuild(guild string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.channels, func(_ string, at place) bool { return at.guild == guild })
	delete(p.own, guild)
}

// maxGone keeps what is remembered of deleted threads to about a megabyte.
const maxGone = 10_000

// bury forgets a thread that was deleted, and remembers that: whoever did it does
// not want it to begin again.
func (p *places) bury(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.channels, id)
	if len(p.gone) >= maxGone {
		clear(p.gone)
	}
	p.gone[id] = true
}

func (p *places) isGone(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone[id]
}

func (p *places) of(id string) (at place, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, known = p.channels[id]
	return at, known
}

func (p *places) isThread(id string) bool {
	at, _ := p.of(id)
	return at.thread()
}

// role is the bot's own role in a server, "" where it has none. known is false
// where the server did not tell.
func (p *places) role(guild string) (id string, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, known = p.own[guild]
	return id, known
}

// role is the bot's own role in the server of a message that mentions roles:
// people mention that as often as the bot, for both have its name. A session that
// is resumed does not tell of servers, so that Discord is asked.
func (d *Discord) role(ctx context.Context, m discordapi.Message, guild string) string {
	if len(m.MentionRoles) == 0 || guild == "" {
		return ""
	}
	if id, known := d.places.role(guild); known {
		return id
	}
	var roles []discordapi.Role
	err := d.intake.Retry(ctx, "look up roles", func(ctx context.Context) error {
		err := d.client.Do(ctx, discordapi.Request{Method: "GET", Path: "/guilds/%s/roles", Args: []string{guild}, Into: &roles})
		if hopeless(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return ""
	}
	d.places.learnRoles(guild, roles, d.me().user)
	id, _ := d.places.role(guild)
	return id
}

// place is what there is to know of a channel. Discord is asked where it did not
// tell.
func (d *Discord) place(ctx context.Context, id string) (place, error) {
	if at, known := d.places.of(id); known {
		return at, nil
	}
	var c discordapi.Channel
	if err := d.client.Do(ctx, discordapi.Request{Method: "GET", Path: "/channels/%s", Args: []string{id}, Into: &c}); err != nil {
		return place{}, err
	}
	at, ok := d.places.learn("", c)
	if !ok {
		return place{}, chat.ErrIncomplete
	}
	return at, nil
}
