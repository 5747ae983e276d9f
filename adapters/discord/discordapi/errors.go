package discordapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"
)

// What an error of Discord's says of the request.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json

// An Error is what Discord answered instead of what was asked for.
type Error struct {
	Status     int
	Code       int // Discord's own, or 0
	Message    string
	RetryAfter time.Duration // 429: to wait
	Global     bool          // 429: for all requests
	Shared     bool          // 429: others used the limit up
	Unsent     bool          // it was not even sent
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

// Is lets errors.Is find ErrRateLimited.
func (e *Error) Is(target error) bool { return target == ErrRateLimited && e.Unsent }

// invalid reports whether Discord counts the request as an invalid one.
func (e *Error) invalid() bool {
	return !e.Unsent && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusTooManyRequests && !e.Shared)
}

// failureOf reads an answer that is none, else nil.
func failureOf(answer *http.Response, data []byte) *Error {
	if 200 <= answer.StatusCode && answer.StatusCode < 300 {
		return nil
	}
	e := &Error{Status: answer.StatusCode}
	var body struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		After   float64         `json:"retry_after"`
		Global  bool            `json:"global"`
		Errors  json.RawMessage `json:"errors"`
	}
	if decode(data, &body) == nil {
		e.Code, e.Message = body.Code, body.Message
		if places := wrongPlaces(body.Errors); len(places) > 0 {
			e.Message += ": " + strings.Join(places, "; ")
		}
	}
	if e.Status == http.StatusTooManyRequests {
		e.RetryAfter = max(time.Duration(body.After*float64(time.Second)), seconds(answer.Header.Get("Retry-After")))
		if e.RetryAfter <= 0 { // who is in front of Discord does not say
			e.RetryAfter = max(seconds(answer.Header.Get("X-RateLimit-Reset-After")), time.Second)
		}
		e.Global = body.Global || answer.Header.Get("X-RateLimit-Global") == "true"
		e.Shared = answer.Header.Get("X-RateLimit-Scope") == "shared"
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

// Code returns the JSON error code of a response, or 0.
func Code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

// HasStatus reports whether a response had the HTTP status.
func HasStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status
}

// A CloseError is the close code with which Discord ended a gateway connection.
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

// Close codes after which another connection would end in the same way.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	CloseAuthenticationFailed = 4004
	CloseInvalidShard         = 4010
	CloseShardingRequired     = 4011
	CloseInvalidAPIVersion    = 4012
	CloseInvalidIntents       = 4013
	CloseDisallowedIntents    = 4014
)

// An action is what follows the end of a connection.
type action int

const (
	resume action = iota
	identify
	giveUp
)

// afterClose returns what Discord's table of close codes allows. It allows a
// resume after all others, and after codes that are not Discord's.
func afterClose(code int) action {
	switch code {
	case CloseAuthenticationFailed, CloseInvalidShard, CloseShardingRequired, CloseInvalidAPIVersion, CloseInvalidIntents, CloseDisallowedIntents:
		return giveUp
	case 4003, 4007, 4009: // Not authenticated, Invalid seq, Session timed out
		return identify
	}
	return resume
}
