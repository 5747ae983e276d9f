package discord

import (
	"context"
	"embed"
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"mabsbot/bot"
)

//go:embed locale/*.yaml
var localeFiles embed.FS

// Words are what the adapter says besides the core: texts of one language by
// their keys.
type words map[string]string

// english is the language where nothing else tells, and the one with all keys.
const english = "en"

// loadWords reads the languages, by tag.
func loadWords() (map[string]words, error) {
	files, err := localeFiles.ReadDir("locale")
	if err != nil {
		return nil, err
	}
	all := map[string]words{}
	for _, f := range files {
		data, err := localeFiles.ReadFile(path.Join("locale", f.Name()))
		if err != nil {
			return nil, err
		}
		w := words{}
		if err := yaml.Unmarshal(data, &w); err != nil {
			return nil, fmt.Errorf("discord: locale/%s: %w", f.Name(), err)
		}
		all[strings.TrimSuffix(f.Name(), ".yaml")] = w
	}
	return all, nil
}

// in are the words of a language, else the English ones.
func (d *Discord) in(lang string) words {
	if w, ok := d.texts[lang]; ok {
		return w
	}
	return d.texts[english]
}

// lang is the language in which somebody is addressed outside of a thread.
func (d *Discord) lang(ctx context.Context, user, locale string) string {
	lang, err := d.o.Library.Language(ctx, bot.UserKey{Adapter: adapterName, Workspace: d.me().app, ID: user}, locale)
	if err != nil {
		d.log.Warn("discord: somebody's language cannot be read", "error", err)
	}
	return lang
}
