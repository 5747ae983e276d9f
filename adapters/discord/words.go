package discord

import (
	"context"
	"embed"
	"fmt"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

//go:embed locale/*.yaml
var localeFiles embed.FS

// loadTexts loads the texts of all languages.
func loadTexts() (chat.Texts, error) {
	texts, err := chat.LoadTexts(localeFiles)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	return texts, nil
}

// language returns the language for a user outside of a conversation.
func (d *Discord) language(ctx context.Context, user, locale string) string {
	lang, err := d.o.Library.Language(ctx, bot.UserKey{Adapter: adapterName, Workspace: d.me().app, ID: user}, locale)
	if err != nil {
		d.log.Warn("discord: user's language not read", "error", err)
	}
	return lang
}
