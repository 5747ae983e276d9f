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

// A channelInfo describes a channel or thread.
type channelInfo struct {
	guild  string // "" for a direct message
	parent string // of a thread: the ID of its channel
	title  string // of a thread
	kind   int
}

func (p channelInfo) isThread() bool {
	return discordapi.ChannelTypeAnnouncementThread <= p.kind && p.kind <= discordapi.ChannelTypePrivateThread
}

// channels caches channels, threads and the bot's role in each guild, as events
// and responses describe them. It is safe for concurrent use.
type channels struct {
	mu      sync.Mutex
	all     map[string]channelInfo
	roles   map[string]string // the bot's managed role, by guild
	deleted map[string]bool   // channels and threads
}

func newChannels() *channels {
	return &channels{all: map[string]channelInfo{}, roles: map[string]string{}, deleted: map[string]bool{}}
}

// learn caches a channel. It ignores partial channel objects: threads without
// their parent, and guild channels without their guild, as interactions have
// them.
func (cs *channels) learn(guild string, c discordapi.Channel) (at channelInfo, ok bool) {
	if c.ID == "" || c.Type == nil {
		return channelInfo{}, false
	}
	at = channelInfo{guild: cmp.Or(c.GuildID, guild), kind: *c.Type}
	if at.isThread() {
		at.parent, at.title = c.ParentID, c.Name
	}
	if at.isThread() && at.parent == "" || at.guild == "" && at.kind != discordapi.ChannelTypeDM && at.kind != discordapi.ChannelTypeGroupDM {
		return channelInfo{}, false
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	at.title = cmp.Or(at.title, cs.all[c.ID].title)
	if c.ThreadMetadata.Archived { // not kept; it is looked up when it is used again
		delete(cs.all, c.ID)
	} else {
		cs.all[c.ID] = at
	}
	return at, true
}

// learnGuild caches the channels, threads and roles of a guild.
func (cs *channels) learnGuild(g discordapi.Guild, self string) {
	for _, c := range slices.Concat(g.Channels, g.Threads) {
		cs.learn(g.ID, c)
	}
	if len(g.Roles) > 0 {
		cs.learnRoles(g.ID, g.Roles, self)
	}
}

// learnRoles caches the role that Discord created for the bot in a guild, if
// there is one.
func (cs *channels) learnRoles(guild string, roles []discordapi.Role, self string) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.roles[guild] = ""
	for _, r := range roles {
		if r.Tags.BotID != "" && r.Tags.BotID == self {
			cs.roles[guild] = r.ID
		}
	}
}

// forgetGuild removes a guild that the bot is no longer in.
func (cs *channels) forgetGuild(guild string) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	maps.DeleteFunc(cs.all, func(_ string, at channelInfo) bool { return at.guild == guild })
	delete(cs.roles, guild)
}

// clear removes everything but the deleted channels.
func (cs *channels) clear() {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	clear(cs.all)
	clear(cs.roles)
}

// maxDeleted bounds the memory of deleted channels to about a megabyte.
const maxDeleted = 10_000

// markDeleted removes a thread and remembers that it was deleted: the bot must
// not start it again.
func (cs *channels) markDeleted(id string) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.all, id)
	if len(cs.deleted) >= maxDeleted {
		clear(cs.deleted)
	}
	cs.deleted[id] = true
}

func (cs *channels) isDeleted(id string) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.deleted[id]
}

func (cs *channels) get(id string) (at channelInfo, known bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	at, known = cs.all[id]
	return at, known
}

func (cs *channels) isThread(id string) bool {
	at, _ := cs.get(id)
	return at.isThread()
}

// botRole returns the bot's role in a guild, or "" if it has none. known is
// false if the roles of the guild are not cached.
func (cs *channels) botRole(guild string) (id string, known bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	id, known = cs.roles[guild]
	return id, known
}

// botRole returns the bot's role in the guild of a message that mentions roles,
// or "". Users often mention the role instead of the bot, because both have the
// same name. A resumed session does not get GUILD_CREATE, so the roles may have
// to be requested.
func (d *Discord) botRole(ctx context.Context, m discordapi.Message, guild string) string {
	if len(m.MentionRoles) == 0 || guild == "" {
		return ""
	}
	if id, known := d.channels.botRole(guild); known {
		return id
	}
	var roles []discordapi.Role
	err := d.intake.Retry(ctx, "look up roles", func(ctx context.Context) error {
		err := d.client.Do(ctx, discordapi.Request{Method: "GET", Path: "/guilds/%s/roles", Args: []string{guild}, Into: &roles})
		if permanent(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return ""
	}
	d.channels.learnRoles(guild, roles, d.me().user)
	id, _ := d.channels.botRole(guild)
	return id
}

// lookUpChannel returns a channel from the cache or, if it is not there, from
// Discord.
func (d *Discord) lookUpChannel(ctx context.Context, id string) (channelInfo, error) {
	if at, known := d.channels.get(id); known {
		return at, nil
	}
	var c discordapi.Channel
	if err := d.client.Do(ctx, discordapi.Request{Method: "GET", Path: "/channels/%s", Args: []string{id}, Into: &c}); err != nil {
		return channelInfo{}, err
	}
	at, ok := d.channels.learn("", c)
	if !ok {
		return channelInfo{}, chat.ErrIncomplete
	}
	return at, nil
}

// updateCache handles events about guilds, channels, threads and roles.
func (d *Discord) updateCache(e envelope) {
	switch e.Kind {
	case "GUILD_CREATE", "GUILD_UPDATE":
		var g discordapi.Guild
		if chat.Decode(e.Data, &g) == nil && g.ID != "" && !g.Unavailable {
			d.channels.learnGuild(g, d.me().user)
			d.forbidden.clear()
			if e.Kind == "GUILD_CREATE" {
				d.checkPermissions(g)
			}
		}
	case "GUILD_DELETE":
		var g discordapi.Guild
		if chat.Decode(e.Data, &g) == nil && !g.Unavailable {
			d.channels.forgetGuild(g.ID)
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		var c discordapi.Channel
		if chat.Decode(e.Data, &c) == nil {
			d.channels.learn("", c)
			d.forbidden.remove(c.ID)
		}
	case "CHANNEL_DELETE", "THREAD_DELETE":
		var c discordapi.Channel
		if chat.Decode(e.Data, &c) == nil {
			d.channels.markDeleted(c.ID)
		}
	case "THREAD_LIST_SYNC":
		var g discordapi.Guild
		var list struct {
			Guild   string               `json:"guild_id"`
			Threads []discordapi.Channel `json:"threads"`
		}
		if chat.Decode(e.Data, &list) == nil {
			g.ID, g.Threads = list.Guild, list.Threads
			d.channels.learnGuild(g, "")
		}
	case "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE":
		d.forbidden.clear()
	}
}
