package cli

import (
	"context"
	"fmt"
	"log/slog"

	"mabsbot/adapters/ops"
	"mabsbot/bot"
	"mabsbot/bot/observe"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

// startOps serves health and metrics, unless ops.addr is off. If another program
// uses the default address, the bot runs without them.
func startOps(c *config.Config, log *slog.Logger) (*ops.Server, error) {
	o := ops.New(ops.Options{Version: buildVersion(), Log: log})
	if !c.Ops.Enabled() {
		return o, nil
	}
	err := o.Start(c.Ops.Addr)
	if err != nil && c.Ops.Addr == config.Default().Ops.Addr {
		log.Warn("ops: health and metrics are not served", "error", err, "fix", "set ops.addr (--ops.addr) to use another address, or off")
		return o, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: set ops.addr (--ops.addr) to use another address", err)
	}
	return o, nil
}

// observed returns the adapters with the meter and the log of their decisions.
func observed(adapters []bot.Adapter, o *ops.Server, log *slog.Logger) []bot.Adapter {
	var all []bot.Adapter
	for _, a := range adapters {
		all = append(all, observe.Adapter(a, o.Meter(), log))
	}
	return all
}

// watch makes the program ready for probes.
func watch(ctx context.Context, o *ops.Server, b *bot.Bot, db *store.SQL, live *kb.Live, adapters []bot.Adapter) {
	var names []string
	for _, a := range adapters {
		names = append(names, a.Name())
	}
	o.Watch(ops.System{
		Adapters: names, Services: b.Services, Database: db.Ping, Trouble: db.Trouble, Backlogs: db.Backlogs,
		Entries: func() int { return len(live.Base().Entries()) }, ReloadFailed: live.ReloadFailed,
		Stopping: func() bool { return ctx.Err() != nil },
	})
}
