package discord

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Checks at startup, and when the bot joins a guild: its identity and its
// permissions.

// What a bot without the Message Content Intent cannot do, and how to turn it on.
const (
	noContentEffect = "pasted errors and replies in threads are not seen; /mabs, the command on a message, mentions, buttons and direct messages work"
	noContentFix    = "turn on Message Content Intent on the page Bot of the application (https://discord.com/developers/applications), and restart the bot"
)

// The flags GATEWAY_MESSAGE_CONTENT and GATEWAY_MESSAGE_CONTENT_LIMITED, which
// is for applications in fewer than 100 guilds.
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const messageContentFlags = 1<<18 | 1<<19

// A requiredPermission is a permission and the effect of lacking it.
type requiredPermission struct {
	bit   uint64
	name  string // as in Discord's settings, in English
	loss  string
	forum bool // required in forum channels, too, where posts are threads
}

// requiredPermissions returns the permissions of the invitation.
func requiredPermissions() []requiredPermission {
	return []requiredPermission{
		{discordgo.PermissionViewChannel, "View Channels", "it cannot see channels", true},
		{discordgo.PermissionSendMessages, "Send Messages", "it cannot answer", false},
		{discordgo.PermissionCreatePublicThreads, "Create Public Threads", "it replies to messages instead of starting threads", false},
		{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads", "it cannot answer in threads and forums", true},
		{discordgo.PermissionReadMessageHistory, "Read Message History", "it cannot reply to messages where there are no threads, nor read what a mention points at", false},
	}
}

// authenticate fetches the bot's identity, and retries until that succeeds. It
// fails if Discord rejects the token.
func (d *Discord) authenticate(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		me, content, err := fetchIdentity(ctx, d.client, d.o)
		switch {
		case err == nil:
			d.contentGranted = content
			d.mu.Lock()
			d.self = me
			d.mu.Unlock()
			d.prepare(ctx)
			return nil
		case ctx.Err() != nil && !discordapi.HasStatus(err, http.StatusUnauthorized):
			return nil
		case discordapi.HasStatus(err, http.StatusUnauthorized):
			return errToken
		}
		d.log.Warn("discord: retrying", "op", "fetch identity", "error", err)
		if chat.Sleep(ctx, chat.Backoff(attempt)) != nil {
			return nil
		}
	}
}

// fetchIdentity requests the bot's identity. content reports whether the
// application has the Message Content Intent.
func fetchIdentity(ctx context.Context, client *discordapi.Client, o Options) (me identity, content bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*apiTime)
	defer cancel()
	var who discordapi.User
	if err := client.Do(ctx, discordapi.Request{Method: "GET", Path: "/users/@me", Into: &who}); err != nil {
		return identity{}, false, err
	}
	var app struct {
		ID    string `json:"id"`
		Flags int    `json:"flags"`
	}
	err = client.Do(ctx, discordapi.Request{Method: "GET", Path: "/applications/@me", Into: &app})
	if o.ApplicationID != "" {
		if err == nil && app.ID != "" && app.ID != o.ApplicationID {
			o.Log.Warn("discord: discord.application_id ignored, because the token belongs to another application", "configured", o.ApplicationID, "application", app.ID)
		} else {
			app.ID, err = o.ApplicationID, nil
		}
	}
	if permanent(err) && !discordapi.HasStatus(err, http.StatusUnauthorized) {
		app.ID, err = who.ID, nil // equal for all applications since 2016
	}
	if err == nil && (who.ID == "" || app.ID == "") {
		err = chat.ErrIncomplete
	}
	return identity{app: app.ID, user: who.ID, name: who.Username}, app.Flags&messageContentFlags != 0, err
}

// prepare registers the commands and checks the escalation channel. The bot
// serves even if either fails.
func (d *Discord) prepare(ctx context.Context) {
	if d.o.Register {
		limited, cancel := context.WithTimeout(ctx, registerTime)
		defer cancel()
		err := registerCommands(limited, d.client, d.me().app, d.texts, func(name string) { d.log.Info("discord: command registered", "name", name) })
		if err != nil {
			d.log.Warn("discord: commands not registered", "error", err, "fix", "run mabsbot discord register")
		}
	}
	if d.o.EscalationChannel() != "" {
		d.checkEscalationChannel(ctx)
	}
	d.log.Info("discord: serving", "bot", d.me().name, "invite", invitation(d.me().app))
}

// registerTime is for three requests, a list and two commands, of up to apiTime
// each.
const registerTime = 30 * time.Second

const escalationFix = "configure the channel's ID, not its name, and let the bot view the channel"

// checkEscalationChannel logs a warning if the bot cannot see the escalation
// channel.
func (d *Discord) checkEscalationChannel(ctx context.Context) {
	_, err := d.lookUpChannel(ctx, d.o.EscalationChannel())
	if permanent(err) {
		d.log.Warn("discord: discord.escalation_channel not found", "channel", d.o.EscalationChannel(), "error", err, "fix", escalationFix)
	} else if err != nil {
		d.log.Info("discord: discord.escalation_channel not checked", "error", err)
	}
}

// CanPost implements bot.ChannelChecker, as far as the bot sees a channel. A forum takes
// messages in its posts alone.
func (d *Discord) CanPost(ctx context.Context, channel string) (bool, error) {
	at, err := d.lookUpChannel(ctx, channel)
	if permanent(err) {
		return false, nil
	}
	return err == nil && !slices.Contains(forumTypes, at.kind), err
}

