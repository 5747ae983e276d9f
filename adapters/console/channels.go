package console

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

// The page of the channels and their rules.

// A channelsPage lists the channels.
type channelsPage struct {
	frame
	Found    bot.Channels
	Rows     []channelRow
	Days     int  // of the questions that are counted
	Withheld bool // as in shadows
}

// A channelRow is a channel with its rules as the page says them.
type channelRow struct {
	bot.ChannelView
	Mode, Language, About, Bots, Unanswered, Escalation rule

	Muted []mutedRow
}

// A mutedRow is an error that is muted in a channel, now or later.
type mutedRow struct {
	Error    string
	From, To string // in UTC
	Origin   sentence
}

// mutedIn returns what is muted in a channel, and where that is from.
func mutedIn(v bot.ChannelView) (rows []mutedRow) {
	for _, m := range v.Mutes {
		set := slices.ContainsFunc(v.Settings.Mutes, func(s bot.Mute) bool { return s.String() == m.String() })
		rows = append(rows, mutedRow{m.Error, minuteOf(m.From), minuteOf(m.To), from(set, true, v.MutesBy)})
	}
	return rows
}

// minuteOf formats a Unix time.
func minuteOf(at int64) string { return time.Unix(at, 0).UTC().Format("2006-01-02 15:04") }

// A rule is the value of a setting, and where it is from.
type rule struct {
	Text string
	From sentence
}

// channels lists the channels with their rules.
func (c *Console) channels(w http.ResponseWriter, r *http.Request) {
	v := c.view(r)
	found, err := c.operations.Channels(r.Context(), v.Lang)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	page := channelsPage{frame: c.frame(v, "/channels", "rules"), Found: found, Days: bot.ChannelDays}
	for _, one := range found.All {
		if !c.mayShow(one.Adapter) && !(one.Adapter == "" && c.workspace && slices.Contains(c.setup.channels, one.Channel)) {
			page.Withheld = true
			continue
		}
		page.Rows = append(page.Rows, channelRow{one,
			modeRule(found, one),
			rule{textOf(found.Languages, cmp.Or(one.Policy.Language, bot.LanguageAuto)), from(one.Settings.Language != "", one.File.Language != "", one.LanguageBy)},
			rule{textOf(found.Topics, string(cmp.Or(one.Policy.About, bot.AboutAnything))), from(one.Settings.About != "", one.File.About != "", one.AboutBy)},
			rule{botNames(one.Policy.Bots, one.Settings.BotNames), from(one.Settings.Bots != nil, len(one.File.Bots) > 0, one.BotsBy)},
			rule{textOf(found.Recordings, string(recordingOf(one.Policy.Unanswered))), from(one.Settings.Unanswered != "", one.File.Unanswered, one.UnansweredBy)},
			escalationOf(found.Workspaces, one.Place),
			mutedIn(one),
		})
	}
	c.show(w, http.StatusOK, v.Lang, "channels", page)
}

// recordingOf returns the choice for a policy.
func recordingOf(on bool) bot.Recording {
	if on {
		return bot.RecordOn
	}
	return bot.RecordOff
}

// escalationOf returns the channel of the team of a channel's workspace.
func escalationOf(all []bot.WorkspaceView, p bot.Place) rule {
	for _, w := range all {
		if w.Adapter == p.Adapter && w.Workspace == p.Workspace {
			return rule{w.Escalation, from(w.Set != "", w.File != "", w.By)}
		}
	}
	return rule{From: from(false, false, nil)}
}

// modeRule returns the mode of a channel.
func modeRule(found bot.Channels, one bot.ChannelView) rule {
	return rule{textOf(found.Modes, string(one.Policy.Mode)), from(one.Settings.Mode != "", one.File.Mode != "", one.ModeBy)}
}

// botNames lists bots by their names, as far as they are known.
func botNames(ids []string, names map[string]string) string {
	var all []string
	for _, id := range ids {
		if name := names[id]; name != "" {
			id = name + " (" + id + ")"
		}
		all = append(all, id)
	}
	return strings.Join(all, ", ")
}

// textOf returns the text of a choice, or its value.
func textOf(choices []bot.Choice, value string) string {
	for _, c := range choices {
		if c.Value == value {
			return c.Text
		}
	}
	return value
}

// from says where a value is from.
func from(isSet, inFile bool, by *bot.SettingsChange) sentence {
	switch {
	case isSet && by == nil:
		return sentence{Key: "from_set"}
	case isSet && by.ByPage:
		return sentence{Key: "from_page", Args: []any{cmp.Or(by.By.Name, by.By.ID), day(by.At)}}
	case isSet:
		return sentence{Key: "from_chat", Args: []any{cmp.Or(by.By.Name, by.By.ID), day(by.At)}}
	case inFile:
		return sentence{Key: "from_file"}
	}
	return sentence{Key: "from_default"}
}

// A picker is a list of choices in a form.
type picker struct {
	Name, Label string
	Now         string // the choice that is set, or ""
	Choices     []bot.Choice
}

// A channelForm is what the page sends to change a channel.
type channelForm struct {
	Adapter   string    `json:"adapter"`
	Workspace string    `json:"workspace"`
	Channel   string    `json:"channel"`
	Version   int       `json:"version,string"`
	Mode      bot.Mode  `json:"mode"`
	Language  string    `json:"language"`
	About     bot.Topic `json:"about"`

	Unanswered bot.Recording `json:"unanswered"`
}

// setChannel changes the rules of a channel.
func (c *Console) setChannel(w http.ResponseWriter, r *http.Request) {
	f, err := decode[channelForm](w, r)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	place := bot.Place{Adapter: f.Adapter, Workspace: f.Workspace, Channel: f.Channel}
	if !c.mayShow(f.Adapter) {
		err = bot.ErrNoChannel
	} else {
		err = c.operations.SetChannel(r.Context(), place, f.Version, bot.Settings{Mode: f.Mode, Language: f.Language, About: f.About, Unanswered: f.Unanswered}, userOf(accountOf(r)))
	}
	conflict, isConflict := errors.AsType[*bot.SettingsConflict](err)
	switch {
	case err == nil:
		reply(w, http.StatusOK, answer{})
	case isConflict:
		c.refuse(w, r, &refusal{status: http.StatusConflict, key: "changed", args: []any{cmp.Or(conflict.By.Name, conflict.By.ID, "?")}})
	case errors.Is(err, bot.ErrNoChannel):
		c.refuse(w, r, errNoPlace)
	case errors.Is(err, bot.ErrNoTeam):
		c.refuse(w, r, errNoTeam)
	case errors.Is(err, bot.ErrNoSetting):
		c.refuse(w, r, errBadRequest)
	default:
		c.refuse(w, r, err)
	}
}

// userOf returns an account as who changed something.
func userOf(who account) bot.User {
	return bot.User{ID: strings.TrimSuffix("console/"+who.Name, "/"), Name: who.Name}
}
