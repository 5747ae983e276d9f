package discord

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
)

// Diagnose checks the network, the token, the intents, the commands, the permissions
// in servers and the escalation channel. Of the options it uses Token,
// ApplicationID, APIURL, Register and EscalationChannel.
func Diagnose(ctx context.Context, o Options) []chat.Finding {
	o.Log = slog.New(slog.DiscardHandler)
	client, err := discordapi.New(discordapi.Options{Token: o.Token, APIURL: o.APIURL, Timeout: apiTime})
	if err != nil {
		return []chat.Finding{{Check: "discord.network", Status: chat.FindingFailed, Found: err.Error(), Do: "correct discord.api_url"}}
	}
	found := chat.Reach(ctx, adapterName, client.Address()+"/gateway")
	if found[0].Status == chat.FindingFailed {
		return found
	}
	me, content, err := fetchIdentity(ctx, client, o)
	switch {
	case discordapi.HasStatus(err, http.StatusUnauthorized):
		return append(found, chat.Finding{Check: "discord.token", Status: chat.FindingFailed, Found: "Discord rejects the token", Do: "reset the token on the application's page \"Bot\", and set discord.token to the new one"})
	case err != nil:
		return append(found, notAsked("discord.token", err))
	}
	found = append(found, chat.OK("discord.token", "the bot is %s, application %s", me.name, me.app), diagnoseContent(content), diagnoseCommands(ctx, client, me, o.Register))
	found = append(found, diagnoseGuilds(ctx, client, me)...)
	return append(found, diagnoseEscalation(ctx, client, o.EscalationChannel()))
}

// notAsked returns the finding of a check whose request failed.
func notAsked(check string, err error) chat.Finding {
	return chat.Finding{Check: check, Status: chat.FindingWarning, Found: fmt.Sprintf("the request failed: %v", err), Do: "try again later; the bot does, too"}
}

func diagnoseContent(granted bool) chat.Finding {
	const check = "discord.message_content"
	if granted {
		return chat.OK(check, "the Message Content Intent is on")
	}
	return chat.Finding{Check: check, Status: chat.FindingWarning, Found: "the Message Content Intent is off: " + noContentEffect, Do: noContentFix}
}

func diagnoseCommands(ctx context.Context, client *discordapi.Client, me identity, register bool) chat.Finding {
	const check = "discord.commands"
	texts, err := loadTexts()
	if err != nil {
		return notAsked(check, err)
	}
	changed, err := changedCommands(ctx, client, me.app, texts)
	if err != nil {
		return notAsked(check, err)
	}
	var names []string
	for _, c := range changed {
		names = append(names, c.Name)
	}
	f := chat.Finding{Check: check, Status: chat.FindingWarning, Found: "not registered as this version has them: " + strings.Join(names, ", "), Do: "run mabsbot discord register"}
	switch {
	case len(changed) == 0:
		return chat.OK(check, "all are registered")
	case register:
		f.Do = "start the bot, which registers them, or run mabsbot discord register"
	}
	return f
}

// A partialGuild is a server of the bot, with the permissions of the bot without
// those of channels.
// https://docs.discord.com/developers/resources/user#get-current-user-guilds
type partialGuild struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Owner       bool   `json:"owner"`
	Permissions uint64 `json:"permissions,string"`
}

// diagnoseGuilds checks the permissions in the first 200 servers, the most that
// Discord lists at once.
func diagnoseGuilds(ctx context.Context, client *discordapi.Client, me identity) []chat.Finding {
	const check = "discord.permissions"
	var guilds []partialGuild
	if err := client.Do(ctx, discordapi.Request{Method: "GET", Path: "/users/@me/guilds", Into: &guilds}); err != nil {
		return []chat.Finding{notAsked(check, err)}
	}
	if len(guilds) == 0 {
		return []chat.Finding{{Check: check, Status: chat.FindingWarning, Found: "the bot is in no server", Do: "invite it with " + invitation(me.app)}}
	}
	var found []chat.Finding
	for _, g := range guilds {
		if g.Owner || g.Permissions&discordgo.PermissionAdministrator != 0 {
			continue // it may do everything
		}
		if lines := missingPermissions(g.Permissions, false); len(lines) > 0 {
			found = append(found, chat.Finding{Check: check, Status: chat.FindingWarning, Found: fmt.Sprintf("in the server %s the bot lacks: %s", g.Name, strings.Join(lines, "; ")),
				Do: "grant them to the bot's role, or invite the bot again with " + invitation(me.app)})
		}
	}
	if len(found) == 0 {
		found = []chat.Finding{chat.OK(check, "the bot has what it needs in %d servers, apart from settings of channels", len(guilds))}
	}
	return found
}

func diagnoseEscalation(ctx context.Context, client *discordapi.Client, channel string) chat.Finding {
	const check = "discord.escalation_channel"
	if channel == "" {
		return chat.Finding{Check: check, Status: chat.FindingWarning, Found: "it is not set, so \"Get a person\" asks no one", Do: "set it to the ID of the team's channel"}
	}
	err := client.Do(ctx, discordapi.Request{Method: "GET", Path: "/channels/%s", Args: []string{channel}})
	switch {
	case permanent(err):
		return chat.Finding{Check: check, Status: chat.FindingWarning, Found: "the bot cannot see it", Do: escalationFix}
	case err != nil:
		return notAsked(check, err)
	}
	return chat.OK(check, "the bot can see it")
}
