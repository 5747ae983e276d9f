// Command mabsbot recognises errors of Microsoft Azure Backup Server in support
// channels and walks people through the remedy. See bot/doc.go for how.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"mabsbot/adapters/console"
	"mabsbot/adapters/discord"
	"mabsbot/adapters/slack"
	"mabsbot/adapters/terminal"
	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

func main() {
	err := root().ExecuteContext(context.Background())
	if s, ok := errors.AsType[signaled](err); ok {
		os.Exit(s.status())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mabsbot:", err)
		os.Exit(1)
	}
}

// untilSignal returns a context that SIGINT and SIGTERM end, with a signaled as
// its cause. A second signal ends the program. Only commands that have something
// to finish call it, once they have: a signal ends all others where they are,
// reading standard input or a large knowledge base.
func untilSignal(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			cancel(signaled{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// A signaled is the signal that ended a command.
type signaled struct{ os.Signal }

func (s signaled) Error() string { return s.String() }

// status is the exit status by which shells recognize a signal.
func (s signaled) status() int {
	n, _ := s.Signal.(syscall.Signal)
	return 128 + int(n)
}

// root is the whole command line.
func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "mabsbot",
		Short: "Recognises Azure Backup Server errors in a support channel and walks people through the remedy",
		Long: `mabsbot recognises errors of Microsoft Azure Backup Server (MABS), DPM and the
MARS agent in what people paste into a support channel, and walks them through
the remedy, step by step, in Korean or English.

Without a subcommand it serves: the web console on http://127.0.0.1:8080, a
simulated support channel in which everything can be tried, and, with its
tokens, a workspace of Slack, and Discord.`,
		Example: `  mabsbot
  mabsbot chat
  mabsbot match "Replica is inconsistent (ID: 3106)"
  mabsbot --console.addr 127.0.0.1:9000
  MABSBOT_SLACK_BOT_TOKEN=xoxb-… MABSBOT_SLACK_APP_TOKEN=xapp-… mabsbot
  MABSBOT_DISCORD_TOKEN=… mabsbot`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          configured(serve),
	}
	config.AddFlags(c.PersistentFlags())
	c.CompletionOptions.HiddenDefaultCmd = true
	c.AddCommand(chatCommand(), matchCommand(), kbCommand(), configCommand(), slackCommand(), discordCommand(), versionCommand())
	return c
}

// configured loads the configuration before a command runs.
func configured(run func(cmd *cobra.Command, args []string, c *config.Config) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := config.Load(cmd.Flags(), os.Environ())
		if err != nil {
			return err
		}
		return run(cmd, args, c)
	}
}

// serve wires everything and runs it until a signal ends it. However it ends, the
// database is closed after all that uses it.
func serve(cmd *cobra.Command, _ []string, c *config.Config) (err error) {
	out := cmd.OutOrStdout()
	log := c.Log.Logger(cmd.ErrOrStderr())
	for _, w := range c.Warnings {
		log.Warn("config: " + w.String())
	}
	live, err := kb.Open(layers(c.KB)...)
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
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	background.Go(func() { live.Watch(ctx, c.KB.Reload, log) })
	background.Go(func() { db.Maintain(ctx, log) })
	b, err := newBot(c, live.Base, db, log)
	if err != nil {
		return err
	}

	var adapters []bot.Adapter
	if c.Slack.Enabled() {
		a, err := newSlack(c, b, db, log)
		if err != nil {
			return err
		}
		adapters = append(adapters, a)
	}
	if c.Discord.Enabled() {
		a, err := newDiscord(c, b, db, log)
		if err != nil {
			return err
		}
		adapters = append(adapters, a)
	}
	web, err := openConsole(ctx, c, b, db, log)
	if err != nil {
		return err
	}
	if web != nil {
		adapters = append(adapters, web)
		fmt.Fprintf(out, "mabsbot knows %d errors. Open %s\n", len(live.Base().Entries()), web.URL())
	}
	if len(adapters) == 0 {
		return errors.New("nothing to serve: console.enabled is false, and no other channel is configured")
	}
	return b.Run(ctx, adapters...)
}

