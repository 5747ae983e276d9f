package cli

import (
	"io"
	"strings"
	"time"

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
		text := strings.Join(args, " ")
		if o.JSON || o.Lines || o.Lookup {
			return kb.Match(cmd.OutOrStdout(), cmd.InOrStdin(), base, text, o)
		}
		if text == "" || text == "-" {
			data, err := io.ReadAll(cmd.InOrStdin())
			if err != nil {
				return err
			}
			text = string(data)
		}
		if err := kb.Match(cmd.OutOrStdout(), strings.NewReader(""), base, text, o); err != nil {
			return err
		}
		return writeMuted(cmd.OutOrStdout(), c, base.Match(text), time.Now())
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

// writeMuted writes that the configuration mutes the error that was found, now or later.
// What administrators mute by chat is in the database, and shown by "config check".
func writeMuted(w io.Writer, c *config.Config, r kb.Result, now time.Time) error {
	form := func(at int64) string { return time.Unix(at, 0).UTC().Format("2006-01-02 15:04 MST") }
	for _, m := range maintenance(c) {
		if now.Unix() >= m.To || !m.Concerns(r) {
			continue
		}
		where := "all channels"
		if len(m.Channels) > 0 {
			where = "the channels " + strings.Join(m.Channels, " ")
		}
		return say(w, "muted in %s from %s to %s: maintenance is planned (bot.maintenance), so there is no answer unless the bot is addressed\n", where, form(m.From), form(m.To))
	}
	return nil
}
