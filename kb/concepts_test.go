package kb

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/kb/match"
)

const (
	twoConcepts = "objects:\n  robot: a tape robot\nsymptoms:\n  stuck: does not move\n"
	theirForms  = "robot: [robot, arm]\nstuck: [stuck, not .. move]\n"
)

func TestConcepts(t *testing.T) {
	below := folder("below", "a.yaml", oneEntry, "_shared/concepts/concepts.yaml", twoConcepts, "_shared/concepts/en.yaml", theirForms)
	above := folder("above", "b.yaml", otherEntry,
		"_shared/concepts/concepts.yaml", "operations:\n  eject: putting out a tape\n",
		"_shared/concepts/ko.yaml", "robot: [로봇]\neject: [꺼내~]\n")
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	want := []match.Concept{
		{ID: "eject", Kind: match.Operation, Forms: []string{"꺼내~"}},
		{ID: "robot", Kind: match.Object, Forms: []string{"robot", "arm", "로봇"}},
		{ID: "stuck", Kind: match.Symptom, Forms: []string{"stuck", "not .. move"}},
	}
	if got := b.Concepts(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	alone, err := Load(above)
	if err == nil {
		t.Errorf("a form of a concept of no layer is accepted: %v", alone.Concepts())
	}
}

// TestConceptsRevision checks that the revision covers the forms.
func TestConceptsRevision(t *testing.T) {
	revisions := map[string]string{}
	for _, forms := range []string{theirForms, strings.ReplaceAll(theirForms, "arm", "arms")} {
		b, err := Load(folder("kb", "a.yaml", oneEntry, "_shared/concepts/concepts.yaml", twoConcepts, "_shared/concepts/en.yaml", forms))
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := revisions[b.Revision()]; ok {
			t.Errorf("%q and %q have the same revision", forms, other)
		}
		revisions[b.Revision()] = forms
	}
}

func TestConceptMistakes(t *testing.T) {
	var many strings.Builder
	many.WriteString("objects:\n")
	for i := range maxConcepts + 1 {
		fmt.Fprintf(&many, "  o%d: an object\n", i)
	}
	const names, en = "concepts.yaml", "en.yaml"
	for name, c := range map[string]struct {
		file, data, want string // concepts.yaml is twoConcepts unless it is the file
	}{
		"unknown file":         {"english.yaml", theirForms, `english.yaml: want concepts.yaml or the file of a language, such as en.yaml`},
		"other extension":      {"en.yml", theirForms, `en.yml: want concepts.yaml or the file of a language`},
		"empty":                {en, "", "en.yaml: the file is empty"},
		"not UTF-8":            {en, "robot: [\xff]\n", "en.yaml:1: not valid UTF-8"},
		"names not UTF-8":      {names, "objects: {robot: \xff}\n", "concepts.yaml:1: not valid UTF-8"},
		"not YAML":             {en, "robot: [a\n", "en.yaml:1: not valid YAML"},
		"a list":               {en, "- robot\n", "en.yaml:1: this is a list; want a map with a list of texts for each ID"},
		"names, a list":        {names, "objects: [robot]\n", "concepts.yaml:1: this is a list; want a map with a text for each ID"},
		"no list":              {en, "robot: arm\n", "en.yaml:1: this is a single value; want a list of texts"},
		"a list in a list":     {en, "robot: [[arm]]\n", "en.yaml:1: this is a list; want a text"},
		"empty list":           {en, "robot: []\n", "en.yaml:1: the list is empty"},
		"unknown kind":         {names, "object: {robot: A}\n", `concepts.yaml:1: unknown field "object"; did you mean "objects"?`},
		"no text":              {names, "objects: {robot: }\n", "concepts.yaml:1: this is empty; want a text"},
		"blank text":           {names, "objects: {robot: ' '}\n", `concepts.yaml:1: the text of "robot" is empty`},
		"bad id":               {names, "objects: {Robot: A}\n", `concepts.yaml:1: "Robot" is not an ID`},
		"same id":              {names, "objects:\n  robot: A\n  robot: B\n", `concepts.yaml:3: "robot" is repeated`},
		"two kinds":            {names, twoConcepts + "stances:\n  robot: A\n", `concepts.yaml:6: "robot" is already a concept of another kind: object, kb/_shared/concepts/concepts.yaml:2`},
		"too many":             {names, many.String(), `concepts.yaml:258: "o256" is one concept too many; want at most 256`},
		"unknown id":           {en, "robot: [a]\n\nrobt: [b,\n  c]\n", `en.yaml:3: the concept "robt" does not exist; did you mean "robot"?`},
		"empty form":           {en, "robot: [a,\n  ' ']\n", `en.yaml:2: the form " " of robot is empty`},
		"form of two":          {en, "stuck: [a  Jam]\nlibrary: [A jam]\n", `en.yaml:2: the form "A jam" of library is also a form of stuck: kb/_shared/concepts/en.yaml:1`},
		"repeated form":        {en, "robot: [a, A]\n", `en.yaml:1: the form "A" of robot is repeated`},
		"^ inside":             {en, "robot: [a^b]\n", `en.yaml:1: the form "a^b" of robot has a "^" that is not at its beginning`},
		"^ alone":              {en, "robot: ['^']\n", `has no word`},
		"~ inside":             {en, "robot: [하~다]\n", `has a "~" that is not at its end`},
		"~ after Latin":        {en, "robot: [robot~]\n", `has a "~" without a Hangul syllable before it`},
		"~ alone":              {en, "robot: ['x ~']\n", `has a "~" without a Hangul syllable before it`},
		"gap at the end":       {en, "robot: [not ..]\n", `has no word on one side of ".."`},
		"gap at the beginning": {en, "robot: [.. moves]\n", `has no word on one side of ".."`},
		"jamo":                 {en, "robot: [ㅠㅠ]\n", `has no word on one side of ".."`},
		"three dots":           {en, "robot: [not ... moves]\n", `has more than two dots in a row; want ".."`},
		"many gaps":            {en, "robot: [a .. b .. c .. d]\n", `has 3 gaps; want at most 2 ".."`},
		"punctuation":          {en, "robot: ['!']\n", `has no word`},
	} {
		t.Run(name, func(t *testing.T) {
			got := mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/concepts/"+names, twoConcepts+"  library: jams\n", "_shared/concepts/"+c.file, c.data))
			if !slices.ContainsFunc(got, func(m Mistake) bool { return strings.Contains(m.String(), c.want) }) {
				t.Errorf("want %q, got %v", c.want, got)
			}
			if len(got) != 1 {
				t.Errorf("%d mistakes, want 1: %v", len(got), got)
			}
		})
	}
}

// TestConceptsUnread checks that the forms and frames are not reported if the
// file that has their concepts cannot be read.
func TestConceptsUnread(t *testing.T) {
	got := mistakesOf(t, folder("kb", "a.yaml", oneEntry+"frames: [[robot, stuck]]\n",
		"_shared/concepts/concepts.yaml", "objects: {robot: [\n", "_shared/concepts/en.yaml", theirForms))
	if len(got) != 1 || !strings.Contains(got[0].File, "concepts.yaml") {
		t.Errorf("got %v, want the mistake of concepts.yaml alone", got)
	}
	got = mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/concepts", "objects: {}\n"))
	if len(got) != 1 || !strings.Contains(got[0].String(), "kb/_shared/concepts: the folder cannot be read") {
		t.Errorf("a file in place of the folder: %v", got)
	}
}

func TestConceptsReload(t *testing.T) {
	watched(t, func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration)) {
		dir.put("_shared/concepts/concepts.yaml", twoConcepts, "_shared/concepts/en.yaml", theirForms)
		pass(3 * time.Second)
		if got := live.Base().Concepts(); len(got) != 2 || !strings.Contains(said(), "reloaded") {
			t.Errorf("after a change of the concepts there are %d, want 2", len(got))
		}
		dir.put("_shared/concepts/en.yaml", "robot: [gripper]\n")
		pass(3 * time.Second)
		if got := live.Base().Concepts(); !slices.Equal(got[0].Forms, []string{"gripper"}) {
			t.Errorf("after a change of the forms they are %q", got[0].Forms)
		}
	})
}

