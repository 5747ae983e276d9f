// Command mabsbot recognizes errors of Microsoft Azure Backup Server in support
// channels and walks users through the fix. bot/doc.go follows a message through
// the program.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mabsbot/adapters/console"
	"mabsbot/adapters/discord"
	"mabsbot/adapters/scripted"
	"mabsbot/adapters/slack"
	"mabsbot/adapters/terminal"
	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/redact"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

// gcPercent is the default of GOGC. With 50 the bot takes 12 MB less than with 100
// under 10,000 messages a second, and no more processor time than can be measured.
const gcPercent = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs a command line and returns its exit status: 0, 1 after an error, 2 if
// the command line is wrong, or that of a signal.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	c := root()
	c.SetArgs(args)
	c.SetIn(in)
	c.SetOut(out)
	c.SetErr(errs)
	err := c.ExecuteContext(context.Background())
	if err == nil {
		return 0
	}
	if s, ok := errors.AsType[signaled](err); ok {
		return s.status()
	}
	fmt.Fprintln(errs, "mabsbot:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return 2
	}
	return 1
}

// root returns the command line.
func root() *cobra.Command {
	c := command("mabsbot", "Recognize Azure Backup Server errors in support channels and walk users through the fix", noSubcommand, serve)
	c.Long = `mabsbot recognizes errors of Microsoft Azure Backup Server (MABS), DPM and the
MARS agent in what users paste into a support channel, and walks them through
the fix, step by step, in Korean or English.

Without a subcommand it serves the web console on http://127.0.0.1:8080, a
simulated support channel where everything can be tried, and, if their tokens
are set, Slack and Discord.`
	c.Example = `  mabsbot
  mabsbot chat
  mabsbot match "Replica is inconsistent (ID: 3106)"
  mabsbot --console.addr 127.0.0.1:9000
  MABSBOT_SLACK_BOT_TOKEN=xoxb-… MABSBOT_SLACK_APP_TOKEN=xapp-… mabsbot
  MABSBOT_DISCORD_TOKEN=… mabsbot`
	c.SilenceUsage, c.SilenceErrors = true, true
	c.Version = version()
	c.SetVersionTemplate("mabsbot {{.Version}}\n")
	c.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return newUsageError(cmd, err) })
	config.AddFlags(c.PersistentFlags())
	common := []string{"language", "log"}
	others := slices.DeleteFunc(config.Sections(), func(s string) bool { return slices.Contains(common, s) })
	config.AddKeyFlags(c.PersistentFlags(), common...)
	config.AddKeyFlags(c.Flags(), others...)
	for _, sub := range []struct {
		*cobra.Command
		sections []string // of the configuration that it uses; all use the common ones
	}{
		{chatCommand(), []string{"bot", "kb", "store"}},
		{matchCommand(), nil},
		{kbCommand(), nil},
		{configCommand(), others},
		{slackCommand(), []string{"slack"}},
		{discordCommand(), []string{"discord"}},
		{outboxCommand(), []string{"store"}},
		{backupCommand(), []string{"store"}},
		{restoreCommand(), []string{"store"}},
		{forgetCommand(), []string{"store"}},
		{keyCommand(), []string{"store"}},
		{storeCommand(), []string{"store"}},
		{healthCommand(), []string{"console", "http"}},
		{versionCommand(), nil},
		{manCommand(), nil},
	} {
		config.AddKeyFlags(sub.PersistentFlags(), sub.sections...)
		c.AddCommand(sub.Command)
	}
	return c
}

// serve wires the program and runs it until a signal. The deferred calls end
// what was started in reverse order, so that the database is closed last.
func serve(cmd *cobra.Command, _ []string, c *config.Config) (err error) {
	out := cmd.OutOrStdout()
	log := logger(cmd, c)
	for _, w := range c.Warnings {
		log.Warn("config: warning", "at", w.Place, "warning", w.Text)
	}
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
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	background.Go(func() { live.Watch(ctx, c.KB.Reload, log) })
	background.Go(func() { db.Maintain(ctx, c.Store.Retention, log) })
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
		return errors.New("nothing to serve: console.enabled is false and no platform is configured")
	}
	return b.Run(ctx, adapters...)
}

