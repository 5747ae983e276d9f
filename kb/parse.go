package kb

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// readYAML reads a file with one entry.
func readYAML(file string, data []byte) batch {
	doc, mistake := parseYAML(file, data)
	if mistake != nil {
		return batch{mistakes: Mistakes{*mistake}}
	}
	root := doc.Content[0]
	return decode(place{file, root.Line, root})
}

// fileID returns the ID of the entry that a file is named after.
func fileID(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

// parseYAML parses a file with one document.
func parseYAML(file string, data []byte) (*yaml.Node, *Mistake) {
	if line := invalidText(data); line > 0 {
		return nil, &Mistake{file, line, "not valid UTF-8"}
	}
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF) || err == nil && doc.Content[0].ShortTag() == "!!null":
		return nil, &Mistake{File: file, Text: "the file is empty; want an entry"}
	case err != nil:
		return nil, yamlMistake(file, data, err)
	}
	switch err := d.Decode(&more); {
	case err == nil:
		return nil, &Mistake{file, more.Line, "a second document begins here; want one entry per file"}
	case !errors.Is(err, io.EOF):
		return nil, yamlMistake(file, data, err)
	}
	return &doc, nil
}

// invalidText returns the line of the first byte that is not text, or 0.
func invalidText(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return bytes.Count(data[:i], []byte("\n")) + 1
		}
		i += size
	}
	return 0
}

var (
	yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	// yamlEarly matches the errors whose lines count from 0: those of the YAML
	// library's parser. Those of its scanner count from 1.
	yamlEarly = regexp.MustCompile(`^did not find expected (<|node content|'-' indicator|key$|',' or)`)
)

// yamlMistake extracts the line from an error of the YAML library, which
// reports no line for an error in the first one, and one too many at the end of
// the file.
func yamlMistake(file string, data []byte, err error) *Mistake {
	text := err.Error()
	m := yamlPlace.FindStringSubmatch(text)
	if m == nil {
		return new(newMistake(file, 0, "%s", text))
	}
	line, _ := strconv.Atoi(m[1]) // a missing line is 0
	text = text[len(m[0]):]
	if line == 0 || yamlEarly.MatchString(text) {
		line++
	}
	last := bytes.Count(bytes.TrimRight(data, "\n"), []byte("\n")) + 1
	return new(newMistake(file, min(line, last), "not valid YAML: %s", text))
}

// decode decodes a node into an entry. If something has the wrong type, it
// decodes the rest, so that it can be checked as well.
func decode(at place) batch {
	var e Entry
	mistakes := checkTypes(at.file, at.node)
	if err := at.node.Decode(&e); err != nil && len(mistakes) == 0 {
		return batch{mistakes: Mistakes{at.mistake("this cannot be read: %s", strings.TrimPrefix(err.Error(), "yaml: "))}}
	}
	if err := revise(&e); err != nil {
		return batch{mistakes: Mistakes{at.mistake("%v", err)}}
	}
	return batch{items: []item{newItem(&e, at)}, mistakes: mistakes}
}

// readLines reads a file with one entry per line, on all processors.
func readLines(file string, data []byte) batch {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	parts := runtime.GOMAXPROCS(0)
	read := make([]batch, parts)
	cut, starts := make([][]byte, parts), make([]int, parts)
	line := 1
	for i := range parts {
		cut[i] = cutLines(data, (len(data)+parts-i-1)/(parts-i))
		data = data[len(cut[i]):]
		starts[i] = line
		line += bytes.Count(cut[i], []byte("\n"))
	}
	parallel(parts, func(i int) { read[i] = readPart(place{file: file, line: starts[i]}, cut[i]) })
	return join(read)
}

// cutLines returns the shortest prefix of whole lines that has at least n
// bytes.
func cutLines(data []byte, n int) []byte {
	if i := bytes.IndexByte(data[n:], '\n'); n > 0 && i >= 0 {
		return data[:n+i+1]
	}
	return data
}

// readPart reads lines until there are too many mistakes: lines that cannot be
// read, mistakes in entries, or repeated IDs.
func readPart(at place, data []byte) batch {
	var part batch
	wrong := 0
	seen := map[string]bool{}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			got := readLine(at, line)
			part.add(got)
			wrong += len(got.mistakes)
			for _, it := range got.items {
				if seen[it.entry.ID] {
					wrong++ // only the repeated ID will be reported
				} else {
					wrong += len(it.wrong)
				}
				seen[it.entry.ID] = true
			}
			if part.more = wrong > maxMistakes; part.more {
				break
			}
		}
		at.line++
	}
	return part
}

