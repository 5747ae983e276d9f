package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

func configCommand() *cobra.Command {
	example := bareCommand("example", "Print a commented configuration with every key", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		_, err := io.WriteString(cmd.OutOrStdout(), config.Example())
		return err
	})
	var asJSON bool
	check := command("check", "Check the configuration, what it names, and print the effective values", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if err := checkNamed(c); err != nil {
			return err
		}
		c.Warnings = append(c.Warnings, c.UnusualTokens()...)
		set, none := chatSettings(cmd.Context(), c)
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
				config.Description
				SetByChat []chatSetting `json:"set_by_chat"`
				Note      string        `json:"note,omitempty"`
			}{c.Description(), set, none})
		}
		return errors.Join(c.Describe(cmd.OutOrStdout()), writeChatSettings(cmd.OutOrStdout(), set, none))
	})
	check.Long = `Check the configuration and load what it names: the entries, the languages, the files
with secrets, the key of the database. Print the values that are in effect, without
secrets, and warn of tokens whose form is not that of their platform.

Below is what administrators set by chat or in the console, by whom and when, which
counts instead of what the file says. It is read from the database, which is not
changed; the bot may run meanwhile. It connects to nothing else.`
	check.Flags().BoolVar(&asJSON, "json", false, "write the values as JSON")
	return group("config", "Check the configuration, or print an example", check, example)
}

// checkNamed loads what a configuration names, and reports all mistakes at once.
func checkNamed(c *config.Config) error {
	base, err := kb.Load(kb.Layers(c.KB.Dir, c.KB.Overlay)...)
	if err == nil {
		err = checkMuted(c, base)
	}
	return errors.Join(err, checkLanguages(c), checkStore(c.Store))
}

// checkMuted returns an error for each error under bot.maintenance that no entry is about.
func checkMuted(c *config.Config, base *kb.Base) (err error) {
	for i, m := range c.Bot.Maintenance {
		for _, name := range m.Errors {
			if !slices.ContainsFunc(base.Entries(), (bot.Mute{Error: name}).Names) {
				err = errors.Join(err, fmt.Errorf("bot.maintenance.%d.errors: no entry has the ID or code %q", i, name))
			}
		}
	}
	return err
}

// checkLanguages returns an error for a language that the bot does not speak.
func checkLanguages(c *config.Config) error {
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		return err
	}
	known := locales.Tags()
	check := func(key, lang string) error {
		if lang == "" || slices.Contains(known, lang) {
			return nil
		}
		return fmt.Errorf("%s is %q; want one of %s", key, lang, strings.Join(known, ", "))
	}
	err = check("language", c.Language)
	for _, ch := range c.Bot.Channels {
		err = errors.Join(err, check("bot.channels: the language of "+ch.ID, ch.Language))
	}
	return err
}

// checkStore returns an error if the database cannot be opened, as far as its files
// show.
func checkStore(c config.Store) error {
	if c.URL.IsSet() {
		return nil
	}
	folder := filepath.Dir(c.Path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("store.path is %q; there is no folder %s: set it to a file in a folder that can be written", c.Path, folder)
	}
	if _, err := os.Stat(c.Path); err != nil || c.Key.IsSet() {
		return nil // a new database gets a new key
	}
	_, err := store.ReadKeyFile(keyFile(c))
	return err
}
