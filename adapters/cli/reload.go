package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"mabsbot/bot"
	"mabsbot/config"
)

// reloadInterval is how often the configuration file is looked at. A change counts
// once the file has stayed the same for that long, so that no half is read of what an
// editor writes.
const reloadInterval = 2 * time.Second

// A reloader replaces the configuration of a bot when its file changes, or at SIGHUP.
type reloader struct {
	load    func() (*config.Config, error)
	started *config.Config // what needs a restart is compared with it
	current atomic.Pointer[config.Config]
	level   slog.LevelVar // of the log
	bot     *bot.Bot
	log     *slog.Logger
}

// newReloader returns a reloader without its bot and log.
func newReloader(c *config.Config, load func() (*config.Config, error)) *reloader {
	r := &reloader{load: load, started: c}
	r.current.Store(c)
	r.level.Set(c.Log.Level)
	return r
}

// serve reloads the configuration until ctx ends. Without a file there is nothing to
// reload, and SIGHUP ends the program, as when its terminal is closed.
func (r *reloader) serve(ctx context.Context) {
	if r.started.File() == "" {
		return
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // never comes on Windows
	defer signal.Stop(hangups)
	r.watch(ctx, hangups)
}

// watch reloads the configuration at each hangup, and when the file changes.
func (r *reloader) watch(ctx context.Context, hangups <-chan os.Signal) {
	path := r.started.File()
	tick := time.NewTicker(reloadInterval)
	defer tick.Stop()
	used := fileState(path)
	last := used
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			used = fileState(path)
			r.reload()
		case <-tick.C:
			now := fileState(path)
			if now == last && now != used {
				used = now
				r.reload()
			}
			last = now
		}
	}
}

// fileState identifies the state of a file.
func fileState(path string) string {
	info, err := os.Stat(path) // follows links, as those of a ConfigMap
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// reload loads the configuration. A mistake changes nothing.
func (r *reloader) reload() {
	c, err := r.read()
	if err != nil {
		r.bot.ConfigureFailed(err.Error())
		r.log.Error("config: not reloaded, the previous configuration stays in use", "mistakes", err)
		return
	}
	changed, _ := r.current.Load().Changes(c)
	_, restart := r.started.Changes(c)
	r.level.Set(c.Log.Level)
	r.current.Store(c)
	r.bot.Configure(policy(c), restart)
	r.log.Info("config: reloaded", "changed", strings.Join(changed, " "))
	if len(restart) > 0 {
		r.log.Warn("config: changes that need a restart", "keys", strings.Join(restart, " "))
	}
}

// read reads the configuration that a restart would have. A pipe, as of a shell, has
// been read.
func (r *reloader) read() (*config.Config, error) {
	path := r.started.File()
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New(path + " is not a file that can be read again")
	}
	c, err := r.load()
	if err != nil {
		return nil, err
	}
	return c, checkLanguages(c)
}
