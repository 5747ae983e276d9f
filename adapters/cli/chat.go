package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"mabsbot/adapters/scripted"
	"mabsbot/adapters/terminal"
	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

func chatCommand() *cobra.Command {
	var script bool
	c := command("chat", "Have a conversation in this terminal, or a scripted one", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if script {
			return chatScript(cmd, c)
		}
		return converse(cmd, c)
	})
	c.Long = `Have a conversation in this terminal: paste an error, type a number or words such
as "next", look things up with /mabs, and leave with /quit or Ctrl-D. The
conversation continues where it was when you come back.

A message is edited with the keys of a shell; Alt-Enter starts a new line in it,
a paste of several lines is one message, and the arrow keys bring earlier messages
back. In a pipe each line is a message. NO_COLOR turns colors off.

With --jsonl a script has the conversation, on a simulated platform and in memory:
one JSON object per line on standard input, one per line on standard output.
adapters/scripted/README.md describes them.`
	c.Example = `  mabsbot chat
  mabsbot chat --jsonl < conversation.jsonl
  mabsbot chat --jsonl --kb.overlay DIR`
	c.Flags().BoolVar(&script, "jsonl", false, `read {"say"}, {"press"}, {"later"} and {"reset"} lines, write what follows from each`)
	return c
}

// chatScript has a scripted conversation. It needs no database, so a signal may
// end it at once.
func chatScript(cmd *cobra.Command, c *config.Config) error {
	base, err := kb.Load(kb.Layers(c.KB.Dir, c.KB.Overlay)...)
	if err != nil {
		return err
	}
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		return err
	}
	log := logger(cmd, c)
	return scripted.Run(cmd.Context(), scripted.Options{
		In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), Policy: policy(c),
		New: func(p bot.Policy, now func() time.Time) *bot.Bot {
			memory := store.NewMemoryAt(now)
			return bot.New(func() *kb.Base { return base }, locales, p, memory, memory, log)
		},
	})
}

func converse(cmd *cobra.Command, c *config.Config) (err error) {
	live, err := kb.Open(kb.Layers(c.KB.Dir, c.KB.Overlay)...)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	db, err := openStore(ctx, c.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log := logger(cmd, c)
	if err := bot.NewEditor(live, db, log).Refresh(ctx); err != nil {
		return err
	}
	var b *bot.Bot
	o := terminal.Stdio(cmd.InOrStdin(), cmd.OutOrStdout())
	o.Drain = func(ctx context.Context) error { return b.Drain(ctx, "terminal") }
	o.Language = func(ctx context.Context, user bot.UserKey, locale string) (string, error) {
		return b.Language(ctx, user, locale)
	}
	t, err := terminal.New(o)
	if err != nil {
		return err
	}
	cmd.SetErr(t.Log(cmd.ErrOrStderr()))
	if b, err = newBot(c, live.Base, db, db, logger(cmd, c)); err != nil {
		return err
	}
	if err := b.Run(ctx, t); err != nil {
		return err
	}
	return context.Cause(ctx)
}
