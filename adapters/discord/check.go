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
)

// What is looked at when the bot starts, and when a server invites it: who it is,
// and what it may do.

// What a bot without the Message Content Intent cannot do, and how to turn it on.
const (
	noContentEffect = "pasted errors and replies in threads are not seen; /mabs, the command on a message, mentions, buttons and direct messages work"
	noContentFix    = "turn on Message Content Intent on the page Bot of the application (https://discord.com/developers/applications), and restart the bot"
)

// The application's flags that allow the content of messages: in many servers,
// and in fewer than 100.
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const messageContentFlags = 1<<18 | 1<<19

// A requiredPermission is a permission, and what does not work without.
type requiredPermission struct {
	bit   uint64
	name  string // as Discord's settings have it, in English
	loss  string
	forum bool // in forums, too, where posts are threads
}

// requiredPermissions are the permissions that the bot is invited with.
func requiredPermissions() []requiredPermission {
	return []requiredPermission{
		{discordgo.PermissionViewChannel, "View Channels", "it cannot see channels", true},
		{discordgo.PermissionSendMessages, "Send Messages", "it cannot answer", false},
		{discordgo.PermissionCreatePublicThreads, "Create Public Threads", "it replies to messages instead of starting threads", false},
		{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads", "it cannot answer in threads and forums", true},
		{discordgo.PermissionReadMessageHistory, "Read Message History", "it cannot reply to messages where there are no threads", false},
	}
}

// authenticate asks Discord who we are, until it answers. It fails where the token is not
// valid, and says what is missing.
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

// fetchIdentity asks Discord once who the bot is, and whether it may see the
// content of messages.
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
		app.ID, err = who.ID, nil // of all applications since 2016 they are the same
	}
	if err == nil && (who.ID == "" || app.ID == "") {
		err = chat.ErrIncomplete
	}
	return identity{app: app.ID, user: who.ID, name: who.Username}, app.Flags&messageContentFlags != 0, err
}

// prepare registers the commands and says what is missing. Neither keeps the bot
// from serving.
func (d *Discord) prepare(ctx context.Context) {
	if d.o.Register {
		limited, cancel := context.WithTimeout(ctx, registerTime)
		defer cancel()
		err := registerCommands(limited, d.client, d.me().app, d.texts, func(name string) { d.log.Info("discord: command registered", "name", name) })
		if err != nil {
			d.log.Warn("discord: commands not registered", "error", err, "fix", "run mabsbot discord register")
		}
	}
	if d.o.EscalationChannel != "" {
		d.checkEscalationChannel(ctx)
	}
	d.log.Info("discord: serving", "bot", d.me().name, "invite", invitation(d.me().app))
}

// registerTime is for a list and two commands, each within apiTime.
const registerTime = 30 * time.Second

// checkEscalationChannel sees whether the bot sees where people are asked for.
func (d *Discord) checkEscalationChannel(ctx context.Context) {
	_, err := d.lookUpChannel(ctx, d.o.EscalationChannel)
	if permanent(err) {
		d.log.Warn("discord: discord.escalation_channel not found", "channel", d.o.EscalationChannel, "error", err, "fix", "configure the channel's ID, not its name, and let the bot view the channel")
	} else if err != nil {
		d.log.Info("discord: discord.escalation_channel not checked", "error", err)
	}
}

// checkPermissions says what the bot may not do in a server, and in which channels it may
// do less than elsewhere there. What was said once is not said again.
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

// allPermissions is all permissions.
const allPermissions = ^uint64(0)

// botRoles are the roles of the bot in a server, that of everyone among them,
// which has the server's id. known is false where the server does not tell.
func botRoles(g discordapi.Guild, self string) (ids []string, known bool) {
	i := slices.IndexFunc(g.Members, func(m discordapi.Member) bool { return m.User != nil && m.User.ID == self })
	if i < 0 || len(g.Roles) == 0 {
		return nil, false
	}
	return append([]string{g.ID}, g.Members[i].Roles...), true
}

// basePermissions are the permissions that roles have in a server, before those of
// channels.
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

// computeOverwrites are the permissions in a channel of somebody who has others in its server.
// What everyone may there is decided first, then roles, then the one member.
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

// missingInChannel says what the bot may not do in a channel that it sees and where
// people write, although it may in the server.
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

// forumTypes are the kinds of channels in which every thread is a post.
var forumTypes = []int{discordapi.ChannelTypeGuildForum, discordapi.ChannelTypeGuildMedia}

// missingPermissions says in plain words what is not granted, of what is needed everywhere
// or in forums alone.
func missingPermissions(has uint64, forum bool) []string {
	var lines []string
	for _, n := range requiredPermissions() {
		if has&n.bit == 0 && (n.forum || !forum) {
			lines = append(lines, fmt.Sprintf("%s (%s)", n.name, n.loss))
		}
	}
	return lines
}

// maxNames keeps a line of names to what is read.
const maxNames = 10

// joinNames joins names, the first ones of many.
func joinNames(all []string) string {
	if more := len(all) - maxNames; more > 0 {
		all = append(all[:maxNames:maxNames], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}
