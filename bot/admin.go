package bot

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// The command /mabs admin, by which administrators see and change the policy of a
// channel.

// maxChanges is how many changes of a channel /mabs admin lists: those that a person
// who asks "who did that?" looks for.
const maxChanges = 5

// maxBots bounds the other bots of a channel. Channels have a few integrations.
const maxBots = 50

// The texts that describe modes, topics and recordings.
var (
	modeText   = map[Mode]string{ModeOff: "admin_mode_off", ModeShadow: "admin_mode_shadow", ModeSupervised: "admin_mode_supervised", ModeMention: "admin_mode_mention", ModeOn: "admin_mode_on"}
	topicText  = map[Topic]string{AboutBackup: "admin_about_backup", AboutAnything: "admin_about_anything"}
	recordText = map[Recording]string{RecordOff: "admin_unanswered_off", RecordOn: "admin_unanswered_on"}
)

// platformID matches the ID of a bot or channel on a platform.
var platformID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// isAdminCommand reports whether an event is /mabs admin. It works whatever the mode of
// the channel, so that a channel that is off can be switched on. An error whose text
// begins with the same word is looked up, except for administrators, who may have
// misspelled a setting.
func (r Rules) isAdminCommand(event Event, found kb.Result) bool {
	m, ok := event.(Message)
	if !ok || !m.Command {
		return false
	}
	words := strings.Fields(m.Text)
	if len(words) == 0 || r.Locales.Command(words[0]) != locale.CommandAdmin {
		return false
	}
	return len(words) == 1 || r.Locales.Setting(words[1]) != locale.SettingNone || r.Policy.isAdmin(m.Head) || found.Band == match.Silent
}

// admin handles what follows /mabs admin.
func (d decision) admin(m Message, rest string) {
	switch {
	case d.head.Direct:
		d.postPrivate(d.paragraph("admin_direct"))
		return
	case len(d.rules.Policy.Admins) == 0:
		d.postPrivate(paragraph(d.text("admin_none", "id", adminID(d.head))))
		return
	case !d.rules.Policy.isAdmin(d.head):
		d.postPrivate(d.paragraph("admin_refused"))
		return
	}
	words := strings.Fields(rest)
	place, read := d.head.Thread.place(), d.readSettings
	if len(words) > 0 && d.rules.Locales.Setting(words[0]) == locale.SettingEscalation {
		place, read = d.head.Thread.workspace(), d.readEscalation
	}
	before := d.rules.Policy.settings[place]
	after, problem := read(m, before, words)
	switch {
	case problem != "":
		d.postPrivate(paragraph(problem), d.adminUsage())
	case rest == "", len(words) == 1 && d.rules.Locales.Setting(words[0]) == locale.SettingMute: // the policy lists what is muted
		d.postPolicy("admin")
	case len(words) == 1 && d.rules.Locales.Setting(words[0]) == locale.SettingBots:
		d.postBots()
	case after.equal(before):
		d.postPolicy("admin_same")
	default:
		d.turn.Set = &SettingsChange{Place: place, By: d.sender().By, Before: before, After: after, Version: d.rules.Policy.settingsVersion}
		d.with(place, after).postPolicy("admin_changed")
	}
}

// with returns a copy of d in which the settings of a place are others.
func (d decision) with(place Place, s Settings) decision {
	rules := *d.rules
	rules.Policy.settings = maps.Clone(rules.Policy.settings)
	if rules.Policy.settings == nil {
		rules.Policy.settings = map[Place]Settings{}
	}
	rules.Policy.settings[place] = s
	d.rules = &rules
	return d
}

// escalationIn returns the channel of the team that a command of an administrator names,
// or "".
func (r Rules) escalationIn(event Event, found kb.Result) string {
	m, ok := event.(Message)
	if !ok || !r.isAdminCommand(event, found) || !r.Policy.isAdmin(m.Head) {
		return ""
	}
	words := strings.Fields(m.Text)
	if len(words) != 3 || r.Locales.Setting(words[1]) != locale.SettingEscalation || r.Locales.Setting(words[2]) != locale.SettingNone {
		return ""
	}
	if id := m.id(words[2]); platformID.MatchString(id) {
		return id
	}
	return ""
}

