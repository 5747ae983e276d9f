package cli

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

// A reloading is a reloader on a file.
type reloading struct {
	*reloader
	t       *testing.T
	path    string
	hangups chan os.Signal
	said    bytes.Buffer
	stop    func()
}

func startReloading(t *testing.T, text string) *reloading {
	t.Helper()
	r := &reloading{t: t, path: filepath.Join(t.TempDir(), "mabsbot.yaml"), hangups: make(chan os.Signal, 1)}
	r.write(text)
	load := func() (*config.Config, error) { return config.Load(nil, []string{"MABSBOT_CONFIG=" + r.path}) }
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	r.reloader = newReloader(c, load)
	r.log = c.Log.LoggerAt(&r.said, &r.level)
	db := store.NewMemory()
	if r.bot, err = newBot(c, func() *kb.Base { return nil }, db, db, r.log); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { r.watch(ctx, r.hangups) })
	synctest.Wait()
	r.stop = func() { cancel(); watching.Wait() }
	return r
}

func (r *reloading) write(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// hangUp reloads as at SIGHUP, and returns what is logged.
func (r *reloading) hangUp() string {
	r.said.Reset()
	r.hangups <- nil
	synctest.Wait()
	return r.said.String()
}

func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startReloading(t, "bot: {default_mode: shadow}\n")
		defer r.stop()
		began := r.bot.Configuration().Loaded
		time.Sleep(time.Minute)

		r.write("bot: {default_mode: mention, admins: [slack:U1]}\nlog: {level: warn}\nlanguage: ko\nslack: {escalation_channel: C2}\n")
		said := r.hangUp()
		c := r.bot.Configuration()
		if c.Problem != "" || len(c.Restart) > 0 || !c.Loaded.After(began) {
			t.Errorf("%+v", c)
		}
		if r.level.Level() != slog.LevelWarn || r.current.Load().Slack.EscalationChannel != "C2" {
			t.Errorf("not in use: %v", r.level.Level())
		}
		if strings.Contains(said, "reloaded") { // the level is warn now
			t.Errorf("logged %s", said)
		}

		r.write("bot: {default_mode: loud}\n")
		if said := r.hangUp(); !strings.Contains(said, "not reloaded") || !strings.Contains(said, "bot.default_mode") {
			t.Errorf("logged %s", said)
		}
		if p := r.bot.Configuration().Problem; !strings.Contains(p, `bot.default_mode is \"loud\"`) && !strings.Contains(p, `bot.default_mode is "loud"`) {
			t.Errorf("problem %q", p)
		}
		if got := r.current.Load().Bot.DefaultMode; got != "mention" {
			t.Errorf("after a mistake the mode is %s", got)
		}

		r.write("language: xx\n")
		if said := r.hangUp(); !strings.Contains(said, `language is \"xx\"`) {
			t.Errorf("logged %s", said)
		}

		r.write("http: {addr: '127.0.0.1:1'}\nstore: {path: other.db}\nslack: {bot_token: xoxb-1, app_token: xapp-secret}\n")
		said = r.hangUp()
		if want := []string{"store.path", "http.addr", "slack.bot_token", "slack.app_token"}; !slices.Equal(r.bot.Configuration().Restart, want) {
			t.Errorf("needs a restart: %v, want %v", r.bot.Configuration().Restart, want)
		}
		if !strings.Contains(said, `changed="language log.level slack.escalation_channel bot.default_mode bot.admins"`) || !strings.Contains(said, "need a restart") || strings.Contains(said, "xapp-secret") {
			t.Errorf("logged %s", said)
		}

		r.write("bot: {default_mode: shadow}\n")
		r.hangUp()
		if c := r.bot.Configuration(); c.Problem != "" || len(c.Restart) > 0 {
			t.Errorf("back at the first: %+v", c)
		}
	})
}

// TestReloadOfAFile checks that a file that changes is read once it stays the same,
// and that none is no change.
func TestReloadOfAFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startReloading(t, "bot: {default_mode: shadow}\n")
		defer r.stop()
		mode := func() string {
			synctest.Wait()
			return r.current.Load().Bot.DefaultMode
		}
		time.Sleep(time.Second)
		r.write("") // an editor has emptied it
		time.Sleep(reloadInterval)
		if got := mode(); got != "shadow" {
			t.Errorf("half a file was read: the mode is %s", got)
		}
		r.write("bot: {default_mode: mention}\n")
		time.Sleep(2 * reloadInterval)
		if got := mode(); got != "mention" {
			t.Errorf("the mode is %s", got)
		}
		if err := os.Remove(r.path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * reloadInterval)
		if got := mode(); got != "mention" || r.bot.Configuration().Problem == "" {
			t.Errorf("without a file the mode is %s, %+v", got, r.bot.Configuration())
		}
	})
}

// TestReloadFromPipe checks that what cannot be read again changes nothing.
func TestReloadFromPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startReloading(t, "bot: {default_mode: shadow}\n")
		defer r.stop()
		if err := os.Remove(r.path); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(r.path, 0o700); err != nil {
			t.Fatal(err)
		}
		if said := r.hangUp(); !strings.Contains(said, "is not a file that can be read again") {
			t.Errorf("logged %s", said)
		}
	})
}
