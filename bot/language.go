package bot

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"mabsbot/bot/locale"
)

// The language of an answer.

// currentLanguage returns the language of the walkthrough in progress, or the
// language that the asker has just switched to. Without a walkthrough it
// returns newLanguage. The language of a long text does not count because the
// text may be a paste.
func (d decision) currentLanguage(written string) string {
	w := d.state.Walkthrough
	mine := d.head.From.ID == w.Asker.ID
	lang := w.Lang
	if mine && utf8.RuneCountInString(written) <= locale.MaxUtterance {
		lang = cmp.Or(d.rules.Locales.Detect(written), lang)
	}
	if lang == "" || mine && d.state.Prefer != "" || w.Status == StatusEnded || w.Status == StatusUnmatched {
		lang = d.newLanguage(written)
	}
	return lang
}

// newLanguage returns the language of a conversation that starts with text. In
// order of precedence: the user's choice; the language of their own words,
// outside of what was recognized; that of the whole text; the locale that the
// platform reports; that of the channel; the default.
func (d decision) newLanguage(text string) string {
	for _, candidate := range []func() string{
		func() string { return d.state.Prefer },
		func() string { return d.rules.Locales.Detect(d.around(text)) },
		func() string { return d.rules.Locales.Detect(text) },
		func() string { return locale.Language(d.head.From.Locale) },
		func() string { return d.channel.Language },
		func() string { return d.rules.Policy.Language },
	} {
		if lang := candidate(); d.rules.Locales[lang] != nil {
			return lang
		}
	}
	return locale.English
}

// around returns the text without the evidence found in it.
func (d decision) around(text string) string {
	if len(d.found.Hits) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, e := range d.found.Hits[0].Evidence {
		if e.Start >= at && e.End <= len(text) {
			b.WriteString(text[at:e.Start] + " ")
			at = e.End
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// setLanguage stores the language that a user chose.
func (d decision) setLanguage(want string) {
	locales := d.rules.Locales
	lang := ""
	for _, tag := range locales.Tags() {
		if locale.Fold(want) == tag || locale.Fold(want) == locale.Fold(locales[tag].Name) {
			lang = tag
		}
	}
	if lang == "" {
		d.postInfo(paragraph(d.text("lang_unknown", "lang", cmp.Or(shorten(visible(want), 20), "?"), "langs", strings.Join(locales.Tags(), ", "))))
		return
	}
	t := d.head.Thread
	d.turn.Prefer = &Preference{User: UserKey{t.Adapter, t.Workspace, d.head.From.ID}, Lang: lang}
	d = d.speaking(lang)
	d.postInfo(d.paragraph("lang_set"))
}
