package kb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"
)

// TestLint reads each file of testdata/lint. A line is followed by its
// mistakes, after # !.
func TestLint(t *testing.T) {
	files, err := filepath.Glob("testdata/lint/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(file)
			got := mistakesOf(t, folder("kb", name, string(data), "_shared/concepts/concepts.yaml", twoConcepts, "_shared/facts.yaml", twoFacts))
			compare(t, got, expected("kb/"+name, string(data)))
		})
	}
}

func expected(file, data string) Mistakes {
	var want Mistakes
	for i, line := range strings.Split(data, "\n") {
		for _, text := range strings.Split(line, " # ! ")[1:] {
			want = append(want, Mistake{file, i + 1, text})
		}
	}
	return want
}

func compare(t *testing.T, got, want Mistakes) {
	t.Helper()
	for _, m := range got {
		if !slices.Contains(want, m) {
			t.Errorf("not expected: %s", m)
		}
	}
	for _, m := range want {
		if !slices.Contains(got, m) {
			t.Errorf("missing:      %s", m)
		}
	}
}

// folder is a layer of files, given as alternating name and content.
func folder(name string, files ...string) Layer {
	m := fstest.MapFS{}
	for pair := range slices.Chunk(files, 2) {
		m[pair[0]] = &fstest.MapFile{Data: []byte(pair[1])}
	}
	return Layer{name, m}
}

func mistakesOf(t *testing.T, layers ...Layer) Mistakes {
	t.Helper()
	_, err := load(layers, true)
	mistakes, ok := errors.AsType[Mistakes](err)
	if err != nil && !ok {
		t.Fatalf("%T: %v", err, err)
	}
	return mistakes
}