// newSlack makes the adapter of the configured workspace.
func newSlack(c *config.Config, b *bot.Bot, db *store.SQL, log *slog.Logger) (bot.Adapter, error) {
	return slack.New(slack.Options{
		Mode: c.Slack.Mode, BotToken: c.Slack.BotToken.Reveal, AppToken: c.Slack.AppToken.Reveal, SigningSecret: c.Slack.SigningSecret.Reveal,
		APIURL: c.Slack.APIURL, Addr: c.HTTP.Addr, EscalationChannel: c.Slack.EscalationChannel,
		Inbox: db.Inbox("slack"), Library: b, Log: log,
	})
}

// newDiscord makes the adapter of the configured application. b and db may be nil
// for one that only registers commands.
func newDiscord(c *config.Config, b *bot.Bot, db *store.SQL, log *slog.Logger) (*discord.Discord, error) {
	return discord.New(discord.Options{
		Token: c.Discord.Token.Reveal, ApplicationID: c.Discord.ApplicationID, APIURL: c.Discord.APIURL, CDNURL: c.Discord.CDNURL,
		EscalationChannel: c.Discord.EscalationChannel, Register: c.Discord.Register, Inbox: db.Inbox("discord"), Library: b, Log: log,
	})
}

// openConsole opens the web console, or returns nil where it is not to be
// served. Its usual address may be taken by another program: a bot that serves a
// platform goes on without it.
func openConsole(ctx context.Context, c *config.Config, b *bot.Bot, db *store.SQL, log *slog.Logger) (*console.Console, error) {
	if !c.Console.Enabled {
		return nil, nil
	}
	web, err := console.New(ctx, console.Options{
		Addr: c.Console.Addr, Password: c.Console.Password.Reveal, Journal: db.Journal("console"), Library: b, Ended: b.Ended, Log: log,
	})
	if err != nil {
		return nil, err
	}
	err = web.Listen()
	if err != nil && (c.Slack.Enabled() || c.Discord.Enabled()) && c.Console.Addr == config.Default().Console.Addr {
		log.Warn("the web console is not served; console.addr gives it another address", "error", err)
		return nil, nil
	}
	return web, err
}

// newBot makes the core of its parts.
func newBot(c *config.Config, base func() *kb.Base, db *store.SQL, log *slog.Logger) (*bot.Bot, error) {
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		return nil, err
	}
	return bot.New(base, locales, policy(c), db, db, log), nil
}

// policy is what the configuration says of the bot's manners.
func policy(c *config.Config) bot.Policy {
	p := bot.DefaultPolicy()
	p.Language = c.Language
	p.Default = bot.Mode(c.Bot.DefaultMode)
	p.RepeatWindow, p.FollowUp = c.Bot.RepeatWindow, c.Bot.FollowUp
	p.EscalationChannels = map[string]string{"console": console.EscalationChannel, "slack": c.Slack.EscalationChannel, "discord": c.Discord.EscalationChannel}
	p.Channels = map[string]bot.ChannelPolicy{}
	for _, ch := range c.Bot.Channels {
		p.Channels[ch.ID] = bot.ChannelPolicy{Mode: bot.Mode(ch.Mode), Language: ch.Language, Bots: ch.Bots}
	}
	return p
}

// layers are the folders of the knowledge base.
func layers(c config.KB) []kb.Layer {
	all := []kb.Layer{{Name: "kb/entries", FS: kb.Builtin()}}
	if c.Dir != "" {
		all = []kb.Layer{{Name: c.Dir, FS: os.DirFS(c.Dir)}}
	}
	if c.Overlay != "" {
		all = append(all, kb.Layer{Name: c.Overlay, FS: os.DirFS(c.Overlay)})
	}
	return all
}

func openStore(ctx context.Context, c config.Store) (*store.SQL, error) {
	key, err := c.Key.Bytes()
	if err == nil && key == nil {
		key, err = store.KeyFile(c.Path+".key", c.Path)
	}
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, c.Path, key)
}

func chatCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "chat",
		Short: "Have a conversation in this terminal",
		Long: `Have a conversation in this terminal: paste an error, type a number or words such
as "next", look things up with /mabs, and leave with /quit or Ctrl-D.
The conversation goes on where it stood when you come back.`,
		Args: cobra.NoArgs,
		RunE: configured(chat),
	}
}

func chat(cmd *cobra.Command, _ []string, c *config.Config) (err error) {
	live, err := kb.Open(layers(c.KB)...)
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
	b, err := newBot(c, live.Base, db, c.Log.Logger(cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	o := terminal.Stdio(cmd.InOrStdin(), cmd.OutOrStdout())
	o.Drain = func(ctx context.Context) error { return b.Drain(ctx, "terminal") }
	if o.Interactive {
		fmt.Fprintln(o.Out, "Paste an error, or type /mabs help. Leave with /quit.")
	}
	if err := b.Run(ctx, terminal.New(o)); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func matchCommand() *cobra.Command {
	var asJSON, asLines, lookup bool
	var dir, overlay string
	c := &cobra.Command{
		Use:   "match [TEXT|-]",
		Short: "Show what the matcher makes of a text, with its evidence",
		Long: `Show what the matcher makes of a text, with its evidence. The text stands on the
command line, or is read from standard input («-», or nothing).`,
		Example: `  mabsbot match "Replica is inconsistent (ID: 3106)"
  mabsbot match --lookup 170036
  mabsbot match - < paste.txt
  mabsbot match --jsonl < questions.jsonl`,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write the result as JSON")
	c.Flags().BoolVar(&asLines, "jsonl", false, `read {"id","text"} lines from standard input, write one result a line`)
	c.Flags().BoolVar(&lookup, "lookup", false, "judge as for /mabs TEXT and not as for a paste")
	c.Flags().StringVar(&dir, "kb", "", "folder of entries that replaces the built-in ones")
	c.Flags().StringVar(&overlay, "kb-overlay", "", "folder of entries laid over the built-in ones")
	c.RunE = configured(func(cmd *cobra.Command, args []string, cfg *config.Config) error {
		base, err := kb.Load(layers(config.KB{Dir: cmp.Or(dir, cfg.KB.Dir), Overlay: cmp.Or(overlay, cfg.KB.Overlay)})...)
		if err != nil {
			return err
		}
		if asLines {
			if len(args) > 0 {
				return errors.New("match --jsonl reads standard input, and takes no text")
			}
			return kb.MatchLines(base, cmd.InOrStdin(), cmd.OutOrStdout(), lookup)
		}
		text := strings.Join(args, " ")
		if text == "" || text == "-" {
			data, err := io.ReadAll(cmd.InOrStdin())
			if err != nil {
				return err
			}
			text = string(data)
		}
		result := base.Match(text)
		if lookup {
			result = base.Lookup(text)
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(result)
		}
		return kb.WriteResult(cmd.OutOrStdout(), text, result)
	})
	return c
}

func kbCommand() *cobra.Command {
	var dir, overlay, lang string
	c := &cobra.Command{Use: "kb", Short: "Check and read the knowledge base", Args: cobra.NoArgs}
	c.PersistentFlags().StringVar(&dir, "kb", "", "folder of entries that replaces the built-in ones")
	c.PersistentFlags().StringVar(&overlay, "kb-overlay", "", "folder of entries laid over the built-in ones")
	c.PersistentFlags().StringVar(&lang, "lang", "", "language of the texts (default: the configured one)")
	sub := func(use, short string, args cobra.PositionalArgs, run func(out io.Writer, cfg *config.Config, args []string) error) {
		c.AddCommand(&cobra.Command{Use: use, Short: short, Args: args, RunE: configured(func(cmd *cobra.Command, args []string, cfg *config.Config) error {
			cfg.KB.Dir, cfg.KB.Overlay = cmp.Or(dir, cfg.KB.Dir), cmp.Or(overlay, cfg.KB.Overlay)
			cfg.Language = cmp.Or(lang, cfg.Language)
			return run(cmd.OutOrStdout(), cfg, args)
		})})
	}
	sub("lint", "Check all entries and say every mistake", cobra.NoArgs, func(out io.Writer, cfg *config.Config, _ []string) error {
		return kb.Lint(out, layers(cfg.KB)...)
	})
	sub("list [AREA]", "List the entries", cobra.MaximumNArgs(1), func(out io.Writer, cfg *config.Config, args []string) error {
		base, err := kb.Load(layers(cfg.KB)...)
		if err != nil {
			return err
		}
		return kb.List(out, base, cfg.Language, strings.Join(args, ""))
	})
	sub("show ID", "Show one entry", cobra.ExactArgs(1), func(out io.Writer, cfg *config.Config, args []string) error {
		base, err := kb.Load(layers(cfg.KB)...)
		if err != nil {
			return err
		}
		e := base.Entry(args[0])
		if e == nil {
			return fmt.Errorf("there is no entry %q; see mabsbot kb list", args[0])
		}
		return kb.Show(out, e, cfg.Language)
	})
	sub("test", "Try the entries' own examples and all their messages on the matcher", cobra.NoArgs, func(out io.Writer, cfg *config.Config, _ []string) error {
		base, err := kb.Load(layers(cfg.KB)...)
		if err != nil {
			return err
		}
		return kb.Test(out, base)
	})
	sub("schema", "Print the JSON Schema of an entry, for editors", cobra.NoArgs, func(out io.Writer, _ *config.Config, _ []string) error {
		_, err := out.Write(kb.Schema())
		return err
	})
	return c
}

func configCommand() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Check the configuration, or print an example", Args: cobra.NoArgs}
	c.AddCommand(
		&cobra.Command{Use: "check", Short: "Check the configuration and say what would run", Args: cobra.NoArgs, RunE: configured(func(cmd *cobra.Command, _ []string, cfg *config.Config) error {
			return cfg.Describe(cmd.OutOrStdout())
		})},
		&cobra.Command{Use: "example", Short: "Print a commented configuration with all keys", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), config.Example())
			return err
		}},
	)
	return c
}

