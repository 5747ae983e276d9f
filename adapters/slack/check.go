package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Checks at startup: who the bot is, and which scopes it has.

// A scope is an OAuth scope of the app.
type scope struct {
	name  string
	event string // that needs the scope, or ""; Slack does not return an app's subscriptions
	loss  string
}

// scopes returns the scopes of the manifest, in its order.
func scopes() []scope {
	return []scope{
		{"app_mentions:read", "app_mention", "mentions of the bot are not seen where it may not read the channel"},
		{"assistant:write", "", "suggested prompts are not shown"},
		{"channels:history", "message.channels", "errors pasted into public channels, and replies there, are not seen"},
		{"channels:read", "", "linked messages of other channels are not read, and the bot cannot check whether it is in the escalation channel"},
		{"chat:write", "", "the bot cannot answer at all"},
		{"commands", "", "/mabs and the shortcuts do not exist"},
		{"files:read", "", "attached logs and snippets are not read"},
		{"groups:history", "message.groups", "errors pasted into private channels, and replies there, are not seen"},
		{"groups:read", "", "linked messages of private channels are not read, and the bot cannot check whether it is in a private escalation channel"},
		{"im:history", "message.im", "direct messages are not seen"},
		{"im:write", "", "the bot cannot open a direct message: \"Continue in DM\" fails"},
		{"metadata.message:read", "", "after a crash the bot cannot find out whether a message was posted, and may post it twice"},
		{"mpim:history", "message.mpim", "errors pasted into group messages, and replies there, are not seen"},
		{"users:read", "", "the bot does not know users' names and languages"},
	}
}

// scopeNames returns the names of the scopes that the app needs.
func scopeNames() []string {
	var all []string
	for _, n := range scopes() {
		all = append(all, n.name)
	}
	return all
}

// socketErrors are the errors of apps.connections.open after which retrying is of
// no use.
var socketErrors = []string{"missing_scope", "no_permission", "access_denied", "forbidden_team", "method_not_supported_for_channel_type"}

// errInvalidToken explains that Slack rejected the bot token.
func errInvalidToken(code string) error {
	return fmt.Errorf("Slack rejects slack.bot_token (%s); copy the \"Bot User OAuth Token\" (xoxb-…) of \"OAuth & Permissions\" again", code)
}

// errInvalidAppToken explains that Slack opens no socket for the app token.
func errInvalidAppToken(code string) error {
	if code == "missing_scope" {
		return errors.New("slack.app_token lacks the scope connections:write; create a token that has it under \"Basic Information\", \"App-Level Tokens\"")
	}
	return fmt.Errorf("Slack opens no connection for slack.app_token (%s); it needs an app-level token (xapp-…) with the scope connections:write, and Socket Mode enabled", code)
}

// authenticate calls auth.test until Slack answers. It fails if the token is
// invalid.
func (s *Slack) authenticate(ctx context.Context) error {
	refused := false
	for attempt := 0; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, apiTime)
		who, err := s.client.AuthTestContext(limited)
		cancel()
		switch {
		case err == nil:
			s.identified(ctx, who)
			return nil
		case ctx.Err() != nil:
			return nil
		case hasCode(err, tokenErrors) && refused:
			return errInvalidToken(errorCode(err))
		}
		refused = hasCode(err, tokenErrors) // a single refusal may be a mistake of Slack's
		s.log.Warn("slack: retrying", "op", "auth.test", "error", explain(err))
		if chat.Sleep(ctx, chat.Backoff(attempt)) != nil {
			return nil
		}
	}
}

