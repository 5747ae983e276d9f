package cli

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mabsbot/config"
	"mabsbot/kb"
)

// TestNamedTests checks that the tests exist that bot/store/README.md names for
// what broke once.
func TestNamedTests(t *testing.T) {
	text, err := os.ReadFile("bot/store/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| what | tests |")
	if !found {
		t.Fatal("there is no table")
	}
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		if len(cells) != 2 {
			continue
		}
		rows++
		for folder := range strings.SplitSeq(strings.TrimRight(cells[1], " |\n"), "; ") {
			path, names, ok := strings.Cut(folder, ": ")
			if !ok {
				t.Errorf("%q names no tests", line)
			}
			code := testCode(t, strings.Trim(path, "`"))
			for name := range strings.SplitSeq(names, ", ") {
				if !strings.Contains(code, "\nfunc "+name+"(") {
					t.Errorf("%s has no test %s, which covers %q", path, name, cells[0])
				}
			}
		}
	}
	if rows < 40 {
		t.Errorf("%d rows can be read", rows)
	}
}

// testCode returns the code of the tests in a folder.
func testCode(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	return code.String()
}

// TestDoc checks that bot/doc.go names every file of the package and no file
// that does not exist.
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
				wantExists(t, "adapters/"+a+"/"+word)
			}
		case strings.HasSuffix(word, ".go") && !strings.Contains(word, "/"):
			wantExists(t, "bot/"+word)
			named[word] = true
		case strings.HasPrefix(word, "adapters/"), strings.HasPrefix(word, "kb/"), strings.HasPrefix(word, "bot/"):
			wantExists(t, word)
		}
	}
	files, err := filepath.Glob("bot/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := filepath.Base(f); !named[name] && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("bot/doc.go does not name %s", name)
		}
	}
}

// TestFolders checks that package comments that name files name every file of
// the package and no file that does not exist.
func TestFolders(t *testing.T) {
	for _, main := range []string{
		"bot/locale/locale.go", "adapters/chat/chat.go", "adapters/chat/chatfake/chatfake.go", "adapters/chat/chattest/chattest.go", "adapters/slack/slack.go", "adapters/discord/discord.go",
		"adapters/discord/discordapi/discordapi.go", "adapters/slack/slackfake/slackfake.go", "adapters/discord/discordfake/discordfake.go", "kb/match/doc.go",
		"adapters/cli/cli.go", "bot/bottest/store.go", "bot/store/sql.go", "adapters/scripted/scripted.go", "adapters/terminal/terminal.go",
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
		exist, named := map[string]bool{}, map[string]bool{}
		for _, file := range files {
			exist[filepath.Base(file)] = true
		}
		for _, name := range regexp.MustCompile(`\w+\.go\b`).FindAllString(f.Doc.Text(), -1) {
			named[name] = true
		}
		delete(named, filepath.Base(main))
		if !maps.Equal(exist, named) {
			t.Errorf("%s names the files %v, want %v", main, slices.Sorted(maps.Keys(named)), slices.Sorted(maps.Keys(exist)))
		}
	}
}

func wantExists(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("bot/doc.go: %v", err)
	}
}

// TestREADMEEntry checks that the entry in README.md loads as an overlay of the
// built-in ones.
func TestREADMEEntry(t *testing.T) {
	_, rest, _ := strings.Cut(read(t, "README.md"), "```yaml\n")
	entry, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("README.md has no entry")
	}
	_, err := kb.Load(
		kb.Layer{Name: "kb/entries", FS: kb.Builtin()},
		kb.Layer{Name: "README.md", FS: fstest.MapFS{"disk-lost.yaml": {Data: []byte(entry)}}},
	)
	if err != nil {
		t.Error(err)
	}
}

// TestREADMELength checks that a newcomer can read README.md in three minutes.
func TestREADMELength(t *testing.T) {
	const most = 130 // at about 45 lines per minute
	if n := strings.Count(read(t, "README.md"), "\n"); n > most {
		t.Errorf("README.md has %d lines, want at most %d", n, most)
	}
}

