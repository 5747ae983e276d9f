package kb

import (
	"slices"
	"strings"
	"testing"
)

const denied = "code\tname\ten\tko\n0x80070005\tE_ACCESSDENIED\tDenied.\t거부되었습니다.\n0x80042306\t\tVetoed.\t거절되었습니다.\n"

func TestWindowsCode(t *testing.T) {
	below := folder("below", "a.yaml", oneEntry+"relatives: ['0x80070005']\n", "_shared/windows.tsv", denied)
	above := folder("above", "b.yaml", otherEntry, "_shared/windows.tsv", "code\tname\ten\n0x80042306\tVETO\tOurs.\n")
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	for spelling, want := range map[string]string{
		"0x80070005": "거부되었습니다.", "0X80070005": "거부되었습니다.", "-2147024891": "거부되었습니다.", "5": "거부되었습니다.",
		"0x80042306": "Ours.",
		"0x5":        "", "0x80070006": "", "9006": "", "65541": "", "denied": "",
	} {
		if w, _ := b.WindowsCode(spelling); w.Meaning.In("ko") != want {
			t.Errorf("%s means %q; want %q", spelling, w.Meaning.In("ko"), want)
		}
	}
	var found []string
	for _, w := range b.WindowsCodes("veto (0X80042306), then 0x80070005, 0x80070006 and again -2147024891; not 0x800700051 or 2147024891") {
		found = append(found, w.Code)
	}
	if want := []string{"0x80042306", "0x80070005"}; !slices.Equal(found, want) {
		t.Errorf("found %v; want %v", found, want)
	}
	if carrying := b.Carrying("5"); len(carrying) != 1 || carrying[0].ID != "a" {
		t.Errorf("%d entries carry it", len(carrying))
	}
	if len(b.Carrying("0x80042306")) > 0 {
		t.Error("an entry carries a result that it does not name")
	}
}

func TestWindowsMistakes(t *testing.T) {
	for data, want := range map[string]string{
		"code\ten\n":                             `windows.tsv:1: the first line is "code\ten"; want the names of the fields`,
		denied + "0X80070005\t\tA\tA\n":          `windows.tsv:4: "0X80070005" is not a result of Windows`,
		denied + "0x80070005\t\tA\tA\n":          "windows.tsv:4: the code 0x80070005 is already on line 2",
		denied + "24037\t\tA\tA\n":               `windows.tsv:4: "24037" is not a result of Windows`,
		denied + "0x12345678\t\tA\tA\n":          `windows.tsv:4: "0x12345678" is not a result of Windows`,
		denied + "0x80070006\tE HANDLE\tA\tA\n":  `windows.tsv:4: "E HANDLE" is not a symbolic name`,
		denied + "0x80070006\t\tA\t\n":           "windows.tsv:4: the meaning is empty",
		denied + "0x80070006\t\tA\n":             "windows.tsv:4: the line has 3 fields; want 4",
		"code\tname\tEnglish\n0x80070006\t\tA\n": `windows.tsv:2: "English" is not a language`,
		"code\tname\n0x80070006\t\n":             "windows.tsv:2: the meaning is empty",
	} {
		got := mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/windows.tsv", data))
		if len(got) != 1 || !strings.HasPrefix(got[0].String(), "kb/_shared/"+want) {
			t.Errorf("%q: want %q, got %v", data, want, got)
		}
	}
}

// TestBuiltinWindowsCodes checks the form of the meanings: one to three plain
// sentences in both languages.
func TestBuiltinWindowsCodes(t *testing.T) {
	b, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range b.windows {
		if langs := w.Meaning.langs(); !slices.Equal(langs, []string{"en", "ko"}) {
			t.Errorf("%s has a meaning in %s", w.Code, listed(langs))
		}
		if ko := w.Meaning.In("ko"); !strings.Contains(ko, "니다.") {
			t.Errorf("%s: no sentence: %q", w.Code, ko)
		}
	}
	if len(b.windows) < 60 {
		t.Errorf("%d results", len(b.windows))
	}
}
