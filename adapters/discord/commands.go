package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
)

// Registration of the application's commands. Only changed ones are registered,
// because Discord accepts 200 creations per day and guild.
// https://docs.discord.com/developers/interactions/application-commands

// A command is an application command.
type command struct {
	ID           string            `json:"id,omitempty"`
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description,omitempty"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Options      []commandOption   `json:"options,omitempty"`
	Contexts     []int             `json:"contexts"`
	Installs     []int             `json:"integration_types"`
}

type commandOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Required     bool              `json:"required,omitempty"`
	Autocomplete bool              `json:"autocomplete"`
}

// stringOption is the option type STRING.
const stringOption = 3

// commands returns the application's commands. They are available in guilds and
// in the DM with the bot, and installed to guilds.
func commands(texts chat.Texts) []command {
	contexts, installs := []int{0, 1}, []int{0}
	english := texts.In(chat.English)
	return []command{
		{
			Type: discordapi.CommandChatInput, Name: commandName, Description: english["command_mabs"], Descriptions: localizations(texts, "command_mabs"),
			Options: []commandOption{{
				Type: stringOption, Name: queryOption, Description: english["command_query"], Descriptions: localizations(texts, "command_query"), Autocomplete: true,
			}},
			Contexts: contexts, Installs: installs,
		},
		{Type: discordapi.CommandMessage, Name: english["command_lookup"], Names: localizations(texts, "command_lookup"), Contexts: contexts, Installs: installs},
		{Type: discordapi.CommandMessage, Name: recordCommand, Names: localizations(texts, "command_record"), Contexts: contexts, Installs: installs},
	}
}

// localizations returns the texts of all languages but English that are locales
// of Discord.
func localizations(texts chat.Texts, key string) map[string]string {
	all := map[string]string{}
	for tag, w := range texts {
		if _, known := discordgo.Locales[discordgo.Locale(tag)]; known && tag != chat.English {
			all[tag] = w[key]
		}
	}
	return all
}

// registerCommands creates or updates the commands that differ from the
// registered ones, and calls changed for each. It ignores commands with other
// names.
func registerCommands(ctx context.Context, client *discordapi.Client, app string, texts chat.Texts, changed func(name string)) error {
	all, err := changedCommands(ctx, client, app, texts)
	if err != nil {
		return err
	}
	for _, c := range all {
		r := discordapi.Request{Method: "POST", Path: "/applications/%s/commands", Args: []string{app}, Body: c.command}
		if c.registered != "" {
			r.Method, r.Path, r.Args = "PATCH", "/applications/%s/commands/%s", []string{app, c.registered}
		}
		if err := client.Do(ctx, r); err != nil {
			return fmt.Errorf("discord: register command %q: %w", c.Name, err)
		}
		changed(c.Name)
	}
	return nil
}

// A changedCommand differs from what is registered.
type changedCommand struct {
	command
	registered string // the ID of the one that it replaces, or ""
}

// changedCommands returns the commands that differ from the registered ones.
func changedCommands(ctx context.Context, client *discordapi.Client, app string, texts chat.Texts) ([]changedCommand, error) {
	var there []command
	data := json.RawMessage{}
	err := client.Do(ctx, discordapi.Request{Method: "GET", Path: "/applications/%s/commands", Args: []string{app}, Query: "with_localizations=true", Into: &data})
	if err == nil {
		err = json.Unmarshal(data, &there)
	}
	if err != nil {
		return nil, fmt.Errorf("discord: list commands: %w", err)
	}
	var changed []changedCommand
	for _, c := range commands(texts) {
		i := slices.IndexFunc(there, func(t command) bool { return t.Name == c.Name && max(t.Type, discordapi.CommandChatInput) == c.Type })
		if i < 0 {
			changed = append(changed, changedCommand{c, ""})
		} else if !c.equal(there[i]) {
			changed = append(changed, changedCommand{c, there[i].ID})
		}
	}
	return changed, nil
}

// equal reports whether a command is registered unchanged.
func (c command) equal(there command) bool {
	there.ID = c.ID
	slices.Sort(there.Contexts)
	if !maps.Equal(c.Names, there.Names) || !maps.Equal(c.Descriptions, there.Descriptions) || len(c.Options) != len(there.Options) {
		return false
	}
	for i, o := range c.Options {
		if !maps.Equal(o.Descriptions, there.Options[i].Descriptions) {
			return false
		}
		there.Options[i].Descriptions = o.Descriptions
	}
	there.Names, there.Descriptions = c.Names, c.Descriptions
	if len(c.Options) == 0 {
		there.Options = c.Options
	}
	return reflect.DeepEqual(c, there)
}

// Register registers the application's commands, and writes what changed and
// the URL for inviting the bot to a guild. Of the options it uses Token,
// ApplicationID, APIURL and Log.
func Register(ctx context.Context, o Options, w io.Writer) error {
	texts, err := loadTexts()
	if err != nil {
		return err
	}
	return register(ctx, o, texts, w)
}

func register(ctx context.Context, o Options, texts chat.Texts, w io.Writer) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	client, err := discordapi.New(discordapi.Options{Token: o.Token, APIURL: o.APIURL, Timeout: apiTime, Log: o.Log})
	if err != nil {
		return err
	}
	me, _, err := fetchIdentity(ctx, client, o)
	switch {
	case discordapi.HasStatus(err, http.StatusUnauthorized):
		return errToken
	case err != nil:
		return fmt.Errorf("discord: fetch identity: %w", err)
	}
	n := 0
	err = registerCommands(ctx, client, me.app, texts, func(name string) {
		n++
		fmt.Fprintf(w, "registered %q\n", name)
	})
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(w, "all commands are already registered")
	}
	_, err = fmt.Fprintf(w, "invite the bot to a server with\n%s\n", invitation(me.app))
	return err
}

// invitation returns the URL for inviting the bot with the required
// permissions.
func invitation(app string) string {
	var sum uint64
	for _, n := range requiredPermissions() {
		sum |= n.bit
	}
	q := url.Values{"client_id": {app}, "scope": {"bot applications.commands"}, "permissions": {strconv.FormatUint(sum, 10)}}
	return "https://discord.com/oauth2/authorize?" + q.Encode()
}
