package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"mabsbot/adapters/ops"
	"mabsbot/adapters/traces"
	"mabsbot/bot"
	"mabsbot/bot/observe"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

// instruments are what operators see of the program while it serves.
type instruments struct {
	*ops.Server                // health and metrics
	traces      *traces.Tracer // nil unless traces are configured
	stopTraces  func()
	log         *slog.Logger
}

func startInstruments(ctx context.Context, c *config.Config, log *slog.Logger) (*instruments, error) {
	i := &instruments{Server: ops.New(ops.Options{Version: buildVersion(), Log: log}), stopTraces: func() {}, log: log}
	if traces.Configured(c.Ops.Traces, os.Getenv) {
		var err error
		if i.traces, i.stopTraces, err = traces.Start(ctx, traces.Options{Endpoint: c.Ops.Traces, Version: buildVersion(), Log: log}); err != nil {
			return nil, fmt.Errorf("traces: %w: correct ops.traces or the OTEL_… variables", err)
		}
	}
	if err := i.listen(c.Ops); err != nil {
		i.stopTraces()
		return nil, err
	}
	return i, nil
}

// listen serves health and metrics, unless ops.addr is off. If another program uses
// the default address, the bot runs without them.
func (i *instruments) listen(c config.Ops) error {
	if !c.Enabled() {
		return nil
	}
	err := i.Start(c.Addr)
	if err != nil && c.Addr == config.Default().Ops.Addr {
		i.log.Warn("ops: health and metrics are not served", "error", err, "fix", "set ops.addr (--ops.addr) to use another address, or off")
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: set ops.addr (--ops.addr) to use another address", err)
	}
	return nil
}

func (i *instruments) close() {
	i.stopTraces()
	i.Close()
}

// adapters returns the adapters with the meter, the log of their decisions, and
// traces.
func (i *instruments) adapters(all []bot.Adapter) []bot.Adapter {
	var observed []bot.Adapter
	for _, a := range all {
		observed = append(observed, i.traces.Adapter(observe.Adapter(a, i.Meter(), i.log)))
	}
	return observed
}

// watch makes the program ready for probes.
func (i *instruments) watch(ctx context.Context, b *bot.Bot, db *store.SQL, live *kb.Live, adapters []bot.Adapter) {
	var names []string
	for _, a := range adapters {
		names = append(names, a.Name())
	}
	i.Watch(ops.System{
		Adapters: names, Services: b.Services, Database: db.Ping, Trouble: db.Trouble, Backlogs: db.Backlogs,
		Entries: func() int { return len(live.Base().Entries()) }, ReloadFailed: live.ReloadFailed, Configuration: b.Configuration,
		Stopping: func() bool { return ctx.Err() != nil },
	})
}
