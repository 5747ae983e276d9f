package console

import (
	"context"
	"errors"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
)

// What a change of the knowledge base does, before it is saved.

// A checked says what a change does.
type checked struct {
	Wrong     kb.Mistakes
	Loads     bool
	Text      *bot.Difference // the text to recognize
	Own       bot.Tried
	Others    bot.Tried
	Talk      bot.Tried
	Questions *bot.Tried // nil if they could not be read
	Days      int
}

// What bounds a check, so that a page answers and a core is not busy for long: the wait
// for the checks of others, and the time in which texts are tried.
const (
	checkWait = 8 * time.Second
	checkTime = 8 * time.Second
)

// check fills in what a change does. The questions that people asked come before the
// examples of other entries, and take at most half of the time; the examples take at most
// half of the rest.
func (c *Console) check(ctx context.Context, p *editPage, edit bot.Edit) {
	wait, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	base, wrong, err := c.editor.Try(wait, edit)
	if errors.Is(err, bot.ErrFileTooLarge) {
		p.Failure = "editing_too_large"
		return
	}
	if err != nil {
		p.Failure = "editing_busy"
		return
	}
	p.Checked = &checked{Wrong: wrong, Loads: base != nil}
	if base == nil {
		return
	}
	if p.Try != "" {
		text := c.editor.Recognized(base, p.Try)
		p.Checked.Text = &text
	}
	own, others, talk := bot.Examples(base, kb.IDOf(edit.Content))
	ctx, cancel = context.WithTimeout(ctx, checkTime)
	defer cancel()
	p.Checked.Own = c.editor.Compare(ctx, base, own)
	inHalf(ctx, func(ctx context.Context) { c.checkQuestions(ctx, p.Checked, base) })
	inHalf(ctx, func(ctx context.Context) { p.Checked.Others = c.editor.Compare(ctx, base, others) })
	p.Checked.Talk = c.editor.Compare(ctx, base, talk)
}

// inHalf calls f with half of the time that is left.
func inHalf(ctx context.Context, f func(context.Context)) {
	if end, ok := ctx.Deadline(); ok {
		limited, cancel := context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
		ctx = limited
	}
	f(ctx)
}

// maxQuestions is how many questions a check tries. Two thousand take about a second.
const maxQuestions = 2000

// checkQuestions fills in what a change does to the questions that people asked.
func (c *Console) checkQuestions(ctx context.Context, into *checked, base *kb.Base) {
	into.Days = int(bot.UnansweredTTL.Hours() / 24)
	asked, err := c.operations.Questions(ctx, time.Now().Add(-bot.UnansweredTTL), maxQuestions)
	if err != nil {
		c.log.Warn("console: the questions cannot be read", "error", err)
		return
	}
	var texts []bot.TriedText
	for _, q := range asked {
		if c.mayShow(q.Adapter) {
			texts = append(texts, bot.TriedText{Text: q.Text, Entry: q.Entry})
		}
	}
	tried := c.editor.Compare(ctx, base, texts)
	into.Questions = &tried
}
