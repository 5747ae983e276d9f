package bot

import (
	"context"
	"strconv"

	"mabsbot/bot/locale"
)

// What somebody sees of their own conversations outside of them, such as on a
// platform's home page.

// An Unfinished walkthrough is one that its asker may want to go on with.
type Unfinished struct {
	Thread  Thread
	Private bool   // shown to the asker alone: there may be nothing to go back to
	Title   string // of the entry, with the values of the paste
	Where   string // the step or question at which it stands
	Carry   Button // pressed in Thread, it goes on in a direct message
}

// Language returns the language in which somebody is addressed outside of a
// conversation: the one they chose, else that of the platform's locale, else
// the owner's.
func (b *Bot) Language(ctx context.Context, user UserKey, tag string) (string, error) {
	_, prefer, err := b.store.Load(ctx, Thread{}, user)
	for _, lang := range []string{prefer, locale.Language(tag), b.policy.Language} {
		if b.locales[lang] != nil {
			return lang, err
		}
	}
	return locale.English, err
}

// Languages lists the languages of the bot: tags and the names that they have
// in themselves, in the order of the tags.
func (b *Bot) Languages() (tags, names []string) {
	tags = b.locales.Tags()
	for _, tag := range tags {
		names = append(names, b.locales[tag].Name)
	}
	return tags, names
}

// Unfinished returns the walkthroughs of the user that wait for an answer, the
// one changed last first, at most limit, with texts in the language.
func (b *Bot) Unfinished(ctx context.Context, user UserKey, lang string, limit int) ([]Unfinished, error) {
	all, err := b.store.Walkthroughs(ctx, user, maxExamined)
	if err != nil {
		return nil, err
	}
	rules := Rules{Base: b.base(), Locales: b.locales, Policy: b.policy}
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

// maxExamined is how many of somebody's walkthroughs are looked at: who has
// ended more than that since does not come back to an older one.
const maxExamined = 50

// where names the position of a walkthrough in a line.
func (v voice) where(w Walkthrough) string {
	if q := findQuestion(w.Entry, w.At.Question); q != nil {
		return v.entryText(q.Text, w)
	}
	number, of := w.stepCount()
	return v.text("step_untitled", "number", strconv.Itoa(number), "of", strconv.Itoa(of))
}
