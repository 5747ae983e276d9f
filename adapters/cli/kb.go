package cli

import (
	"cmp"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mabsbot/config"
	"mabsbot/kb"
)

func kbCommand() *cobra.Command {
	c := group("kb", "Write, check and read the knowledge base")
	lang := c.PersistentFlags().String("lang", "", "language of the texts (default: the configured one)")
	layers := layerFlags(c.PersistentFlags())
	type report func(out io.Writer, base *kb.Base, lang, arg string) error
	reports := func(use, short string, args cobra.PositionalArgs, text, asJSON report) *cobra.Command {
		var json bool
		c := command(use, short, args, func(cmd *cobra.Command, args []string, c *config.Config) error {
			base, err := kb.Load(layers(c)...)
			if err != nil {
				return err
			}
			run := text
			if json {
				run = asJSON
			}
			return run(cmd.OutOrStdout(), base, cmp.Or(*lang, c.Language), strings.Join(args, ""))
		})
		jsonFlag(c, &json)
		return c
	}
	var all bool
	test := reports("test", "Test the matcher on the texts of all entries, and the entries of the overlay on stored talk", cobra.NoArgs,
		func(out io.Writer, base *kb.Base, _, _ string) error { return kb.Test(out, base, all) },
		func(out io.Writer, base *kb.Base, _, _ string) error { return kb.TestJSON(out, base, all) })
	test.Flags().BoolVar(&all, "all", false, "with an overlay, test the phrases and the talk for all entries")
	list := reports("list [AREA]", "List the entries", cobra.MaximumNArgs(1), kb.List, kb.ListJSON)
	list.ValidArgsFunction = completion(layers, lang, func(e *kb.Entry, _ string) (string, string) { return e.Area, "" })
	c.AddCommand(
		kbNewCommand(layers),
		kbLintCommand(layers),
		kbExportCommand(),
		list,
		kbShowCommand(layers, lang),
		test,
		command("schema", "Print the JSON Schema of an entry, for editors", cobra.NoArgs, func(cmd *cobra.Command, _ []string, _ *config.Config) error {
			_, err := cmd.OutOrStdout().Write(kb.Schema())
			return err
		}),
	)
	return c
}

// completion completes an argument with what word returns for each entry: a word, and
// its description in a language.
func completion(layers func(*config.Config) []kb.Layer, lang *string, word func(e *kb.Entry, lang string) (word, description string)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		c, err := config.Load(cmd.Flags(), os.Environ())
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		base, err := kb.Load(layers(c)...)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var found []cobra.Completion
		for _, e := range base.Entries() {
			if w, description := word(e, cmp.Or(*lang, c.Language)); strings.HasPrefix(w, begun) {
				found = append(found, cobra.CompletionWithDesc(w, description))
			}
		}
		slices.Sort(found)
		return slices.Compact(found), cobra.ShellCompDirectiveNoFileComp
	}
}

func jsonFlag(c *cobra.Command, json *bool) {
	c.Flags().BoolVar(json, "json", false, "write JSON, whose fields kb/README.md describes")
}

func kbLintCommand(layers func(*config.Config) []kb.Layer) *cobra.Command {
	var json, stale bool
	var day string
	c := command("lint", "Check all entries and report every mistake, or those that are to be verified again", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		lint, list := kb.Lint, kb.ListDue
		if json {
			lint, list = kb.LintJSON, kb.ListDueJSON
		}
		switch {
		case !stale && day != "":
			return newUsageError(cmd, errors.New("--on is the day of --stale"))
		case !stale:
			return lint(cmd.OutOrStdout(), layers(c)...)
		}
		base, err := kb.Load(layers(c)...)
		if err != nil {
			return err
		}
		return list(cmd.OutOrStdout(), base, cmp.Or(day, time.Now().Format(time.DateOnly)))
	})
	c.Flags().BoolVar(&stale, "stale", false, "list the entries that are to be verified again (verify_by)")
	c.Flags().Func("on", "with --stale, the `day` that counts, as YYYY-MM-DD (default today)", func(value string) error {
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return errors.New("want YYYY-MM-DD, such as 2027-05-31")
		}
		day = value
		return nil
	})
	jsonFlag(c, &json)
	return c
}

func kbNewCommand(layers func(*config.Config) []kb.Layer) *cobra.Command {
	c := command("new ID", "Begin an entry: write a commented file to fill in", exactly("ID"), func(cmd *cobra.Command, args []string, c *config.Config) error {
		own := layers(c)
		folder := own[len(own)-1].Folder()
		if folder == "" {
			text, err := kb.Skeleton(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), text)
			return err
		}
		file, err := kb.New(folder, args[0])
		if err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), "Wrote %s. Fill it in, then run mabsbot kb lint and mabsbot kb test.\n", file)
	})
	c.Long = `Begin an entry: write a commented file to the folder of your entries, which
--kb-overlay or --kb names. Without one, the file is printed.`
	c.Example = `  mabsbot kb new tape-door --kb-overlay DIR
  mabsbot kb new tape-door > tape-door.yaml`
	return c
}

// layerFlags defines the flags for folders of entries. The returned function
// gives the layers of the knowledge base; the flags take precedence over the
// configuration.
func layerFlags(flags *pflag.FlagSet) func(c *config.Config) []kb.Layer {
	dir := flags.String("kb", "", "folder of entries that replaces the built-in ones")
	overlay := flags.String("kb-overlay", "", "folder of entries that add to or replace built-in ones")
	for _, name := range []string{"kb", "kb-overlay"} {
		if err := cobra.MarkFlagDirname(flags, name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return func(c *config.Config) []kb.Layer {
		return kb.Layers(cmp.Or(*dir, c.KB.Dir), cmp.Or(*overlay, c.KB.Overlay))
	}
}
