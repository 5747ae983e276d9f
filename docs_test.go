package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"mabsbot/config"
	"mabsbot/kb"
)

// TestDoc sees to it that the story in bot/doc.go names all files of the core,
// and none that does not exist.
func TestDoc(t *testing.T) {
	story, err := os.ReadFile("bot/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{"doc.go": true}
	for word := range strings.FieldsFuncSeq(string(story), func(r rune) bool { return strings.ContainsRune(" \n\t,;()[]", r) }) {
		word = strings.TrimRight(word, ".:")
		switch {
		case word == "events.go" || word == "render.go":
			for _, a := range []string{"console", "discord", "slack", "terminal"} {
				exists(t, "adapters/"+a+"/"+word)
			}
		case strings.HasSuffix(word, ".go") && !strings.Contains(word, "/"):
			exists(t, "bot/"+word)
			named[word] = true
		case strings.HasPrefix(word, "adapters/"), strings.HasPrefix(word, "kb/"), strings.HasPrefix(word, "bot/"):
			exists(t, word)
		}
	}
	files, err := filepath.Glob("bot/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := filepath.Base(f); !named[name] && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("the story in bot/doc.go does not name %s", name)
		}
	}
}

// TestFolders sees to it that the packages that tell of their files name all of
// them, and none that is not there.
func TestFolders(t *testing.T) {
	for _, main := range []string{
		"adapters/chat/chat.go", "adapters/chat/chatfake/chatfake.go", "adapters/chat/chattest/chattest.go", "adapters/slack/slack.go", "adapters/discord/discord.go",
		"adapters/slack/slackfake/slackfake.go", "adapters/discord/discordfake/discordfake.go",
	} {
		f, err := parser.ParseFile(token.NewFileSet(), main, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(filepath.Dir(main), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = slices.DeleteFunc(files, func(f string) bool { return f == main || strings.HasSuffix(f, "_test.go") })
		there, named := map[string]bool{}, map[string]bool{}
		for _, file := range files {
			there[filepath.Base(file)] = true
		}
		for _, name := range regexp.MustCompile(`\w+\.go\b`).FindAllString(f.Doc.Text(), -1) {
			named[name] = true
		}
		delete(named, filepath.Base(main))
		if !maps.Equal(there, named) {
			t.Errorf("%s names the files %v, there are %v", main, slices.Sorted(maps.Keys(named)), slices.Sorted(maps.Keys(there)))
		}
	}
}

func exists(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("bot/doc.go: %v", err)
	}
}

// TestREADME sees to it that the entry in README.md is one, laid over the
// built-in ones as it says.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```yaml\n")
	entry, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("README.md shows no entry")
	}
	_, err = kb.Load(
		kb.Layer{Name: "kb/entries", FS: kb.Builtin()},
		kb.Layer{Name: "README.md", FS: fstest.MapFS{"disk-lost.yaml": {Data: []byte(entry)}}},
	)
	if err != nil {
		t.Error(err)
	}
}

// TestExampleConfiguration: what «config example» prints loads, and says what
// holds without it.
func TestExampleConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mabsbot.yaml")
	if err := os.WriteFile(file, []byte(config.Example()), 0o600); err != nil {
		t.Fatal(err)
	}
	var got, want bytes.Buffer
	for environ, w := range map[string]*bytes.Buffer{"MABSBOT_CONFIG=" + file: &got, "": &want} {
		c, err := config.Load(nil, []string{environ})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Describe(w); err != nil {
			t.Fatal(err)
		}
	}
	_, example, _ := strings.Cut(got.String(), "\n")
	_, defaults, _ := strings.Cut(want.String(), "\n")
	if example != defaults {
		t.Errorf("the example says\n%s\nthe defaults are\n%s", example, defaults)
	}
}

// TestHelp: every command of the help is in README.md.
func TestHelp(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range root().Commands() {
		if name := c.Name(); !strings.Contains(string(readme), "`mabsbot "+name) {
			t.Errorf("README.md does not name the command %s", name)
		}
		if c.Short == "" {
			t.Errorf("the command %s says nothing of itself", c.Name())
		}
	}
}

// TestNotice checks that NOTICE repeats the notice of every module that is
// linked into the program and has one, as the Apache License asks (section 4d).
func TestNotice(t *testing.T) {
	ours, err := os.ReadFile("NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	const format = "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", format, ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := slices.Compact(slices.Sorted(strings.Lines(string(out))))
	for _, module := range modules {
		path, dir, ok := strings.Cut(strings.TrimSuffix(module, "\n"), "\t")
		if !ok {
			continue
		}
		notice, err := os.ReadFile(filepath.Join(dir, "NOTICE"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(ours, notice) || !bytes.Contains(ours, []byte(path)) {
			t.Errorf("NOTICE does not repeat the notice of %s", path)
		}
	}
}
