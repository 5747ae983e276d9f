package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
)

// What is looked at when the bot starts, and when a server invites it: who it is,
// and what it may do.

// withoutContent is what a bot without the intent is told.
const withoutContent = "the application may not read the content of messages: pasted errors and replies in threads are not seen; " +
	"/mabs, the command on a message, mentions, buttons and direct messages work. " +
	"Switch «Message Content Intent» on, on the application's page «Bot» (https://discord.com/developers/applications), and start the bot again"

// The application's flags that allow the content of messages: in many servers,
// and in fewer than 100.
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const contentFlags = 1<<18 | 1<<19

// A need is a permission, and what does not work without.
type need struct {
	bit  uint64
	name string // as Discord's settings have it, in English
	loss string
}

// needs are the permissions that the bot is invited with.
func needs() []need {
	return []need{
		{discordgo.PermissionViewChannel, "View Channels", "it sees no channel"},
		{discordgo.PermissionSendMessages, "Send Messages", "it cannot answer"},
		{discordgo.PermissionCreatePublicThreads, "Create Public Threads", "it answers by replies and not in threads"},
		{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads", "it cannot answer in threads and forums"},
		{discordgo.PermissionReadMessageHistory, "Read Message History", "it cannot reply to a message where there are no threads"},
	}
}

// meet asks Discord who we are, until it answers. It fails where the token is not
// valid, and says what is missing.
func (d *Discord) meet(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		err := d.introduce(ctx)
		switch {
		case err == nil:
			d.prepare(ctx)
			return nil
		case ctx.Err() != nil && !isStatus(err, http.StatusUnauthorized):
			return nil
		case isStatus(err, http.StatusUnauthorized):
			return errToken
		}
		d.log.Warn("discord: Discord does not say who the bot is, and is asked again", "error", err)
		if chat.Sleep(ctx, chat.IdleFor(attempt)) != nil {
			return nil
		}
	}
}

// introduce asks Discord once who we are.
func (d *Discord) introduce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*apiTime)
	defer cancel()
	var who user
	if err := d.call(ctx, request{method: "GET", path: "/users/@me", into: &who}); err != nil {
		return err
	}
	var app struct {
		ID    string `json:"id"`
		Flags int    `json:"flags"`
	}
	err := d.call(ctx, request{method: "GET", path: "/applications/@me", into: &app})
	if d.o.ApplicationID != "" {
		if err == nil && app.ID != "" && app.ID != d.o.ApplicationID {
			d.log.Warn("discord: discord.application_id is not that of the token's application, and is not used", "configured", d.o.ApplicationID, "application", app.ID)
		} else {
			app.ID, err = d.o.ApplicationID, nil
		}
	}
	if hopeless(err) && !isStatus(err, http.StatusUnauthorized) {
		app.ID, err = who.ID, nil // of all applications since 2016 they are the same
	}
	if err != nil {
		return err
	}
	if who.ID == "" || app.ID == "" {
		return errIncomplete
	}
	d.granted = app.Flags&contentFlags != 0
	d.mu.Lock()
	defer d.mu.Unlock()
	d.self = identity{app: app.ID, user: who.ID, name: who.Name}
	return nil
}

// prepare registers the commands and says what is missing. Neither keeps the bot
// from serving.
func (d *Discord) prepare(ctx context.Context) {
	if d.o.Register {
		limited, cancel := context.WithTimeout(ctx, registerTime)
		defer cancel()
		err := d.register(limited, func(name string) { d.log.Info("discord: a command was registered", "name", name) })
		if err != nil {
			d.log.Warn("discord: the commands are not registered; «mabsbot discord register» tries it again", "error", err)
		}
	}
	if d.o.HandOver != "" {
		d.reach(ctx)
	}
	d.log.Info("discord: serving", "bot", d.me().name, "invite", invitation(d.me().app))
}

// registerTime is for a list and two commands, each within apiTime.
const registerTime = 30 * time.Second

// reach sees whether the bot sees where people are asked for.
func (d *Discord) reach(ctx context.Context) {
	_, err := d.place(ctx, d.o.HandOver)
	if hopeless(err) {
		d.log.Warn("discord: there is no discord.escalation_channel with that id that the bot sees; invite the bot there, and give the id, not the name", "channel", d.o.HandOver, "error", err)
	} else if err != nil {
		d.log.Info("discord: it cannot be checked whether the bot sees discord.escalation_channel", "error", err)
	}
}

// inspect says what the bot may not do in a server.
func (d *Discord) inspect(g guild) {
	has, known := granted(g, d.me().user)
	if !known {
		return
	}
	if lines := missing(has); len(lines) > 0 {
		d.log.Warn("discord: in a server the bot lacks permissions: "+strings.Join(lines, "; ")+". Give them to its role, or invite it again with "+invitation(d.me().app), "server", g.ID)
	}
}

// granted are the permissions of the bot in a server, before those of channels.
// known is false where the server does not tell.
func granted(g guild, self string) (has uint64, known bool) {
	i := slices.IndexFunc(g.Members, func(m member) bool { return m.User != nil && m.User.ID == self })
	if i < 0 || len(g.Roles) == 0 {
		return 0, false
	}
	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(g.Members[i].Roles, r.ID) { // the role of everyone has the server's id
			has |= bits(r.Permissions)
		}
	}
	if has&discordgo.PermissionAdministrator != 0 || g.Owner == self {
		has = ^uint64(0)
	}
	return has, true
}

// missing says in plain words what is not granted.
func missing(has uint64) []string {
	var lines []string
	for _, n := range needs() {
		if has&n.bit == 0 {
			lines = append(lines, fmt.Sprintf("%s (%s)", n.name, n.loss))
		}
	}
	return lines
}
