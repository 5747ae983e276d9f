package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Bot configures when the bot speaks.
type Bot struct {
	Channels     []Channel     `mapstructure:"channels"`
	DefaultMode  string        `mapstructure:"default_mode" usage:"mode of unlisted channels: off, shadow, supervised, mention or on"`
	RepeatWindow time.Duration `mapstructure:"repeat_window" usage:"how long a repeated error in a channel gets a link to the first answer"`
	FollowUp     time.Duration `mapstructure:"follow_up" usage:"when to ask whether a fix held; 0 disables the question"`
	Admins       []string      `mapstructure:"admins"` // of channels by chat: PLATFORM:USER
	Reminder     time.Duration `mapstructure:"reminder" usage:"when to remind the team of a request for a person that no one has taken; 0 never reminds"`
	Learning     string        `mapstructure:"learning" usage:"count which steps helped, and order alternatives by it: off, count or on"`
	Digest       Digest        `mapstructure:"digest"`
	Incident     Incident      `mapstructure:"incident"`
	Maintenance  []Maintenance `mapstructure:"maintenance"`
}

// Maintenance mutes errors for a time: the bot answers them in channels only if it is
// addressed.
type Maintenance struct {
	Errors   []string `mapstructure:"errors" json:"errors"`               // IDs of entries, or codes
	Channels []string `mapstructure:"channels" json:"channels,omitempty"` // IDs; without one, all
	From     string   `mapstructure:"from" json:"from"`                   // as maintenanceTime, in the zone
	To       string   `mapstructure:"to" json:"to"`
	Zone     string   `mapstructure:"zone" json:"zone,omitempty"` // such as Europe/Berlin; "" is UTC
}

// maintenanceTime is the form of the times of maintenance.
const maintenanceTime = "2006-01-02 15:04"

// Times returns from when to when the errors are muted.
func (m Maintenance) Times() (from, to time.Time, err error) {
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return from, to, err
	}
	if from, err = time.ParseInLocation(maintenanceTime, m.From, zone); err != nil {
		return from, to, err
	}
	to, err = time.ParseInLocation(maintenanceTime, m.To, zone)
	return from, to, err
}

// checkMaintenance reports maintenance that mutes nothing.
func checkMaintenance(all []Maintenance, wrong func(key, text string)) {
	for i, m := range all {
		key := fmt.Sprintf("bot.maintenance.%d.", i)
		if len(m.Errors) == 0 {
			wrong(key+"errors", "want a list of IDs of entries, or codes")
		}
		if _, err := time.LoadLocation(m.Zone); err != nil || m.Zone == "Local" {
			wrong(key+"zone", "want a zone such as Europe/Berlin, or nothing for UTC")
			continue
		}
		for _, one := range []struct{ key, value string }{{"from", m.From}, {"to", m.To}} {
			if _, err := time.Parse(maintenanceTime, one.value); err != nil {
				wrong(key+one.key, "want a time such as 2026-12-01 22:00")
			}
		}
		if from, to, err := m.Times(); err == nil && !from.Before(to) {
			wrong(key+"to", "want a time after from")
		}
	}
}

// Incident configures when an error that several report in a channel gets a note there.
type Incident struct {
	People int           `mapstructure:"people" usage:"how many people and alerts of a channel report an error before one note counts them; 0 posts none"`
	Window time.Duration `mapstructure:"window" usage:"within which time they report it, and after which time without a report the note says that it is over"`
}

// maxIncidentWindow is as long as reports are kept.
const maxIncidentWindow = 24 * time.Hour

// maxIncidentPeople is how many reports of an error in a channel are kept.
const maxIncidentPeople = 1000

// A Channel overrides the defaults for one channel.
type Channel struct {
	ID       string   `mapstructure:"id" json:"id"`
	Mode     string   `mapstructure:"mode" json:"mode"`             // one of Modes; "" means Bot.DefaultMode
	Language string   `mapstructure:"language" json:"language"`     // a tag; "" means Config.Language
	Bots     []string `mapstructure:"bots" json:"bots,omitempty"`   // IDs of other bots whose messages are read
	About    string   `mapstructure:"about" json:"about,omitempty"` // one of Topics, or ""

	Unanswered bool `mapstructure:"unanswered" json:"unanswered,omitempty"` // record messages for people that almost led to a question
}

// Modes returns the modes of a channel: the bot never speaks; it decides and
// records but posts nothing; it answers errors once a person of the team publishes the
// answer; it answers mentions and commands; it also answers pasted errors.
func Modes() []string { return []string{"off", "shadow", "supervised", "mention", "on"} }

