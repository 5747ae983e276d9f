package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"mabsbot/config"
	"mabsbot/kb"
)

func matchCommand() *cobra.Command {
	var o kb.MatchOptions
	var layers func(*config.Config) []kb.Layer
	c := command("match [TEXT|-]", "Show what the matcher finds in a text, with its evidence", cobra.ArbitraryArgs, func(cmd *cobra.Command, args []string, c *config.Config) error {
		base, err := kb.Load(layers(c)...)
		if err != nil {
			return err
		}
		return kb.Match(cmd.OutOrStdout(), cmd.InOrStdin(), base, strings.Join(args, " "), o)
	})
	c.Long = `Show what the matcher finds in a text, with its evidence, and why it answers, asks
or stays silent: what the text says, which codes count, what a question needs, and
what is missing for an answer. The text is an argument, or read from standard input
("-", or no argument).`
	c.Example = `  mabsbot match "Replica is inconsistent (ID: 3106)"
  mabsbot match --lookup 170036
  mabsbot match - < paste.txt
  mabsbot match --jsonl < questions.jsonl`
	c.Flags().BoolVar(&o.JSON, "json", false, "write the result as JSON")
	c.Flags().BoolVar(&o.Lines, "jsonl", false, `read {"id","text"} lines from standard input, write one result per line`)
	c.Flags().BoolVar(&o.Lookup, "lookup", false, "match as for /mabs TEXT instead of a paste")
	c.MarkFlagsMutuallyExclusive("json", "jsonl")
	layers = layerFlags(c.Flags())
	return c
}
