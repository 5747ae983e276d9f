package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mabsbot/adapters/console"
	"mabsbot/bot"
	"mabsbot/bot/store"
	"mabsbot/config"
)

func consoleCommand() *cobra.Command {
	hash := bareCommand("hash", "Read a password from standard input and print its hash for console.users", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		password, err := readPassword(cmd.InOrStdin(), cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		hash, err := console.HashPassword(password)
		if err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), "%s\n", hash)
	})
	hash.Long = `Read a password from standard input, and print its hash. console.users of the
configuration has the hashes of the users who log in with a name. In a terminal the
password is not shown while it is typed; from a file or a pipe it is the first line.`
	hash.Example = `  mabsbot console hash
  mabsbot console hash < password.txt`
	return group("console", "Prepare the logins of the web console", hash)
}

// readPassword reads a password: without echo if in is a terminal.
func readPassword(in io.Reader, prompt io.Writer) (string, error) {
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(prompt, "Password: ")
		data, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(prompt)
		return string(data), err
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// openConsole opens the web console, or returns nil if it is disabled. If
// another program uses its default address, or another process serves the console
// of the database, a bot that serves a platform runs without it.
func openConsole(ctx context.Context, c *config.Config, b *bot.Bot, editor *bot.Editor, db *store.SQL, log *slog.Logger) (*console.Console, error) {
	if !c.Console.Enabled {
		return nil, nil
	}
	o, err := consoleOptions(c.Console)
	if err != nil {
		return nil, err
	}
	o.Sessions, o.Library, o.Operations, o.Editor, o.Ended, o.Log = db.Sessions(), b, b, editor, func() []string { return ended(b) }, log
	if c.Console.Workspace {
		journal := db.Journal("console")
		if err := journal.Lock(); errors.Is(err, store.ErrInUse) {
			return nil, withoutConsole(c, log, errors.New("console: another process serves the console of this database: set console.enabled or console.workspace to false, or another store.path"))
		} else if err != nil {
			return nil, err
		}
		o.Journal, o.Election = journal, db.Election("console", log)
	}
	web, err := console.New(ctx, o)
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

// consoleOptions returns what the configuration says about the console.
func consoleOptions(c config.Console) (console.Options, error) {
	o := console.Options{Addr: c.Addr, Password: c.Password.Reveal, NoWorkspace: !c.Workspace}
	var err error
	role := func(name string) console.Role {
		r, e := console.ParseRole(name)
		err = errors.Join(err, e)
		return r
	}
	prefix := func(text string) netip.Prefix {
		p, e := config.ParsePrefix(text)
		err = errors.Join(err, e)
		return p
	}
	for _, u := range c.Users {
		o.Users = append(o.Users, console.User{Name: u.Name, Hash: u.Hash.Reveal(), Role: role(u.Role)})
	}
	o.Proxy = console.Proxy{Header: c.TrustedHeader, Role: role(c.TrustedRole)}
	for _, p := range c.TrustedProxies {
		o.Proxy.From = append(o.Proxy.From, prefix(p))
	}
	return o, err
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