// Learning returns what the bot may do with the outcomes of steps: nothing; count
// them; and also order alternatives by them.
func Learning() []string { return []string{"off", "count", "on"} }

// Topics returns what a channel may be about. In one about backup, a question
// needs less.
func Topics() []string { return []string{"backup"} }

// defaultBot links repeats for ten minutes, about as long as people keep
// reporting the same outage, and asks a day later whether a fix held, when the
// next nightly backup has run. It reminds the team after a quarter of an hour:
// less than a person waits before asking elsewhere, and more than it takes to
// read a post. An error that five report within half an hour is an incident: three times
// as long as repeats are linked, because not everyone looks at once.
func defaultBot() Bot {
	return Bot{DefaultMode: "on", RepeatWindow: 10 * time.Minute, FollowUp: 24 * time.Hour, Reminder: 15 * time.Minute, Learning: "off", Digest: defaultDigest(), Incident: Incident{People: 5, Window: 30 * time.Minute}}
}

// admin matches a user of a platform. The terminal has direct messages alone, which have
// no policy.
var admin = regexp.MustCompile(`^(slack|discord|console):[^\s:@]+$`)

// supervised is the mode in which answers go to the escalation channel first.
const supervised = "supervised"

// checkSupervised reports a supervised channel whose answers no one would get to see. The
// platform of a channel follows from its ID: those of Discord are numbers.
func checkSupervised(c *Config, wrong func(key, text string)) {
	slack := c.Slack.Enabled() && c.Slack.EscalationChannel == ""
	discord := c.Discord.Enabled() && c.Discord.EscalationChannel == ""
	check := func(key, mode string, slack, discord bool) {
		switch {
		case mode != supervised:
		case slack:
			wrong(key, "want slack.escalation_channel, because the answers go there first")
		case discord:
			wrong(key, "want discord.escalation_channel, because the answers go there first")
		}
	}
	check("bot.default_mode", c.Bot.DefaultMode, slack, discord)
	for i, ch := range c.Bot.Channels {
		number := snowflake.MatchString(ch.ID)
		check(fmt.Sprintf("bot.channels.%d.mode", i), ch.Mode, slack && !number, discord && number)
	}
}

func checkBot(c *Config, wrong func(key, text string)) {
	checkSupervised(c, wrong)
	wantMode := "want one of " + strings.Join(Modes(), ", ")
	if !slices.Contains(Modes(), c.Bot.DefaultMode) {
		wrong("bot.default_mode", wantMode)
	}
	if !slices.Contains(Learning(), c.Bot.Learning) {
		wrong("bot.learning", "want one of "+strings.Join(Learning(), ", "))
	}
	if c.Bot.RepeatWindow < 0 {
		wrong("bot.repeat_window", wantDuration)
	}
	if n := c.Bot.Incident.People; n < 0 || n == 1 || n > maxIncidentPeople {
		wrong("bot.incident.people", fmt.Sprintf("want 0 for none, or 2 to %d", maxIncidentPeople))
	}
	if w := c.Bot.Incident.Window; w < time.Minute || w > maxIncidentWindow {
		wrong("bot.incident.window", "want 1m to 24h")
	}
	checkMaintenance(c.Bot.Maintenance, wrong)
	if c.Bot.FollowUp < 0 {
		wrong("bot.follow_up", wantDuration)
	}
	if c.Bot.Reminder < 0 {
		wrong("bot.reminder", wantDuration)
	}
	for i, a := range c.Bot.Admins {
		if !admin.MatchString(a) {
			wrong(fmt.Sprintf("bot.admins.%d", i), "want slack:, discord: or console: and the ID of a user, such as slack:U0123456789")
		}
	}
	seen := map[string]bool{}
	for i, ch := range c.Bot.Channels {
		key := fmt.Sprintf("bot.channels.%d.", i)
		switch {
		case ch.ID == "":
			wrong(key+"id", "want the id of a channel")
		case seen[ch.ID]:
			wrong(key+"id", "the channel is listed already")
		}
		seen[ch.ID] = true
		if ch.Mode != "" && !slices.Contains(Modes(), ch.Mode) {
			wrong(key+"mode", wantMode)
		}
		if ch.Language != "" && !tag.MatchString(ch.Language) {
			wrong(key+"language", wantTag)
		}
		if ch.About != "" && !slices.Contains(Topics(), ch.About) {
			wrong(key+"about", "want "+strings.Join(Topics(), ", ")+", or nothing")
		}
	}
}
