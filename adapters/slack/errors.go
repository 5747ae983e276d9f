package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Errors of the Web API.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors

var (
	// tokenErrors: the token is invalid. Only an administrator can help.
	tokenErrors = []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type", "org_login_required", "team_access_not_granted"}
	// retryLater: Slack did nothing, and may do it another time.
	retryLater = []string{"ratelimited", "rate_limited", "accesslimited", "service_unavailable", "request_timeout", "team_added_to_org", "message_limit_exceeded"}
	// ambiguous: Slack failed, but may have done it nevertheless.
	ambiguous = []string{"internal_error", "fatal_error"}
	// notInChannel: the bot may not post to the channel.
	notInChannel = []string{"not_in_channel", "channel_not_found", "user_not_in_channel", "restricted_action_read_only_channel", "is_archived"}
	// messageGone: the message no longer exists, or is not the bot's.
	messageGone = []string{"message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed", "thread_not_found"}
)

// errorCode returns the error code in Slack's response, or "".
func errorCode(err error) string {
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return e.Err
	}
	return ""
}

func hasCode(err error, codes []string) bool { return slices.Contains(codes, errorCode(err)) }

// deliveryError returns the error of a call that posts or changes a message as a
// bot.DeliveryError, unless it is unknown whether Slack carried out the call.
func (s *Slack) deliveryError(ctx context.Context, method string, err error) error {
	err = fmt.Errorf("slack: %s: %w", method, explain(err))
	if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		s.pacer.block(method, e.RetryAfter)
		return bot.NotDelivered(err, e.RetryAfter)
	}
	switch c := errorCode(err); {
	case hasCode(err, tokenErrors):
		if s.invalidToken(ctx) {
			s.stop(fmt.Errorf("%s: %w", method, errInvalidToken(c)))
		}
		return bot.NotDelivered(err, 0)
	case slices.Contains(retryLater, c):
		return bot.NotDelivered(err, 0)
	case slices.Contains(ambiguous, c):
		return err
	case c != "":
		return bot.Refused(err)
	}
	if notSent(err) {
		return bot.NotDelivered(err, 0)
	}
	return err
}

// invalidToken asks Slack once more whether it refuses the token, because a single
// invalid_auth must not end the adapter. It reports false if Slack does not
// answer.
func (s *Slack) invalidToken(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, apiTime)
	defer cancel()
	_, err := s.client.AuthTestContext(ctx)
	return hasCode(err, tokenErrors)
}

// explain adds the details of Slack's response to an error, and removes URLs.
func explain(err error) error {
	e, ok := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case ok && e.Needed != "":
		return fmt.Errorf("%w (the app lacks the scope %s)", err, e.Needed)
	case ok && len(e.ResponseMetadata.Messages) > 0:
		return fmt.Errorf("%w (%s)", err, strings.Join(e.ResponseMetadata.Messages, "; "))
	}
	return chat.WithoutURL(err)
}

// notSent reports whether a request did not reach the Web API.
func notSent(err error) bool {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return true
	}
	e, ok := errors.AsType[slack.StatusCodeError](err)
	return ok && (e.Code == http.StatusTooManyRequests || e.Code == http.StatusServiceUnavailable)
}
