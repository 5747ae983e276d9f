// Package cli has the commands of the program, and wires its packages. serve.go
// runs the bot, with ops.go for its health and metrics and reload.go for changes of its
// configuration; chat.go, match.go, kb.go, kbexport.go, kbshow.go,
// config.go, console.go, platforms.go, data.go, outbox.go, digest.go, chatset.go, health.go and doctor.go
// have the other commands, command.go what all share, and signal.go ends them.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"mabsbot/config"
)

// Run runs a command line and returns its exit status: 0, 1 after an error, 2 if
// the command line is wrong, or that of a signal.
func Run(args []string, in io.Reader, out, errs io.Writer) int {
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
are set, Slack and Discord. A configuration file that changes is read again, as it
is at SIGHUP; what needs a restart is logged.`
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
		{consoleCommand(), nil},
		{slackCommand(), []string{"slack"}},
		{discordCommand(), []string{"discord"}},
		{outboxCommand(), []string{"store"}},
		{digestCommand(), []string{"bot", "kb", "store"}},
		{backupCommand(), []string{"store"}},
		{restoreCommand(), []string{"store"}},
		{forgetCommand(), []string{"store"}},
		{keyCommand(), []string{"store"}},
		{storeCommand(), []string{"store"}},
		{healthCommand(), []string{"ops"}},
		{doctorCommand(), others},
		{versionCommand(), nil},
		{manCommand(), nil},
		{completionCommand(), nil},
	} {
		config.AddKeyFlags(sub.PersistentFlags(), sub.sections...)
		c.AddCommand(sub.Command)
	}
	addHelp(c)
	return c
}
