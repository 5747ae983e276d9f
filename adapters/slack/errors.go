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

// What an error of the Web API says of the call.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors

var (
	// tokenErrors: the token serves nothing any more. Only a person can help.
	tokenErrors = []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type", "org_login_required", "team_access_not_granted"}
	// retryLater: Slack took nothing and may take it another time.
	retryLater = []string{"ratelimited", "rate_limited", "accesslimited", "service_unavailable", "request_timeout", "team_added_to_org", "message_limit_exceeded"}
	// ambiguous: Slack failed, and may have done it nevertheless.
	ambiguous = []string{"internal_error", "fatal_error"}
	// notInChannel: we are not in the channel.
	notInChannel = []string{"not_in_channel", "channel_not_found", "user_not_in_channel", "restricted_action_read_only_channel", "is_archived"}
	// messageGone: the message is not there any more, or never was ours.
	messageGone = []string{"message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed", "thread_not_found"}
)

// errorCode is the error that Slack itself named, or "".
func errorCode(err error) string {
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return e.Err
	}
	return ""
}

func hasCode(err error, codes []string) bool { return slices.Contains(codes, errorCode(err)) }

// deliveryError is the error of a call that should have shown a post, as the outbox
// wants it: what is certain is said.
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

// explain adds what Slack says besides the code, and takes addresses out.
func explain(err error) error {
	e, ok := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case ok && e.Needed != "":
		return fmt.Errorf("%w (the app lacks the permission %s)", err, e.Needed)
	case ok && len(e.ResponseMetadata.Messages) > 0:
		return fmt.Errorf("%w (%s)", err, strings.Join(e.ResponseMetadata.Messages, "; "))
	}
	return chat.WithoutURL(err)
}

// notSent reports that a request cannot have reached Slack, or was turned away
// at the door.
func notSent(err error) bool {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return true
	}
	e, ok := errors.AsType[slack.StatusCodeError](err)
	return ok && (e.Code == http.StatusTooManyRequests || e.Code == http.StatusServiceUnavailable)
}
