package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"mabsbot/bot"
)

//go:embed locale data
var dataFiles embed.FS

// english is the fallback language.
const english = "en"

// A setup is the initial workspace: its users and channels, the examples to
// try, and the texts of the pages.
type setup struct {
	users    []bot.User
	channels []string
	examples []example
	texts    map[string]map[string]string // by language and key
}

// An example is a message to try with one click.
type example struct {
	Title  map[string]string // by language
	Expect string            // what the bot does: answer, ask, private or silent
	Text   string
}

// loadSetup reads the embedded files. The error reports all mistakes.
func loadSetup() (*setup, error) {
	var workspace struct {
		Users    []bot.User
		Channels []string
	}
	s := &setup{texts: map[string]map[string]string{}}
	err := errors.Join(
		readYAML("data/workspace.yaml", &workspace),
		readYAML("data/examples.yaml", &s.examples),
		s.readTexts(),
	)
	s.users, s.channels = workspace.Users, workspace.Channels
	return s, err
}

func (s *setup) readTexts() error {
	names, err := fs.Glob(dataFiles, "locale/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		var texts map[string]string
		if err := readYAML(name, &texts); err != nil {
			return err
		}
		s.texts[strings.TrimSuffix(path.Base(name), ".yaml")] = texts
	}
	return nil
}

func readYAML(name string, to any) error {
	data, err := dataFiles.ReadFile(name)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("console: %s: %w", name, err)
	}
	return nil
}

// known reports whether the channel or direct conversation exists.
func (s *setup) known(channel string) bool {
	if user, direct := directUser(channel); direct {
		return s.user(user).ID == user
	}
	return slices.Contains(s.channels, channel)
}

// user returns the user with the ID, or the first one.
func (s *setup) user(id string) bot.User {
	if i := slices.IndexFunc(s.users, func(u bot.User) bool { return u.ID == id }); i >= 0 {
		return s.users[i]
	}
	return s.users[0]
}

// langs returns the languages of the pages, sorted.
func (s *setup) langs() []string { return slices.Sorted(maps.Keys(s.texts)) }

// lang returns the language of the pages for a locale such as "ko-KR".
func (s *setup) lang(locale string) string {
	lang, _, _ := strings.Cut(locale, "-")
	if s.texts[lang] == nil {
		return english
	}
	return lang
}

// text returns the text of a key, formatted with args as by fmt.Sprintf.
func (s *setup) text(lang, key string, args ...any) (string, error) {
	text, ok := s.texts[lang][key]
	if !ok {
		return "", fmt.Errorf("console: locale/%s.yaml: text %q is missing", lang, key)
	}
	if len(args) == 0 {
		return text, nil
	}
	return fmt.Sprintf(text, args...), nil
}
