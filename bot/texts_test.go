package bot

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTextsAreUsed checks that every text of a locale is used, and that every
// text in use exists because Text would panic.
func TestTextsAreUsed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f, "_test.go") {
			source.Write(data)
		}
	}
	en := builtinRules(t).Locales["en"]
	for key := range en.Texts {
		if !strings.Contains(source.String(), `"`+key+`"`) {
			t.Errorf("text %q is not used", key)
		}
	}
	for _, use := range regexp.MustCompile(`\.(?:text|paragraph)\("(\w+)"`).FindAllStringSubmatch(source.String(), -1) {
		if en.Texts[use[1]] == "" {
			t.Errorf("text %q does not exist", use[1])
		}
	}
}
