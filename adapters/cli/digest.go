package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"mabsbot/adapters/scripted"
	"mabsbot/bot"
	"mabsbot/config"
	"mabsbot/kb"
)

func digestCommand() *cobra.Command {
	var asJSON bool
	adapters := []string{"slack", "discord", "console"}
	c := command("digest [ADAPTER]", "Print the weekly digest as of now, without posting it", cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs), func(cmd *cobra.Command, args []string, c *config.Config) (err error) {
		if len(args) == 0 {
			args = slices.Sorted(maps.Keys(c.Bot.Digest.ByPlatform()))
		}
		if len(args) == 0 {
			return errors.New(`no digest is posted, because bot.digest.channels is empty; "mabsbot digest slack" prints that of Slack`)
		}
		base, err := kb.Load(kb.Layers(c.KB.Dir, c.KB.Overlay)...)
		if err != nil {
			return err
		}
		db, err := openExisting(cmd.Context(), c.Store)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		b, err := newBot(c, func() *kb.Base { return base }, db, db, logger(cmd, c))
		if err != nil {
			return err
		}
		return printDigests(cmd, b, policy(c).Digest, args, asJSON)
	})
	c.ValidArgs = adapters
	c.Long = `Print what the weekly digest would say now, about the seven days before today, in the
language of its channel: that of an adapter (slack, discord or console), or those of
bot.digest.channels. It posts nothing, and the bot may run meanwhile.`
	c.Example = `  mabsbot digest
  mabsbot digest slack --json`
	c.Flags().BoolVar(&asJSON, "json", false, "write the figures as JSON")
	return c
}

// printDigests writes the digests of some adapters.
func printDigests(cmd *cobra.Command, b *bot.Bot, p bot.DigestPolicy, adapters []string, asJSON bool) error {
	now, out := time.Now(), cmd.OutOrStdout()
	all := []bot.Digest{}
	for _, adapter := range adapters {
		d, post, err := b.Digest(cmd.Context(), adapter, now.In(p.Zone))
		if err != nil {
			return err
		}
		all = append(all, d)
		if asJSON {
			continue
		}
		when := "It is not posted: bot.digest.channels has no channel of " + adapter + "."
		if d.Channel != "" {
			when = fmt.Sprintf("The next one is posted in %s:%s on %s.", adapter, d.Channel, p.Next(now).Format("Monday, 2006-01-02 15:04 MST"))
		}
		if err := say(out, "%s\n\n%s\n\n", printable(scripted.PlainText(post.Reply)), when); err != nil {
			return err
		}
	}
	if !asJSON {
		return nil
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"next": p.Next(now), "digests": all})
}
