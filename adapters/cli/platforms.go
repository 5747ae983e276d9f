package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"mabsbot/adapters/discord"
	"mabsbot/adapters/slack"
	"mabsbot/config"
)

func slackCommand() *cobra.Command {
	manifest := command("manifest", "Print the manifest of the Slack app", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		return slack.WriteManifest(cmd.OutOrStdout(), c.Slack.Mode)
	})
	manifest.Long = `Print the manifest of the Slack app for the configured mode (slack.mode). Paste it
on https://api.slack.com/apps, "Create New App", "From a manifest".`
	return group("slack", "Print what Slack needs to know about the bot", manifest)
}

func discordCommand() *cobra.Command {
	register := command("register", "Register the bot's commands, and print the URL that invites it", cobra.NoArgs, func(cmd *cobra.Command, _ []string, c *config.Config) error {
		if !c.Discord.Enabled() {
			return errors.New("discord.token is missing; it is on the application's page \"Bot\"")
		}
		return discord.Register(cmd.Context(), discord.Options{
			Token: c.Discord.Token.Reveal, ApplicationID: c.Discord.ApplicationID, APIURL: c.Discord.APIURL, Log: logger(cmd, c),
		}, cmd.OutOrStdout())
	})
	register.Long = `Register the commands that differ from those registered with Discord, and print
the URL with which an administrator invites the bot to a server.`
	return group("discord", "Register the bot with Discord", register)
}