// TestLoadRefuses has one mistake per case that does not concern a single
// entry.
func TestLoadRefuses(t *testing.T) {
	const a = `{"id":"a","title":"A","codes":["52"]}` + "\n"
	const yamlA = "id: a\ntitle: A\ncodes: ['52']\n"
	for name, c := range map[string]struct {
		file, data, want string
	}{
		"empty file":       {"a.yaml", "", "kb/a.yaml: the file is empty; want an entry"},
		"only a comment":   {"a.yaml", "# nothing\n", "kb/a.yaml: the file is empty; want an entry"},
		"null":             {"a.yaml", "null", "kb/a.yaml: the file is empty; want an entry"},
		"a list":           {"a.yaml", "- a", "kb/a.yaml:1: this is a list; want a map with the fields id, product"},
		"two documents":    {"a.yaml", yamlA + "---\n" + yamlA, "kb/a.yaml:4: a second document begins here; want one entry per file"},
		"broken second":    {"a.yaml", yamlA + "---\n{", "kb/a.yaml:5: not valid YAML: "},
		"no YAML":          {"a.yaml", "id: a\ntitle: {en: A\ncodes: [x\n", "kb/a.yaml:2: not valid YAML: "},
		"a tab":            {"a.yaml", "id: a\n\ttitle: A\n", "kb/a.yaml:2: not valid YAML: "},
		"invalid UTF-8":    {"a.yaml", yamlA + "cause: \xff\xfe\n", "kb/a.yaml:4: not valid UTF-8"},
		"control":          {"a.yaml", yamlA + "cause: \"\x01\"\n", "kb/a.yaml:4: not valid UTF-8"},
		"large YAML":       {"a.yaml", yamlA + strings.Repeat("#", maxEntry), "kb/a.yaml: the file is larger than 1 MB"},
		"deep YAML":        {"a.yaml", "id: " + strings.Repeat("[", 100_000), "kb/a.yaml:"},
		"deep right":       {"a.yaml", "id: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "kb/a.yaml:1: this is a list; want a text"},
		"alias bomb":       {"a.yaml", yamlA + bomb, "excessive aliasing"},
		"itself":           {"a.yaml", yamlA + "notes: &n [*n]\n", "kb/a.yaml:4: this is a list; want a text"},
		"itself, text":     {"a.yaml", yamlA + "cause: &c {en: *c}\n", "kb/a.yaml:4: this is a map; want a text"},
		"unknown anchor":   {"a.yaml", yamlA + "cause: *c\n", "unknown anchor"},
		"no JSON":          {"a.jsonl", a + "\n{\"id\":", "kb/a.jsonl:3: not valid JSON: unexpected EOF"},
		"JSON list":        {"a.jsonl", "[]\n", "kb/a.jsonl:1: this is a list; want a map with the fields id, product"},
		"JSON null":        {"a.jsonl", "null\n", "kb/a.jsonl:1: this is empty; want a map with the fields id, product"},
		"two in a line":    {"a.jsonl", strings.TrimSpace(a) + a, "kb/a.jsonl:1: not valid JSON: unexpected text after the entry; want one entry per line"},
		"JSON over lines":  {"a.jsonl", "{\n\"id\":\"a\"}\n", "kb/a.jsonl:1: not valid JSON: unexpected EOF"},
		"unknown field":    {"a.jsonl", `{"id":"a","titel":"A","codes":["52"]}`, `kb/a.jsonl:1: unknown field "titel"; did you mean "title"?`},
		"other case":       {"a.jsonl", `{"id":"a","Title":"A","codes":["52"]}`, `kb/a.jsonl:1: unknown field "Title"; did you mean "title"?`},
		"escaped key":      {"a.jsonl", `{"id":"a","title":"A","t\u0069tle":"B","codes":["52"]}`, `kb/a.jsonl:1: "title" is repeated`},
		"repeated key":     {"a.jsonl", `{"id":"a","title":"A","title":"B","codes":["52"]}`, `kb/a.jsonl:1: "title" is repeated`},
		"repeated inside":  {"a.jsonl", `{"id":"a","title":{"en":"A","en":"B"},"codes":["52"]}`, `kb/a.jsonl:1: "en" is repeated`},
		"JSON wrong type":  {"a.jsonl", `{"id":"a","title":"A","codes":{}}`, "kb/a.jsonl:1: this is a map; want a list of texts"},
		"JSON null value":  {"a.jsonl", `{"id":"a","title":"A","codes":["52"],"cause":{"en":null}}`, "kb/a.jsonl:1: this is empty; want a text"},
		"JSON no language": {"a.jsonl", `{"id":"a","title":{"english":"A"},"codes":["52"]}`, `kb/a.jsonl:1: "english" is not a language`},
		"JSON empty text":  {"a.jsonl", `{"id":"a","title":"A","codes":["52"],"cause":{"en":" "}}`, "kb/a.jsonl:1: the text is empty"},
		"JSON invalid UTF": {"a.jsonl", "{\"id\":\"a\",\"title\":\"\xff\",\"codes\":[\"52\"]}", "kb/a.jsonl:1: not valid UTF-8"},
		"deep JSON":        {"a.jsonl", `{"id":` + strings.Repeat("[", 100_000), "kb/a.jsonl:1: not valid JSON: "},
		"deep right JSON":  {"a.jsonl", `{"id":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "}", "kb/a.jsonl:1: not valid JSON: lists and maps are nested too deeply"},
		"long line":        {"a.jsonl", a + `{"id":"` + strings.Repeat("b", maxEntry) + `"}`, "kb/a.jsonl:2: the line is longer than 1 MB"},
		"large JSON":       {"a.jsonl", strings.Repeat("\n", maxLines+1), "kb/a.jsonl: the file is larger than 64 MB"},
		"same id, lines":   {"a.jsonl", a + "\n" + a, `kb/a.jsonl:3: the id "a" is already used: kb/a.jsonl:1`},
		"no lines":         {"a.jsonl", "\n \n", "kb: the folder contains no entries"},
		"no entries":       {"a.yaml~", yamlA, "kb: the folder contains no entries"},
		"hidden":           {".a.yaml", yamlA, "kb: the folder contains no entries"},
		"a folder":         {"a.yaml/b.yaml", yamlA, "kb/a.yaml: this is a folder; want a file"},
		"in a subfolder":   {"sub/a.yaml", yamlA, "kb: the folder contains no entries"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			got := mistakesOf(t, folder("kb", c.file, c.data))
			if !slices.ContainsFunc(got, func(m Mistake) bool { return strings.Contains(m.String(), c.want) }) {
				t.Errorf("want %q, got %v", c.want, got)
			}
			if took := time.Since(began); took > 10*time.Second { // far above what any case needs, far below a stall
				t.Errorf("took %s", took)
			}
		})
	}
}

// bomb is a "billion laughs" as large as the types allow: each of many steps
// repeats a large table.
var bomb = "steps:\n  items:\n  - &s {id: s, do: A, table: [[" + strings.Repeat("A,", 9000) + "A]]}\n" + strings.Repeat("  - *s\n", 9000)

func TestLoadLayers(t *testing.T) {
	below := folder("below", "a.yaml", "id: a\ntitle: A\ncodes: ['1']\n", "b.yaml", "id: b\ntitle: B\ncodes: ['2']\nrelated: [a]\n")
	above := folder("above", "more.jsonl", `{"id":"a","title":"A, anew","codes":["1"]}`+"\r\n\r\n"+`{"id":"c","title":"C","codes":[3],"related":["b"]}`, "README.md", "no entry")
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range b.Entries() {
		got = append(got, e.ID+" "+e.Title.In("en"))
		if b.Entry(e.ID) != e || len(e.Revision) != 8 {
			t.Errorf("%s: revision %q", e.ID, e.Revision)
		}
	}
	if want := []string{"a A, anew", "b B", "c C"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if b.Entry("none") != nil || b.Entry("c").Codes[0] != "3" {
		t.Error("lookup by id")
	}
}

func TestLoadReportsAllMistakes(t *testing.T) {
	got := mistakesOf(t,
		folder("below", "b.yaml", "id: b\ntitle: ''\ncodes: ['2']\n", "c.yaml", "id: c\ntitle: C\ncodes: ['3']\nrelated: [broken]\n"),
		folder("above", "broken.yaml", "id: [", "a.jsonl", "{}\nx\n"),
		Layer{"absent", os.DirFS(filepath.Join(t.TempDir(), "absent"))})
	var b strings.Builder
	for _, m := range got {
		fmt.Fprintln(&b, m)
	}
	want := `above/a.jsonl:1: the id "" is not valid; want a-z, 0-9 and hyphens, at most 40 characters
above/a.jsonl:1: the entry cannot be recognized; want codes, symbols or messages
above/a.jsonl:1: the field "title" is missing; want a text, or a map from language to text
above/a.jsonl:2: not valid JSON: invalid character 'x' looking for beginning of value
above/broken.yaml:1: not valid YAML: did not find expected node content
absent: the folder cannot be read: no such file or directory
below/b.yaml:2: the text is empty
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestLoadWithoutLayers(t *testing.T) {
	if got := mistakesOf(t); got != nil {
		t.Error(got)
	}
}

// A real folder contains things that an embedded one cannot.
func TestLoadOddFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.yaml", "id: a\ntitle: A\ncodes: ['1']\n")
	write("data", "id: b\ntitle: B\ncodes: ['2']\n")
	for link, to := range map[string]string{"b.yaml": "data", "loop.yaml": "loop.yaml", "gone.yaml": "nothing"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	got := mistakesOf(t, Layer{"kb", dirFS(dir)})
	compare(t, got, Mistakes{
		{"kb/loop.yaml", 0, "too many levels of symbolic links"},
		{"kb/gone.yaml", 0, "no such file or directory"},
	})
}

// A link to a file outside of the folder would print its lines as mistakes.
func TestLoadForeignLink(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "shadow")
	if err := os.WriteFile(outside, []byte("root: hash\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, to := range map[string]string{"absolute.yaml": outside, "relative.yaml": "../" + filepath.Base(filepath.Dir(outside)) + "/shadow"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	got := mistakesOf(t, Layers("", dir)...)
	if len(got) != 2 {
		t.Errorf("%d mistakes, want one for each link: %v", len(got), got)
	}
	for _, m := range got {
		if said := fmt.Sprint(m); !strings.Contains(said, "escapes") || strings.Contains(said, "hash") {
			t.Errorf("the mistake is %s", said)
		}
	}
}

// Kubernetes mounts a config map as links into a hidden folder, and updates all
// files at once by replacing that folder.
func TestLoadConfigMap(t *testing.T) {
	dir := t.TempDir()
	version := func(name, code string, age time.Duration) {
		file := filepath.Join(dir, "..v"+name, "a.yaml")
		if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(entryNamed("a", code)), 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("..v"+name, filepath.Join(dir, "..next")); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
		if err := os.Rename(filepath.Join(dir, "..next"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	layers := []Layer{{"kb", dirFS(dir)}}
	version("1", "1", time.Hour)
	if err := os.Symlink("..data/a.yaml", filepath.Join(dir, "a.yaml")); err != nil {
		t.Fatal(err)
	}
	b, err := Load(layers...)
	if err != nil || len(b.Entries()) != 1 {
		t.Fatal(b, err)
	}
	before := fingerprint(layers)
	if version("2", "2", time.Minute); before == fingerprint(layers) {
		t.Error("the exchange changes no fingerprint")
	}
	if again, err := Load(layers...); err != nil || again.Revision() == b.Revision() {
		t.Error("the exchange changes no revision", err)
	}
}

// The largest possible files, whose parts are compared in pairs, must not keep
// the loader busy.
func TestLoadHugeEntries(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	letters := func(i int) string {
		return string(rune('a'+i/676%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
	}
	var langs strings.Builder
	for i := range 8_000 {
		fmt.Fprintf(&langs, "  %s: A\n", letters(i))
	}
	const head = "id: a\ntitle: A\ncodes: ['1']\n"
	for name, c := range map[string]struct{ file, data, want string }{
		"steps":     {"a.yaml", head + "steps:\n  items:\n" + many(20_000, "  - {id: s%d, do: A}\n"), "the entry has 20000 steps and questions; want 200 at most"},
		"languages": {"a.yaml", "id: a\ncodes: ['1']\ntitle:\n" + langs.String() + "notes: [" + many(1000, "{en: A%d},") + "]\n", "the title has 8000 languages; want 50 at most"},
		"slots":     {"a.yaml", head + "messages: ['" + many(25_000, "<S%d> ") + "']\ncause: '" + many(15_000, "{T%d|x} ") + "'\n", `no message captures the slot "T0"`},
		"related":   {"a.jsonl", many(30_000, `{"id":"a%[1]d","title":"A","codes":["1"],"related":["b%[1]d"]}`+"\n"), `the entry "b0" does not exist`},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			got := mistakesOf(t, folder("kb", c.file, c.data))
			if !slices.ContainsFunc(got, func(m Mistake) bool { return strings.Contains(m.Text, c.want) }) {
				t.Errorf("want %q, got %d others", c.want, len(got))
			}
			if took := time.Since(began); took > 10*time.Second { // far above what any case needs, far below a stall
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestLoadCapsMistakes checks that for any kind and number of mistakes Load
// returns maxMistakes and one that says that there are more.
func TestLoadCapsMistakes(t *testing.T) {
	const many = 3 * maxMistakes
	each := func(format string) string {
		var b strings.Builder
		for i := range many {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	files := func(n int, format string) []string {
		var files []string
		for i := range n {
			files = append(files, fmt.Sprintf("f%05d.yaml", i), fmt.Sprintf(format, i))
		}
		return files
	}
	const head = "id: a\ntitle: A\ncodes: ['1']\n"
	for name, layers := range map[string][]Layer{
		"no JSON":             {folder("kb", "a.jsonl", strings.Repeat("x\n", many))},
		"nothing in it":       {folder("kb", "a.jsonl", strings.Repeat("{}\n", many))},
		"no text":             {folder("kb", "a.jsonl", strings.Repeat("\xff\n", many))},
		"unknown fields":      {folder("kb", "a.jsonl", each(`{"id":"a%d","title":"A","codes":["1"],"titel":"A"}`+"\n"))},
		"one id":              {folder("kb", "a.jsonl", strings.Repeat(`{"id":"a","title":"A","codes":["1"]}`+"\n", many))},
		"every id in two":     {folder("kb", "a.jsonl", each(`{"id":"a%d","title":"A","codes":["1"]}`+"\n"), "b.jsonl", each(`{"id":"a%d","title":"A","codes":["1"]}`+"\n"))},
		"no code":             {folder("kb", "a.jsonl", each(`{"id":"a%d","title":"A","codes":["nothing"]}`+"\n"))},
		"no other entry":      {folder("kb", "a.jsonl", each(`{"id":"a%[1]d","title":"A","codes":["1"],"related":["b%[1]d"]}`+"\n"))},
		"some of each":        {folder("kb", "a.jsonl", each("x\n{}\n"+`{"id":"a%d","title":"A","codes":["1"],"titel":"A","related":["b"]}`+"\n"))},
		"many files":          {folder("kb", files(many, "id: [ # %d")...)},
		"many wrong files":    {folder("kb", files(many, "id: other%d\ntitle: A\ncodes: ['1']\n")...)},
		"layers":              {folder("a", files(maxMistakes-1, "id: [ # %d")...), folder("b", files(maxMistakes-1, "id: [ # %d")...)},
		"fields of one entry": {folder("kb", "a.yaml", head+each("f%d: x\n"))},
		"texts of one entry":  {folder("kb", "a.yaml", head+"notes:\n"+each("- 'a {brace%d'\n"))},
		"related of one":      {folder("kb", "a.yaml", head+"related:\n"+each("- b%d\n"))},
		"examples of one":     {folder("kb", "a.yaml", head+"examples:\n  match:\n"+each("  - Our cat %d is asleep.\n"))},
	} {
		t.Run(name, func(t *testing.T) {
			got := mistakesOf(t, layers...)
			if len(got) != maxMistakes+1 || !strings.Contains(got[maxMistakes].Text, "there are more mistakes than are listed here") {
				t.Fatalf("%d mistakes, the last: %s", len(got), got[len(got)-1])
			}
			if sorted := slices.Clone(got[:maxMistakes]).sorted(); !slices.Equal(sorted, got[:maxMistakes]) {
				t.Error("the mistakes are not sorted, or some are listed twice")
			}
		})
	}
}

// TestLoadStopsEarly checks that reading stops after the first mistakes: what
// Load allocates hardly depends on the length of the file.
func TestLoadStopsEarly(t *testing.T) {
	allocated := func(data string) uint64 {
		layer := folder("kb", "a.jsonl", data)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		mistakesOf(t, layer)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc - uint64(len(data)) // Load reads the whole file
	}
	for name, line := range map[string]string{
		"no JSON":        "x\n",
		"nothing in it":  "{}\n",
		"unknown fields": `{"a":1}` + "\n",
		"one id":         `{"id":"a","title":"A","codes":["1"]}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			short, long := allocated(strings.Repeat(line, 20*maxMistakes)), allocated(strings.Repeat(line, 400*maxMistakes))
			if long > 2*short+1<<20 {
				t.Errorf("allocated %d kB for a short file, %d kB for one of twenty times the length", short>>10, long>>10)
			}
		})
	}
}

// A mistake quotes its cause, which may be as long as a file.
func TestMistakesAreShort(t *testing.T) {
	long := strings.Repeat("가", maxEntry/4)
	for _, l := range []Layer{
		folder("kb", "a.jsonl", `{"id":"`+long+`","`+long+`":1}`),
		folder("kb", "a.yaml", "id: *"+long),
		folder("kb", "a.yaml", long+": {a: b}"),
	} {
		for _, m := range mistakesOf(t, l) {
			if len(m.Text) > maxText+len("…") || !utf8.ValidString(m.Text) {
				t.Errorf("%d bytes: %.200s", len(m.Text), m.Text)
			}
		}
	}
}

func TestRevisions(t *testing.T) {
	load := func(files ...string) *Base {
		b, err := Load(folder("kb", files...))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := load("a.yaml", "id: a\ntitle: A\ncodes: ['1']\n")
	same := load("x.jsonl", `{"codes":["1"],"title":"A","id":"a"}`)
	other := load("a.yaml", "id: a\ntitle: B\ncodes: ['1']\n")
	if one.Revision() != same.Revision() || one.Entry("a").Revision != same.Entry("a").Revision {
		t.Error("the same content has two revisions")
	}
	if one.Revision() == other.Revision() || one.Entry("a").Revision == other.Entry("a").Revision {
		t.Error("different content has one revision")
	}
}

// The built-in entries are the lower layer, because a matcher with very few
// entries cannot be sure.
func TestExamplesAreTried(t *testing.T) {
	below := Layer{"builtin", Builtin()}
	entry := func(match, silent string) Layer {
		return folder("above", "a.jsonl", fmt.Sprintf(`{"id":"a","title":"A","codes":["777123"],"messages":["The tape library <Name> did not answer the barcode inventory request in time."],"examples":{"match":[%q],"silent":[%q]}}`, match, silent))
	}
	const own, other = "The tape library LIB-1 did not answer the barcode inventory request in time. (ID: 777123)", "Our cat is asleep."
	if got := mistakesOf(t, below, entry(own, other)); len(got) > 0 {
		t.Error(got)
	}
	got := mistakesOf(t, below, entry(other, own))
	if len(got) != 2 || !strings.HasPrefix(got[0].Text, "the example does not lead here but is silent") ||
		!strings.HasPrefix(got[1].Text, "the example must not lead here but is sure (a ") {
		t.Error(got)
	}
	last := folder("last", "b.yaml", entryNamed("b", "777124"))
	if got := mistakesOf(t, below, entry(other, own), last); len(got) > 0 {
		t.Errorf("examples of a layer that is not the last were tried: %v", got)
	}
}

func TestBuiltinEntriesAreRight(t *testing.T) {
	if got := mistakesOf(t, Layer{"kb/entries", Builtin()}); len(got) > 0 {
		t.Error(got)
	}
}

// A check follows "You should see:", which no sentence about the reader does.
func TestBuiltinChecksNameWhatIsSeen(t *testing.T) {
	b, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entries() {
		for _, s := range e.Steps.Items {
			if check := s.Check.In("en"); strings.HasPrefix(check, "You see ") || strings.HasPrefix(check, "You know ") {
				t.Errorf("%s, step %s: %q", e.ID, s.ID, check)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"title", "codes", "check", "go"}
	for name, want := range map[string]string{
		"titel": "title", "Title": "title", "code": "codes", "chek": "check", "goo": "go",
		"gone": "", "text": "", "": "", "제목": "",
	} {
		if got := nearest(name, names); got != want {
			t.Errorf("near(%q) = %q, want %q", name, got, want)
		}
	}
}

// FuzzYAML checks that reading any file ends with an entry or with a mistake
// that names the file.
func FuzzYAML(f *testing.F) {
	files, err := filepath.Glob("testdata/lint/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("id: &a [*a]\ntitle: &t {en: *t}\ncause: !!binary QQ==\nask: *a\n? {a: b}\n: c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkRead(t, readYAML("kb/a.yaml", data), 1)
	})
}

// FuzzJSONL does the same for lines, and checks that a line accepted by the
// fast decoder is accepted by the careful one, with the same entry.
func FuzzJSONL(f *testing.F) {
	f.Add([]byte(`{"id":"a","title":{"en":"A","zh-CN":"\u4e00"},"codes":["52"]}` + "\n\n" + `{"id":"b","title":"B"}`))
	f.Add([]byte(`{"id":"a","Title":"A","t\u0069tle":{"en":1,"en":null}}`))
	f.Add([]byte(`{"steps":{"items":[{"id":"a","do":"A","ask":{"id":"q","text":"A","choices":[{"id":"c","label":"A"}]}}]}}`))
	f.Add([]byte("\ufeff{}\n[[[[\n{\"a\":\"\\\"\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkRead(t, readLines("kb/a.jsonl", data), strings.Count(string(data), "\n")+1)
		for line := range strings.Lines(string(data)) {
			fast := readLine(place{file: "a.jsonl", line: 1}, []byte(strings.TrimSpace(line)))
			if len(fast.mistakes) > 0 || strings.TrimSpace(line) == "" {
				continue
			}
			careful := readOddLine(place{file: "a.jsonl", line: 1}, []byte(strings.TrimSpace(line)))
			if len(careful.items) != 1 || careful.items[0].entry.Revision != fast.items[0].entry.Revision || !onlyLanguages(careful.mistakes) {
				t.Fatalf("fast: %+v\ncareful: %+v", fast.items[0].entry, careful)
			}
		}
	})
}

// onlyLanguages reports whether all mistakes are ones that the linter finds,
// too.
func onlyLanguages(mistakes Mistakes) bool {
	return !slices.ContainsFunc(mistakes, func(m Mistake) bool { return !strings.Contains(m.Text, "is not a language") })
}

func checkRead(t *testing.T, read batch, lines int) {
	t.Helper()
	for _, m := range append(read.mistakes, lintAll(read.items, read)...) {
		if m.File == "" || m.Line < 0 || m.Text == "" {
			t.Fatalf("%+v", m)
		}
	}
	if len(read.items) > lines {
		t.Fatalf("%d entries in %d lines", len(read.items), lines)
	}
}

func BenchmarkLoad(b *testing.B) {
	var lines strings.Builder
	for i := range 98_000 {
		fmt.Fprintf(&lines, `{"id":"e-%[1]d","product":"DPM","title":{"en":"The service w%[1]d failed on the server"},"messages":{"en":["The service w%[1]d failed on <ServerName> because of v%[2]d and x%[3]d."]}}`+"\n", i, i%977, i%89)
	}
	for name, layer := range map[string]Layer{"builtin": {"kb/entries", Builtin()}, "98000 lines": folder("kb", "a.jsonl", lines.String())} {
		load := func(b *testing.B) *Base {
			base, err := Load(layer)
			if err != nil {
				b.Fatal(err)
			}
			return base
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				base := load(b)
				b.StopTimer()
				base.index()
				b.StartTimer()
			}
		})
		b.Run(name+" and index", func(b *testing.B) {
			for b.Loop() {
				load(b).index()
			}
		})
	}
}