func newSlack(c *config.Config, b *bot.Bot, db *store.SQL, log *slog.Logger) (bot.Adapter, error) {
	return slack.New(slack.Options{
		Mode: c.Slack.Mode, BotToken: c.Slack.BotToken.Reveal, AppToken: c.Slack.AppToken.Reveal, SigningSecret: c.Slack.SigningSecret.Reveal,
		APIURL: c.Slack.APIURL, Addr: c.HTTP.Addr, EscalationChannel: c.Slack.EscalationChannel,
		Inbox: db.Inbox("slack"), ResponseURLs: db.Inbox("slack response URLs"), Library: b, Log: log,
	})
}

func newDiscord(c *config.Config, b *bot.Bot, db *store.SQL, log *slog.Logger) (bot.Adapter, error) {
	return discord.New(discord.Options{
		Token: c.Discord.Token.Reveal, ApplicationID: c.Discord.ApplicationID, APIURL: c.Discord.APIURL, CDNURL: c.Discord.CDNURL,
		EscalationChannel: c.Discord.EscalationChannel, Register: c.Discord.Register, Inbox: db.Inbox("discord"),
		Election: db.Election("discord", log), Library: b, Log: log,
	})
}

// logger returns the logger of a command, which logs no secrets: an error of
// the network may contain a URL with a token.
func logger(cmd *cobra.Command, c *config.Config) *slog.Logger {
	return c.Log.Logger(redact.Writer(cmd.ErrOrStderr()))
}

// openConsole opens the web console, or returns nil if it is disabled. If
// another program uses its default address, or another process serves the console
// of the database, a bot that serves a platform runs without it.
func openConsole(ctx context.Context, c *config.Config, b *bot.Bot, db *store.SQL, log *slog.Logger) (*console.Console, error) {
	if !c.Console.Enabled {
		return nil, nil
	}
	journal := db.Journal("console")
	if err := journal.Lock(); errors.Is(err, store.ErrInUse) {
		return nil, withoutConsole(c, log, errors.New("console: another process serves the console of this database: set console.enabled to false, or another store.path"))
	} else if err != nil {
		return nil, err
	}
	web, err := console.New(ctx, console.Options{
		Addr: c.Console.Addr, Password: c.Console.Password.Reveal, Journal: journal, Library: b, Election: db.Election("console", log), Ended: b.Ended, Log: log,
	})
	if err != nil {
		return nil, err
	}
	if err := web.Listen(); err != nil {
		err = fmt.Errorf("%w: set console.addr (--console.addr) to use another address", err)
		if c.Console.Addr == config.Default().Console.Addr {
			err = withoutConsole(c, log, err)
		}
		return nil, err
	}
	return web, nil
}

// withoutConsole returns the error that keeps the console from being served. A bot
// that serves a platform logs it and runs without the console.
func withoutConsole(c *config.Config, log *slog.Logger, err error) error {
	if !c.Slack.Enabled() && !c.Discord.Enabled() {
		return err
	}
	log.Warn("console: not served", "error", err)
	return nil
}

func newBot(c *config.Config, base func() *kb.Base, db *store.SQL, log *slog.Logger) (*bot.Bot, error) {
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		return nil, err
	}
	return bot.New(base, locales, policy(c), db, db, log), nil
}

// policy converts the configuration to a bot.Policy.
func policy(c *config.Config) bot.Policy {
	p := bot.DefaultPolicy()
	p.Language = c.Language
	p.Default = bot.Mode(c.Bot.DefaultMode)
	p.RepeatWindow, p.FollowUp, p.Reminder = c.Bot.RepeatWindow, c.Bot.FollowUp, c.Bot.Reminder
	p.EscalationChannels = map[string]string{"console": console.EscalationChannel, "slack": c.Slack.EscalationChannel, "discord": c.Discord.EscalationChannel}
	p.Channels = map[string]bot.ChannelPolicy{}
	for _, ch := range c.Bot.Channels {
		p.Channels[ch.ID] = bot.ChannelPolicy{Mode: bot.Mode(ch.Mode), Language: ch.Language, Bots: ch.Bots, About: bot.Topic(ch.About)}
	}
	return p
}

func openStore(ctx context.Context, c config.Store) (db *store.SQL, err error) {
	key, err := c.Key.Bytes()
	if err != nil {
		return nil, err
	}
	switch {
	case c.URL.IsSet():
		return store.OpenPostgres(ctx, c.URL.Reveal(), key)
	case key == nil:
		db, err = store.OpenKeyFile(ctx, keyFile(c), c.Path)
	default:
		db, err = store.Open(ctx, c.Path, key)
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("store: %w: set store.path (--store.path) to a file in a folder that can be written", path)
	}
	return db, err
}