// TestExampleConfiguration checks that the output of "config example" loads and
// sets the defaults.
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
		t.Errorf("the example sets\n%s\nthe defaults are\n%s", example, defaults)
	}
}

// TestHelp checks that README.md names every command, and that every command
// describes itself.
func TestHelp(t *testing.T) {
	readme := read(t, "README.md")
	for _, c := range root().Commands() {
		if name := c.Name(); !strings.Contains(readme, "`mabsbot "+name) {
			t.Errorf("README.md does not name the command %s", name)
		}
		if c.Short == "" {
			t.Errorf("the command %s has no description", c.Name())
		}
	}
}

// TestKoreanREADME checks that README.ko.md has the headings, lists, tables,
// commands and links of README.md, line by line.
func TestKoreanREADME(t *testing.T) {
	marks := regexp.MustCompile("`[^`]+`|\\]\\([^)]+\\)|<http[^>]+>|https?://\\S+")
	shape := regexp.MustCompile(`^(#+ |- |\d+\. |\||!\[|    .*)?`)
	code := false
	outline := func(page string) (lines []string) {
		for line := range strings.Lines(read(t, page)) {
			line = strings.TrimRight(line, "\n")
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			if code {
				lines = append(lines, line)
				continue
			}
			names := slices.DeleteFunc(marks.FindAllString(line, -1), func(name string) bool {
				return name == "](README.md)" || name == "](README.ko.md)" // the other language
			})
			slices.Sort(names) // Korean has another order
			lines = append(lines, shape.FindString(line)+strings.Join(names, " "))
		}
		return lines
	}
	en, ko := outline("README.md"), outline("README.ko.md")
	for i := range max(len(en), len(ko)) {
		if i >= len(en) || i >= len(ko) || en[i] != ko[i] {
			t.Fatalf("README.md:%d and README.ko.md differ:\n%q\n%q", i+1, en[min(i, len(en)-1)], ko[min(i, len(ko)-1)])
		}
	}
}

// pages returns every Markdown file of the repository by path, except in
// testdata and installed packages.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || name == "node_modules" || name != "." && strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case strings.HasSuffix(name, ".md"):
			found[filepath.ToSlash(path)] = read(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{
		"README.md", "CONTRIBUTING.md", "adapters/discord/README.md", "adapters/scripted/README.md", "adapters/slack/README.md", "bot/store/README.md",
		"deploy/README.md", "kb/README.md", "kb/compare/README.md", "kb/match/README.md",
	} {
		if found[page] == "" {
			t.Errorf("%s is missing", page)
		}
	}
	return found
}

// TestLinks checks that every link between files of the repository leads to a
// file or folder.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for page, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), target)); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
		}
	}
}

// TestDocumentedCommands checks that every command line in the documentation
// that runs the program has an existing command and existing flags.
func TestDocumentedCommands(t *testing.T) {
	line := regexp.MustCompile("(?m)(?:^    |`)((?:[A-Z_]+=\\S+ )*(?:mabsbot|go run \\.)(?: [^`\n]*)?)")
	found := 0
	for page, text := range pages(t) {
		for _, m := range line.FindAllStringSubmatch(text, -1) {
			found++
			if err := parseCommand(m[1]); err != nil {
				t.Errorf("%s: %s: %v", page, m[1], err)
			}
		}
	}
	if found < 20 {
		t.Errorf("found %d command lines, want at least 20", found)
	}
}

// TestDocumentedFlags checks that every flag that the documentation mentions
// outside of a command line exists.
func TestDocumentedFlags(t *testing.T) {
	known := map[string]bool{}
	var collect func(c *cobra.Command)
	collect = func(c *cobra.Command) {
		for _, flags := range []*pflag.FlagSet{c.LocalFlags(), c.PersistentFlags()} {
			flags.VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		}
		for _, sub := range c.Commands() {
			collect(sub)
		}
	}
	collect(root())
	flag := regexp.MustCompile("`--([a-z._-]+)")
	for page, text := range pages(t) {
		for _, m := range flag.FindAllStringSubmatch(text, -1) {
			if !known[m[1]] {
				t.Errorf("%s: unknown flag --%s", page, m[1])
			}
		}
	}
}

