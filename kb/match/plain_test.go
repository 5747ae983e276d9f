package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Plain versions of what finds concepts, features, blocks and frames, which look
// at everything, one after the other.

// plainForms are the forms of a concept in keys.
type plainForms struct {
	Concept
	forms [][]conceptKey
}

func newPlainForms(ix *Index) []plainForms {
	a := analyzer{v: ix.v, learn: true, analysis: &analysis{}}
	var all []plainForms
	for _, c := range ix.concepts.concepts {
		p := plainForms{Concept: c}
		for _, form := range c.Forms {
			if keys := formKeys(a, form); keys != nil {
				p.forms = append(p.forms, keys)
			}
		}
		all = append(all, p)
	}
	return all
}

// plainEnd returns where a form that begins at key i ends at the latest, or 0.
// Numbers between two of its words do not count.
func (q *query) plainEnd(form []conceptKey, i int, inside bool) int {
	if len(form) == 0 {
		return i
	}
	best := 0
	if form[0] == gapKey {
		words, syllables := 0, 0
		for k := i; k < len(q.keys) && 4*words+3*syllables <= 12; k++ {
			if t := q.keys[k].token; q.tokens[t].newSentence && q.keys[k-1].token != t {
				break
			}
			best = max(best, q.plainEnd(form[1:], k, false))
			if q.keys[k].key&closedKey != 0 {
				syllables++
			} else {
				words++
			}
		}
		return best
	}
	for k := i; k < len(q.keys); k++ {
		if key := q.keys[k].key; key == form[0] || key.open() == form[0] {
			best = max(best, q.plainEnd(form[1:], k+1, true))
		}
		if !inside || !q.keys[k].key.isNumber() {
			break
		}
	}
	return best
}

// checkConcepts compares the concepts of a text with those that a search for
// every form at every place finds.
func checkConcepts(t *testing.T, q *query, all []plainForms, text string) {
	t.Helper()
	q.load(text)
	q.findConcepts()
	found := q.concepts
	var free [numKinds]int
	for i := range q.keys {
		for kind := range numKinds {
			to, ids := q.plainConcepts(all, kind, i)
			if to == 0 || i < free[kind] {
				continue
			}
			free[kind] = to
			if len(found) == 0 {
				t.Fatalf("%q: %v at key %d is missing", text, ids, i)
			}
			c := found[0]
			if found = found[1:]; !slices.Contains(ids, c.id) || c.from != q.keys[i].token || c.to != q.keys[to-1].token+1 {
				t.Fatalf("%q: %v, want one of %v from key %d to %d", text, c, ids, i, to)
			}
		}
	}
	if len(found) > 0 {
		t.Fatalf("%q: %v too many", text, found)
	}
}

// plainConcepts returns where the longest form of a kind ends that begins at key
// i, and the concepts that have it.
func (q *query) plainConcepts(all []plainForms, kind ConceptKind, i int) (to int, ids []uint8) {
	for id, c := range all {
		if c.Kind != kind {
			continue
		}
		for _, form := range c.forms {
			if form[0] == wordStart {
				if !q.beginsWord(i) {
					continue
				}
				form = form[1:]
			}
			end := q.plainEnd(form, i, false)
			if end > to {
				to, ids = end, nil
			}
			if end > 0 && end == to {
				ids = append(ids, uint8(id))
			}
		}
	}
	return to, ids
}

// robotConcepts have forms of all shapes.
func robotConcepts() []Concept {
	return []Concept{
		{ID: "robot", Kind: Object, Forms: []string{"robot", "robot arm", "arm robot arm", "로봇", "ReFS robot"}},
		{ID: "arm", Kind: Object, Forms: []string{"arm", "팔~"}},
		{ID: "fails", Kind: Symptom, Forms: []string{"fail", "not .. work", "실패하~", "^안되", "^3 fail"}},
		{ID: "stuck", Kind: Symptom, Forms: []string{"not .. robot .. fail", "안..되", "robot 3", "can't work"}},
		{ID: "asks", Kind: Stance, Forms: []string{"arm .. work", "ㅠㅠ", ".. fail"}},
	}
}

