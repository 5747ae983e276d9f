package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb/match"
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
		lang = cmp.Or(d.rules.Locales.Detect(d.ownWords(written)), lang)
	}
	if lang == "" || mine && d.state.Prefer != "" || w.Status == StatusEnded || w.Status == StatusUnmatched {
		lang = d.newLanguage(written)
	}
	return lang
}

// newLanguage returns the language of a conversation that starts with text. In
// order of precedence: the user's choice; the language of their own words; the
// locale that the platform reports; the language of the product's text; that of
// the channel; the default. What a product prints says little about who pastes
// it, so it comes after the locale.
func (d decision) newLanguage(text string) string {
	for _, candidate := range []func() string{
		func() string { return d.state.Prefer },
		func() string { return d.rules.Locales.Detect(d.ownWords(text)) },
		func() string { return locale.Language(d.head.From.Locale) },
		func() string { return d.rules.Locales.Detect(d.productText(text)) },
		func() string { return d.channel.Language },
		func() string { return d.rules.Policy.Language },
	} {
		if lang := candidate(); d.rules.Locales[lang] != nil {
			return lang
		}
	}
	return locale.English
}

// ownWords returns what the sender wrote of the text themselves. Phrases and
// single words that matched are theirs; codes, names and messages are the
// product's.
func (d decision) ownWords(text string) string {
	var product []locale.Span
	if d.found.Band != match.Silent && d.about == nil {
		for _, h := range slices.Concat(d.found.Hits, d.found.Also) {
			for _, e := range h.Evidence {
				if e.Kind == match.EvidenceMessage || e.Kind == match.EvidenceSymbol || e.Kind == match.EvidenceCode {
					product = append(product, locale.Span{Start: e.Start, End: e.End})
				}
			}
		}
	}
	return d.rules.Locales.OwnWords(text, product)
}

// productText returns the text with the words of the product.
func (d decision) productText(text string) string {
	if d.about != nil {
		return d.about.Text
	}
	return text
}

// setLanguage stores the language that a user chose.
func (d decision) setLanguage(want string) {
	locales := d.rules.Locales
	lang := locales.Tag(want)
	if lang == "" {
		d.postInfo(paragraph(d.text("lang_unknown", "lang", cmp.Or(shorten(d.quote(want), 20), "?"), "langs", strings.Join(locales.Tags(), ", "))))
		return
	}
	t := d.head.Thread
	d.turn.Prefer = &Preference{User: UserKey{t.Adapter, t.Workspace, d.head.From.ID}, Lang: lang}
	d = d.speaking(lang)
	d.postInfo(d.paragraph("lang_set"))
}
