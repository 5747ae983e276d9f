package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"mabsbot/config"
)

// A runFunc runs a command with a valid configuration.
type runFunc func(cmd *cobra.Command, args []string, c *config.Config) error

// command returns a command that loads the configuration before it runs.
func command(use, short string, args cobra.PositionalArgs, run runFunc) *cobra.Command {
	return bareCommand(use, short, args, func(cmd *cobra.Command, args []string) error {
		c, err := config.Load(cmd.Flags(), os.Environ())
		if err != nil {
			return err
		}
		return run(cmd, args, c)
	})
}

// bareCommand returns a command that needs no configuration.
func bareCommand(use, short string, args cobra.PositionalArgs, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: usage(args), RunE: run}
}

// group returns a command that consists of subcommands.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := bareCommand(use, short, noSubcommand, func(cmd *cobra.Command, _ []string) error { return cmd.Help() })
	c.AddCommand(commands...)
	return c
}

// A usageError is a command line that the program does not accept.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func newUsageError(cmd *cobra.Command, err error) error {
	return usageError{fmt.Errorf("%w\nRun %q for usage", err, cmd.CommandPath()+" --help")}
}

// exactly returns arguments that are one value, with what it is.
func exactly(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("name the %s", what)
		case len(args) > 1:
			return fmt.Errorf("name one %s, not %d", what, len(args))
		}
		return nil
	}
}

// usage returns arguments whose error is a usageError, as is that of flags that
// exclude each other: cobra checks them later, and reports them as it does errors of
// the command.
func usage(args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, values []string) error {
		err := args(cmd, values)
		if err == nil {
			err = cmd.ValidateFlagGroups()
		}
		if err != nil {
			return newUsageError(cmd, err)
		}
		return nil
	}
}

// addHelp adds the command help, which cobra provides. A topic that does not exist is
// a usageError.
func addHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Args = usage(isTopic)
	}
}

// isTopic refuses arguments that do not name a command.
func isTopic(cmd *cobra.Command, args []string) error {
	found, rest, err := cmd.Root().Find(args)
	if err != nil {
		return err
	}
	return noSubcommand(found, rest)
}

// noSubcommand refuses arguments of a command that has subcommands: they are
// subcommands that do not exist.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2 // edits, cobra's own default
	text := fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return errors.New(text)
}

func versionCommand() *cobra.Command {
	var asJSON bool
	c := command("version", "Print the version", cobra.NoArgs, func(cmd *cobra.Command, _ []string, _ *config.Config) error {
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"version": buildVersion(), "go": runtime.Version()})
		}
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "mabsbot", version())
		return err
	})
	c.Flags().BoolVar(&asJSON, "json", false, "write the version as JSON")
	return c
}

// version returns the version of this build, which includes the revision if the
// program was built in its repository, and of the Go toolchain.
func version() string { return buildVersion() + " " + runtime.Version() }

// release is the version that the linker was given. Without one, the version is that
// of the build information.
var release string

func buildVersion() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return cmp.Or(info.Main.Version, "(devel)")
	}
	return "unknown"
}

func manCommand() *cobra.Command {
	return command("man DIR", "Write the manual pages of all commands into a folder", exactly("DIR"), func(cmd *cobra.Command, args []string, _ *config.Config) error {
		if err := os.MkdirAll(args[0], 0o755); err != nil {
			return err
		}
		return doc.GenManTree(cmd.Root(), &doc.GenManHeader{Section: "1", Source: "mabsbot " + buildVersion()}, args[0])
	})
}

// completionCommand replaces the command of cobra, whose arguments are not checked as
// ours are.
func completionCommand() *cobra.Command {
	c := group("completion", "Print a script that completes commands and IDs of entries in a shell")
	for _, shell := range []struct {
		name, load string
		write      func(root *cobra.Command, out io.Writer) error
	}{
		{"bash", "source <(mabsbot completion bash)", func(root *cobra.Command, out io.Writer) error { return root.GenBashCompletionV2(out, true) }},
		{"zsh", "source <(mabsbot completion zsh)", func(root *cobra.Command, out io.Writer) error { return root.GenZshCompletion(out) }},
		{"fish", "mabsbot completion fish | source", func(root *cobra.Command, out io.Writer) error { return root.GenFishCompletion(out, true) }},
		{"powershell", "mabsbot completion powershell | Out-String | Invoke-Expression", func(root *cobra.Command, out io.Writer) error { return root.GenPowerShellCompletionWithDesc(out) }},
	} {
		sub := bareCommand(shell.name, "Print the script for "+shell.name, cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
			return shell.write(cmd.Root(), cmd.OutOrStdout())
		})
		sub.Long = "Print the script for " + shell.name + ". Load it in the startup file of the shell."
		sub.Example = "  " + shell.load
		c.AddCommand(sub)
	}
	return c
}
