package ops

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"mabsbot/bot"
)

// What the system knows, and is read when metrics are asked for. The backlog is that
// of the database, so several processes that share it report the same.
var (
	adapterState = desc("adapter_state", "1 for the state of an adapter: connecting, up, standby (another process serves it), ended (refused for good); 0 for the others.", "adapter", "state")
	reconnects   = desc("reconnects_total", "Connections to the platform that replaced an earlier one.", "adapter")
	redelivered  = desc("redeliveries_total", "Events that the platform delivered again, or replayed after a reconnect.", "adapter")
	databaseUp   = desc("database_up", "1 if the database answers.")
	backlog      = desc("backlog_posts", "Posts that are due and not sent, of all processes.", "adapter")
	backlogAge   = desc("backlog_oldest_seconds", "How long the oldest of them has waited.", "adapter")
	deadLetters  = desc("dead_letters", "Posts that were given up and are kept, of all processes.", "adapter")
	entries      = desc("knowledge_base_entries", "Entries of the knowledge base.")
	reload       = desc("knowledge_base_reload_failed", "1 if the last reload of the knowledge base failed; the previous entries stay in use.")
	configured   = desc("configuration_loaded_timestamp_seconds", "Unix time at which the configuration in use was loaded.")
	configFailed = desc("configuration_reload_failed", "1 if the last reload of the configuration failed; the previous one stays in use.")
	readiness    = desc("ready", "1 if /readyz is passed.")
)

// A collector reads the system.
type collector struct{ s *Server }

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{adapterState, reconnects, redelivered, databaseUp, backlog, backlogAge, deadLetters, entries, reload, configured, configFailed, readiness} {
		out <- d
	}
}

// Collect implements prometheus.Collector. A database that is away costs the
// metrics that need it, and not the others.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	checks := c.s.checks(context.Background())
	set(readiness, number(isReady(checks)))
	system := c.s.system.Load()
	if system == nil {
		return
	}
	for _, service := range system.Services() {
		for _, state := range bot.ServiceStates() {
			set(adapterState, number(state == service.State), service.Adapter, string(state))
		}
		out <- prometheus.MustNewConstMetric(reconnects, prometheus.CounterValue, float64(service.Reconnects), service.Adapter)
		out <- prometheus.MustNewConstMetric(redelivered, prometheus.CounterValue, float64(service.Redelivered), service.Adapter)
	}
	set(entries, float64(system.Entries()))
	set(reload, number(system.ReloadFailed()))
	config := system.Configuration()
	set(configured, float64(config.Loaded.Unix()))
	set(configFailed, number(config.Problem != ""))
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	all, err := system.Backlogs(ctx)
	set(databaseUp, number(err == nil))
	if err != nil {
		return
	}
	byAdapter := map[string]bot.Backlog{}
	for _, name := range system.Adapters {
		byAdapter[name] = bot.Backlog{}
	}
	for _, b := range all {
		byAdapter[b.Adapter] = b
	}
	for name, b := range byAdapter {
		set(backlog, float64(b.Waiting), name)
		set(backlogAge, b.Oldest.Seconds(), name)
		set(deadLetters, float64(b.DeadLetters), name)
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
