package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mabsbot/bot/store"
	"mabsbot/config"
)

// Commands on the database: back up, restore, forget a user, change the key.

// keyFile is where the program keeps the key of a database if none is configured.
func keyFile(c config.Store) string { return c.Path + ".key" }

// database names the database.
func database(c config.Store) string {
	if c.URL.IsSet() {
		return "The database at store.url"
	}
	return c.Path
}

// whereKey says where the key of the database is.
func whereKey(c config.Store) string {
	if c.Key.IsSet() {
		return "store.key"
	}
	return keyFile(c)
}

// wantFile returns an error if the database is not a file: PostgreSQL has its own
// programs.
func wantFile(c config.Store, advice string) error {
	if c.URL.IsSet() {
		return errors.New("store.url is configured, and this is for a database file: " + advice)
	}
	return nil
}

func backupCommand() *cobra.Command {
	c := command("backup FILE", "Copy the database to a new file, while the bot runs", exactly("FILE"), func(cmd *cobra.Command, args []string, c *config.Config) error {
		if err := wantFile(c.Store, "use pg_dump, which copies a database of PostgreSQL while the bot runs"); err != nil {
			return err
		}
		err := untilDone(cmd.Context(), func(ctx context.Context) error { return store.Backup(ctx, c.Store.Path, args[0]) })
		if err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), "Backed up %s to %s. It is encrypted with the key in %s, which is not in it: keep both, in different places.\n",
			c.Store.Path, args[0], whereKey(c.Store))
	})
	c.Long = `Copy the database to a new file, as of now. The bot may run meanwhile, and so may
other backups. The file appears once it is complete and was checked. A database of
PostgreSQL is backed up with pg_dump.

The copy is encrypted like the database. The key is not in it: keep the key, too,
and not in the same place.`
	c.Example = `  mabsbot backup /backup/mabsbot-$(date +%F).db`
	return c
}

func restoreCommand() *cobra.Command {
	c := command("restore FILE", "Create the database from a backup", exactly("FILE"), func(cmd *cobra.Command, args []string, c *config.Config) error {
		if err := wantFile(c.Store, "use pg_restore"); err != nil {
			return err
		}
		key, err := c.Store.Key.Bytes()
		if err == nil && key == nil {
			key, err = store.ReadKeyFile(keyFile(c.Store))
		}
		if err != nil {
			return fmt.Errorf("put the key of the backup in its place first: %w", err)
		}
		err = untilDone(cmd.Context(), func(ctx context.Context) error { return store.Restore(ctx, c.Store.Path, args[0], key) })
		if err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), "Restored %s from %s. Start the bot now.\n", c.Store.Path, args[0])
	})
	c.Long = `Create the database from a backup. The key with which it was encrypted must be in
its place: in store.key, or in the key file next to the database.

It replaces nothing: stop the bot and move the present database away first, with
its -wal file if there is one. The database appears once it is complete, was
checked and has the schema of this program.

Posts that waited to be sent when the backup was made are sent. Those that were
sent since may appear twice; bot/store/README.md says on which platform.`
	c.Example = `  mabsbot restore /backup/mabsbot-2026-11-30.db`
	return c
}

// configuredURL names the database at store.url in the arguments of "store copy".
// The URL has a password, and every user of the machine can read arguments.
const configuredURL = "store.url"

func storeCommand() *cobra.Command {
	fileAndURL := func(_ *cobra.Command, args []string) error {
		if len(args) != 2 || (args[0] == configuredURL) == (args[1] == configuredURL) {
			return fmt.Errorf("want a file and %s, the configured database, in either order", configuredURL)
		}
		return nil
	}
	c := command("copy FROM TO", "Copy a database file to PostgreSQL, or back; stop the bot first", fileAndURL, func(cmd *cobra.Command, args []string, c *config.Config) error {
		if !c.Store.URL.IsSet() {
			return errors.New("store.url is not configured; set it to the database of PostgreSQL")
		}
		n, err := copyStore(cmd.Context(), c.Store, args[0], args[1])
		if err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), "Copied %d rows from %s to %s. Both have the key in store.key.\n", n, args[0], args[1])
	})
	c.Long = `Copy all conversations from a database file to PostgreSQL, or back. One of FROM and
TO is a file, the other "store.url": the configured database of PostgreSQL. Stop the
bot first; what it changes meanwhile is not copied.

TO must be empty or not exist. It is complete, or stays empty. Both databases have
the same key, store.key. That of a file without a configured key is the content of
the key file next to it, in base64.`
	c.Example = `  MABSBOT_STORE_KEY=$(base64 -w 0 mabsbot.db.key) mabsbot store copy mabsbot.db store.url
  mabsbot store copy store.url mabsbot.db`
	return group("store", "Move the conversations to another database", c)
}