// canPostTime bounds how long the bot asks whether it can post to a channel. Platforms
// wait 3 s for the answer to a command.
const canPostTime = 2 * time.Second

// unreachable reports whether the bot cannot post to the channel of the team that an
// event names, as far as the adapter knows.
func (b *Bot) unreachable(ctx context.Context, a Adapter, rules Rules, event Event, found kb.Result) bool {
	channel := rules.escalationIn(event, found)
	checker, can := As[ChannelChecker](a)
	if channel == "" || !can {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, canPostTime)
	defer cancel()
	ok, err := checker.CanPost(ctx, channel)
	if err != nil {
		b.log.Info("bot: channel not checked", "adapter", a.Name(), "channel", channel, "error", err)
	}
	return err == nil && !ok
}

// readEscalation returns the settings of the workspace after a command, or what is wrong
// with it.
func (d decision) readEscalation(m Message, s Settings, words []string) (after Settings, problem string) {
	value := d.rules.Locales.Setting(words[len(words)-1])
	switch channel := d.rules.escalationIn(m, d.found); {
	case len(words) == 2 && value == LanguageAuto:
		s.Escalation = ""
	case len(words) == 2 && value == EscalationOff:
		s.Escalation = EscalationOff
	case channel == "":
		return s, d.unclearAdmin(words)
	case d.state.Unreachable:
		return s, d.text("admin_unreachable", "channel", channel)
	default:
		s.Escalation = channel
	}
	return s, ""
}

func (d decision) unclearAdmin(words []string) string {
	return d.text("admin_unclear", "text", shorten(d.quote(strings.Join(words, " ")), maxQuote))
}

// readSettings returns the settings after a command, or what is wrong with it.
func (d decision) readSettings(m Message, s Settings, words []string) (after Settings, problem string) {
	if len(words) == 0 || len(words) == 1 && d.rules.Locales.Setting(words[0]) == locale.SettingMute {
		return s, ""
	}
	unclear := d.unclearAdmin(words)
	setting, values := d.rules.Locales.Setting(words[0]), words[1:]
	switch {
	case setting == locale.SettingMute && len(values) == 3, setting == locale.SettingUnmute && len(values) == 1:
		return d.readMute(s, values, setting == locale.SettingUnmute)
	case setting == locale.SettingBots && len(values) == 0: // lists them
		return s, ""
	case setting == locale.SettingReset && len(values) == 0:
		return Settings{}, ""
	case setting == locale.SettingBots:
		return d.readBots(m, s, values, unclear)
	case len(values) != 1:
		return s, unclear
	}
	value := d.rules.Locales.Setting(values[0])
	switch mode, topic, record := Mode(value), Topic(value), Recording(value); {
	case setting == locale.SettingMode && mode == ModeSupervised && d.rules.Policy.escalation(d.head.Thread) == "":
		return s, d.text("admin_supervised_alone")
	case setting == locale.SettingMode && modeText[mode] != "":
		s.Mode = mode
	case setting == locale.SettingAbout && topicText[topic] != "":
		s.About = topic
	case setting == locale.SettingUnanswered && recordText[record] != "":
		s.Unanswered = record
	case setting == locale.SettingLanguage && value == LanguageAuto:
		s.Language = LanguageAuto
	case setting == locale.SettingLanguage && d.rules.Locales.Tag(values[0]) != "":
		s.Language = d.rules.Locales.Tag(values[0])
	default:
		return s, unclear
	}
	return s, ""
}

// postPolicy shows the policy of the channel.
func (d decision) postPolicy(title string) {
	s := d.rules.Policy.settings[d.head.Thread.place()]
	policy := s.over(d.rules.Policy.Channels[d.head.Thread.Channel])
	row := func(label, value string, isSet bool) []string {
		from := "admin_from_file"
		if isSet {
			from = "admin_from_chat"
		}
		return []string{d.text(label), value + " · " + d.text(from)}
	}
	blocks := []Block{heading(d.text(title)), {Kind: BlockTable, Rows: [][]string{
		row("admin_mode", d.text(modeText[cmp.Or(policy.Mode, d.rules.Policy.Default)]), s.Mode != ""),
		row("admin_language", d.policyLanguage(policy), s.Language != ""),
		row("admin_about", d.text(topicText[cmp.Or(policy.About, AboutAnything)]), s.About != ""),
		row("admin_bots", d.policyBots(policy, s.BotNames), s.Bots != nil),
		row("admin_unanswered", d.text(recordText[recordingOf(policy.Unanswered)]), s.Unanswered != ""),
		row("admin_escalation", d.policyEscalation(), d.rules.Policy.settings[d.head.Thread.workspace()].Escalation != ""),
	}}}
	blocks[1].Rows = append(blocks[1].Rows, d.muteRows()...)
	if lines := d.changeLines(); len(lines) > 0 {
		blocks = append(blocks, paragraph(d.text("admin_history")+"\n"+strings.Join(lines, "\n")))
	}
	d.postPrivate(append(blocks, d.adminUsage())...)
}