// TestMaxConcepts checks that the matcher takes as many concepts as the linter
// allows.
func TestMaxConcepts(t *testing.T) {
	var names, forms strings.Builder
	names.WriteString("objects:\n")
	for i := range maxConcepts {
		fmt.Fprintf(&names, "  o%d: an object\n", i)
		fmt.Fprintf(&forms, "o%d: [thing %d]\n", i, i)
	}
	b, err := Load(folder("kb", "a.yaml", oneEntry, "_shared/concepts/concepts.yaml", names.String(), "_shared/concepts/en.yaml", forms.String()))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.index().Concepts("thing 191"); !slices.Equal(got, []string{"o191"}) {
		t.Errorf("the last concept is %q", got)
	}
}

// FuzzConcepts checks that any file of concepts or forms ends in mistakes that
// name it, or in concepts that the matcher takes.
func FuzzConcepts(f *testing.F) {
	f.Add(twoConcepts, theirForms)
	f.Add("objects: {a: &b b}\nstances: {c: *b}\n", "a: [^a b.. c, 하~]\nc: [1]\n")
	f.Add("objects: &a [*a]\n", "? {a: b}\n: c\n")
	f.Fuzz(func(t *testing.T, names, forms string) {
		_, err := Load(folder("kb", "a.yaml", oneEntry, "_shared/concepts/concepts.yaml", names, "_shared/concepts/en.yaml", forms))
		mistakes, ok := errors.AsType[Mistakes](err)
		if err != nil && !ok {
			t.Fatal(err)
		}
		for _, m := range mistakes {
			if !strings.HasPrefix(m.File, "kb/_shared/concepts/") {
				t.Errorf("a mistake in another file: %s", m)
			}
		}
	})
}