func TestConceptsArePlainConcepts(t *testing.T) {
	ix := New(nil, robotConcepts()...)
	q, all := newQuery(ix), newPlainForms(ix)
	words := []string{" robot", " arm", " not", " work", " failed", " 3", ".", "안", "되", " 로봇", "\n", " can't", " ReFS", " other"}
	for _, a := range words { // all texts of up to four of these words
		for _, b := range words {
			for _, c := range words {
				for _, d := range words {
					checkConcepts(t, q, all, a+b+c+d)
				}
			}
		}
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for range 20000 {
		var text strings.Builder
		for range 5 + rng.IntN(8) {
			text.WriteString(pickOne(rng, words))
		}
		checkConcepts(t, q, all, text.String())
	}
}

func FuzzConcepts(f *testing.F) {
	f.Add("robot arm, ^3 fail, not .. work, 실패하~", "the robot 3 arm does not really work. 실패한")
	f.Add("..,~,^,^~,a ..,.. b,3,c .. 3", "a b 3 c can't")
	f.Fuzz(func(t *testing.T, forms, text string) {
		concepts := []Concept{{ID: "robot", Kind: Object, Forms: []string{"robot"}}}
		for i, form := range strings.Split(forms, ",") {
			if i == 12 || strings.Count(form, "..") > 2 {
				t.Skip() // the linter of entries refuses more gaps
			}
			concepts = append(concepts, Concept{ID: fmt.Sprint(i), Kind: ConceptKind(i % int(numKinds)), Forms: []string{form}})
		}
		ix := New(nil, concepts...)
		checkConcepts(t, newQuery(ix), newPlainForms(ix), text[:min(len(text), 200)])
	})
}

// plainFeatures returns the features of the text of a query.
func (q *query) plainFeatures() map[string]bool {
	all := map[string]bool{"bias": true}
	for _, t := range q.terms[:min(len(q.terms), maxKeys)] {
		all["t "+q.ix.v.names[t.id]] = true
	}
	before, run := "", ""
	for i, t := range q.tokens[:min(len(q.tokens), maxKeys)] {
		text := q.plain.s[t.from:t.to]
		if t.kind != syllableToken {
			run = ""
		}
		switch t.kind {
		case numberToken:
			before = "#"
		case syllableToken:
			run += text
			for n := 2; n <= 3; n++ {
				if r := []rune(run); len(r) >= n {
					all["s "+string(r[len(r)-n:])] = true
				}
			}
			before = text
		default:
			w := string(stem(appendLower(nil, text)))
			if name, ok := q.ix.v.lex.synonym[w]; ok {
				w = name
			}
			all["w "+w] = true
			if i > 0 && !t.newSentence && before != "" {
				all["b "+before+" "+w] = true
			}
			for k := 0; len(w) >= minPieces && k+pieceLength <= len(w); k++ {
				if piece := w[k : k+pieceLength]; piece[0] < utf8.RuneSelf && piece[pieceLength-1] < utf8.RuneSelf {
					all["c "+piece] = true
				}
			}
			before = w
		}
	}
	q.addPlainEdges(all)
	for _, mark := range marks {
		if strings.Contains(q.plain.s, mark) {
			all["m "+mark] = true
		}
	}
	q.addPlainConceptFeatures(all)
	for _, ref := range q.codes {
		own := map[bool]string{true: "own", false: "other"}[len(q.ix.codes[ref.code]) > 0]
		all[fmt.Sprintf("code %s %d", own, ref.strength)] = true
	}
	length := 0
	for _, n := range lengths {
		length += int(indicator(len(q.tokens) >= n))
	}
	all[fmt.Sprint("l ", length)] = true
	return all
}

// addPlainEdges adds the words at the edges of each sentence and line.
func (q *query) addPlainEdges(all map[string]bool) {
	var sentences [][]token
	for i, t := range q.tokens[:min(len(q.tokens), maxKeys)] {
		if i == 0 || t.newSentence || t.newLine {
			sentences = append(sentences, nil)
		}
		sentences[len(sentences)-1] = append(sentences[len(sentences)-1], t)
	}
	word := func(t token) string { return string(q.stemOf(t)) }
	for i, s := range sentences {
		if s[0].kind == wordToken {
			all["f "+word(s[0])] = true
			next := slices.Concat(sentences[i:min(len(sentences), i+2)]...)
			if len(next) > 1 && next[1].kind == wordToken {
				all["f "+word(s[0])+" "+word(next[1])] = true
			}
		}
		last := s[len(s)-1]
		if last.kind == wordToken {
			all["e "+word(last)] = true
		}
		before := slices.Concat(sentences[:i+1]...)
		if n := len(before); last.kind == syllableToken && n > 1 && before[n-2].kind == syllableToken {
			all["e "+q.plain.s[before[n-2].from:before[n-2].to]+q.plain.s[last.from:last.to]] = true
		}
	}
}

// addPlainConceptFeatures adds the features of concepts.
func (q *query) addPlainConceptFeatures(all map[string]bool) {
	var sentence []int // by token
	for i, t := range q.tokens {
		n := 0
		if i > 0 {
			n = sentence[i-1] + int(indicator(t.newSentence || t.newLine))
		}
		sentence = append(sentence, n)
	}
	list := q.ix.concepts.concepts
	var kinds [numKinds]int
	for i, c := range q.concepts {
		kinds[list[c.id].Kind]++
		all["k "+list[c.id].ID] = true
		for _, d := range q.concepts[i+1:] {
			if a, b := min(c.id, d.id), max(c.id, d.id); a < b && sentence[d.from]-sentence[c.from] <= 1 {
				all["kk "+list[a].ID+" "+list[b].ID] = true
			}
		}
	}
	for kind, n := range kinds {
		if n == 0 {
			all["no "+ConceptKinds[kind]] = true
		} else if n > 1 {
			all["many "+ConceptKinds[kind]] = true
		}
	}
}

// readPlainModel reads the features of the embedded model.
func readPlainModel(t testing.TB) map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(string(mustRead("said.model"))) {
		key, weights, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if key != "documents" && key != "seen" && key != "named" && key != "unnamed" {
			rows[key] = weights
		}
	}
	if len(rows) < 1000 {
		t.Fatalf("only %d features", len(rows))
	}
	return rows
}

