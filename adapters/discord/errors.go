package discord

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// errToken says that Discord does not accept the token.
var errToken = errors.New("Discord does not accept discord.token; copy the token of the application's page «Bot» once more")

// explain says what an operator has to do about an error with which Discord
// refuses the bot for good.
func explain(err error) error {
	if discordapi.HasStatus(err, http.StatusUnauthorized) {
		return errToken
	}
	switch discordapi.CloseCode(err) {
	case discordapi.CloseAuthenticationFailed:
		return errToken
	case discordapi.CloseInvalidShard, discordapi.CloseShardingRequired:
		return errors.New("Discord wants this bot in several shards, as bots in more than 2,500 servers must be, and this one serves one")
	case discordapi.CloseInvalidAPIVersion:
		return errors.New("Discord does not speak this version of the gateway any more; the bot needs an update")
	case discordapi.CloseInvalidIntents:
		return errors.New("Discord does not know the intents that the bot asks for; the bot needs an update")
	case discordapi.CloseDisallowedIntents:
		return errors.New("Discord does not allow the intents that the bot asks for; switch «Message Content Intent» on, on the application's page «Bot»")
	}
	return err
}

// Discord's codes.
var (
	// absent: what is to be changed is not there any more, or never was ours.
	absent = []int{discordgo.ErrCodeUnknownMessage, discordgo.ErrCodeUnknownChannel, discordgo.ErrCodeCannotEditFromAnotherUser}
	// barred: we may not do that there. Where a thread is locked nobody may.
	barred = []int{discordgo.ErrCodeMissingAccess, discordgo.ErrCodeMissingPermissions}
	// expired: the token of an interaction, or what it stood for, is over.
	// An archived thread takes nothing by a token either.
	expired = []int{discordgo.ErrCodeUnknownWebhook, discordgo.ErrCodeUnknownInteraction, discordgo.ErrCodeUnknownMessage, codeInvalidToken, codeArchived}
	// shut: somebody takes no direct messages from us.
	shut = []int{discordgo.ErrCodeCannotSendMessagesToThisUser, codeNoServer}
	// threadless: no thread can be begun at the message, for want of a
	// permission or because the channel takes none.
	threadless = []int{
		discordgo.ErrCodeMissingAccess, discordgo.ErrCodeMissingPermissions, discordgo.ErrCodeCannotExecuteActionOnThisChannelType,
		discordgo.ErrCodeCannotExecuteActionOnSystemMessage, discordgo.ErrCodeMaximumNumberOfActiveThreadsReached,
		discordgo.ErrCodeMaximumNumberOfActiveAnnouncementThreadsReached,
	}
)

// Codes that discordgo has no names for, or long ones.
const (
	codeTooManyDirects = 40003 // direct messages are opened too fast
	codeInvalidToken   = 50027 // of a webhook, or interaction
	codeArchived       = 50083 // the thread is
	codeNoServer       = 50278 // a direct message needs one that both are in
	codeLocked         = 160005
	codeNoHistory      = 160002                                                 // a reply needs the permission to read what it is to
	codeAcknowledged   = discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged // another process was first
)

func isOne(err error, codes []int) bool { return slices.Contains(codes, discordapi.Code(err)) }

// failed is the error of a request that should have shown a post, as the outbox
// wants it: what is certain is said.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	named := fmt.Errorf("discord: %s: %w", what, err)
	e, ok := errors.AsType[*discordapi.Error](err)
	switch {
	case ok && e.Status == http.StatusTooManyRequests:
		return bot.NotDelivered(named, e.RetryAfter)
	case ok && (e.Status == http.StatusUnauthorized || e.Code == codeTooManyDirects):
		return bot.NotDelivered(named, 0)
	case ok && 400 <= e.Status && e.Status < 500:
		return bot.Refused(named)
	case notSent(err):
		return bot.NotDelivered(named, 0)
	}
	return named
}

// notSent reports that a request cannot have reached Discord.
func notSent(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}