// copyStore copies one database to another.
func copyStore(ctx context.Context, c config.Store, from, to string) (n int, err error) {
	open := func(place string) (*store.SQL, error) {
		if place == configuredURL {
			return openStore(ctx, c)
		}
		key, err := c.Key.Bytes()
		if err != nil {
			return nil, err
		}
		return store.Open(ctx, place, key)
	}
	if _, err := os.Stat(from); err != nil && from != configuredURL {
		return 0, fmt.Errorf("there is no database: %w", err)
	}
	source, err := open(from)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := open(to)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	return store.Copy(ctx, source, target)
}

func forgetCommand() *cobra.Command {
	aUser := func(_ *cobra.Command, args []string) error {
		text := strings.Join(args, " ")
		adapter, user, _ := strings.Cut(text, ":")
		if adapters := []string{"slack", "discord", "console", "terminal"}; len(args) != 1 || user == "" || !slices.Contains(adapters, adapter) {
			return fmt.Errorf("%q is not a user: want ADAPTER:USER such as slack:U0123456789, with one of the adapters %s", text, strings.Join(adapters, ", "))
		}
		return nil
	}
	c := command("forget ADAPTER:USER", "Remove what is stored of a user", aUser, func(cmd *cobra.Command, args []string, c *config.Config) (err error) {
		adapter, user, _ := strings.Cut(args[0], ":")
		db, err := openExisting(cmd.Context(), c.Store)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		n, err := db.Forget(cmd.Context(), adapter, user)
		if err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), "Removed %d conversations of %s, and the language that they chose, if any.\n", n, args[0])
	})
	c.Long = `Remove what is stored of a user, in all workspaces: the conversations that they
began, with the texts, values and posts in them, the cases that were opened for
them, answers to them that were not sent, and their language. The bot may run meanwhile. Messages on the platform stay;
so do counts, which have no users, and backups.

USER is the ID of the platform, such as U0123456789 on Slack. A user that is not
known is no error. What the simulated workspace of the console shows is removed by
deleting the message there.`
	c.Example = `  mabsbot forget slack:U0123456789
  mabsbot forget discord:80351110224678912`
	return c
}

func keyCommand() *cobra.Command {
	var file string
	rotate := command("rotate", "Encrypt the database with a new key; stop the bot first", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		n, err := rotateKey(cmd.Context(), c.Store, file)
		if err != nil {
			return err
		}
		if n > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "%d damaged values could not be read before, and still cannot.\n", n)
		}
		if c.Store.Key.IsSet() {
			return say(cmd.OutOrStdout(), "%s has the key in %s now: set store.key to it before you start the bot.\n", database(c.Store), file)
		}
		return say(cmd.OutOrStdout(), "%s has a new key, in %s.\n", c.Store.Path, keyFile(c.Store))
	})
	rotate.Long = `Encrypt the database with a new key. Stop the bot first; of PostgreSQL, all
replicas. The command refuses while one of them runs, or was killed less than 15 s
ago.

The key file next to the database is replaced by one with a new random key. If
store.key is configured, write the new key to a file and name it with
--new-key-file, and afterwards set store.key to it.

If the command is interrupted, the database has the old key or the new one; the next
start uses the right one. Backups keep the key that they were made with.`
	rotate.Example = `  mabsbot key rotate
  openssl rand -base64 32 > new.key && chmod 600 new.key && mabsbot key rotate --new-key-file new.key`
	rotate.Flags().StringVar(&file, "new-key-file", "", "file with the new key, in base64 or hexadecimal, if store.key is configured")
	return group("key", "Change the key of the database", rotate)
}

// rotateKey changes the key of the database to the one in a file, or, without a
// configured key, to a random one.
func rotateKey(ctx context.Context, c config.Store, file string) (unreadable int, err error) {
	old, err := c.Key.Bytes()
	switch {
	case err != nil:
		return 0, err
	case old == nil && file != "":
		return 0, fmt.Errorf("--new-key-file is for a configured store.key: without one, the new key is random and kept in %s", keyFile(c))
	case old == nil:
		return store.RotateKeyFile(ctx, keyFile(c), c.Path)
	case file == "":
		return 0, errors.New("store.key is configured: write the new key to a file and name it with --new-key-file")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	next, err := config.Key{Secret: config.NewSecret(strings.TrimSpace(string(text)))}.Bytes()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	if c.URL.IsSet() {
		return store.RotatePostgres(ctx, c.URL.Reveal(), old, next)
	}
	return store.Rotate(ctx, c.Path, old, next)
}

// untilDone runs f until it is done or a signal ends it, so that it removes its
// temporary file.
func untilDone(parent context.Context, f func(ctx context.Context) error) error {
	ctx, stop := untilSignal(parent)
	defer stop()
	err := f(ctx)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// openExisting opens the database, which must exist.
func openExisting(ctx context.Context, c config.Store) (*store.SQL, error) {
	if _, err := os.Stat(c.Path); err != nil && !c.URL.IsSet() {
		return nil, fmt.Errorf("there is no database: %w", err)
	}
	return openStore(ctx, c)
}

func say(out io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintf(out, format, args...)
	return err
}
