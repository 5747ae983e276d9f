package slack

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// From payloads to bot.Event. Parsing is a pure function of the payload and the
// bot's identity.

// An identity holds the bot's own IDs, as auth.test and bots.info return them.
type identity struct {
	team string // the workspace in which the app is installed
	org  string // or the Enterprise organization
	user string // the bot user
	bot  string // the bot as the sender of a message
	app  string // "" if unknown
	url  string // of the workspace, for links to messages
}

// A parsed payload is one of the types below. nil is a payload that does not
// concern the bot.
type parsed interface{ parsed() }

// An inbound event is for the core.
type inbound struct {
	event bot.Event
	files []file // their text belongs to the message
	// direct: the thread is, or may be, the direct conversation with the sender,
	// whose channel has to be looked up. own: it certainly is.
	direct, own bool
	responseURL string     // takes private answers to the sender
	replaces    bot.PostID // responseURL can also change this post
	home        bool       // handling it may change what the sender's home page shows
	mention     bool       // an app_mention: in most channels the message arrives, too
}

// homeOpened is app_home_opened: a user looks at a tab of the app.
type homeOpened struct{ team, user, channel, tab string }

// A modalRequest asks for the search modal or, for a press, the modal that takes
// its value.
type modalRequest struct {
	team, user, trigger string
	about               *bot.Press // nil for the search
}

// An optionsRequest is a block_suggestion: a user types in the search.
type optionsRequest struct{ team, user, query string }

// An invalidSubmission is a view_submission in which a block is empty.
type invalidSubmission struct{ team, user, block string }

// appUninstalled is app_uninstalled or tokens_revoked: the app lost its access.
type appUninstalled struct{ why error }

// appRateLimited is app_rate_limited: Slack withholds events.
type appRateLimited struct{}

// urlVerification is url_verification: Slack wants the challenge back.
type urlVerification struct{ challenge string }

func (inbound) parsed()           {}
func (homeOpened) parsed()        {}
func (modalRequest) parsed()      {}
func (optionsRequest) parsed()    {}
func (invalidSubmission) parsed() {}
func (appUninstalled) parsed()    {}
func (appRateLimited) parsed()    {}
func (urlVerification) parsed()   {}

// The errors that end the adapter.
var (
	errUninstalled = errors.New("the app was uninstalled; install it again and restart the bot with the new token")
	errRevoked     = errors.New("the bot token was revoked; install the app again and restart the bot with the new token")
)

// read parses an envelope. An error contains nothing of the payload.
func (me identity) read(e envelope) (parsed, error) {
	switch e.Kind {
	case kindEvent:
		return me.readEvent(e.Payload)
	case kindCommand:
		return me.readCommand(e.Payload)
	case kindInteract:
		return me.readInteraction(e.Payload)
	}
	return nil, chat.ErrUnknown
}

// isOtherApp reports whether a payload is for another app. If either ID is
// unknown, it is not: the payload came over our socket or with our signature.
func (me identity) isOtherApp(app string) bool { return app != "" && me.app != "" && app != me.app }

func (me identity) readEvent(data []byte) (parsed, error) {
	var o outerEvent
	if err := chat.Decode(data, &o); err != nil {
		return nil, fmt.Errorf("invalid JSON: %w", chat.ErrUnknown)
	}
	switch {
	case o.Type == "url_verification":
		return urlVerification{o.Challenge}, nil
	case me.isOtherApp(o.App):
		return nil, chat.ErrOtherApp
	case o.Type == "app_rate_limited":
		return appRateLimited{}, nil
	case o.Type != "event_callback":
		return nil, chat.ErrUnknown
	}
	e, team := o.Event, me.workspace(o)
	switch e.Type {
	case "message":
		return me.readMessage(o, e, team)
	case "app_mention":
		return me.posted(o, e, team)
	case "app_home_opened":
		return homeOpened{team, e.User, e.Channel, e.Tab}, nil
	case "app_uninstalled":
		if me.isInstalledIn(team) {
			return appUninstalled{errUninstalled}, nil
		}
	case "tokens_revoked":
		if len(e.Tokens.Bot) > 0 && me.isInstalledIn(team) {
			return appUninstalled{errRevoked}, nil
		}
	case "":
		return nil, chat.ErrIncomplete
	}
	return nil, nil
}

// workspace returns the installation for which an event was sent. An event of a
// Slack Connect channel may name several.
func (me identity) workspace(o outerEvent) string {
	for _, a := range o.Authorizations {
		if id := a.id(); id != "" {
			return id
		}
	}
	return cmp.Or(o.Team, o.Enterprise, me.org, me.team)
}

// isInstalledIn reports whether a workspace or organization is that of the bot's
// token. The app may be installed in others, too, with tokens of their own.
func (me identity) isInstalledIn(id string) bool {
	return id == me.team || id == me.org || me.team == "" && me.org == ""
}

func (a authorization) id() string {
	if a.Org {
		return cmp.Or(a.Enterprise, a.Team)
	}
	return cmp.Or(a.Team, a.Enterprise)
}

