package bot

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// What a page for operators shows and changes of the policy of channels.

// ChannelOperations are the part of Operations for channels.
type ChannelOperations interface {
	// Channels returns the channels that the configuration or an administrator names,
	// and those with a question in the last ChannelDays, or in shadow mode in the last
	// ShadowDays. Texts are in the given
	// language.
	Channels(ctx context.Context, lang string) (Channels, error)

	// SetChannel changes the mode, language, topic and recording of a channel to those of set;
	// what is empty there is no longer set. version is that of the settings of the
	// channel that were shown to the administrator. If they changed since, the error is
	// a SettingsConflict.
	SetChannel(ctx context.Context, place Place, version int, set Settings, by User) error
}

// ChannelDays is for how many days, with today, questions of channels are counted: a
// channel without a question in a month has nothing to be decided by.
const ChannelDays = 30

// maxTraced is in how many changes of a channel the origin of its settings is looked
// for. It is a change a week for the year that changes are kept.
const maxTraced = 52

// Channels are what a page shows of all channels.
type Channels struct {
	All        []ChannelView   // by adapter, workspace and ID
	Workspaces []WorkspaceView // those of All, and those with settings

	Modes, Languages, Topics, Recordings []Choice // what can be set
}

// A WorkspaceView is a workspace with its channel of the team.
type WorkspaceView struct {
	Place             // without a channel
	Escalation string // in effect; "" if there is none
	File       string // of the configuration
	Set        string // set by administrators
	By         *SettingsChange
}

// A Choice is a value of a setting.
type Choice struct{ Value, Text string }

// A ChannelView is a channel with its policy. Adapter and Workspace are empty if only the
// configuration names it, which has the IDs of channels alone.
type ChannelView struct {
	Place
	Policy    ChannelPolicy // in effect
	File      ChannelPolicy // of the configuration
	Settings  Settings      // set by administrators
	Version   int           // of the settings; 0 if there are none
	Questions int           // in the last ChannelDays, without those in shadow mode

	Mutes     []Mute // what is muted now or later
	FileMutes []Mute // of the configuration alone

	ModeBy, LanguageBy, AboutBy, BotsBy, UnansweredBy, MutesBy *SettingsChange // what set them; nil if none did, or it is no longer known
}

// A ChannelCount is how many questions a channel had.
type ChannelCount struct {
	Place
	N int
}

// Errors of SetChannel.
var (
	// ErrNoChannel reports that a channel is not among those of Channels.
	ErrNoChannel = errors.New("bot: no such channel")
	// ErrNoSetting reports a value that is not one of the choices.
	ErrNoSetting = errors.New("bot: no such setting")
	// ErrNoTeam reports that no channel is configured to which a supervised channel
	// could propose its answers.
	ErrNoTeam = errors.New("bot: no channel of the team")
)

// A SettingsConflict reports that the settings of a channel changed since they were
// read, by whom, and when.
type SettingsConflict struct {
	By User
	At time.Time
}

func (c *SettingsConflict) Error() string {
	return "bot: the settings were changed by " + c.By.name() + " since they were read"
}

// Channels implements Operations.
func (b *Bot) Channels(ctx context.Context, lang string) (Channels, error) {
	all, err := b.channelViews(ctx)
	if err != nil {
		return Channels{}, err
	}
	for i := range all {
		if err := b.trace(ctx, &all[i]); err != nil {
			return Channels{}, err
		}
	}
	c := Channels{All: all}
	if c.Workspaces, err = b.workspaceViews(ctx, all); err != nil {
		return Channels{}, err
	}
	texts := b.locales.Get(lang)
	for _, m := range Modes() {
		c.Modes = append(c.Modes, Choice{string(m), unquoted(texts.Text(modeText[m]))})
	}
	c.Languages = []Choice{{LanguageAuto, unquoted(texts.Text("admin_language_auto", "lang", b.policy().Language))}}
	for _, tag := range b.locales.Tags() {
		c.Languages = append(c.Languages, Choice{tag, b.locales[tag].Name})
	}
	for _, t := range []Topic{AboutAnything, AboutBackup} {
		c.Topics = append(c.Topics, Choice{string(t), unquoted(texts.Text(topicText[t]))})
	}
	for _, r := range []Recording{RecordOn, RecordOff} {
		c.Recordings = append(c.Recordings, Choice{string(r), unquoted(texts.Text(recordText[r]))})
	}
	return c, nil
}

