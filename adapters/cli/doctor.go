package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord"
	"mabsbot/adapters/slack"
	"mabsbot/bot/redact"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

// doctorTime bounds all checks together. Each request has its own timeout.
const doctorTime = 2 * time.Minute

func doctorCommand() *cobra.Command {
	var asJSON bool
	c := bareCommand("doctor", "Check the installation, and say what to do", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		ctx, cancel := context.WithTimeout(cmd.Context(), doctorTime)
		defer cancel()
		found := examine(ctx, cmd)
		out := redact.Writer(cmd.OutOrStdout())
		write := writeFindings
		if asJSON {
			write = writeFindingsJSON
		}
		return errors.Join(write(out, found), failed(found))
	})
	c.Long = `Check the configuration, the knowledge base, the database and its key, and, for each
platform with a token, the network, the clock, the token, and what it allows; say
what was found, and what to do. Nothing is changed, and the bot may run meanwhile.

The exit status is 1 if a check fails: the bot does not start, or does not serve a
platform. A warning is something that the bot runs without.`
	c.Example = `  mabsbot doctor
  mabsbot doctor --json`
	c.Flags().BoolVar(&asJSON, "json", false, "write the findings as JSON")
	return c
}

// examine makes all checks that the configuration allows.
func examine(ctx context.Context, cmd *cobra.Command) []chat.Finding {
	c, err := config.Load(cmd.Flags(), os.Environ())
	found := examineConfig(c, err)
	if err != nil {
		return found
	}
	found = append(found, examineEntries(c.KB), examineStore(ctx, c.Store))
	if c.Slack.Enabled() {
		found = append(found, slack.Diagnose(ctx, slack.Options{
			Mode: c.Slack.Mode, BotToken: c.Slack.BotToken.Reveal, AppToken: c.Slack.AppToken.Reveal, APIURL: c.Slack.APIURL, EscalationChannel: func() string { return c.Slack.EscalationChannel },
		})...)
	}
	if c.Discord.Enabled() {
		found = append(found, discord.Diagnose(ctx, discord.Options{
			Token: c.Discord.Token.Reveal, ApplicationID: c.Discord.ApplicationID, APIURL: c.Discord.APIURL, Register: c.Discord.Register, EscalationChannel: func() string { return c.Discord.EscalationChannel },
		})...)
	}
	if !c.Slack.Enabled() && !c.Discord.Enabled() {
		found = append(found, chat.Finding{Check: "platforms", Status: chat.FindingWarning, Found: "no platform is configured: the bot serves the web console alone", Do: "set slack.bot_token or discord.token; adapters/slack/README.md and adapters/discord/README.md list the steps"})
	}
	return found
}

func examineConfig(c *config.Config, err error) []chat.Finding {
	const check = "config"
	if mistakes, ok := errors.AsType[config.Mistakes](err); ok {
		var found []chat.Finding
		for _, m := range mistakes {
			found = append(found, chat.Finding{Check: check, Status: chat.FindingFailed, Found: m.String(), Do: "correct it; mabsbot config example explains every key"})
		}
		return found
	}
	if err != nil {
		return []chat.Finding{{Check: check, Status: chat.FindingFailed, Found: err.Error()}}
	}
	from := "the file " + c.Description().File
	if c.Description().File == "" {
		from = "no file, only variables, flags and defaults"
	}
	found := []chat.Finding{chat.OK(check, "%s; mabsbot config check prints the values", from)}
	for _, w := range c.Warnings {
		if w.Place != "slack.escalation_channel" && w.Place != "discord.escalation_channel" { // checked with the platform
			found = append(found, chat.Finding{Check: check, Status: chat.FindingWarning, Found: w.String()})
		}
	}
	return found
}

func examineEntries(c config.KB) chat.Finding {
	const check = "knowledge-base"
	base, err := kb.Load(kb.Layers(c.Dir, c.Overlay)...)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return chat.Finding{Check: check, Status: chat.FindingFailed, Found: first, Do: "run mabsbot kb lint, which lists all mistakes"}
	}
	return chat.OK(check, "%d entries", len(base.Entries()))
}

// examineStore looks at the database without making or changing it.
func examineStore(ctx context.Context, c config.Store) chat.Finding {
	const check = "database"
	condition, err := inspectStore(ctx, c)
	f := chat.Finding{Check: check, Status: chat.FindingFailed}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return examineNewStore(check, c)
	case errors.Is(err, errKeyMissing):
		f.Found, f.Do = fmt.Sprintf("its key file %s is missing", keyFile(c)), "put the key file back, or set store.key to the key of this database; deploy/README.md says how to restore it"
	case errors.Is(err, store.ErrKey):
		f.Found, f.Do = "it was encrypted with another key", "set store.key to the key of this database, or put its key file back; deploy/README.md says how to restore it"
	case err != nil:
		f.Found, f.Do = err.Error(), "check that the database runs, that store.path or store.url is right, and that this user may read it"
	case condition.Newer:
		f.Found, f.Do = fmt.Sprintf("a newer version of mabsbot has changed it (schema version %d)", condition.Version), "run that version, or restore a backup"
	case condition.Pending > 0:
		f.Status, f.Found, f.Do = chat.FindingWarning, fmt.Sprintf("schema version %d: the next start makes %d changes", condition.Version, condition.Pending), "make a backup first: mabsbot backup FILE, with the version that runs now"
	default:
		return chat.OK(check, "it opens with its key, schema version %d", condition.Version)
	}
	return f
}

var errKeyMissing = errors.New("the key file is missing")

func inspectStore(ctx context.Context, c config.Store) (store.Condition, error) {
	key, err := c.Key.Bytes()
	switch {
	case err != nil:
		return store.Condition{}, err
	case c.URL.IsSet():
		return store.InspectPostgres(ctx, c.URL.Reveal(), key)
	}
	if _, err := os.Stat(c.Path); err == nil && key == nil {
		if key, err = store.ReadKeyFile(keyFile(c)); errors.Is(err, fs.ErrNotExist) {
			return store.Condition{}, errKeyMissing
		} else if err != nil {
			return store.Condition{}, err
		}
	}
	return store.Inspect(ctx, c.Path, key)
}

// examineNewStore checks that the first start can create the database.
func examineNewStore(check string, c config.Store) chat.Finding {
	if c.URL.IsSet() {
		return chat.OK(check, "it answers, and has no tables yet: the first start creates them")
	}
	probe, err := os.CreateTemp(filepath.Dir(c.Path), ".mabsbot-doctor-*")
	if err != nil {
		return chat.Finding{Check: check, Status: chat.FindingFailed, Found: fmt.Sprintf("%s does not exist, and cannot be created: %v", c.Path, err), Do: "set store.path to a file in a folder that can be written"}
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return chat.Finding{Check: check, Status: chat.FindingWarning, Found: err.Error()}
	}
	return chat.OK(check, "%s does not exist yet: the first start creates it with a key", c.Path)
}

// failed returns an error if a check fails.
func failed(found []chat.Finding) error {
	n := 0
	for _, f := range found {
		if f.Status == chat.FindingFailed {
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return errors.New("doctor: a check fails")
	}
	return fmt.Errorf("doctor: %d checks fail", n)
}

func writeFindings(w io.Writer, found []chat.Finding) error {
	var text strings.Builder
	for _, f := range found {
		fmt.Fprintf(&text, "%-8s %-26s %s\n", f.Status, f.Check, f.Found)
		if f.Do != "" {
			fmt.Fprintf(&text, "%-35s → %s\n", "", f.Do)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func writeFindingsJSON(w io.Writer, found []chat.Finding) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(found)
}
