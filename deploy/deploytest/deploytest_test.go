// Package deploytest checks the files in deploy with the parsers of the programs that
// read them, or by decoding them strictly into their types, and checks what they say
// about each other.
package deploytest

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mabsbot/config"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tool returns the path of a program, or skips the test if it is missing, or fails
// in CI.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("TEST_NO_SKIP") != "":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return ""
}

// load loads a configuration of the program as a manifest gives it: the text of a
// file, and variables. Secrets that it would read from mounted files have a value of
// the right form.
func load(t *testing.T, file string, variables map[string]string) *config.Config {
	t.Helper()
	folder := t.TempDir()
	values := map[string]string{
		"store_url": "postgres://mabsbot:secret@postgres/mabsbot", "store_key": strings.Repeat("0", 64), "console_password": "secret",
	}
	for name, value := range values {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mounted := regexp.MustCompile(`/run/secrets/(?:mabsbot/)?(\w+)`)
	here := func(text string) string {
		return mounted.ReplaceAllStringFunc(text, func(path string) string {
			name := filepath.Base(path)
			if values[name] == "" {
				t.Errorf("%s is not mounted", path)
			}
			return filepath.Join(folder, name)
		})
	}
	environ := []string{}
	for name, value := range variables {
		environ = append(environ, name+"="+here(value))
	}
	if file != "" {
		path := filepath.Join(folder, "mabsbot.yaml")
		if err := os.WriteFile(path, []byte(here(file)), 0o600); err != nil {
			t.Fatal(err)
		}
		environ = append(environ, "MABSBOT_CONFIG="+path)
	}
	c, err := config.Load(nil, environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// metrics returns the metrics that a text names.
func metrics(text string) []string {
	found := map[string]bool{}
	for _, name := range regexp.MustCompile(`\bmabsbot_[a-z_]+\b`).FindAllString(text, -1) {
		for _, suffix := range []string{"_bucket", "_sum", "_count"} { // of a histogram
			name = strings.TrimSuffix(name, suffix)
		}
		found[name] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// checkMetrics checks that README.md describes the metrics that a file names.
func checkMetrics(t *testing.T, path string) {
	t.Helper()
	described := metrics(read(t, "README.md"))
	named := metrics(read(t, path))
	if len(named) == 0 {
		t.Errorf("%s names no metric", path)
	}
	for _, name := range named {
		if !slices.Contains(described, name) {
			t.Errorf("%s uses %s, which README.md does not describe", path, name)
		}
	}
}