// checkJudgment compares the features of a text, and the sums of their weights,
// with those in maps of strings.
func checkJudgment(t *testing.T, q *query, rows map[string]string, text string) {
	t.Helper()
	q.load(text)
	q.findConcepts()
	q.judge()
	features := q.plainFeatures()
	got := map[string]bool{}
	q.eachFeature(func(key []byte) { got[string(key)] = true })
	for key := range got {
		if !features[key] {
			t.Fatalf("%q has the feature %q, and should not", text, key)
		}
	}
	sums := make([]int32, len(q.judgment))
	for key := range features {
		if !got[key] {
			t.Fatalf("%q lacks the feature %q", text, key)
		}
		weights, ok := rows[key]
		if _, _, known := q.ix.said.rowOf(hashFeature([]byte(key))); known != ok {
			return // it has the hash of another one
		}
		for i := range len(weights) {
			sums[i] += int32(weights[i]) - zeroWeight
		}
	}
	if !slices.Equal(q.judgment, sums) {
		t.Fatalf("%q: judgment %v, want %v", text, q.judgment, sums)
	}
}

// plainTexts are texts of all shapes.
func plainTexts() []string {
	var texts []string
	rng := rand.New(rand.NewPCG(8, 8))
	for range 300 {
		for _, m := range []string{"The replica of <Name> on <Server> is inconsistent. Run it again", "<Server>의 복제본이 불일치 합니다. 다시 실행하세요", "robot arm can't work since 3 days", `"로봇 팔이" 안 되네요`} {
			texts = append(texts, pickOne(rng, noises).Make(rng, filled(rng, m)))
		}
	}
	return texts
}

