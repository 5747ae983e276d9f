package discordapi

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
)

// An Error is a response that is not 2xx.
type Error struct {
	Status     int           // of HTTP
	Code       int           // JSON error code, or 0
	Message    string        // for people
	RetryAfter time.Duration // of a 429
	Global     bool          // a 429 of the global rate limit
	Shared     bool          // a 429 of a limit that others share, which does not count as invalid
	Unsent     bool          // a 429 of the client's own: Discord has not seen the request
}

func (e *Error) Error() string {
	switch {
	case e.Unsent:
		return ErrRateLimited.Error()
	case e.Code != 0:
		return fmt.Sprintf("%d %s (%d)", e.Status, e.Message, e.Code)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
}

// Is matches ErrRateLimited.
func (e *Error) Is(target error) bool { return target == ErrRateLimited && e.Unsent }

// invalid reports whether Discord counts the request as invalid.
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
func (e *Error) invalid() bool {
	return !e.Unsent && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusTooManyRequests && !e.Shared)
}

// parseError returns the error in a response, or nil for a 2xx status.
// https://docs.discord.com/developers/reference#error-messages
// https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit
func parseError(response *http.Response, data []byte) *Error {
	if 200 <= response.StatusCode && response.StatusCode < 300 {
		return nil
	}
	e := &Error{Status: response.StatusCode}
	var body struct {
		Code       int             `json:"code"`
		Message    string          `json:"message"`
		RetryAfter float64         `json:"retry_after"` // s
		Global     bool            `json:"global"`
		Errors     json.RawMessage `json:"errors"`
	}
	if decode(data, &body) == nil {
		e.Code, e.Message = body.Code, body.Message
		if fields := invalidFields(body.Errors); len(fields) > 0 {
			e.Message += ": " + strings.Join(fields, "; ")
		}
	}
	if e.Status == http.StatusTooManyRequests {
		e.RetryAfter = max(time.Duration(body.RetryAfter*float64(time.Second)), seconds(response.Header.Get("Retry-After")))
		if e.RetryAfter <= 0 { // of a proxy in front of Discord
			e.RetryAfter = max(seconds(response.Header.Get("X-RateLimit-Reset-After")), time.Second)
		}
		e.Global = body.Global || response.Header.Get("X-RateLimit-Global") == "true"
		e.Shared = response.Header.Get("X-RateLimit-Scope") == "shared"
	}
	return e
}

// maxFields keeps an error to one line.
const maxFields = 5

// invalidFields returns the path and the error code of each field that Discord
// does not accept, without its value, which may be what a user wrote.
func invalidFields(data json.RawMessage) []string {
	var fields []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		object, ok := v.(map[string]any)
		if !ok {
			return
		}
		if list, ok := object["_errors"].([]any); ok {
			for _, each := range list {
				one, _ := each.(map[string]any)
				fields = append(fields, fmt.Sprintf("%s %v", path, one["code"]))
			}
		}
		for key, inner := range object {
			walk(strings.TrimPrefix(path+"."+key, "."), inner)
		}
	}
	var v any
	if json.Unmarshal(data, &v) == nil {
		walk("", v)
	}
	sort.Strings(fields)
	return fields[:min(len(fields), maxFields)]
}

// Code returns the JSON error code of a response, or 0.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
func Code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

// JSON error codes that callers handle and that discordgo does not name, or at
// length.
const (
	CodeOpeningDMsTooFast   = 40003
	CodeThreadArchived      = 50083
	CodeNoMessageHistory    = 160002 // a reply needs the permission Read Message History
	CodeThreadLocked        = 160005
	CodeAlreadyAcknowledged = discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged // by another process

	codeInvalidWebhookToken = 50027
	codeNoMutualGuilds      = 50278 // a DM needs a guild that both are in
)

// IsGone reports whether the message to be changed does not exist any more, or is
// not the bot's.
func IsGone(err error) bool {
	return hasCode(err, discordgo.ErrCodeUnknownMessage, discordgo.ErrCodeUnknownChannel, discordgo.ErrCodeCannotEditFromAnotherUser)
}

// IsForbidden reports whether the bot lacks a permission in the channel.
func IsForbidden(err error) bool {
	return hasCode(err, discordgo.ErrCodeMissingAccess, discordgo.ErrCodeMissingPermissions)
}

// IsTokenExpired reports whether the token of an interaction cannot be used any
// more, or not where it was handed out: in an archived thread it cannot.
func IsTokenExpired(err error) bool {
	return hasCode(err, discordgo.ErrCodeUnknownWebhook, discordgo.ErrCodeUnknownInteraction, discordgo.ErrCodeUnknownMessage, codeInvalidWebhookToken, CodeThreadArchived)
}

// IsDMForbidden reports whether the user accepts no direct messages from the bot.
func IsDMForbidden(err error) bool {
	return hasCode(err, discordgo.ErrCodeCannotSendMessagesToThisUser, codeNoMutualGuilds)
}

// IsThreadForbidden reports whether no thread can be started from the message:
// the bot lacks a permission, or the channel takes no threads.
func IsThreadForbidden(err error) bool {
	return IsForbidden(err) || hasCode(err,
		discordgo.ErrCodeCannotExecuteActionOnThisChannelType, discordgo.ErrCodeCannotExecuteActionOnSystemMessage,
		discordgo.ErrCodeMaximumNumberOfActiveThreadsReached, discordgo.ErrCodeMaximumNumberOfActiveAnnouncementThreadsReached)
}

func hasCode(err error, codes ...int) bool { return slices.Contains(codes, Code(err)) }

// IsPermanent reports whether Discord would refuse the request again.
func IsPermanent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && 400 <= e.Status && e.Status < 500 && e.Status != http.StatusTooManyRequests
}

// NotSent reports whether the request cannot have reached Discord.
func NotSent(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial" || errors.Is(err, ErrRateLimited)
}

// HasStatus reports whether a response had the HTTP status.
func HasStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status
}

// A CloseError is the close code that Discord ended a gateway connection with.
type CloseError struct {
	Code   int
	Reason string
}

func (e *CloseError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("close code %d %s", e.Code, e.Reason))
}

// CloseCode returns the close code of a connection, or 0.
func CloseCode(err error) int {
	if e, ok := errors.AsType[*CloseError](err); ok {
		return e.Code
	}
	return 0
}

// Close codes after which Discord says not to reconnect.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	CloseAuthenticationFailed = 4004
	CloseInvalidShard         = 4010
	CloseShardingRequired     = 4011
	CloseInvalidAPIVersion    = 4012
	CloseInvalidIntents       = 4013
	CloseDisallowedIntents    = 4014
)

// An action is what a client may do after a close code.
type action int

const (
	mayResume action = iota
	mustIdentify
	mustStop
)

// afterClose returns the action for a close code. Codes that are not in Discord's
// table, such as those of WebSocket, leave the session alive.
func afterClose(code int) action {
	switch code {
	case CloseAuthenticationFailed, CloseInvalidShard, CloseShardingRequired, CloseInvalidAPIVersion, CloseInvalidIntents, CloseDisallowedIntents:
		return mustStop
	case 4003, 4007, 4009: // Not authenticated, Invalid seq, Session timed out
		return mustIdentify
	}
	return mayResume
}