// workspaceViews returns the workspaces of channels, and those with settings.
func (b *Bot) workspaceViews(ctx context.Context, channels []ChannelView) ([]WorkspaceView, error) {
	policy, err := b.currentPolicy(ctx)
	if err != nil {
		return nil, err
	}
	found := map[Place]bool{}
	for _, v := range channels {
		if v.Adapter != "" {
			found[Place{Adapter: v.Adapter, Workspace: v.Workspace}] = true
		}
	}
	for p, s := range policy.settings {
		if p.Channel == "" && s.Escalation != "" {
			found[p] = true
		}
	}
	var all []WorkspaceView
	for _, p := range slices.SortedFunc(maps.Keys(found), comparePlaces) {
		v := WorkspaceView{
			Place: p, Set: policy.settings[p].Escalation, File: policy.EscalationChannels[p.Adapter],
			Escalation: policy.escalation(Thread{Adapter: p.Adapter, Workspace: p.Workspace}),
		}
		if v.Set != "" {
			changes, err := b.store.SettingsChanges(ctx, p, maxTraced)
			if b.skipUnreadable(err) != nil {
				return nil, err
			}
			if i := slices.IndexFunc(changes, func(c SettingsChange) bool { return c.Before.Escalation != c.After.Escalation }); i >= 0 {
				v.By = &changes[i]
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// unquoted returns a text without the marks of code.
func unquoted(text string) string { return strings.ReplaceAll(text, "`", "") }

// channelViews returns the channels without what set their settings.
func (b *Bot) channelViews(ctx context.Context) ([]ChannelView, error) {
	set, err := b.store.ChannelSettings(ctx, 0)
	if err != nil {
		return nil, err
	}
	today := int(time.Now().Unix() / (24 * 60 * 60))
	asked, err := b.store.CountsByChannel(ctx, today-ChannelDays+1, today)
	if err != nil {
		return nil, err
	}
	found := map[Place]ChannelView{}
	for _, c := range asked {
		found[c.Place] = ChannelView{Questions: c.N}
	}
	for _, c := range set {
		if c.Channel == "" {
			continue // of a workspace
		}
		v := found[c.Place]
		v.Settings, v.Version = c.Settings, c.Version
		found[c.Place] = v
	}
	held, err := b.store.ShadowSums(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range held {
		if _, ok := found[s.Place]; !ok {
			found[s.Place] = ChannelView{}
		}
	}
	used := map[string]bool{} // by ID
	for p := range found {
		used[p.Channel] = true
	}
	for id := range b.policy().Channels {
		if !used[id] {
			found[Place{Channel: id}] = ChannelView{}
		}
	}
	var all []ChannelView
	for _, p := range slices.SortedFunc(maps.Keys(found), comparePlaces) {
		v := found[p]
		v.Place, v.File = p, b.policy().Channels[p.Channel]
		v.Policy = v.Settings.over(v.File)
		v.Policy.Mode = cmp.Or(v.Policy.Mode, b.policy().Default)
		now := time.Now().Unix()
		v.FileMutes = b.policy().mutes(p, now)
		v.Mutes = b.policyWith(map[Place]Settings{p: v.Settings}, v.Version).mutes(p, now)
		all = append(all, v)
	}
	return all, nil
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Adapter, b.Adapter), cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.Channel, b.Channel))
}

// trace finds the changes that set the settings of a channel.
func (b *Bot) trace(ctx context.Context, v *ChannelView) error {
	if v.Version == 0 {
		return nil
	}
	changes, err := b.store.SettingsChanges(ctx, v.Place, maxTraced)
	if b.skipUnreadable(err) != nil {
		return err
	}
	for _, c := range slices.Backward(changes) { // the latest replace earlier ones
		for _, s := range []struct {
			by          **SettingsChange
			set, change bool
		}{
			{&v.ModeBy, v.Settings.Mode != "", c.Before.Mode != c.After.Mode},
			{&v.LanguageBy, v.Settings.Language != "", c.Before.Language != c.After.Language},
			{&v.AboutBy, v.Settings.About != "", c.Before.About != c.After.About},
			{&v.BotsBy, v.Settings.Bots != nil, !slices.Equal(c.Before.Bots, c.After.Bots) || c.Before.Bots == nil},
			{&v.MutesBy, v.Settings.Mutes != nil, !slices.EqualFunc(c.Before.Mutes, c.After.Mutes, Mute.equal)},
			{&v.UnansweredBy, v.Settings.Unanswered != "", c.Before.Unanswered != c.After.Unanswered},
		} {
			if s.set && s.change {
				*s.by = &c
			}
		}
	}
	return nil
}

// SetChannel implements Operations. The version of the store counts the changes of all
// channels, so a change of another one meanwhile is no conflict.
func (b *Bot) SetChannel(ctx context.Context, place Place, version int, set Settings, by User) error {
	switch {
	case set.Mode != "" && !slices.Contains(Modes(), set.Mode),
		set.About != "" && topicText[set.About] == "",
		set.Unanswered != "" && recordText[set.Unanswered] == "",
		set.Language != "" && set.Language != LanguageAuto && b.locales[set.Language] == nil:
		return ErrNoSetting
	}
	for range maxConflicts {
		policy, err := b.currentPolicy(ctx)
		if err != nil {
			return err
		}
		if set.Mode == ModeSupervised && policy.escalation(Thread{Adapter: place.Adapter, Workspace: place.Workspace}) == "" {
			return ErrNoTeam
		}
		views, err := b.channelViews(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(views, func(v ChannelView) bool { return v.Place == place && place.Adapter != "" })
		if i < 0 {
			return ErrNoChannel
		}
		if views[i].Version != version {
			return b.conflict(ctx, place)
		}
		c := SettingsChange{Place: place, By: by, ByPage: true, Before: views[i].Settings, After: views[i].Settings}
		c.After.Mode, c.After.Language, c.After.About, c.After.Unanswered = set.Mode, set.Language, set.About, set.Unanswered
		if c.After.equal(c.Before) {
			return nil
		}
		c.Version = policy.settingsVersion
		turn := Turn{Event: EventID("page/" + rand.Text()), Set: &c}
		if err = b.store.Apply(ctx, turn); !errors.Is(err, ErrConflict) {
			if err == nil {
				b.settings.expire(turn)
			}
			return err
		}
	}
	return ErrConflict
}

// conflict returns the error about the latest change of a channel.
func (b *Bot) conflict(ctx context.Context, place Place) error {
	changes, err := b.store.SettingsChanges(ctx, place, 1)
	if b.skipUnreadable(err) != nil {
		return err
	}
	if len(changes) == 0 {
		return &SettingsConflict{}
	}
	return &SettingsConflict{By: changes[0].By, At: changes[0].At}
}
