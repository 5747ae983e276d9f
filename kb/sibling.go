package kb

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"mabsbot/kb/match"
)

// The files of the shared folder with codes that no entry explains, and with the
// names of what they are about.
const (
	siblingsFile     = "siblings.tsv"
	siblingNamesFile = "siblings.yaml"
)

// A Sibling is a code of these products that has no entry. Only its subject is
// known.
type Sibling struct {
	Product string // as in an entry
	Subject Text   // what the code is about
	Kind    Text   // what kind of error it is
	Area    string // that of the entries about the same; may be ""
}

// A siblingRow is a line of siblingsFile.
type siblingRow struct {
	code                   uint32
	product, subject, kind string
	at                     place
}

// siblingNames is siblingNamesFile: the subjects and the kinds.
type siblingNames struct {
	Subjects []siblingName `yaml:"subjects"`
	Kinds    []siblingName `yaml:"kinds"`
}

// A siblingName is a subject or a kind. A later layer replaces the one of the same
// ID.
type siblingName struct {
	ID   string `yaml:"id"`
	Area string `yaml:"area,omitempty"` // only of a subject
	Name Text   `yaml:"name"`
}

// A siblingCode is a code with what is known of it.
type siblingCode struct {
	code          uint32
	product       string
	subject, kind *siblingName
}

// Sibling returns what is known of a code, in any spelling, that no entry has.
func (b *Base) Sibling(code string) (s Sibling, ok bool) {
	n, ok := match.CodeNumber(code)
	if !ok {
		return Sibling{}, false
	}
	i, ok := slices.BinarySearchFunc(b.siblings, n, func(c siblingCode, n uint32) int { return cmp.Compare(c.code, n) })
	if !ok {
		return Sibling{}, false
	}
	c := b.siblings[i]
	return Sibling{c.product, c.subject.Name, c.kind.Name, c.subject.Area}, true
}

// siblingCodes returns the codes of all layers that no entry has, sorted. The last
// row of a code wins.
func siblingCodes(read batch, entries []*Entry) []siblingCode {
	names := read.siblingNames
	subjects, kinds := byName(names.Subjects), byName(names.Kinds)
	byCode := make(map[uint32]siblingCode, len(read.siblings))
	for _, r := range read.siblings {
		byCode[r.code] = siblingCode{r.code, r.product, subjects[r.subject], kinds[r.kind]}
	}
	for _, e := range entries {
		if len(byCode) == 0 {
			break
		}
		for _, n := range e.codeNumbers() {
			delete(byCode, n)
		}
	}
	return slices.SortedFunc(maps.Values(byCode), func(x, y siblingCode) int { return cmp.Compare(x.code, y.code) })
}

// byName returns the last name of each ID.
func byName(names []siblingName) map[string]*siblingName {
	all := make(map[string]*siblingName, len(names))
	for i := range names {
		all[names[i].ID] = &names[i]
	}
	return all
}

// readSiblings reads the list of codes.
func readSiblings(file string, data []byte) (b batch) {
	words := map[string]string{} // few, and the rows must not keep the file in memory
	first := map[uint32]int{}
	b.mistakes = readTable(file, data, []string{"code", "product", "subject", "kind"}, func(r tableRow) string {
		n, ok := match.CodeNumber(r.fields[0])
		switch {
		case !ok:
			return notACode(r.fields[0])
		case first[n] > 0:
			return fmt.Sprintf("the code %s is already on line %d", r.fields[0], first[n])
		}
		first[n] = r.at.line
		for i, f := range r.fields {
			if _, ok := words[f]; !ok {
				words[strings.Clone(f)] = strings.Clone(f)
			}
			r.fields[i] = words[f]
		}
		b.siblings = append(b.siblings, siblingRow{n, r.fields[1], r.fields[2], r.fields[3], r.at})
		return ""
	})
	return b
}

// readSiblingNames reads the names of subjects and kinds.
func readSiblingNames(file string, data []byte) batch {
	names, at, mistakes := readShape[siblingNames](file, data)
	mistakes = append(mistakes, lintSiblingNames(at.key("subjects"), names.Subjects)...)
	mistakes = append(mistakes, lintSiblingNames(at.key("kinds"), names.Kinds)...)
	return batch{siblingNames: names, mistakes: mistakes}
}

func lintSiblingNames(at place, names []siblingName) (mistakes Mistakes) {
	for i, n := range names {
		at := at.item(i)
		if !areaID.MatchString(n.ID) {
			mistakes = append(mistakes, at.key("id").mistake("%q is not an ID; want lowercase letters, digits and hyphens, at most 40", n.ID))
		}
		if slices.ContainsFunc(names[:i], func(o siblingName) bool { return o.ID == n.ID }) {
			mistakes = append(mistakes, at.key("id").mistake("the id %q is already used", n.ID))
		}
		if n.Name.blank() {
			mistakes = append(mistakes, at.key("name").mistake("the name is empty"))
		}
	}
	return mistakes
}

// lintSiblings checks that some layer names the subject and the kind of each code.
// If the names of a layer could not be read, that is the mistake.
func lintSiblings(read batch) (mistakes Mistakes) {
	if slices.ContainsFunc(read.mistakes, func(m Mistake) bool { return path.Base(m.File) == siblingNamesFile }) {
		return nil
	}
	subjects, kinds := byName(read.siblingNames.Subjects), byName(read.siblingNames.Kinds)
	unknown := func(at place, what, id string, names map[string]*siblingName) {
		if names[id] == nil {
			mistakes = append(mistakes, at.mistake("%s does not name the %s %q%s", siblingNamesFile, what, id, suggestOne(id, slices.Sorted(maps.Keys(names)))))
		}
	}
	for _, r := range read.siblings {
		unknown(r.at, "subject", r.subject, subjects)
		unknown(r.at, "kind", r.kind, kinds)
	}
	return mistakes
}