// readLine reads one entry. Most lines are correct and are read by the fast
// decoder. A line that it cannot read, or could misread, is read by
// readOddLine.
func readLine(at place, line []byte) batch {
	if len(line) > maxEntry {
		return batch{mistakes: Mistakes{at.mistake("the line is longer than %d MB", maxEntry>>20)}}
	}
	if !utf8.Valid(line) {
		return batch{mistakes: Mistakes{at.mistake("not valid UTF-8")}}
	}
	var e Entry
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if d.Decode(&e) == nil && e.Triage == nil && d.InputOffset() == int64(len(line)) && decodesExactly(line) {
		if err := revise(&e); err != nil {
			return batch{mistakes: Mistakes{at.mistake("%v", err)}}
		}
		return batch{items: []item{newItem(&e, at)}}
	}
	return readOddLine(at, line)
}

// readOddLine reads a line as YAML, so that the same mistakes are found, and
// reported in the same words, as in a YAML file.
func readOddLine(at place, line []byte) batch {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	n, err := jsonNode(d, at.line, 0)
	if err == nil && d.InputOffset() != int64(len(line)) {
		err = errors.New("unexpected text after the entry; want one entry per line")
	}
	if err != nil {
		return batch{mistakes: Mistakes{at.mistake("not valid JSON: %v", err)}}
	}
	b := decode(place{at.file, at.line, n})
	for i := range b.mistakes {
		b.mistakes[i].Line = at.line
	}
	for i := range b.items {
		b.items[i].at.node = nil // it has many times the size of the line
	}
	return b
}

// maxDepth is deeper than any entry: choices of a question of a step of a chain
// are at level ten.
const maxDepth = 20

// jsonNode reads a JSON value as a YAML node.
func jsonNode(d *json.Decoder, line, depth int) (*yaml.Node, error) {
	token, err := nextToken(d)
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, errors.New("lists and maps are nested too deeply")
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: line}
	switch t := token.(type) {
	case string:
		n.Tag, n.Value = "!!str", t
	case json.Number:
		n.Tag, n.Value = "!!float", t.String()
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(t)
	case nil:
		n.Tag = "!!null"
	case json.Delim:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		if t == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		for d.More() {
			child, err := jsonNode(d, line, depth+1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		_, err = nextToken(d) // the closing bracket
	}
	return n, err
}

// nextToken returns the next token of a text that must not end yet.
func nextToken(d *json.Decoder) (json.Token, error) {
	token, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return token, err
}

// decodesExactly reports whether the fast decoder can be trusted with a valid
// JSON text. It keeps the last value of a repeated key, accepts Title and
// t\u0069tle as title, and ignores null.
func decodesExactly(data []byte) bool {
	var keys [][]byte // of all open objects
	var open []int    // where in keys each open object begins
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case 'n':
			return false // null
		case '{':
			open = append(open, len(keys))
		case '}':
			keys, open = keys[:open[len(open)-1]], open[:len(open)-1]
		case '"':
			end := stringEnd(data, i)
			key := data[i+1 : end]
			if i = end; !isKey(data[end+1:]) {
				continue
			}
			same := func(k []byte) bool { return bytes.Equal(k, key) }
			if oddKey(key) || slices.ContainsFunc(keys[open[len(open)-1]:], same) {
				return false
			}
			keys = append(keys, key)
		}
	}
	return true
}

// stringEnd returns the index of the quote that ends the string that begins at
// i.
func stringEnd(data []byte, i int) int {
	for i++; data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i
}

// isKey reports whether a string followed by rest is a key.
func isKey(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t")
	return len(rest) > 0 && rest[0] == ':'
}

// oddKey reports whether the fast decoder could accept a key as another one. A
// language such as zh-CN is safe, because no field name contains a hyphen.
func oddKey(key []byte) bool {
	odd := func(r rune) bool { return r == '\\' || r >= utf8.RuneSelf || 'A' <= r && r <= 'Z' }
	return bytes.ContainsFunc(key, odd) && (!bytes.Contains(key, []byte("-")) || bytes.Contains(key, []byte(`\`)))
}
