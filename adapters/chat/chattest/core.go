package chattest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// builtin is the knowledge base, loaded once.
var builtin = sync.OnceValues(func() (*kb.Base, error) {
	base, err := kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	if err != nil {
		return nil, err
	}
	for _, e := range base.Entries() {
		e.VerifyBy = ""
	}
	return base, nil
})

// locales are the built-in languages, loaded once.
var locales = sync.OnceValues(func() (locale.Locales, error) {
	return locale.Load(locale.Builtin())
})

// Locales returns the built-in languages.
func Locales(t testing.TB) locale.Locales {
	t.Helper()
	all, err := locales()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Base returns the built-in knowledge base. Its entries are never due to be
// verified, so that no answer depends on the day of the test.
func Base(t testing.TB) *kb.Base {
	t.Helper()
	base, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// A Core is a bot with the built-in knowledge base and a database, as in the
// program.
type Core struct {
	Bot *bot.Bot
	DB  *store.SQL
	Log *slog.Logger // silent, unless the tests are verbose

	ran chan error
	end func() error
}

// NewCore returns a core on the database at path, which may be one that an earlier
// core has used.
func NewCore(t testing.TB, path string, policy bot.Policy) *Core {
	t.Helper()
	db, err := store.Open(context.Background(), path, []byte(strings.Repeat("k", store.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	c := &Core{DB: db, Log: slog.New(slog.DiscardHandler), ran: make(chan error, 1)}
	if testing.Verbose() {
		c.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	base, locales := Base(t), Locales(t)
	c.Bot = bot.New(func() *kb.Base { return base }, locales, policy, db, db, c.Log)
	return c
}

// Run runs an adapter until End.
func (c *Core) Run(a bot.Adapter) {
	ctx, cancel := context.WithCancel(context.Background())
	c.end = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-c.ran, c.DB.Close())
	})
	go func() { c.ran <- c.Bot.Run(ctx, a) }()
}

// Wait waits until the bot stops by itself, and returns the error of Run.
func (c *Core) Wait() error {
	err := <-c.ran
	c.ran <- nil // for End
	return err
}

// End stops the bot, closes the database, and returns the error of Run unless Wait
// has returned it. It may be called more than once.
func (c *Core) End() error { return c.end() }
