package kb

import "slices"

// areasFile is the file of the shared folder with the areas.
const areasFile = "areas.yaml"

// An Area is what entries are listed by.
type Area struct {
	ID   string `yaml:"id"`   // as in the field area of an entry; a later layer replaces the area of the same ID
	Name Text   `yaml:"name"` // as users read it
}

// Area returns the name of an area in the first of langs that it has. An area
// that no layer names is called by its ID.
func (b *Base) Area(id string, langs ...string) string {
	if i := slices.IndexFunc(b.areas, func(a Area) bool { return a.ID == id }); i >= 0 {
		return b.areas[i].Name.In(langs...)
	}
	return id
}

// readAreas reads the file of the areas: a list.
func readAreas(file string, data []byte) batch {
	areas, at, mistakes := readList[Area](file, data)
	return batch{areas: areas, mistakes: append(mistakes, lintAreas(at, areas)...)}
}

// lintAreas returns the mistakes of the areas of a file.
func lintAreas(at place, areas []Area) (mistakes Mistakes) {
	for i, a := range areas {
		at := at.item(i)
		add := func(key, format string, args ...any) {
			mistakes = append(mistakes, at.key(key).mistake(format, args...))
		}
		if !areaID.MatchString(a.ID) {
			add("id", notAnArea, a.ID)
		}
		if slices.ContainsFunc(areas[:i], func(o Area) bool { return o.ID == a.ID }) {
			add("id", "the area %q is already named", a.ID)
		}
		if a.Name.blank() {
			add("name", "the name is empty")
		}
	}
	return mistakes
}

// areaOfBuiltin checks that the area of a built-in entry has a name. Entries of a
// team may leave it out: users then read the ID.
func (l *linter) areaOfBuiltin(at place, areas []Area) {
	if slices.ContainsFunc(areas, func(a Area) bool { return a.ID == l.e.Area }) {
		return
	}
	ids := make([]string, len(areas))
	for i, a := range areas {
		ids[i] = a.ID
	}
	l.add(at.key("area"), "%s/%s does not name the area %q%s", shared, areasFile, l.e.Area, suggest(l.e.Area, ids))
}

// overlayAreas keeps the last area of each ID.
func overlayAreas(all []Area) []Area {
	return overlayBy(all, func(a Area) string { return a.ID })
}