// userSubtypes are the subtypes of messages that users and apps write.
var userSubtypes = []string{"", "file_share", "thread_broadcast", "me_message", "bot_message"}

// readMessage parses a message event. The other subtypes, such as channel_join,
// are not messages of users.
func (me identity) readMessage(o outerEvent, e innerEvent, team string) (parsed, error) {
	if slices.Contains(userSubtypes, e.Subtype) {
		return me.posted(o, e, team)
	}
	switch e.Subtype {
	case "message_changed":
		return me.changed(o, e, team)
	case "message_deleted":
		if e.Previous == nil {
			return nil, nil // its sender is unknown
		}
		old := *e.Previous
		old.TS = cmp.Or(e.DeletedTS, old.TS)
		return me.deleted(o, e, old, team)
	}
	return nil, nil
}

// posted parses a new message.
func (me identity) posted(o outerEvent, e innerEvent, team string) (parsed, error) {
	m, ok, err := me.message(o, e, e, team)
	if err != nil || !ok {
		return nil, err
	}
	mention := e.Type == "app_mention"
	m.Addressed = m.Addressed || mention
	m.Points = me.points(o, e, m)
	in, err := me.inbound(o, e, m)
	if t, ok := in.(inbound); ok {
		t.mention = mention
		return t, nil
	}
	return in, err
}

// inbound returns a new or edited message for the core, unless it must not be
// answered.
func (me identity) inbound(o outerEvent, e innerEvent, m bot.Message) (parsed, error) {
	if me.foreign(o, e) && !m.Addressed {
		return nil, nil
	}
	if m.From.Bot && m.InThread {
		return nil, nil // two bots could answer each other forever
	}
	m.Unread = unread(e.allFiles())
	t := inbound{event: m, files: readable(e.allFiles())}
	if m.Text == "" && len(t.files) == 0 && !m.Addressed && !(m.InThread && len(m.Unread) > 0) && m.Change == bot.ChangePosted {
		return nil, nil
	}
	return t, nil
}

// foreign reports whether the sender belongs to another organization of a Slack
// Connect channel. Such users are answered only if they address the bot.
func (me identity) foreign(o outerEvent, e innerEvent) bool {
	home := cmp.Or(e.UserTeam, e.SourceTeam, e.Team)
	return o.Shared && home != "" && home != me.team && home != me.org && home != me.workspace(o)
}

// message parses the message e of the event around. ok is false if the bot itself
// wrote it.
func (me identity) message(o outerEvent, around, e innerEvent, team string) (m bot.Message, ok bool, err error) {
	channel := cmp.Or(around.Channel, e.Channel)
	if channel == "" || !timestamp.MatchString(e.TS) || e.User == "" && e.Bot == "" {
		return bot.Message{}, false, chat.ErrIncomplete
	}
	if me.isOwn(e) {
		return bot.Message{}, false, nil
	}
	direct := around.ChannelType == "im" || strings.HasPrefix(channel, "D")
	m = bot.Message{
		Head: bot.Head{
			ID: messageID(team, channel, e.TS), Direct: direct, From: me.author(e), At: timeOf(e.TS),
			Thread: bot.Thread{Adapter: adapterName, Workspace: team, Channel: channel, Root: root(e, direct, me.user)},
		},
		At:        timeOf(e.TS),
		Text:      me.textOf(e),
		Addressed: direct || mentions(e.Text, me.user),
		InThread:  e.ThreadTS != "" && e.ThreadTS != e.TS,
	}
	return m, true, nil
}

// root returns the root of the conversation: the thread_ts, or the message itself.
// A direct message is one conversation, including threads under the bot's own
// messages; a thread under a user's message is a separate one.
func root(e innerEvent, direct bool, self string) string {
	if direct && (e.ThreadTS == "" || e.ParentUser == self && self != "") {
		return ""
	}
	return cmp.Or(e.ThreadTS, e.TS)
}

// isOwn reports whether the bot itself wrote a message.
func (me identity) isOwn(e innerEvent) bool {
	return me.bot != "" && e.Bot == me.bot || me.user != "" && e.User == me.user
}

// author returns the sender of a message. A bot is identified by its bot_id, as in
// the channel's configuration.
func (me identity) author(e innerEvent) bot.User {
	if e.Bot != "" || e.Subtype == "bot_message" || e.User == "USLACKBOT" {
		return bot.User{ID: cmp.Or(e.Bot, e.User), Name: cmp.Or(e.Username, e.BotProfile.Name), Bot: true}
	}
	return bot.User{ID: e.User, Name: cmp.Or(e.Profile.Display, e.Profile.Real)}
}

