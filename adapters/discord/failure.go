package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// What an error of Discord's says of the request.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json

// An apiError is what Discord answered instead of what was asked for.
type apiError struct {
	status  int
	code    int // Discord's own, or 0
	message string
	after   time.Duration // 429: to wait
	global  bool          // 429: for all requests
	shared  bool          // 429: others used the limit up
	unsent  bool          // it was not even sent
}

func (e *apiError) Error() string {
	switch {
	case e.unsent:
		return errRest.Error()
	case e.code != 0:
		return fmt.Sprintf("%d %s (%d)", e.status, e.message, e.code)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.status, http.StatusText(e.status)))
}

// Is lets errors.Is find errRest.
func (e *apiError) Is(target error) bool { return target == errRest && e.unsent }

// invalid reports whether Discord counts the request as an invalid one.
func (e *apiError) invalid() bool {
	return !e.unsent && (e.status == http.StatusUnauthorized || e.status == http.StatusForbidden || e.status == http.StatusTooManyRequests && !e.shared)
}

// failureOf reads an answer that is none, else nil.
func failureOf(answer *http.Response, data []byte) *apiError {
	if 200 <= answer.StatusCode && answer.StatusCode < 300 {
		return nil
	}
	e := &apiError{status: answer.StatusCode}
	var body struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		After   float64         `json:"retry_after"`
		Global  bool            `json:"global"`
		Errors  json.RawMessage `json:"errors"`
	}
	if chat.Decode(data, &body) == nil {
		e.code, e.message = body.Code, body.Message
		if places := wrongPlaces(body.Errors); len(places) > 0 {
			e.message += ": " + strings.Join(places, "; ")
		}
	}
	if e.status == http.StatusTooManyRequests {
		e.after = max(time.Duration(body.After*float64(time.Second)), seconds(answer.Header.Get("Retry-After")))
		if e.after <= 0 { // who is in front of Discord does not say
			e.after = max(seconds(answer.Header.Get("X-RateLimit-Reset-After")), time.Second)
		}
		e.global = body.Global || answer.Header.Get("X-RateLimit-Global") == "true"
		e.shared = answer.Header.Get("X-RateLimit-Scope") == "shared"
	}
	return e
}

// wrongPlaces names the fields that a form has wrong, and why, without what
// stood in them.
func wrongPlaces(data json.RawMessage) []string {
	var all []string
	var walk func(at string, v any)
	walk = func(at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			return
		}
		if list, ok := o["_errors"].([]any); ok {
			for _, each := range list {
				one, _ := each.(map[string]any)
				all = append(all, fmt.Sprintf("%s %v", at, one["code"]))
			}
		}
		for key, inner := range o {
			walk(strings.TrimPrefix(at+"."+key, "."), inner)
		}
	}
	var v any
	if json.Unmarshal(data, &v) == nil {
		walk("", v)
	}
	sort.Strings(all)
	return all[:min(len(all), maxPlaces)]
}

// maxPlaces keeps an error to a line.
const maxPlaces = 5

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

// code is the code that Discord itself named, or 0.
func code(err error) int {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.code
	}
	return 0
}

func isOne(err error, codes []int) bool { return slices.Contains(codes, code(err)) }

// failed is the error of a request that should have shown a post, as the outbox
// wants it: what is certain is said.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	named := fmt.Errorf("discord: %s: %w", what, err)
	e, ok := errors.AsType[*apiError](err)
	switch {
	case ok && e.status == http.StatusTooManyRequests:
		return bot.NotDelivered(named, e.after)
	case ok && (e.status == http.StatusUnauthorized || e.code == codeTooManyDirects):
		return bot.NotDelivered(named, 0)
	case ok && 400 <= e.status && e.status < 500:
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