// FindBot implements bot.BotFinder. A bot has the ID of its user. A webhook has one of
// its own, which the bot cannot look up.
func (d *Discord) FindBot(ctx context.Context, id string) (bot.User, bool, error) {
	if !snowflake.MatchString(id) {
		return bot.User{}, false, nil
	}
	var u discordapi.User
	err := d.client.Do(ctx, discordapi.Request{Method: "GET", Path: "/users/%s", Args: []string{id}, Into: &u})
	switch {
	case err != nil && permanent(err):
		return bot.User{ID: id, Bot: true}, true, nil
	case err != nil:
		return bot.User{}, false, err
	}
	return userFrom(&u, nil), u.Bot, nil
}

// checkPermissions logs the permissions that the bot lacks in a guild, and the
// channels in which it has fewer than in the guild. It logs each line once.
func (d *Discord) checkPermissions(g discordapi.Guild) {
	self := d.me().user
	roles, known := botRoles(g, self)
	if !known {
		return
	}
	has := basePermissions(g, roles)
	if g.OwnerID == self {
		has = allPermissions
	}
	if lines := missingPermissions(has, false); len(lines) > 0 {
		text := strings.Join(lines, "; ")
		if d.intake.First(g.ID + " " + text) {
			d.log.Warn("discord: missing permissions in server", "server", g.ID, "permissions", text, "fix", "grant them to the bot's role, or invite the bot again with "+invitation(d.me().app))
		}
	}
	closed := map[string][]string{}
	for _, c := range g.Channels {
		if text := strings.Join(missingInChannel(c, has, g.ID, self, roles), "; "); text != "" {
			closed[text] = append(closed[text], "#"+c.Name)
		}
	}
	for _, text := range slices.Sorted(maps.Keys(closed)) {
		if d.intake.First(g.ID + " channels " + text) {
			d.log.Info("discord: missing permissions in channels", "server", g.ID, "channels", joinNames(closed[text]), "permissions", text, "fix", "grant them to the bot's role in the settings of the channels where the bot is wanted")
		}
	}
}

// allPermissions are those of the owner and of administrators.
const allPermissions = ^uint64(0)

// botRoles returns the IDs of the bot's roles in a guild, including @everyone,
// which has the guild's ID. known is false if the payload lacks roles or the
// bot's member.
func botRoles(g discordapi.Guild, self string) (ids []string, known bool) {
	i := slices.IndexFunc(g.Members, func(m discordapi.Member) bool { return m.User != nil && m.User.ID == self })
	if i < 0 || len(g.Roles) == 0 {
		return nil, false
	}
	return append([]string{g.ID}, g.Members[i].Roles...), true
}

// basePermissions returns the permissions of roles in a guild, without the
// overwrites of channels.
// https://docs.discord.com/developers/topics/permissions
func basePermissions(g discordapi.Guild, roles []string) (has uint64) {
	for _, r := range g.Roles {
		if slices.Contains(roles, r.ID) {
			has |= uint64(r.Permissions)
		}
	}
	if has&discordgo.PermissionAdministrator != 0 {
		return allPermissions
	}
	return has
}

// computeOverwrites returns the permissions in a channel of a member with the
// base permissions has. The overwrites of @everyone apply first, then those of
// roles, then those of the member.
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
func computeOverwrites(c discordapi.Channel, has uint64, guild, self string, roles []string) uint64 {
	if has == allPermissions {
		return has
	}
	var everyone, some, own discordapi.Overwrite
	for _, o := range c.PermissionOverwrites {
		switch {
		case o.ID == guild:
			everyone = o
		case o.ID == self:
			own = o
		case slices.Contains(roles, o.ID):
			some.Allow, some.Deny = some.Allow|o.Allow, some.Deny|o.Deny
		}
	}
	for _, o := range []discordapi.Overwrite{everyone, some, own} {
		has = has&^uint64(o.Deny) | uint64(o.Allow)
	}
	return has
}

// missingInChannel returns the permissions that the bot has in the guild and
// lacks in a text, announcement or forum channel that it can view.
func missingInChannel(c discordapi.Channel, has uint64, guild, self string, roles []string) []string {
	if c.Type == nil || !slices.Contains(threadableTypes, *c.Type) && !slices.Contains(forumTypes, *c.Type) {
		return nil
	}
	here := computeOverwrites(c, has, guild, self, roles)
	if here&discordgo.PermissionViewChannel == 0 {
		return nil
	}
	return missingPermissions(here|^has, slices.Contains(forumTypes, *c.Type))
}

// forumTypes are the types of channels in which every thread is a post.
var forumTypes = []int{discordapi.ChannelTypeGuildForum, discordapi.ChannelTypeGuildMedia}

// missingPermissions describes the required permissions that are not granted.
// If forum is true, only those for forum channels count.
func missingPermissions(has uint64, forum bool) []string {
	var lines []string
	for _, n := range requiredPermissions() {
		if has&n.bit == 0 && (n.forum || !forum) {
			lines = append(lines, fmt.Sprintf("%s (%s)", n.name, n.loss))
		}
	}
	return lines
}

// maxNames keeps a log line readable.
const maxNames = 10

// joinNames joins names, and shortens a long list.
func joinNames(all []string) string {
	if more := len(all) - maxNames; more > 0 {
		all = append(all[:maxNames:maxNames], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}
