package chat

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Words are what an adapter says besides the core: texts of one language by
// their keys.
type Words map[string]string

// Texts are the words of each language, by tag.
type Texts map[string]Words

// English is the tag of the language where nothing else tells, and the one with all keys.
const English = "en"

// LoadTexts reads locale/*.yaml.
func LoadTexts(files fs.FS) (Texts, error) {
	names, err := fs.Glob(files, "locale/*.yaml")
	if err != nil {
		return nil, err
	}
	all := Texts{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		w := Words{}
		if err := yaml.Unmarshal(data, &w); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[strings.TrimSuffix(path.Base(name), ".yaml")] = w
	}
	return all, nil
}

// In are the words of a language, else the English ones.
func (t Texts) In(lang string) Words {
	if w, ok := t[lang]; ok {
		return w
	}
	return t[English]
}
