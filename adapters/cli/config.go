package cli

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"mabsbot/config"
	"mabsbot/kb"
)

func configCommand() *cobra.Command {
	example := &cobra.Command{Use: "example", Short: "Print a commented configuration with every key", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		_, err := io.WriteString(cmd.OutOrStdout(), config.Example())
		return err
	}}
	var asJSON bool
	check := command("check", "Check the configuration, what it names, and print the effective values", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if _, err := kb.Load(kb.Layers(c.KB.Dir, c.KB.Overlay)...); err != nil {
			return err
		}
		if _, err := c.Store.Key.Bytes(); err != nil {
			return err
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(c.Description())
		}
		return c.Describe(cmd.OutOrStdout())
	})
	check.Flags().BoolVar(&asJSON, "json", false, "write the values as JSON")
	return group("config", "Check the configuration, or print an example", check, example)
}
