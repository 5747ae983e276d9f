package kb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSkeleton checks that the linter accepts a skeleton once every text is
// filled in, and until then reports each text that users would read.
func TestSkeleton(t *testing.T) {
	text, err := Skeleton("tape-door")
	if err != nil {
		t.Fatal(err)
	}
	empty := 0
	for _, m := range mistakesOf(t, folder("kb", "tape-door.yaml", text)) {
		if !strings.Contains(m.Text, "empty") && !strings.Contains(m.Text, "is not a URL") {
			t.Error(m)
		}
		empty++
	}
	if empty < 15 {
		t.Errorf("the linter reports %d empty texts", empty)
	}
	const message, korean = "The door of the tape library is open and the job cannot start.", "테이프 라이브러리의 문이 열려 있어 작업을 시작할 수 없습니다."
	for _, value := range []string{
		"The tape door is open", "테이프 문이 열림", message, korean,
		"the library door is open", "somebody left the door open", "라이브러리 문이 열렸어요", "테이프 문 좀 닫아 주세요",
		"Someone opened it.", "누군가 열었습니다.", "Close the door", "문 닫기", "Close it.", "문을 닫습니다.", "It is closed.", "닫혀 있습니다.",
		"https://example.com/door", "2026-11-30", "The manual", "설명서", "tape team", "2027-05-31", message, "The door of the server room is closed.",
	} {
		if !strings.Contains(text, `""`) {
			t.Fatal("too few texts to fill in")
		}
		text = strings.Replace(text, `""`, `"`+value+`"`, 1)
	}
	if strings.Contains(text, `""`) {
		t.Fatalf("too many texts to fill in:\n%s", text)
	}
	if got := mistakesOf(t, folder("kb", "tape-door.yaml", text)); len(got) > 0 {
		t.Error(got)
	}
}

func TestNew(t *testing.T) {
	folder := t.TempDir()
	file, err := New(folder, "tape-door")
	if err != nil || file != filepath.Join(folder, "tape-door.yaml") {
		t.Fatal(file, err)
	}
	written, err := os.ReadFile(file)
	if want, _ := Skeleton("tape-door"); err != nil || string(written) != want {
		t.Errorf("%v, %q", err, written)
	}
	for id, want := range map[string]string{"tape-door": "already exists", "Tape": `the id "Tape" is not valid`, "../up": "is not valid"} {
		if _, err := New(folder, id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", id, err, want)
		}
	}
	if _, err := New(filepath.Join(folder, "none"), "tape-door"); err == nil {
		t.Error("a folder that does not exist is no error")
	}
}

// TestGuide loads the examples of the guide: the first entry, and the one with
// everything.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files := []string{}
	for _, block := range strings.Split(string(guide), "```yaml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		if id, ok := strings.CutPrefix(text, "id: "); ok {
			id, _, _ = strings.Cut(id, "\n")
			files = append(files, id+".yaml", text)
		}
	}
	if len(files) != 4 {
		t.Fatalf("%d entries, want two", len(files)/2)
	}
	b, err := Load(Layers("", "")[0], folder("guide", files...))
	if err != nil {
		t.Fatal(err)
	}
	if warnings := b.warnings(b.last); len(warnings) > 0 {
		t.Error(warnings)
	}
	if r := b.Match("The backup disk E1 is offline."); !r.leadsTo(b.Entry("disk-lost")) {
		t.Errorf("the first entry is not found: %s", r.summary())
	}
}
