package kb

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestCheckFileName(t *testing.T) {
	for name, want := range map[string]bool{
		"tape-door.yaml": true, "_shared/negative.txt": true, "0x1.yaml": true,
		"": false, ".yaml": false, "tape-door.yml": false, "tape-door": false, "../tape-door.yaml": false, "a/b.yaml": false,
		"_shared/areas.yaml": false, "_shared/../a.yaml": false, `..\a.yaml`: false, "A.yaml": false, "a.yaml\x00": false,
		strings.Repeat("a", 41) + ".yaml": false, "/etc/passwd": false, "negative.txt": false, "a.yaml\n": false,
	} {
		if err := CheckFileName(name); (err == nil) != want {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
}

// TestFiles checks Files as testing/fstest checks a file system, but for opening
// folders, which nothing does.
func TestFiles(t *testing.T) {
	f := Files{"a.yaml": "id: a\n", "_shared/negative.txt": "talk\n"}
	for name, want := range f {
		info, err := f.Stat(name)
		if err != nil || info.Size() != int64(len(want)) || !info.Mode().IsRegular() {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if data, err := readAll(f, name, maxEntry); string(data) != want || err != nil {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	for folder, want := range map[string]string{".": "d _shared/, - a.yaml", "_shared": "- negative.txt"} {
		var got []string
		listed, err := f.ReadDir(folder)
		for _, d := range listed {
			got = append(got, strings.Fields(strings.Replace(d.Type().String(), "---------", "", 1))[0][:1]+" "+d.Name()+strings.Repeat("/", map[bool]int{true: 1}[d.IsDir()]))
		}
		if strings.Join(got, ", ") != want || err != nil {
			t.Errorf("%s: %q, %v; want %s", folder, got, err, want)
		}
	}
	if b := readLayer(Files(nil).layer()); len(b.mistakes) > 0 {
		t.Errorf("no files: %v", b.mistakes)
	}
}

// openFiles opens a base of a and b with files of the database over them.
func openFiles(t *testing.T, files Files) *Live {
	t.Helper()
	live, err := Open(Layer{"kb", fstest.MapFS{
		"a.yaml": {Data: []byte(entryNamed("a", "1"))}, "b.yaml": {Data: []byte(entryNamed("b", "2"))},
		"more.jsonl": {Data: []byte(`{"id":"other","title":"c"}` + "\n" + `{"id":"c","title":{"en":"The entry c"},"codes":["3"],"related":["a"]}` + "\n")[len(`{"id":"other","title":"c"}`)+1:]},
	}})
	if err != nil {
		t.Fatal(err)
	}
	live.Update(files, slog.New(slog.DiscardHandler))
	return live
}

func titles(b *Base) (all string) {
	for _, e := range b.Entries() {
		all += e.ID + ": " + e.Title.In("en") + "\n"
	}
	return all
}

func TestFilesReplaceFolders(t *testing.T) {
	live := openFiles(t, nil)
	folders := live.Base().Revision()
	live.Update(Files{"a.yaml": "id: a\ntitle: Corrected\ncodes: ['1']\n", "d.yaml": entryNamed("d", "4"), Negative: "lunch\n"}, slog.New(slog.DiscardHandler))
	if got, want := titles(live.Base()), "a: Corrected\nb: The entry b\nc: The entry c\nd: The entry d\n"; got != want || live.ReloadFailed() {
		t.Errorf("got\n%s%v", got, live.Mistakes())
	}
	if !slices.Contains(live.Base().talk, "lunch") {
		t.Error("the talk of the database is not read")
	}
	live.Update(Files{}, slog.New(slog.DiscardHandler))
	if live.Base().Revision() != folders {
		t.Error("removed files still count")
	}
}

func TestFilesWithMistakes(t *testing.T) {
	wrong := Files{"a.yaml": "id: a\ntitel: x\ncodes: ['1']\n", "d.yaml": entryNamed("d", "4"), "e.yaml": entryNamed("e", "5") + "related: [a, missing]\n"}
	live := openFiles(t, wrong) // at the start
	if got := titles(live.Base()); got != "a: The entry a\nb: The entry b\nc: The entry c\nd: The entry d\n" {
		t.Errorf("at the start: %s", got)
	}
	if len(live.Mistakes()) == 0 || live.Mistakes()[0].File != "database/a.yaml" {
		t.Errorf("mistakes at the start: %v", live.Mistakes())
	}
	live.Update(Files{"d.yaml": "id: d"}, slog.New(slog.DiscardHandler)) // while running
	if live.Base().Entry("d") == nil || !live.ReloadFailed() {
		t.Error("a mistake must keep the previous base")
	}
	live.Update(Files{}, slog.New(slog.DiscardHandler))
	if live.Base().Entry("d") != nil || live.ReloadFailed() {
		t.Error("the mistake must be over")
	}
}

func TestTry(t *testing.T) {
	live := openFiles(t, Files{"d.yaml": entryNamed("d", "4")})
	before := live.Base()
	for _, c := range []struct {
		name  string
		files Files
		want  string // a part of a mistake
		loads bool
	}{
		{"correct", Files{"a.yaml": entryNamed("a", "9")}, "", true},
		{"not YAML", Files{"a.yaml": "id: ["}, "database/a.yaml:1: not valid YAML", false},
		{"another ID", Files{"a.yaml": entryNamed("z", "9")}, "database/a.yaml:1", false},
		{"removes what another links to", Files{"d.yaml": entryNamed("d", "4") + "related: [e]\n"}, "database/d.yaml:4", false},
		{"an example that leads elsewhere", Files{"a.yaml": entryNamed("a", "1") + "examples:\n  match: [lunch at noon]\n"}, "does not lead here", true},
		{"takes the example of another", Files{"d.yaml": entryNamed("d", "4") + "examples:\n  silent: [error 1]\n", "a.yaml": entryNamed("a", "1") + "examples:\n  match: [error 2]\n"}, "database/a.yaml:5: the example does not lead here", true},
	} {
		b, wrong := live.Try(c.files)
		if (b != nil) != c.loads || (c.want == "") != (len(wrong) == 0) || !strings.Contains(wrong.Error(), c.want) {
			t.Errorf("%s: %v, %v", c.name, b != nil, wrong)
		}
	}
	if live.Base() != before {
		t.Error("a try changed the base")
	}
}

// TestTryKnownMistakes checks that an example of a folder that fails without the change
// does not keep it from being saved.
func TestTryKnownMistakes(t *testing.T) {
	live, err := Open(
		Layer{"kb", fstest.MapFS{"a.yaml": {Data: []byte(entryNamed("a", "1") + "examples:\n  match: [error 2]\n")}}},
		Layer{"overlay", fstest.MapFS{"b.yaml": {Data: []byte(entryNamed("b", "2"))}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, wrong := live.Try(Files{"c.yaml": entryNamed("c", "3")}); len(wrong) > 0 {
		t.Error(wrong)
	}
	if _, wrong := live.Try(Files{"c.yaml": entryNamed("c", "3") + "examples:\n  match: [error 4]\n"}); len(wrong) != 1 {
		t.Error(wrong)
	}
}

func TestSource(t *testing.T) {
	live := openFiles(t, Files{"a.yaml": entryNamed("a", "8")})
	for name, want := range map[string]FolderFile{
		"a.yaml": {"kb", entryNamed("a", "1")},
		"c.yaml": {"kb", "id: c\ntitle:\n    en: The entry c\ncodes:\n    - \"3\"\nrelated:\n    - a\n"},
		"z.yaml": {}, Negative: {},
	} {
		if got, err := live.Source(name); got != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
