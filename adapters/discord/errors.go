package discord

import (
	"errors"
	"fmt"
	"net/http"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// errToken is the error of a token that Discord rejects.
var errToken = errors.New("Discord rejected discord.token; copy the token from the application's page \"Bot\" again")

// explain replaces an error after which Discord accepts no connection with
// instructions for the operator.
func explain(err error) error {
	if discordapi.HasStatus(err, http.StatusUnauthorized) {
		return errToken
	}
	switch discordapi.CloseCode(err) {
	case discordapi.CloseAuthenticationFailed:
		return errToken
	case discordapi.CloseInvalidShard, discordapi.CloseShardingRequired:
		return errors.New("Discord requires several shards for this bot, as for any in 2,500 servers or more; this one supports a single shard")
	case discordapi.CloseInvalidAPIVersion:
		return errors.New("Discord no longer supports this version of the gateway; update the bot")
	case discordapi.CloseInvalidIntents:
		return errors.New("Discord does not know the intents that the bot requests; update the bot")
	case discordapi.CloseDisallowedIntents:
		return errors.New("Discord does not allow the intents that the bot requests; turn on Message Content Intent on the application's page \"Bot\"")
	}
	return err
}

// deliveryError converts the error of a request that delivers a post to what
// the outbox needs to know: whether the post was certainly not delivered, and
// whether and when to retry.
func deliveryError(what string, err error) error {
	if err == nil {
		return nil
	}
	named := fmt.Errorf("discord: %s: %w", what, err)
	e, ok := errors.AsType[*discordapi.Error](err)
	switch {
	case ok && e.Status == http.StatusTooManyRequests:
		return bot.NotDelivered(named, e.RetryAfter)
	case ok && (e.Status == http.StatusUnauthorized || e.Code == discordapi.CodeOpeningDMsTooFast):
		return bot.NotDelivered(named, 0)
	case discordapi.IsPermanent(err):
		return bot.Refused(named)
	case discordapi.NotSent(err):
		return bot.NotDelivered(named, 0)
	}
	return named
}
