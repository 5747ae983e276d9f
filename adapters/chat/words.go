package chat

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Words are an adapter's own texts in one language, by key. They supplement those
// of the core.
type Words map[string]string

// Texts are Words by language tag.
type Texts map[string]Words

// English is the fallback language; its file has every key.
const English = "en"

// LoadTexts reads the files locale/TAG.yaml.
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

// In returns the words of a language, or the English ones if there are none.
func (t Texts) In(lang string) Words {
	if w, ok := t[lang]; ok {
		return w
	}
	return t[English]
}
