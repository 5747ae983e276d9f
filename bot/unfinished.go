package bot

import (
	"context"

	"mabsbot/bot/locale"
)

// What users see of their own conversations elsewhere, such as on a platform's
// home page.

// Unfinished describes a walkthrough that its asker may want to continue.
type Unfinished struct {
	Thread  Thread
	Private bool   // only the asker sees it, and its messages may be gone
	Title   string // title of the entry, with the values from the paste
	Where   string // the current step or question
	Carry   Button // pressed in Thread, it continues in a direct message
}

// Language returns the language for a user outside of a conversation: the one
// they chose, else that of the platform's locale, else the default.
func (b *Bot) Language(ctx context.Context, user UserKey, tag string) (string, error) {
	_, prefer, err := b.store.Load(ctx, Thread{}, user)
	for _, lang := range []string{prefer, locale.Language(tag), b.policy().Language} {
		if b.locales[lang] != nil {
			return lang, err
		}
	}
	return locale.English, err
}

// Languages returns the tags of the languages, sorted, and their own names.
func (b *Bot) Languages() (tags, names []string) {
	tags = b.locales.Tags()
	for _, tag := range tags {
		names = append(names, b.locales[tag].Name)
	}
	return tags, names
}

// Unfinished returns at most limit walkthroughs of the user that wait for an
// answer, most recently changed first, with texts in the given language.
func (b *Bot) Unfinished(ctx context.Context, user UserKey, lang string, limit int) ([]Unfinished, error) {
	all, err := b.store.Walkthroughs(ctx, user, maxExamined)
	if err := b.skipUnreadable(err); err != nil {
		return nil, err
	}
	rules := Rules{Base: b.base(), Locales: b.locales, Policy: b.policy()}
	v := voice{rules: &rules, locale: b.locales.Get(lang)}
	var open []Unfinished
	for _, w := range all {
		if len(open) == limit {
			break
		}
		if w.Status == StatusWalking && w.Entry != nil && w.At != (Position{}) {
			open = append(open, Unfinished{
				Thread: w.Thread, Private: w.Private, Title: v.title(w), Where: v.where(w), Carry: v.button(w, ActionDirect, "", "").Button,
			})
		}
	}
	return open, nil
}

// maxExamined bounds the walkthroughs that Unfinished examines. A user who has
// ended that many since does not return to an older one.
const maxExamined = 50

// where describes the position of a walkthrough in one line.
func (v voice) where(w Walkthrough) string {
	if q := findQuestion(w.Entry, w.At.Question); q != nil {
		return v.entryText(q.Text, w)
	}
	where := v.progress(w).Text
	if s := findStep(w.Entry, w.At.Step); s != nil {
		where = v.stepTitle(w, s) + " · " + where
	}
	return where
}
