package slack

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
		return nil, fmt.Errorf("slack: %w", err)
	}
	return texts, nil
}

// language returns the language in which to address a user outside of a thread.
func (s *Slack) language(ctx context.Context, team, user string) string {
	lang, err := s.o.Library.Language(ctx, bot.UserKey{Adapter: adapterName, Workspace: team, ID: user}, s.profiles.known(user).locale)
	if err != nil {
		s.log.Warn("slack: user's language not read", "error", err)
	}
	return lang
}

func (s *Slack) words(ctx context.Context, team, user string) chat.Words {
	return s.texts.In(s.language(ctx, team, user))
}
