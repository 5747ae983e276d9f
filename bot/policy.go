package bot

import (
	"slices"
	"time"

	"mabsbot/bot/locale"
)

// A Policy is the part of the configuration that decisions depend on.
type Policy struct {
	Language           string                   // of answers, if nothing else determines it
	Channels           map[string]ChannelPolicy // by channel ID
	Default            Mode                     // mode of channels that have none
	RepeatWindow       time.Duration            // how long a repeated error in a channel is linked to the first answer
	FollowUp           time.Duration            // delay of the question whether a fix held; 0 never asks
	EscalationChannels map[string]string        // by adapter: the channel for hand-overs, unless an administrator set another
	Reminder           time.Duration            // delay of the reminder of a hand-over that is not taken; 0 never reminds
	Checks             string                   // ID of the entry with the basic checks
	Learning           Learning                 // whether outcomes of steps are counted and used
	Admins             []string                 // ADAPTER:USER of those who may change the policy of a channel by chat
	Digest             DigestPolicy
	Incident           IncidentPolicy
	Maintenance        []Mute // errors that are muted while maintenance lasts

	settings        map[Place]Settings // set by administrators
	settingsVersion int
}

// A ChannelPolicy applies to one channel.
type ChannelPolicy struct {
	Mode     Mode
	Language string
	Bots     []string // IDs of other bots whose messages are read; the rest are ignored
	About    Topic

	Unanswered bool // record messages for people that almost led to a question
}

// A Topic is what the people in a channel talk about.
type Topic string

// AboutBackup is the topic of a support channel for the products that the entries
// are about. A paraphrase that would be too vague elsewhere leads to a question
// there.
const AboutBackup Topic = "backup"

// ignores reports whether to ignore what the user writes.
func (c ChannelPolicy) ignores(u User) bool { return u.Bot && !slices.Contains(c.Bots, u.ID) }

// maxBotAnswers is how many answers to other bots one channel gets within
// botAnswersWindow. Copies of answers and repeated errors get none, so each
// answer is to an error that is new in the channel, and the people behind a
// bridge paste a few of those a minute at most. A bot that loops by rephrasing
// an error uses a tenth of what the platforms allow (Slack: one message a
// second; Discord: five in 5 s); the rest is left to people.
const (
	maxBotAnswers    = 5
	botAnswersWindow = time.Minute
)

// A Mode says when the bot answers in a channel.
type Mode string

// The modes of a channel.
const (
	ModeOff        Mode = "off"        // the bot is silent
	ModeShadow     Mode = "shadow"     // it decides and records, but posts nothing
	ModeSupervised Mode = "supervised" // as ModeOn, but a person of the team publishes the answer to an error; see proposal.go
	ModeMention    Mode = "mention"    // it answers mentions and commands
	ModeOn         Mode = "on"         // it also answers pasted errors
)

// Modes returns all modes, in the order of how much the bot says.
func Modes() []Mode { return []Mode{ModeOff, ModeShadow, ModeSupervised, ModeMention, ModeOn} }

// DefaultPolicy returns the policy without a configuration. The product
// description sets the durations.
func DefaultPolicy() Policy {
	return Policy{
		Language:     locale.English,
		Default:      ModeOn,
		RepeatWindow: 10 * time.Minute,
		FollowUp:     24 * time.Hour,
		Reminder:     15 * time.Minute,
		Checks:       "basic-checks",
		Learning:     LearningOff,
		Incident:     DefaultIncident(),
	}
}

// isTeamUse reports whether an event is the use of a button or command in a
// hand-over channel. Those work whatever the mode of the channel.
func (p Policy) isTeamUse(event Event) bool {
	m, isMessage := event.(Message)
	t := event.About().Thread
	return t.Channel != "" && t.Channel == p.escalation(t) && (!isMessage || m.Command)
}

// escalation returns the channel to which walkthroughs in a thread are handed over, or
// "".
func (p Policy) escalation(t Thread) string {
	switch set := p.settings[t.workspace()].Escalation; set {
	case "":
		return p.EscalationChannels[t.Adapter]
	case EscalationOff:
		return ""
	default:
		return set
	}
}

// channel returns the policy of a channel. Direct messages are always on. Without a
// channel of the team, no one can publish what a supervised channel gets, so that the
// bot only records it.
func (p Policy) channel(h Head) ChannelPolicy {
	if h.Direct {
		return ChannelPolicy{Mode: ModeOn}
	}
	c := p.settings[h.Thread.place()].over(p.Channels[h.Thread.Channel])
	if c.Mode == "" {
		c.Mode = p.Default
	}
	if c.Mode == ModeSupervised && p.escalation(h.Thread) == "" {
		c.Mode = ModeShadow
	}
	return c
}

// isAdmin reports whether the sender may change the policy of a channel by chat.
func (p Policy) isAdmin(h Head) bool {
	return !h.From.Bot && slices.Contains(p.Admins, adminID(h))
}

// adminID returns the sender in the form of Policy.Admins.
func adminID(h Head) string { return h.Thread.Adapter + ":" + h.From.ID }
