package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // 0.4 of 57 MB, because Windows and slim images have no time zones
)

// Digest configures the weekly digest.
type Digest struct {
	Channels []string `mapstructure:"channels"` // PLATFORM:CHANNEL; at most one of a platform
	Day      string   `mapstructure:"day" usage:"day of the weekly digest: monday to sunday"`
	Hour     int      `mapstructure:"hour" usage:"hour of the weekly digest, 0 to 23"`
	Zone     string   `mapstructure:"zone" usage:"time zone of the weekly digest, such as Europe/Berlin or UTC"`
}

// defaultDigest is for the beginning of a week's work.
func defaultDigest() Digest { return Digest{Day: "monday", Hour: 9, Zone: "UTC"} }

// Days returns the days of a week, in the order of time.Weekday.
func Days() []string {
	var days []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		days = append(days, strings.ToLower(d.String()))
	}
	return days
}

// Weekday returns the day.
func (d Digest) Weekday() time.Weekday { return time.Weekday(slices.Index(Days(), d.Day)) }

// Location returns the time zone, which exists.
func (d Digest) Location() *time.Location {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil { // checkDigest refuses it
		return time.UTC
	}
	return zone
}

// ByPlatform returns the channels by their platforms.
func (d Digest) ByPlatform() map[string]string {
	channels := map[string]string{}
	for _, c := range d.Channels {
		platform, id, _ := strings.Cut(c, ":")
		channels[platform] = id
	}
	return channels
}

// digestChannel matches a channel of a platform by its ID. Slack's begin with C, or G
// where they are old private ones; Discord's are numbers.
var digestChannel = regexp.MustCompile(`^(slack:[CG][A-Z0-9]+|discord:[0-9]{1,20}|console:[^\s:@]+)$`)

func checkDigest(c *Config, wrong func(key, text string)) {
	d := c.Bot.Digest
	seen := map[string]bool{}
	for i, ch := range d.Channels {
		key := fmt.Sprintf("bot.digest.channels.%d", i)
		platform, _, _ := strings.Cut(ch, ":")
		switch {
		case !digestChannel.MatchString(ch):
			wrong(key, "want slack:, discord: or console: and the ID of a channel, such as slack:C0123456789")
		case seen[platform]:
			wrong(key, "another channel of "+platform+" is listed already")
		}
		seen[platform] = true
	}
	if !slices.Contains(Days(), d.Day) {
		wrong("bot.digest.day", "want a day such as monday")
	}
	if d.Hour < 0 || d.Hour > 23 {
		wrong("bot.digest.hour", wantHour)
	}
	if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "" || d.Zone == "Local" {
		wrong("bot.digest.zone", "want the name of a time zone, such as Europe/Berlin, Asia/Seoul or UTC")
	}
}

const wantHour = "want an hour from 0 to 23"