func (d decision) adminUsage() Block {
	return smallPrint(d.text("admin_usage", "langs", strings.Join(d.rules.Locales.Tags(), "|")))
}

func (d decision) policyLanguage(c ChannelPolicy) string {
	if l := d.rules.Locales[c.Language]; l != nil {
		return d.text("admin_language_is", "lang", c.Language, "name", l.Name)
	}
	return d.text("admin_language_auto", "lang", d.rules.Policy.Language)
}

func (d decision) policyBots(c ChannelPolicy, names map[string]string) string {
	if len(c.Bots) == 0 {
		return d.text("admin_bots_none")
	}
	return d.text("admin_bots_some", "bots", d.botList(c.Bots, names))
}

func (d decision) policyEscalation() string {
	if to := d.rules.Policy.escalation(d.head.Thread); to != "" {
		return d.text("admin_escalation_to", "channel", to)
	}
	return d.text("admin_escalation_none")
}

// changeLines describes the latest changes, with that of this event.
func (d decision) changeLines() []string {
	changes := d.state.Changes
	if d.turn.Set != nil {
		now := *d.turn.Set
		now.At = d.head.At
		changes = slices.Insert(slices.Clone(changes), 0, now)
	}
	var lines []string
	for _, c := range changes[:min(len(changes), maxChanges)] {
		lines = append(lines, d.text("admin_change", "time", timeMark(c.At.Unix()), "name", c.By.name(), "changes", d.changeOf(c)))
	}
	return lines
}

// changeOf says what a change set, and what was set before.
func (d decision) changeOf(c SettingsChange) string {
	var changes []string
	add := func(label, before, after string) {
		if before != after {
			unset := d.text("admin_unset")
			changes = append(changes, d.text("admin_change_of", "setting", d.text(label), "before", cmp.Or(before, unset), "after", cmp.Or(after, unset)))
		}
	}
	add("admin_mode", d.settingWord(string(c.Before.Mode)), d.settingWord(string(c.After.Mode)))
	add("admin_language", d.settingWord(c.Before.Language), d.settingWord(c.After.Language))
	add("admin_about", d.settingWord(string(c.Before.About)), d.settingWord(string(c.After.About)))
	add("admin_unanswered", d.settingWord(string(c.Before.Unanswered)), d.settingWord(string(c.After.Unanswered)))
	add("admin_escalation", d.escalationWord(c.Before.Escalation), d.escalationWord(c.After.Escalation))
	add("admin_mutes", d.muteList(c.Before.Mutes), d.muteList(c.After.Mutes))
	add("admin_bots", d.botList(c.Before.Bots, c.Before.BotNames), d.botList(c.After.Bots, c.After.BotNames))
	return strings.Join(changes, ", ")
}

// escalationWord returns a channel, or the word for none.
func (v voice) escalationWord(channel string) string {
	if channel == "" || channel == EscalationOff {
		return v.settingWord(channel)
	}
	return "`" + channel + "`"
}

// settingWord returns the word for a value in the language of the answer.
func (v voice) settingWord(value string) string {
	if words := v.locale.Settings[locale.Setting(value)]; len(words) > 0 {
		value = words[0]
	}
	if value == "" {
		return ""
	}
	return "`" + value + "`"
}

func (v voice) botList(bots []string, names map[string]string) string {
	switch {
	case bots == nil:
		return ""
	case len(bots) == 0:
		return v.text("admin_nothing")
	}
	var all []string
	for _, id := range bots {
		all = append(all, v.botLabel(id, names))
	}
	return strings.Join(all, ", ")
}
