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

// loadTexts reads the languages, by tag.
func loadTexts() (chat.Texts, error) {
	texts, err := chat.LoadTexts(localeFiles)
	if err != nil {
		return nil, fmt.Errorf("slack: %w", err)
	}
	return texts, nil
}

// language is the language in which somebody is addressed outside of a thread.
func (s *Slack) language(ctx context.Context, team, user string) string {
	lang, err := s.o.Library.Language(ctx, bot.UserKey{Adapter: adapterName, Workspace: team, ID: user}, s.profiles.known(user).locale)
	if err != nil {
		s.log.Warn("slack: somebody's language cannot be read", "error", err)
	}
	return lang
}

func (s *Slack) words(ctx context.Context, team, user string) chat.Words {
	return s.texts.In(s.language(ctx, team, user))
}