func chatCommand() *cobra.Command {
	var script bool
	c := command("chat", "Have a conversation in this terminal, or a scripted one", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if script {
			return chatScript(cmd, c)
		}
		return chat(cmd, c)
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

func chat(cmd *cobra.Command, c *config.Config) (err error) {
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
	if b, err = newBot(c, live.Base, db, logger(cmd, c)); err != nil {
		return err
	}
	if err := b.Run(ctx, t); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// untilSignal returns a context that ends at SIGINT or SIGTERM, with a signaled
// as its cause. A second signal kills the program. Only commands with something
// to finish call it; a signal kills all others at once, even while they read
// standard input or a large knowledge base.
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

// status returns the exit status that shells use for a signal.
func (s signaled) status() int {
	n, _ := s.Signal.(syscall.Signal)
	return 128 + int(n)
}

func matchCommand() *cobra.Command {
	var o kb.MatchOptions
	var layers func(*config.Config) []kb.Layer
	c := command("match [TEXT|-]", "Show what the matcher finds in a text, with its evidence", cobra.ArbitraryArgs, func(cmd *cobra.Command, args []string, c *config.Config) error {
		base, err := kb.Load(layers(c)...)
		if err != nil {
			return err
		}
		return kb.Match(cmd.OutOrStdout(), cmd.InOrStdin(), base, strings.Join(args, " "), o)
	})
	c.Long = `Show what the matcher finds in a text, with its evidence, and why it answers, asks
or stays silent: what the text says, which codes count, what a question needs, and
what is missing for an answer. The text is an argument, or read from standard input
("-", or no argument).`
	c.Example = `  mabsbot match "Replica is inconsistent (ID: 3106)"
  mabsbot match --lookup 170036
  mabsbot match - < paste.txt
  mabsbot match --jsonl < questions.jsonl`
	c.Flags().BoolVar(&o.JSON, "json", false, "write the result as JSON")
	c.Flags().BoolVar(&o.Lines, "jsonl", false, `read {"id","text"} lines from standard input, write one result per line`)
	c.Flags().BoolVar(&o.Lookup, "lookup", false, "match as for /mabs TEXT instead of a paste")
	layers = layerFlags(c.Flags())
	return c
}

func kbCommand() *cobra.Command {
	c := group("kb", "Write, check and read the knowledge base")
	lang := c.PersistentFlags().String("lang", "", "language of the texts (default: the configured one)")
	layers := layerFlags(c.PersistentFlags())
	type report func(out io.Writer, base *kb.Base, lang, arg string) error
	reports := func(use, short string, args cobra.PositionalArgs, text, asJSON report) *cobra.Command {
		var json bool
		c := command(use, short, args, func(cmd *cobra.Command, args []string, c *config.Config) error {
			base, err := kb.Load(layers(c)...)
			if err != nil {
				return err
			}
			run := text
			if json {
				run = asJSON
			}
			return run(cmd.OutOrStdout(), base, cmp.Or(*lang, c.Language), strings.Join(args, ""))
		})
		jsonFlag(c, &json)
		return c
	}
	var all bool
	test := reports("test", "Test the matcher on the texts of all entries, and the entries of the overlay on stored talk", cobra.NoArgs,
		func(out io.Writer, base *kb.Base, _, _ string) error { return kb.Test(out, base, all) },
		func(out io.Writer, base *kb.Base, _, _ string) error { return kb.TestJSON(out, base, all) })
	test.Flags().BoolVar(&all, "all", false, "with an overlay, test the phrases and the talk for all entries")
	c.AddCommand(
		kbNewCommand(layers),
		kbLintCommand(layers),
		reports("list [AREA]", "List the entries", cobra.MaximumNArgs(1), kb.List, kb.ListJSON),
		reports("show ID|CODE", "Show one entry, or those with a code or symbol", cobra.ExactArgs(1), kb.Show, kb.ShowJSON),
		test,
		command("schema", "Print the JSON Schema of an entry, for editors", cobra.NoArgs, func(cmd *cobra.Command, _ []string, _ *config.Config) error {
			_, err := cmd.OutOrStdout().Write(kb.Schema())
			return err
		}),
	)
	return c
}

func jsonFlag(c *cobra.Command, json *bool) {
	c.Flags().BoolVar(json, "json", false, "write JSON, whose fields kb/README.md describes")
}

func kbLintCommand(layers func(*config.Config) []kb.Layer) *cobra.Command {
	var json, stale bool
	var day string
	c := command("lint", "Check all entries and report every mistake, or those that are to be verified again", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		switch {
		case stale:
			base, err := kb.Load(layers(c)...)
			if err != nil {
				return err
			}
			return kb.Stale(cmd.OutOrStdout(), base, cmp.Or(day, time.Now().Format(time.DateOnly)))
		case json:
			return kb.LintJSON(cmd.OutOrStdout(), layers(c)...)
		}
		return kb.Lint(cmd.OutOrStdout(), layers(c)...)
	})
	c.Flags().BoolVar(&stale, "stale", false, "list the entries that are to be verified again (verify_by)")
	c.Flags().StringVar(&day, "on", "", "with --stale, the day that counts, as YYYY-MM-DD (default today)")
	jsonFlag(c, &json)
	c.MarkFlagsMutuallyExclusive("stale", "json")
	return c
}

func kbNewCommand(layers func(*config.Config) []kb.Layer) *cobra.Command {
	c := command("new ID", "Begin an entry: write a commented file to fill in", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string, c *config.Config) error {
		own := layers(c)
		folder := own[len(own)-1].Folder()
		if folder == "" {
			text, err := kb.Skeleton(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), text)
			return err
		}
		file, err := kb.New(folder, args[0])
		if err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), "Wrote %s. Fill it in, then run mabsbot kb lint and mabsbot kb test.\n", file)
	})
	c.Long = `Begin an entry: write a commented file to the folder of your entries, which
--kb-overlay or --kb names. Without one, the file is printed.`
	c.Example = `  mabsbot kb new tape-door --kb-overlay DIR
  mabsbot kb new tape-door > tape-door.yaml`
	return c
}