func TestJudgmentIsPlainJudgment(t *testing.T) {
	q, rows := newQuery(New(LoadDocuments(t), robotConcepts()...)), readPlainModel(t)
	for _, text := range plainTexts() {
		checkJudgment(t, q, rows, text)
	}
}

func FuzzJudgment(f *testing.F) {
	ix, rows := New(LoadDocuments(f), robotConcepts()...), readPlainModel(f)
	f.Add("robot arm (ID: 319), 로봇 3 fails. no\nyes")
	f.Fuzz(func(t *testing.T, text string) {
		checkJudgment(t, newQuery(ix), rows, text[:min(len(text), windowBytes)])
	})
}

// plainBlocks returns the blocks of a text: its lines, and the pieces of each
// line between two quotation marks.
func (q *query) plainBlocks() []block {
	tokensIn := func(from, to int) block {
		b := block{int32(len(q.tokens)), 0}
		for i, t := range q.tokens {
			if int(t.from) >= from && int(t.from) < to {
				b = block{min(b.from, int32(i)), int32(i) + 1}
			}
		}
		return b
	}
	var lines, quotations []block
	add := func(list []block, b block) []block {
		long := int(b.to-b.from) >= minBlockTokens || b.from < b.to && q.announcesCode(b)
		if long && int(b.to-b.from) < len(q.tokens) && !slices.Contains(lines, b) && !slices.Contains(quotations, b) {
			list = append(list, b)
		}
		return list
	}
	from := 0
	for from <= len(q.plain.s) {
		to := from + strings.IndexAny(q.plain.s[from:]+"\n", "\r\n")
		lines = add(lines, tokensIn(from, to))
		from = to + 1
	}
	last, line := -1, 0
	for at, r := range q.plain.s + "\n" {
		switch {
		case r == '\n' || r == '\r':
			last, line = -1, at+1
		case strings.ContainsRune(quotationMarks, r) && !q.inToken(at):
			if last >= line {
				quotations = add(quotations, tokensIn(last, at))
			}
			last = at + utf8.RuneLen(r)
		}
	}
	all := slices.Concat(lines, quotations)
	return all[:min(len(all), maxBlocks)]
}

// inToken reports whether a byte of the text is in a token, as ` is in can`t.
func (q *query) inToken(at int) bool {
	return slices.ContainsFunc(q.tokens, func(t token) bool { return int(t.from) <= at && at < int(t.to) })
}

func checkBlocks(t *testing.T, q *query, text string) {
	t.Helper()
	q.load(text)
	if got, want := q.blocks(), q.plainBlocks(); !slices.Equal(got, want) {
		t.Fatalf("%q: blocks %v, want %v", text, got, want)
	}
}

func TestBlocksArePlainBlocks(t *testing.T) {
	q := newQuery(New(LoadDocuments(t)))
	pieces := []string{"a b c", " d", "\n", `"`, "”", " (ID: 319) ", "."}
	var texts []string
	for n := range 7 * 7 * 7 * 7 * 7 * 7 { // all texts of six of these pieces
		var text strings.Builder
		for ; n > 0; n /= len(pieces) {
			text.WriteString(pieces[n%len(pieces)])
		}
		texts = append(texts, text.String())
	}
	for _, text := range append(texts, plainTexts()...) {
		checkBlocks(t, q, text)
	}
}

func FuzzBlocks(f *testing.F) {
	ix := New(LoadDocuments(f))
	f.Add("it says \"one two three\"\nsince `four five six`\r\n\"ID 319\"")
	f.Fuzz(func(t *testing.T, text string) {
		checkBlocks(t, newQuery(ix), text[:min(len(text), windowBytes)])
	})
}

