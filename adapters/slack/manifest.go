package slack

import (
	"io"

	"go.yaml.in/yaml/v3"

	"mabsbot/adapters/chat"
)

// The manifest, from which an administrator creates the Slack app.
// https://docs.slack.dev/reference/app-manifest/

type manifest struct {
	Metadata struct {
		Major int `yaml:"major_version"`
		Minor int `yaml:"minor_version"`
	} `yaml:"_metadata"`
	Display struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
		Long        string `yaml:"long_description"`
		Color       string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name   string `yaml:"display_name"`
			Online bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Agent     agentView       `yaml:"agent_view"`
		Shortcuts []shortcut      `yaml:"shortcuts"`
		Commands  []manifestSlash `yaml:"slash_commands"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Socket   bool `yaml:"socket_mode_enabled"`
		Org      bool `yaml:"org_deploy_enabled"`
		Rotation bool `yaml:"token_rotation_enabled"`
		Interact struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url,omitempty"`
			Options string `yaml:"message_menu_options_url,omitempty"`
		} `yaml:"interactivity"`
		Events struct {
			URL string   `yaml:"request_url,omitempty"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
	} `yaml:"settings"`
}

type agentView struct {
	Description string           `yaml:"agent_description"`
	Prompts     []manifestPrompt `yaml:"suggested_prompts"`
}

type manifestPrompt struct {
	Title   string `yaml:"title"`
	Message string `yaml:"message"`
}

type shortcut struct {
	Name        string `yaml:"name"`
	Type        string `yaml:"type"`
	Callback    string `yaml:"callback_id"`
	Description string `yaml:"description"`
}

type manifestSlash struct {
	Command     string `yaml:"command"`
	Description string `yaml:"description"`
	Hint        string `yaml:"usage_hint"`
	Escape      bool   `yaml:"should_escape"`
	URL         string `yaml:"url,omitempty"`
}

// exampleHost is the placeholder in the manifest of the HTTP mode.
const exampleHost = "https://mabsbot.example.com"

// WriteManifest writes the manifest for a mode as YAML, with a comment where the
// administrator has to fill something in.
func WriteManifest(w io.Writer, mode string) error {
	texts, err := loadTexts()
	if err != nil {
		return err
	}
	address := ""
	if mode == HTTP {
		address = exampleHost + EventsPath
		if _, err := io.WriteString(w, "# Put your own host in the place of "+exampleHost+".\n"); err != nil {
			return err
		}
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(newManifest(texts[chat.English], address)); err != nil {
		return err
	}
	return e.Close()
}

// newManifest returns the manifest, for Socket Mode if there is no address.
func newManifest(text chat.Words, address string) manifest {
	var m manifest
	m.Metadata.Major, m.Metadata.Minor = 1, 1
	m.Display.Name = "mabsbot"
	m.Display.Description = "Recognizes Azure Backup Server errors and walks you through the remedy"
	m.Display.Long = "mabsbot recognizes errors of Microsoft Azure Backup Server (MABS), DPM and the MARS agent in what people paste into a support channel, and walks them through the remedy in a thread, one step at a time, in Korean or English. It needs no language model; it answers when it is sure, asks when it is nearly sure, and is silent otherwise."
	m.Display.Color = "#0F3D5C"
	m.Features.Home.Home, m.Features.Home.Messages = true, true
	m.Features.Bot.Name, m.Features.Bot.Online = "mabsbot", true
	m.Features.Agent.Description = "Recognizes errors of Azure Backup Server, DPM and the MARS agent, and walks you through the remedy, one step at a time."
	for _, key := range []string{"prompt_code", "prompt_paste", "prompt_list"} {
		m.Features.Agent.Prompts = append(m.Features.Agent.Prompts, manifestPrompt{text[key], text[key+"_message"]})
	}
	m.Features.Shortcuts = []shortcut{
		{"Look up with mabsbot", "message", lookupShortcut, "Recognize the error in this message"},
		{"This solved it", "message", recordShortcut, "Keep this message as what solved the error of its thread"},
		{"Look up an error", "global", searchShortcut, "Find an Azure Backup error by code, name or words"},
	}
	m.Features.Commands = []manifestSlash{{"/mabs", "Look up an Azure Backup error", "[code, name or words | list | why | open | solved 17 … | lang ko | help]", true, address}}
	m.OAuth.Scopes.Bot = scopeNames()
	m.Settings.Socket = address == ""
	m.Settings.Interact.Enabled = true
	m.Settings.Interact.URL, m.Settings.Interact.Options = address, address
	m.Settings.Events.URL = address
	m.Settings.Events.Bot = events()
	return m
}

// events returns the event subscriptions of the app.
func events() []string {
	all := []string{"app_home_opened"}
	for _, n := range scopes() {
		if n.event != "" {
			all = append(all, n.event)
		}
	}
	return append(all, "app_uninstalled", "tokens_revoked")
}