// parseCommand returns an error if the program would not accept a command line.
// It does not run the command.
func parseCommand(line string) error {
	line, _, _ = strings.Cut(line, "  #")
	line = strings.ReplaceAll(line, "\\|", "|") // in tables
	line = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:mabsbot|go run \.)`).ReplaceAllString(line, "")
	line = strings.NewReplacer("[TEXT|-]", "", "DIR", "dir").Replace(line)
	words, err := split(line)
	if err != nil {
		return err
	}
	variants := [][]string{words}
	for i, word := range words { // as in lint|list|show
		if names := strings.Split(word, "|"); len(names) > 1 {
			variants = nil
			for _, name := range names {
				variants = append(variants, slices.Replace(slices.Clone(words), i, i+1, name))
			}
		}
	}
	for _, words := range variants {
		command, rest, err := root().Find(words)
		if err != nil {
			return err
		}
		if err := command.ParseFlags(rest); err != nil {
			return err
		}
		if command.HasSubCommands() && command.Flags().NArg() > 0 {
			return fmt.Errorf("unknown subcommand %q", command.Flags().Arg(0))
		}
	}
	return nil
}

// split splits a command line into words; double quotes preserve spaces.
func split(line string) ([]string, error) {
	var words []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	if strings.Count(line, `"`)%2 == 1 {
		return nil, errors.New("unclosed quote")
	}
	return words, nil
}

// TestDocumentedSettings checks that every environment variable and every
// configuration key in the documentation exists.
func TestDocumentedSettings(t *testing.T) {
	variable := regexp.MustCompile(`\bMABSBOT_[A-Z_]+`)
	key := regexp.MustCompile("`((?:log|store|kb|console|http|slack|discord|bot)\\.[a-z_]+)`")
	known := config.Example()
	for page, text := range pages(t) {
		for _, name := range variable.FindAllString(text, -1) {
			if name == "MABSBOT_CONFIG" {
				continue
			}
			if _, err := config.Load(nil, []string{name + "="}); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
		for _, m := range key.FindAllStringSubmatch(text, -1) {
			section, name, _ := strings.Cut(m[1], ".")
			_, rest, ok := strings.Cut(known, "\n"+section+":\n")
			rest, _, _ = strings.Cut(rest, "\n\n")
			if name != "go" && (!ok || !strings.Contains(rest, "  "+name+":")) {
				t.Errorf("%s: unknown key %s", page, m[1])
			}
		}
	}
}

// TestDocumentedFields checks that the tables of kb/README.md have a row for
// every kind of values, and for every field of an entry and of a step, and no
// other row.
func TestDocumentedFields(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|")
	want := map[string]bool{}
	for _, typ := range []reflect.Type{reflect.TypeFor[kb.Entry](), reflect.TypeFor[kb.Step]()} {
		for field := range typ.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); name != "-" {
				want[name] = true
			}
		}
	}
	rows := func(text string) map[string]bool {
		all := map[string]bool{}
		for _, m := range row.FindAllStringSubmatch(text, -1) {
			all[m[1]] = true
		}
		return all
	}
	folder, fields, _ := strings.Cut(read(t, "kb/README.md"), "\n## Fields\n")
	kinds := map[string]bool{"takes": true} // the head of the table
	for _, k := range kb.Kinds() {
		kinds[string(k)] = true
	}
	if got := rows(folder); !maps.Equal(got, kinds) {
		t.Errorf("kb/README.md has the kinds %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(kinds)))
	}
	if got := rows(fields); !maps.Equal(got, want) {
		t.Errorf("kb/README.md has the fields %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestNotice checks that NOTICE contains the notice of every linked module that
// has one, as section 4(d) of the Apache License requires.
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
			t.Errorf("NOTICE does not contain the notice of %s", path)
		}
	}
}