// plainScopes returns the sets of the names of the concepts that belong together.
func (q *query) plainScopes() []map[string]bool {
	sentences := []map[string]bool{{}}
	all := map[string]bool{}
	for i, t := range q.tokens {
		if i > 0 && (t.newSentence || t.newLine) {
			sentences = append(sentences, map[string]bool{})
		}
		for _, c := range q.concepts {
			if int(c.from) == i {
				name := q.ix.concepts.concepts[c.id].ID
				sentences[len(sentences)-1][name], all[name] = true, true
			}
		}
	}
	if len(q.tokens) <= shortText {
		return []map[string]bool{all}
	}
	for i := len(sentences) - 1; i > 0; i-- {
		for name := range sentences[i-1] {
			sentences[i][name] = true
		}
	}
	return sentences
}

// checkFrames compares the frames that a text fills, and how much it resembles
// the documents, with the same of sets of names.
func checkFrames(t *testing.T, q *query, documents []Document, text string) {
	t.Helper()
	q.load(text)
	q.findConcepts()
	q.findScopes()
	scopes := q.plainScopes()
	for doc := range documents {
		size, best := 0, 0.0
		for _, scope := range scopes {
			for _, frame := range documents[doc].Frames {
				if !slices.ContainsFunc(frame, func(name string) bool { return !scope[name] }) {
					size = max(size, len(frame))
				}
			}
			for _, phrase := range q.ix.sayings[doc].phrases {
				best = max(best, q.plainResemblance(scope, q.ix.concepts.names(phrase)))
			}
		}
		if got := q.fills(uint32(doc)); got != size {
			t.Fatalf("%q fills a frame of %d concepts of document %d, want %d", text, got, doc, size)
		}
		if got := q.resembles(uint32(doc)); got != best {
			t.Fatalf("%q resembles document %d by %v, want %v", text, doc, got, best)
		}
	}
}

func (q *query) plainResemblance(scope map[string]bool, phrase []string) float64 {
	both, either := 0, len(phrase)
	for _, c := range q.ix.concepts.concepts {
		switch {
		case !scope[c.ID] || c.Kind == Stance:
		case slices.Contains(phrase, c.ID):
			both++
		default:
			either++
		}
	}
	return float64(both) / float64(either)
}

func framedDocuments() []Document {
	return []Document{
		{Phrases: []string{"the robot arm fails", "팔이 안 되요"}, Frames: [][]string{{"robot", "fails"}, {"robot", "arm", "stuck"}}},
		{Messages: []string{"The arm did not work"}, Frames: [][]string{{"arm", "fails"}}},
	}
}

func TestFramesArePlainFrames(t *testing.T) {
	documents := framedDocuments()
	q := newQuery(New(documents, robotConcepts()...))
	rng := rand.New(rand.NewPCG(6, 6))
	words := []string{" robot", " arm", " not", " work", " failed", ".", " 안", "되", " 로봇", "\n", " one two three four five"}
	for range 20000 {
		var text strings.Builder
		for range 1 + rng.IntN(30) {
			text.WriteString(pickOne(rng, words))
		}
		checkFrames(t, q, documents, text.String())
	}
}

// FuzzModel checks that no file of a model, however damaged, makes a panic later.
func FuzzModel(f *testing.F) {
	f.Add([]byte("documents\ta b\nw fail\tOOOO\nbias\t!}OP\n"), "it fails")
	f.Add([]byte("named\t1 2\n"), "")
	f.Add([]byte("w fail\tOO\ndocuments\ta b\n"), "it fails")
	ix := New(framedDocuments(), robotConcepts()...)
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		m, err := parseLinear(data)
		if err != nil {
			return
		}
		ix.said = m
		q := newQuery(ix)
		q.load(text[:min(len(text), windowBytes)])
		q.findConcepts()
		q.judge()
	})
}