func slackCommand() *cobra.Command {
	c := &cobra.Command{Use: "slack", Short: "Print what Slack needs to know of the bot", Args: cobra.NoArgs}
	c.AddCommand(&cobra.Command{
		Use: "manifest", Short: "Print the manifest of the Slack app for the configured mode", Args: cobra.NoArgs,
		Long: `Print the manifest of the Slack app for the configured mode (slack.mode). Paste it
on https://api.slack.com/apps, «Create New App», «From a manifest».`,
		RunE: configured(func(cmd *cobra.Command, _ []string, c *config.Config) error {
			return slack.WriteManifest(cmd.OutOrStdout(), c.Slack.Mode)
		}),
	})
	return c
}

func discordCommand() *cobra.Command {
	c := &cobra.Command{Use: "discord", Short: "Tell Discord what it needs to know of the bot", Args: cobra.NoArgs}
	c.AddCommand(&cobra.Command{
		Use: "register", Short: "Register the bot's commands, and print the address that invites it", Args: cobra.NoArgs,
		Long: `Register the bot's commands with Discord, as far as they differ from those that
are registered, and print the address with which an administrator invites the bot
to a server.`,
		RunE: configured(func(cmd *cobra.Command, _ []string, c *config.Config) error {
			if !c.Discord.Enabled() {
				return errors.New("discord.token is missing; it stands on the application's page «Bot»")
			}
			d, err := newDiscord(c, nil, nil, c.Log.Logger(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			return d.Register(cmd.Context(), cmd.OutOrStdout())
		}),
	})
	return c
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "mabsbot", version())
		return err
	}}
}

// version is what the Go toolchain knows of this build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	parts := []string{cmp.Or(info.Main.Version, "(devel)")}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			parts = append(parts, s.Value[:min(12, len(s.Value))])
		}
	}
	return strings.Join(append(parts, info.GoVersion), " ")
}
