package bot

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// What administrators set for a channel by chat, or on a page.

// A Place is a channel of an adapter, as the key of its Settings. Without a Channel it is
// the workspace.
type Place struct{ Adapter, Workspace, Channel string }

// place returns the channel of the thread.
func (t Thread) place() Place { return Place{t.Adapter, t.Workspace, t.Channel} }

// workspace returns the workspace of the thread.
func (t Thread) workspace() Place { return Place{Adapter: t.Adapter, Workspace: t.Workspace} }

// Settings are what administrators set for a channel. They take precedence
// over the configuration, which determines the fields that are not set.
type Settings struct {
	Mode     Mode     `json:"mode,omitempty"`
	Language string   `json:"language,omitempty"` // LanguageAuto removes the configured one
	About    Topic    `json:"about,omitempty"`    // AboutAnything removes the configured one
	Bots     []string `json:"bots,omitzero"`      // nil if not set; otherwise all of them

	// BotNames has the names of Bots, by ID, as far as they were known when they were
	// set. They are for people to read.
	BotNames map[string]string `json:"bot_names,omitempty"`

	// Unanswered says whether to record what almost led to a question: RecordOn,
	// RecordOff, or "" if it is not set.
	Unanswered Recording `json:"unanswered,omitempty"`

	// Mutes are the errors that are muted in the channel for a time.
	Mutes []Mute `json:"mutes,omitempty"`

	// Escalation is set for a workspace alone: its channel of the team, or EscalationOff.
	Escalation string `json:"escalation,omitempty"`
}

// A Recording is the value of Settings.Unanswered.
type Recording string

// The values of Settings.Unanswered.
const (
	RecordOn  Recording = "on"
	RecordOff Recording = "off"
)

// recordingOf returns the value of ChannelPolicy.Unanswered.
func recordingOf(on bool) Recording {
	if on {
		return RecordOn
	}
	return RecordOff
}

// EscalationOff sets that a workspace has no channel of the team.
const EscalationOff = "off"

// LanguageAuto and AboutAnything set that a channel has no language, or no topic, of
// its own.
const (
	LanguageAuto        = "auto"
	AboutAnything Topic = "anything"
)

// equal reports whether both set the same.
func (s Settings) equal(o Settings) bool {
	return s.Mode == o.Mode && s.Language == o.Language && s.About == o.About &&
		s.Unanswered == o.Unanswered && s.Escalation == o.Escalation && (s.Bots == nil) == (o.Bots == nil) && slices.Equal(s.Bots, o.Bots) &&
		slices.EqualFunc(s.Mutes, o.Mutes, Mute.equal)
}

// over returns the configured policy of a channel with the settings.
func (s Settings) over(c ChannelPolicy) ChannelPolicy {
	if s.Mode != "" {
		c.Mode = s.Mode
	}
	switch s.Language {
	case "":
	case LanguageAuto:
		c.Language = ""
	default:
		c.Language = s.Language
	}
	switch s.About {
	case "":
	case AboutAnything:
		c.About = ""
	default:
		c.About = s.About
	}
	if s.Bots != nil {
		c.Bots = s.Bots
	}
	if s.Unanswered != "" {
		c.Unanswered = s.Unanswered == RecordOn
	}
	return c
}

// ChannelSettings are the settings of a channel with the version that set them.
// Versions count the changes of all channels.
type ChannelSettings struct {
	Place
	Settings
	Version int
}

// A SettingsChange is a change of the settings of a channel, and its audit record.
type SettingsChange struct {
	Place
	By            User
	ByPage        bool // on a page of the console, and not by chat; By is its user
	Before, After Settings
	Version       int       // the latest version that was read; the change is the next
	At            time.Time // set by the store
}

// settingsAge is how old the settings may be by which a message is recognized. It
// bounds the queries for talk, which needs nothing else of the store, to one a second.
const settingsAge = time.Second

// A settingsCache has the settings that were read. They are few: only channels that an
// administrator changed have some.
type settingsCache struct {
	mu      sync.Mutex
	all     map[Place]Settings // replaced as a whole
	version int
	read    time.Time
}

// currentPolicy returns the policy with the settings that are in the store now. It is
// one query, which returns what changed since the last one.
func (b *Bot) currentPolicy(ctx context.Context) (Policy, error) {
	b.settings.mu.Lock()
	version := b.settings.version
	b.settings.mu.Unlock()
	changed, err := b.store.ChannelSettings(ctx, version)
	if err != nil {
		return Policy{}, err
	}
	b.settings.mu.Lock()
	defer b.settings.mu.Unlock()
	b.settings.read = time.Now()
	if len(changed) > 0 && changed[len(changed)-1].Version > b.settings.version {
		all := maps.Clone(b.settings.all)
		if all == nil {
			all = map[Place]Settings{}
		}
		for _, c := range changed {
			all[c.Place] = c.Settings
		}
		b.settings.all, b.settings.version = all, changed[len(changed)-1].Version
	}
	return b.policyWith(b.settings.all, b.settings.version), nil
}

// recentPolicy returns the policy with settings that are at most settingsAge old, or
// with the last known ones while the store cannot be read.
func (b *Bot) recentPolicy(ctx context.Context) Policy {
	b.settings.mu.Lock()
	due := time.Since(b.settings.read) >= settingsAge
	if due {
		b.settings.read = time.Now() // other events go on with the settings that are known
	}
	b.settings.mu.Unlock()
	if due {
		if current, err := b.currentPolicy(ctx); err == nil {
			return current
		}
	}
	return b.knownPolicy()
}

// knownPolicy returns the policy with the settings that were read last.
func (b *Bot) knownPolicy() Policy {
	b.settings.mu.Lock()
	defer b.settings.mu.Unlock()
	return b.policyWith(b.settings.all, b.settings.version)
}

// settingsChanges returns the latest changes of a channel and its workspace, the latest
// first.
func (b *Bot) settingsChanges(ctx context.Context, t Thread) ([]SettingsChange, error) {
	var all []SettingsChange
	for _, place := range []Place{t.place(), t.workspace()} {
		changes, err := b.store.SettingsChanges(ctx, place, maxChanges)
		if err := b.skipUnreadable(err); err != nil {
			return nil, err
		}
		all = append(all, changes...)
	}
	slices.SortFunc(all, func(a, b SettingsChange) int { return cmp.Compare(b.Version, a.Version) })
	return all[:min(len(all), maxChanges)], nil
}

// expire makes the next message see what a turn changed.
func (c *settingsCache) expire(turn Turn) {
	if turn.Set == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = time.Time{}
}

func (b *Bot) policyWith(all map[Place]Settings, version int) Policy {
	p := b.policy()
	p.settings, p.settingsVersion = all, version
	return p
}
