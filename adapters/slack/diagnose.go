package slack

import (
	"context"
	"fmt"
	"net/http"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
)

// Diagnose checks the network, the tokens, the scopes and the escalation channel. Of
// the options it uses Mode, the tokens, APIURL and EscalationChannel.
func Diagnose(ctx context.Context, o Options) []chat.Finding {
	apiURL, err := parseAPIURL(o.APIURL)
	if err != nil {
		return []chat.Finding{{Check: "slack.network", Status: chat.FindingFailed, Found: err.Error(), Do: "correct slack.api_url"}}
	}
	found := chat.Reach(ctx, adapterName, apiURL+"api.test")
	if found[0].Status == chat.FindingFailed {
		return found
	}
	web := &http.Client{Timeout: apiTime, CheckRedirect: noRedirect}
	client := slack.New(o.BotToken(), slack.OptionAPIURL(apiURL), slack.OptionHTTPClient(web), slack.OptionAppLevelToken(reveal(o.AppToken)))
	found = append(found, diagnoseConnection(ctx, client, o))
	who, err := client.AuthTestContext(ctx)
	if err != nil {
		return append(found, unauthorized(err))
	}
	found = append(found, chat.OK("slack.bot_token", "the bot is %s in the workspace %s", who.User, who.Team))
	found = append(found, diagnoseScopes(who.Header.Get("X-Oauth-Scopes"))...)
	return append(found, diagnoseEscalation(ctx, client, o.EscalationChannel()))
}

func unauthorized(err error) chat.Finding {
	f := chat.Finding{Check: "slack.bot_token", Status: chat.FindingWarning, Found: fmt.Sprintf("auth.test failed: %v", explain(err)), Do: "try again later; the bot does, too"}
	if hasCode(err, tokenErrors) {
		f.Status, f.Found = chat.FindingFailed, "Slack rejects the token ("+errorCode(err)+")"
		f.Do = "copy the \"Bot User OAuth Token\" (xoxb-…) of \"OAuth & Permissions\" again, and install the app if it was removed"
	}
	return f
}

// diagnoseConnection checks what events arrive by.
func diagnoseConnection(ctx context.Context, client *slack.Client, o Options) chat.Finding {
	if o.Mode == HTTP {
		return chat.Finding{Check: "slack.signing_secret", Status: chat.FindingSkipped, Found: "Slack has no way to check it; the bot rejects and logs requests that are signed with another one"}
	}
	_, _, err := client.StartSocketModeContext(ctx)
	switch {
	case err == nil:
		return chat.OK("slack.app_token", "Slack opens a connection for it")
	case hasCode(err, tokenErrors) || hasCode(err, socketErrors):
		return chat.Finding{Check: "slack.app_token", Status: chat.FindingFailed, Found: "Slack opens no connection for it (" + errorCode(err) + ")",
			Do: "create an app-level token (xapp-…) with the scope connections:write under \"Basic Information\", and turn on Socket Mode"}
	}
	return chat.Finding{Check: "slack.app_token", Status: chat.FindingWarning, Found: fmt.Sprintf("apps.connections.open failed: %v", explain(err)), Do: "try again later; the bot does, too"}
}

// diagnoseScopes names each scope that is not granted. An app that was installed
// with an older manifest runs on without the newer ones.
func diagnoseScopes(granted string) []chat.Finding {
	missing := missingScopes(granted)
	if len(missing) == 0 {
		return []chat.Finding{chat.OK("slack.scopes", "all %d scopes are granted", len(scopes()))}
	}
	var found []chat.Finding
	for _, m := range missing {
		f := chat.Finding{Check: "slack.scopes", Status: chat.FindingWarning, Found: m.name + " is not granted: " + m.loss, Do: fixManifest + ", and install the app again; an administrator of the workspace may have to approve it"}
		if m.name == scopeWrite {
			f.Status = chat.FindingFailed
		}
		found = append(found, f)
	}
	return found
}

// scopeWrite is the scope without which the bot cannot answer.
const scopeWrite = "chat:write"

func diagnoseEscalation(ctx context.Context, client *slack.Client, channel string) chat.Finding {
	const check = "slack.escalation_channel"
	if channel == "" {
		return chat.Finding{Check: check, Status: chat.FindingWarning, Found: "it is not set, so \"Get a person\" asks no one", Do: "set it to the ID (C…) of the team's channel, and invite the bot there"}
	}
	problem, fix, err := escalationProblem(ctx, client, channel)
	switch {
	case err != nil:
		return chat.Finding{Check: check, Status: chat.FindingSkipped, Found: fmt.Sprintf("it cannot be looked up: %v", err)}
	case problem != "":
		return chat.Finding{Check: check, Status: chat.FindingWarning, Found: "it is " + problem, Do: fix}
	}
	return chat.OK(check, "the bot is a member")
}