// changed parses message_changed. Besides edits, Slack sends it when it unfurls a
// link, counts a reply, or replaces a deleted message by a tombstone.
func (me identity) changed(o outerEvent, e innerEvent, team string) (parsed, error) {
	if e.Message == nil {
		return nil, chat.ErrIncomplete
	}
	now := *e.Message
	if now.Subtype == "tombstone" {
		if e.Previous == nil {
			return nil, nil
		}
		old := *e.Previous
		old.TS = now.TS
		return me.deleted(o, e, old, team)
	}
	switch {
	case e.Previous == nil && now.Edited.TS == "",
		e.Previous != nil && me.textOf(*e.Previous) == me.textOf(now) && len(e.Previous.allFiles()) == len(now.allFiles()):
		return nil, nil
	}
	m, ok, err := me.message(o, e, now, team)
	if err != nil || !ok {
		return nil, err
	}
	m.Change, m.Original = bot.ChangeEdited, m.ID
	m.ID = editID(m.Original, cmp.Or(e.EventTS, e.TS, now.Edited.TS, short(m.Text))) // edited.ts has whole seconds
	m.Points = me.points(o, now, m)
	m.At = timeOf(now.Edited.TS)
	return me.inbound(o, now, m)
}

func (me identity) deleted(o outerEvent, e, old innerEvent, team string) (parsed, error) {
	m, ok, err := me.message(o, e, old, team)
	if err != nil || !ok {
		return nil, err
	}
	m.Change, m.Original, m.Text = bot.ChangeDeleted, m.ID, ""
	m.ID, m.At = deletedID(m.Original), timeOf(o.Event.TS)
	return inbound{event: m}, nil
}

// textOf returns the plain text of a message. Bots often put it into attachments
// or blocks; the text of a user is complete.
func (me identity) textOf(e innerEvent) string {
	parts := []string{e.Text}
	for _, a := range e.Attachments {
		if a.readable() {
			parts = append(parts, a.text())
		}
	}
	for _, f := range e.allFiles() {
		parts = append(parts, f.mail())
	}
	if e.Bot != "" || strings.TrimSpace(e.Text) == "" {
		parts = append(parts, blockText(e.Blocks))
	}
	var all []string
	for _, p := range parts {
		p = plain(p, me.user)
		if p != "" && !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, p) }) {
			all = append(all, p)
		}
	}
	return chat.CutBytes(strings.Join(all, "\n"), chat.MaxText)
}

// readable reports whether the text of an attachment belongs to the message: the
// preview of a web page does not, nor does a message that not everyone may see.
func (a attachment) readable() bool {
	return !a.Private && (a.Shared || a.Unfurl || a.From == "" && a.Original == "")
}

// allFiles returns the files of a message and of those forwarded in it.
func (e innerEvent) allFiles() []file {
	all := e.Files
	for _, a := range e.Attachments {
		if a.readable() {
			all = slices.Concat(all, a.Files)
		}
	}
	return all
}

// mail returns the text of an e-mail that was sent to the channel, or "".
func (f file) mail() string {
	if !f.isMail() {
		return ""
	}
	return f.Subject + "\n" + cmp.Or(f.Mail, f.Preview)
}

func (f file) isMail() bool { return f.Type == "email" || f.Mode == "email" }

func (a attachment) text() string {
	parts := []string{a.Pretext, a.Title, a.Text}
	for _, f := range a.Fields {
		parts = append(parts, f.Title+": "+f.Value)
	}
	parts = append(parts, blockText(a.Blocks))
	if strings.TrimSpace(a.Text) == "" {
		for _, m := range a.Messages {
			parts = append(parts, blockText(m.Message.Blocks))
		}
	}
	text := strings.TrimSpace(strings.Join(parts, "\n"))
	return cmp.Or(text, a.Fallback)
}

// blockText joins the texts of blocks. The elements of a rich text section are one
// line.
func blockText(blocks []block) string {
	var b strings.Builder
	for _, one := range blocks {
		if one.Type == "actions" || one.Type == "button" {
			continue
		}
		b.WriteString(string(one.Text))
		if one.Text == "" {
			b.WriteString(one.URL)
		}
		for _, f := range one.Fields {
			b.WriteString("\n" + string(f))
		}
		b.WriteString(blockText(one.Elements))
		if one.Type != "text" && one.Type != "link" {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// readCommand parses a use of /mabs. In a direct message with the bot the answer
// belongs to that conversation; anywhere else it is private.
func (me identity) readCommand(data []byte) (parsed, error) {
	var c command
	if err := chat.Decode(data, &c); err != nil {
		return nil, fmt.Errorf("invalid JSON: %w", chat.ErrUnknown)
	}
	if me.isOtherApp(c.App) {
		return nil, chat.ErrOtherApp
	}
	if c.Channel == "" || c.User == "" {
		return nil, chat.ErrIncomplete
	}
	team := cmp.Or(c.Team, c.Enterprise, me.org, me.team)
	if c.Org {
		team = cmp.Or(c.Enterprise, team)
	}
	use := cmp.Or(c.Trigger, c.Response, string(data))
	return inbound{
		event: bot.Message{
			Head: bot.Head{
				ID: usedID(team, "command", use), From: bot.User{ID: c.User, Name: c.UserName},
				Thread: bot.Thread{Adapter: adapterName, Workspace: team, Channel: c.Channel, Root: privateRoot(team + use)},
			},
			Text: plain(c.Text, me.user), Mentions: namedIn(c.Text), Command: true, Addressed: true,
		},
		direct: strings.HasPrefix(c.Channel, "D"), responseURL: c.Response,
	}, nil
}
