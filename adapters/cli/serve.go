package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"github.com/spf13/cobra"

	"mabsbot/adapters/console"
	"mabsbot/adapters/discord"
	"mabsbot/adapters/ops"
	"mabsbot/adapters/slack"
	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/redact"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

// serve wires the program and runs it until a signal. The deferred calls end
// what was started in reverse order, so that the database is closed last.
func serve(cmd *cobra.Command, _ []string, c *config.Config) (err error) {
	out := cmd.OutOrStdout()
	r := newReloader(c, func() (*config.Config, error) { return config.Load(cmd.Flags(), os.Environ()) })
	log := c.Log.LoggerAt(redact.Writer(cmd.ErrOrStderr()), &r.level)
	for _, w := range c.Warnings {
		log.Warn("config: warning", "at", w.Place, "warning", w.Text)
	}
	i, err := startInstruments(cmd.Context(), c, log)
	if err != nil {
		return err
	}
	defer i.close()
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
	db.Alarm(log)
	editor := bot.NewEditor(live, db, log)
	if err := editor.Refresh(ctx); err != nil {
		return err
	}
	background.Go(func() { live.Watch(ctx, c.KB.Reload, log) })
	background.Go(func() { editor.Watch(ctx) })
	background.Go(func() { db.Maintain(ctx, c.Store.Retention, log) })
	b, err := newBot(c, live.Base, i.traces.Store(db), db, log)
	if err != nil {
		return err
	}
	r.bot, r.log = b, log
	background.Go(func() { r.serve(ctx) })
	adapters, err := newPlatforms(r, b, db, i.Server, log)
	if err != nil {
		return err
	}
	web, err := openConsole(ctx, c, b, editor, db, log)
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
	i.watch(ctx, b, db, live, adapters)
	return b.Run(ctx, i.adapters(adapters)...)
}

// newPlatforms returns the adapters of the platforms that are configured.
func newPlatforms(r *reloader, b *bot.Bot, db *store.SQL, o *ops.Server, log *slog.Logger) ([]bot.Adapter, error) {
	var all []bot.Adapter
	if r.started.Slack.Enabled() {
		a, err := newSlack(r, b, db, o, log)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	if r.started.Discord.Enabled() {
		a, err := newDiscord(r, b, db, o, log)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func newSlack(r *reloader, b *bot.Bot, db *store.SQL, o *ops.Server, log *slog.Logger) (bot.Adapter, error) {
	c := r.started
	s, err := slack.New(slack.Options{
		Mode: c.Slack.Mode, BotToken: c.Slack.BotToken.Reveal, AppToken: c.Slack.AppToken.Reveal, SigningSecret: c.Slack.SigningSecret.Reveal,
		APIURL: c.Slack.APIURL, Addr: c.HTTP.Addr, EscalationChannel: func() string { return r.current.Load().Slack.EscalationChannel },
		Inbox: db.Inbox("slack"), ResponseURLs: db.Inbox("slack response URLs"), Library: b, Acknowledged: o.Acknowledged("slack"), Log: log,
	})
	if err != nil {
		return nil, err
	}
	if c.Slack.Mode == config.SlackHTTP {
		if err := s.Listen(); err != nil {
			return nil, fmt.Errorf("%w: set http.addr (--http.addr) to use another address", err)
		}
	}
	return s, nil
}

func newDiscord(r *reloader, b *bot.Bot, db *store.SQL, o *ops.Server, log *slog.Logger) (bot.Adapter, error) {
	c := r.started
	return discord.New(discord.Options{
		Token: c.Discord.Token.Reveal, ApplicationID: c.Discord.ApplicationID, APIURL: c.Discord.APIURL, CDNURL: c.Discord.CDNURL,
		EscalationChannel: func() string { return r.current.Load().Discord.EscalationChannel }, Register: c.Discord.Register, Inbox: db.Inbox("discord"),
		Election: db.Election("discord", log), Library: b, Acknowledged: o.Acknowledged("discord"), Log: log,
	})
}

// logger returns the logger of a command, which logs no secrets: an error of
// the network may contain a URL with a token.
func logger(cmd *cobra.Command, c *config.Config) *slog.Logger {
	return c.Log.Logger(redact.Writer(cmd.ErrOrStderr()))
}

// ended returns the names of the adapters that ended while others serve.
func ended(b *bot.Bot) []string {
	var names []string
	for _, s := range b.Services() {
		if s.State == bot.ServiceEnded {
			names = append(names, s.Adapter)
		}
	}
	return names
}

func newBot(c *config.Config, base func() *kb.Base, s bot.Store, o bot.Outbox, log *slog.Logger) (*bot.Bot, error) {
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		return nil, err
	}
	return bot.New(base, locales, policy(c), s, o, log), nil
}

// policy converts the configuration to a bot.Policy.
func policy(c *config.Config) bot.Policy {
	p := bot.DefaultPolicy()
	p.Language = c.Language
	p.Default = bot.Mode(c.Bot.DefaultMode)
	p.RepeatWindow, p.FollowUp, p.Reminder = c.Bot.RepeatWindow, c.Bot.FollowUp, c.Bot.Reminder
	p.Learning = bot.Learning(c.Bot.Learning)
	p.Incident = bot.IncidentPolicy(c.Bot.Incident)
	p.Maintenance = maintenance(c)
	p.EscalationChannels = map[string]string{"console": console.EscalationChannel, "slack": c.Slack.EscalationChannel, "discord": c.Discord.EscalationChannel}
	p.Admins = c.Bot.Admins
	d := c.Bot.Digest
	p.Digest = bot.DigestPolicy{Channels: d.ByPlatform(), Day: d.Weekday(), Hour: d.Hour, Zone: d.Location()}
	p.Channels = map[string]bot.ChannelPolicy{}
	for _, ch := range c.Bot.Channels {
		p.Channels[ch.ID] = bot.ChannelPolicy{Mode: bot.Mode(ch.Mode), Language: ch.Language, Bots: ch.Bots, About: bot.Topic(ch.About), Unanswered: ch.Unanswered}
	}
	return p
}

// maintenance converts the planned maintenance, whose form is checked.
func maintenance(c *config.Config) (all []bot.Mute) {
	for _, m := range c.Bot.Maintenance {
		from, to, err := m.Times()
		if err != nil {
			continue
		}
		for _, name := range m.Errors {
			all = append(all, bot.Mute{Error: name, Channels: m.Channels, From: from.Unix(), To: to.Unix()})
		}
	}
	return all
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
