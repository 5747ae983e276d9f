package kb

import (
	"slices"
	"strings"
	"testing"
)

func TestKindRead(t *testing.T) {
	for _, tt := range []struct {
		kind        Kind
		value, want string // "" if it does not fit
	}{
		{KindDrive, "E:", "E:"},
		{KindDrive, "e", "E:"},
		{KindDrive, `g:\`, "G:"},
		{KindDrive, " f ", "F:"},
		{KindDrive, "fs01", ""},
		{KindDrive, `D:\Data`, ""},
		{KindDrive, "7:", ""},
		{KindServer, "fs01", "fs01"},
		{KindServer, "fs-01.corp.example", "fs-01.corp.example"},
		{KindServer, `\\fs01`, "fs01"},
		{KindServer, "10.20.0.9", "10.20.0.9"},
		{KindServer, "백업서버", "백업서버"},
		{KindServer, "E:", ""},
		{KindServer, `\\fs01\share`, ""},
		{KindServer, "0x80070005", ""},
		{KindServer, "319", ""},
		{KindServer, "-fs01", ""},
		{KindServer, "two servers", ""},
		{KindInstance, "sql01", "sql01"},
		{KindInstance, `SQL01.corp.example\PROD_2`, `SQL01.corp.example\PROD_2`},
		{KindInstance, `.\SQLEXPRESS`, `.\SQLEXPRESS`},
		{KindInstance, "sql01,1444", "sql01,1444"},
		{KindInstance, `D:\SQL`, ""},
		{KindAccount, "svc_agent", "svc_agent"},
		{KindAccount, `CORP\svc.agent`, `CORP\svc.agent`},
		{KindAccount, "svc@corp.example", ""},
		{KindAccount, "svc agent", ""},
		{KindAddress, "proxy.corp.example:8080", "proxy.corp.example:8080"},
		{KindAddress, "http://10.1.1.1:3128/", "10.1.1.1:3128"},
		{KindAddress, "proxy.corp.example", ""},
		{KindPath, `D:\Backup Data\x`, `D:\Backup Data\x`},
		{KindPath, `\\fs01\share\x`, `\\fs01\share\x`},
		{KindPath, `fs01\share`, ""},
		{KindPath, `D:\a|b`, ""},
		{KindAmount, "20 gb", "20GB"},
		{KindAmount, "12.5%", "12.5%"},
		{KindAmount, "40", "40"},
		{KindAmount, "a lot", ""},
		{KindVersion, "v13.0.580.0", "13.0.580.0"},
		{KindVersion, "2019", ""},
		{KindName, "Web VM 2", "Web VM 2"},
		{"", "Web VM 2", "Web VM 2"},
	} {
		got, ok := tt.kind.Read(tt.value)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s %q reads as %q, %v; want %q", tt.kind, tt.value, got, ok, tt.want)
		}
	}
}

// TestKindReadAgain checks that a value stays as it is once it is read.
func TestKindReadAgain(t *testing.T) {
	for kind := range forms {
		for _, value := range []string{"e", `g:\`, `\\fs01`, "http://p:80/", "20 gb", "v1.2", `D:\x`, `CORP\a`} {
			if once, ok := kind.Read(value); ok {
				if again, ok := kind.Read(once); !ok || again != once {
					t.Errorf("%s %q reads as %q, and that as %q, %v", kind, value, once, again, ok)
				}
			}
		}
	}
}

const driveSlot = "- {name: Volume, label: {en: drive, ko: 드라이브}, takes: drive}\n"

func TestSharedSlots(t *testing.T) {
	below := folder("below", "a.yaml", oneEntry, "_shared/slots.yaml", driveSlot+"- {name: VMName, label: {en: VM, ko: 가상 머신}}\n")
	above := folder("above", "b.yaml", otherEntry, "_shared/slots.yaml", "- {name: Volume, label: volume, takes: path}\n")
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Volume": "volume path", "VMName": "가상 머신 name", "OurServerName": "our server name name"} {
		s := b.Slot(name)
		if got := s.Label.In("ko") + " " + string(s.Takes); got != want || s.Name != name {
			t.Errorf("%s is %q; want %q", s.Name, got, want)
		}
	}
	alone, err := Load(below)
	if err != nil {
		t.Fatal(err)
	}
	without, err := Load(folder("below", "a.yaml", oneEntry))
	if err != nil {
		t.Fatal(err)
	}
	if alone.Revision() == without.Revision() {
		t.Error("the slots do not count for the revision")
	}
}

func TestSharedSlotMistakes(t *testing.T) {
	for data, want := range map[string]string{
		"":                           "kb/_shared/slots.yaml: the file is empty",
		"- {name: A, kind: drive}\n": `kb/_shared/slots.yaml:1: unknown field "kind"`,
		"- {name: A b, label: A}\n":  `kb/_shared/slots.yaml:1: "A b" is not a slot; want letters and digits`,
		driveSlot + driveSlot:        `kb/_shared/slots.yaml:2: the slot "Volume" is already described`,
		driveSlot + "- {name: A, label: {en: A}}\n":       "kb/_shared/slots.yaml:2: label is in en; want it in en, ko, as the first label",
		"- {name: A, label: ' '}\n":                       "kb/_shared/slots.yaml:1: the label is empty",
		"- {name: A}\n":                                   "kb/_shared/slots.yaml:1: the label is empty",
		"- {name: A, label: A, takes: disk}\n":            `kb/_shared/slots.yaml:1: "disk" is not a kind of values; want one of [account address amount drive`,
		"- {name: A, label: A, takes: [drive, server]}\n": "kb/_shared/slots.yaml:1: ",
	} {
		got := mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/slots.yaml", data))
		if !slices.ContainsFunc(got, func(m Mistake) bool { return strings.HasPrefix(m.String(), want) }) {
			t.Errorf("%q: want %q, got %v", data, want, got)
		}
	}
}

// TestBuiltinSlots checks that each slot of the built-in entries has a label in
// all languages of its entry, and that no slot is described in vain.
func TestBuiltinSlots(t *testing.T) {
	b, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, e := range b.Entries() {
		l := &linter{e: e}
		for _, name := range l.given() {
			used[name] = true
			if got, want := b.Slot(name).Label.langs(), e.Title.langs(); !slices.Equal(got, want) {
				t.Errorf("%s: the label of %s is in %s; want it in %s", e.ID, name, listed(got), listed(want))
			}
		}
	}
	for _, s := range b.slots {
		if !used[s.Name] {
			t.Errorf("no entry has the slot %s", s.Name)
		}
	}
	if len(used) == 0 {
		t.Error("no entry has a slot")
	}
}