// identified stores the bot's identity and logs what it may not do.
func (s *Slack) identified(ctx context.Context, who *slack.AuthTestResponse) {
	me := identity{team: who.TeamID, org: who.EnterpriseID, user: who.UserID, bot: who.BotID, url: who.URL}
	ctx, cancel := context.WithTimeout(ctx, apiTime)
	defer cancel()
	if info, err := s.client.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID}); err == nil {
		me.app = info.AppID
	}
	s.mu.Lock()
	s.self = me
	s.mu.Unlock()
	missing := missingScopes(who.Header.Get("X-Oauth-Scopes"))
	for _, m := range missing {
		s.log.Warn("slack: scope missing", "scope", m.name, "event", m.event, "effect", m.loss)
	}
	if len(missing) > 0 {
		s.log.Warn("slack: scopes missing", "scopes", len(missing), "fix", fixManifest+", and install the app again")
	}
	if s.o.EscalationChannel() != "" {
		s.checkEscalationChannel(ctx)
	}
	s.log.Info("slack: serving", "workspace", who.Team, "bot", who.User, "mode", s.o.Mode)
}

// fixManifest says how to add what a newer manifest has.
const fixManifest = "paste the output of mabsbot slack manifest into the app's manifest"

// missingScopes returns the scopes that are not granted. If Slack does not return
// any, none counts as missing.
func missingScopes(granted string) []scope {
	if strings.TrimSpace(granted) == "" {
		return nil
	}
	var has []string
	for one := range strings.SplitSeq(granted, ",") {
		has = append(has, strings.TrimSpace(one))
	}
	return slices.DeleteFunc(scopes(), func(s scope) bool { return slices.Contains(has, s.name) })
}

// checkEscalationChannel warns if the bot is not in the escalation channel.
func (s *Slack) checkEscalationChannel(ctx context.Context) {
	switch problem, fix, err := escalationProblem(ctx, s.client, s.o.EscalationChannel()); {
	case err != nil:
		s.log.Info("slack: slack.escalation_channel not checked", "error", err)
	case problem != "":
		s.log.Warn("slack: slack.escalation_channel "+problem, "channel", s.o.EscalationChannel(), "fix", fix)
	}
}

// CanPost implements bot.ChannelChecker.
func (s *Slack) CanPost(ctx context.Context, channel string) (bool, error) {
	problem, _, err := escalationProblem(ctx, s.client, channel)
	return problem == "" && err == nil, err
}

// FindBot implements bot.BotFinder. Messages of a bot have its bot_id, but a mention has
// the ID of its user, whose profile has the other one:
// https://docs.slack.dev/reference/methods/users.info
func (s *Slack) FindBot(ctx context.Context, id string) (bot.User, bool, error) {
	switch {
	case id == "USLACKBOT":
		return bot.User{ID: id, Name: "Slackbot", Bot: true}, true, nil
	case botID.MatchString(id):
		found := bot.User{ID: id, Bot: true}
		if info, err := s.client.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: id}); err == nil {
			found.Name = info.Name
		}
		return found, true, nil // that of another workspace, which this one does not know, too
	case !userID.MatchString(id):
		return bot.User{}, false, nil
	}
	info, err := s.client.GetUserInfoContext(ctx, id)
	switch {
	case err != nil && permanent(err):
		return bot.User{}, false, nil
	case err != nil:
		return bot.User{}, false, explain(err)
	}
	found := bot.User{ID: info.Profile.BotID, Name: cmp.Or(info.Profile.RealName, info.RealName, info.Name), Bot: true}
	return found, info.IsBot && found.ID != "", nil
}

// The IDs of bots and of users.
var botID, userID = regexp.MustCompile(`^B[A-Z0-9]+$`), regexp.MustCompile(`^[UW][A-Z0-9]+$`)

// escalationProblem returns why the bot cannot post into the escalation channel, or
// "".
func escalationProblem(ctx context.Context, client *slack.Client, channel string) (problem, fix string, err error) {
	info, err := client.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
	switch {
	case err != nil && hasCode(err, notInChannel):
		return "not found", "invite the bot there, and configure the ID (C…), not the name", nil
	case err != nil:
		return "", "", explain(err)
	case !info.IsMember && !info.IsIM:
		return "without the bot", "type /invite there", nil
	}
	return "", "", nil
}
