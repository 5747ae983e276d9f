package kb

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
)

// Shared is the folder of a layer for files that are no entries. Their names
// are fixed.
const shared = "_shared"

// talkFile has talk that the bot must leave alone, one text a line: chatter, and
// errors of other products. "kb test" tries the entries on it.
const talkFile = "negative.txt"

// sharedFiles are the files that a shared folder may have, and what reads them.
var sharedFiles = map[string]func(file string, data []byte) batch{
	areasFile:        readAreas,
	collectorFile:    readCollector,
	factsFile:        readFacts,
	glossaryFile:     readGlossary,
	siblingNamesFile: readSiblingNames,
	siblingsFile:     readSiblings,
	slotsFile:        readSlots,
	talkFile:         readTalk,
	windowsFile:      readWindows,
}

// readShared reads the shared folder of a layer. A layer need not have one.
func readShared(l Layer) batch {
	folder := path.Join(l.Name, shared)
	listed, err := fs.ReadDir(l.FS, shared)
	if errors.Is(err, fs.ErrNotExist) {
		return batch{}
	}
	if err != nil {
		return batch{mistakes: Mistakes{{File: folder, Text: "the folder cannot be read: " + cause(err)}}}
	}
	var all batch
	for _, d := range listed {
		name := d.Name()
		file := path.Join(folder, name)
		read := sharedFiles[name]
		switch {
		case name[0] == '.':
		case name == conceptsFolder:
			all.add(readConcepts(l))
		case read != nil:
			all.add(readWith(l, path.Join(shared, name), maxEntry, read))
		default:
			all.mistakes = append(all.mistakes, newMistake(file, 0, "the folder %s has no use for %q%s", shared, name, suggest(name, append(slices.Sorted(maps.Keys(sharedFiles)), conceptsFolder))))
		}
	}
	return all
}

// readTalk reads lines of talk. A line that begins with # is a comment.
func readTalk(file string, data []byte) (b batch) {
	if line := invalidText(data); line > 0 {
		return batch{mistakes: Mistakes{{file, line, "not valid UTF-8"}}}
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			b.talk = append(b.talk, line)
		}
	}
	return b
}

// A tableRow is a line of a file of fields that are separated by tabs.
type tableRow struct {
	at     place
	head   []string // the names of the fields
	fields []string
}

// readTable reads a file of fields that are separated by tabs. Its first line has
// their names, which begin with those given; a line that begins with # is a
// comment. row returns what is wrong with a line, or "".
func readTable(file string, data []byte, names []string, row func(tableRow) (wrong string)) (mistakes Mistakes) {
	if line := invalidText(data); line > 0 {
		return Mistakes{{file, line, "not valid UTF-8"}}
	}
	r := tableRow{at: place{file: file}}
	for text := range strings.Lines(string(data)) {
		r.at.line++
		text = strings.TrimRight(text, "\r\n")
		if strings.TrimSpace(text) == "" || text[0] == '#' {
			continue
		}
		r.fields = strings.Split(text, "\t")
		switch {
		case r.head != nil && len(r.fields) != len(r.head):
			mistakes = append(mistakes, r.at.mistake("the line has %s; want %d, separated by tabs: %s", count(len(r.fields), "field"), len(r.head), strings.Join(r.head, ", ")))
		case r.head != nil:
			if wrong := row(r); wrong != "" {
				mistakes = append(mistakes, r.at.mistake("%s", wrong))
			}
		case len(r.fields) < len(names) || !slices.Equal(r.fields[:len(names)], names):
			return append(mistakes, r.at.mistake("the first line is %q; want the names of the fields, separated by tabs: %s", text, strings.Join(names, ", ")))
		default:
			r.head = r.fields
		}
	}
	return mistakes
}

func notACode(s string) string {
	return fmt.Sprintf("%q is not an error code; want one such as 0x29834 or 100050", s)
}

// readList reads a file that is a list. The items are nil if there are mistakes.
func readList[T any](file string, data []byte) (items []T, at place, mistakes Mistakes) {
	return readShape[[]T](file, data)
}

// readShape reads a YAML file of the shape of T. The value is zero if there are
// mistakes.
func readShape[T any](file string, data []byte) (value T, at place, mistakes Mistakes) {
	doc, mistake := parseYAML(file, data)
	if mistake != nil {
		return value, at, Mistakes{*mistake}
	}
	at = place{file, doc.Content[0].Line, doc.Content[0]}
	f := &typeChecker{file: file, seen: map[typedNode]bool{}}
	f.value(at.node, reflect.TypeFor[T]())
	if len(f.mistakes) > 0 {
		return value, at, f.mistakes
	}
	if err := at.node.Decode(&value); err != nil {
		var zero T
		return zero, at, Mistakes{at.mistake("this cannot be read: %s", strings.TrimPrefix(err.Error(), "yaml: "))}
	}
	return value, at, nil
}

// overlayBy keeps the last item of each key, in the place of the first.
func overlayBy[T any](all []T, key func(T) string) []T {
	var kept []T
	for _, item := range all {
		if i := slices.IndexFunc(kept, func(k T) bool { return key(k) == key(item) }); i >= 0 {
			kept[i] = item
			continue
		}
		kept = append(kept, item)
	}
	return kept
}
