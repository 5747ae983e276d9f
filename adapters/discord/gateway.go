package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/discord/discordapi"
)

// The intents of the bot. IntentGuilds includes the events of threads, which
// have the parent channels.
// https://docs.discord.com/developers/events/gateway#list-of-intents
const (
	plainIntents  = int(discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages)
	contentIntent = int(discordgo.IntentMessageContent)
)

// listen receives events until ctx ends or Discord refuses for good. If Discord
// disallows the message content intent, listen goes on without it.
func (d *Discord) listen(ctx context.Context, restored session) error {
	d.sessions.key = restored.key
	intents, resumed := plainIntents|contentIntent, restored.Session
	if resumed.ID != "" && resumed.Intents&contentIntent == 0 {
		if d.contentGranted { // a session keeps its intents, so start a new one
			resumed = discordapi.Session{}
		} else {
			intents = plainIntents
		}
	}
	err := d.client.Run(ctx, intents, resumed)
	if discordapi.CloseCode(err) == discordapi.CloseDisallowedIntents && intents != plainIntents && !d.contentGranted {
		d.log.Warn("discord: Message Content Intent is off", "effect", noContentEffect, "fix", noContentFix)
		err = d.client.Run(ctx, plainIntents, discordapi.Session{})
	}
	return explain(err)
}