// layerFlags defines the flags for folders of entries. The returned function
// gives the layers of the knowledge base; the flags take precedence over the
// configuration.
func layerFlags(flags *pflag.FlagSet) func(c *config.Config) []kb.Layer {
	dir := flags.String("kb", "", "folder of entries that replaces the built-in ones")
	overlay := flags.String("kb-overlay", "", "folder of entries that add to or replace built-in ones")
	return func(c *config.Config) []kb.Layer {
		return kb.Layers(cmp.Or(*dir, c.KB.Dir), cmp.Or(*overlay, c.KB.Overlay))
	}
}

func configCommand() *cobra.Command {
	example := &cobra.Command{Use: "example", Short: "Print a commented configuration with every key", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		_, err := io.WriteString(cmd.OutOrStdout(), config.Example())
		return err
	}}
	var asJSON bool
	check := command("check", "Check the configuration, what it names, and print the effective values", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if _, err := kb.Load(kb.Layers(c.KB.Dir, c.KB.Overlay)...); err != nil {
			return err
		}
		if _, err := c.Store.Key.Bytes(); err != nil {
			return err
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(c.Description())
		}
		return c.Describe(cmd.OutOrStdout())
	})
	check.Flags().BoolVar(&asJSON, "json", false, "write the values as JSON")
	return group("config", "Check the configuration, or print an example", check, example)
}

func slackCommand() *cobra.Command {
	manifest := command("manifest", "Print the manifest of the Slack app", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		return slack.WriteManifest(cmd.OutOrStdout(), c.Slack.Mode)
	})
	manifest.Long = `Print the manifest of the Slack app for the configured mode (slack.mode). Paste it
on https://api.slack.com/apps, "Create New App", "From a manifest".`
	return group("slack", "Print what Slack needs to know about the bot", manifest)
}

func discordCommand() *cobra.Command {
	register := command("register", "Register the bot's commands, and print the URL that invites it", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if !c.Discord.Enabled() {
			return errors.New("discord.token is missing; it is on the application's page \"Bot\"")
		}
		return discord.Register(cmd.Context(), discord.Options{
			Token: c.Discord.Token.Reveal, ApplicationID: c.Discord.ApplicationID, APIURL: c.Discord.APIURL, Log: logger(cmd, c),
		}, cmd.OutOrStdout())
	})
	register.Long = `Register the commands that differ from those registered with Discord, and print
the URL with which an administrator invites the bot to a server.`
	return group("discord", "Register the bot with Discord", register)
}
