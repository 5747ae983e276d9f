package bot

import (
	"slices"
	"time"

	"mabsbot/bot/locale"
)

// A Policy is what the owner of the bot decided.
type Policy struct {
	Language           string                   // of answers where nothing else tells
	Channels           map[string]ChannelPolicy // by channel id
	Default            Mode                     // of channels without a policy of their own
	RepeatWindow       time.Duration            // the same error in the same channel is linked to the first answer for so long
	FollowUp           time.Duration            // after which it is asked whether a fix held; 0 never asks
	EscalationChannels map[string]string        // by adapter: the channel that people are asked for in
	Checks             string                   // the entry of the pre-flight checks
}

// A ChannelPolicy is what holds in one channel.
type ChannelPolicy struct {
	Mode     Mode
	Language string
	Bots     []string // ids of other bots whose messages are read; all others are ignored
}

// ignores reports whether what the user writes is not for us.
func (c ChannelPolicy) ignores(u User) bool { return u.Bot && !slices.Contains(c.Bots, u.ID) }

// maxBotAnswers is how many answers to other bots one channel gets in
// botAnswersWindow. Copies of answers and repeats get none, so each is to an
// error that is new in the channel: the people behind a bridge paste a few a
// minute at most. A bot that loops by saying the error in other words costs the
// channel a tenth of what the platforms allow (Slack one message a second,
// Discord five in 5 s), and leaves the rest to people.
const (
	maxBotAnswers    = 5
	botAnswersWindow = time.Minute
)

// A Mode says when the bot speaks in a channel.
type Mode string

// The modes of a channel.
const (
	ModeOff     Mode = "off"     // never
	ModeShadow  Mode = "shadow"  // it decides and records, and posts nothing
	ModeMention Mode = "mention" // when it is mentioned, or by command
	ModeOn      Mode = "on"      // also when an error is pasted
)

// DefaultPolicy is the policy of a bot that nobody configured. The windows are
// those of the product's description.
func DefaultPolicy() Policy {
	return Policy{
		Language:     locale.English,
		Default:      ModeOn,
		RepeatWindow: 10 * time.Minute,
		FollowUp:     24 * time.Hour,
		Checks:       "basic-checks",
	}
}

// channel is the policy that holds in a thread's channel. Direct messages are
// always on.
func (p Policy) channel(h Head) ChannelPolicy {
	if h.Direct {
		return ChannelPolicy{Mode: ModeOn}
	}
	c := p.Channels[h.Thread.Channel]
	if c.Mode == "" {
		c.Mode = p.Default
	}
	return c
}
