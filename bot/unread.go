package bot

import (
	"mabsbot/bot/locale"
)

// Attached files that cannot be read. Where the text is not enough either, one
// line says what to do instead.

// unreadTexts are the keys of those lines.
var unreadTexts = map[Unread]string{
	UnreadPicture: "screenshot", UnreadPacked: "unread_packed", UnreadLarge: "unread_large", UnreadBinary: "unread_binary",
}

// unread returns why the first of the files was not read. A value that is
// unknown here is like that of any other file.
func (m Message) unread() Unread {
	if len(m.Unread) == 0 {
		return ""
	}
	if unreadTexts[m.Unread[0]] == "" {
		return UnreadBinary
	}
	return m.Unread[0]
}

// callsForHelp reports whether a message that does not address the bot looks as
// if its sender wants help with an error.
func (d decision) callsForHelp(m Message) bool {
	if m.From.Bot || visible(m.Text) == "" {
		return false
	}
	r := d.rules.Locales.Read(m.Text)
	if r.Main == locale.IntentHelp {
		return true
	}
	if !r.About(locale.SubjectError) {
		return false
	}
	switch r.Main {
	case locale.IntentExplain, locale.IntentScreenshot, locale.IntentPerson, locale.IntentNotFixed, locale.IntentCameBack, locale.IntentOtherError, locale.IntentUnsure:
		return true
	}
	return r.Question || r.Said(locale.IntentHelp)
}