// TestBuiltinForms checks that each form of a built-in concept means it: that no
// other concept of its kind has the same words in another spelling.
func TestBuiltinForms(t *testing.T) {
	b, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Concepts() {
		if len(c.Forms) == 0 {
			t.Errorf("%s has no form", c.ID)
		}
		for _, form := range c.Forms {
			text := strings.ReplaceAll(strings.Trim(form, "^~"), "..", " ")
			if got := b.index().Concepts(text); !slices.Contains(got, c.ID) {
				t.Errorf("the form %q of %s means %s", form, c.ID, listConcepts(got))
			}
		}
	}
}

// TestBuiltinFrames checks that each phrase of a built-in entry fills a frame of
// it, and no larger one of another entry.
func TestBuiltinFrames(t *testing.T) {
	b, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{ // general questions, which frames of their own would take for any question
		"nothing works on the MABS server and no error is shown": true,
		"MABS 서버에서 아무것도 안 되는데 오류가 안 나와요":                         true,
		"online recovery point fails now and then with 100195":   true, // the code alone says which error
		"VolSnapOptimization WriteIds 키를 어디에 만드나요":               true, // names the setting alone
		"which antivirus exclusions does MABS need":              true, // basic-checks has the frame
		"MABS 바이러스 백신 예외 설정이 필요합니다":                              true,
	}
	for _, e := range b.Entries() {
		for _, phrase := range e.Phrases.all() {
			if text := b.frameWarning(e, phrase); (text != "") != known[phrase] {
				t.Errorf("%s: its phrase %s: %q", e.ID, cmp.Or(text, "fills a frame now"), phrase)
			}
		}
	}
}
