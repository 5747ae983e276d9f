package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/discord/discordapi"
)

// The intents that the bot identifies with. Those of servers tell where threads
// belong.
// https://docs.discord.com/developers/events/gateway#list-of-intents
const (
	plainIntents  = int(discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages)
	contentIntent = int(discordgo.IntentMessageContent)
)

// listen receives events until ctx ends or Discord refuses for good. It asks for
// the content of messages until Discord disallows that.
func (d *Discord) listen(ctx context.Context, restored session) error {
	d.sessions.key = restored.key
	intents, resumed := plainIntents|contentIntent, restored.Session
	if resumed.ID != "" && resumed.Intents&contentIntent == 0 {
		if d.granted { // meanwhile: a session keeps the intents that it was begun with
			resumed = discordapi.Session{}
		} else {
			intents = plainIntents
		}
	}
	err := d.client.Run(ctx, intents, resumed)
	if discordapi.CloseCode(err) == discordapi.CloseDisallowedIntents && intents != plainIntents && !d.granted {
		d.log.Warn("discord: " + withoutContent)
		err = d.client.Run(ctx, plainIntents, discordapi.Session{})
	}
	return explain(err)
}
