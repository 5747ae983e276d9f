package compare

import (
	"cmp"
	"database/sql"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	"github.com/lithammer/fuzzysearch/fuzzy"
	subsequence "github.com/sahilm/fuzzy"
	_ "modernc.org/sqlite"

	"mabsbot/kb"
)

// maxHits is how many entries a matcher returns.
const maxHits = 3

// A finder returns the entries for a text, best first, at most maxHits.
type finder func(text string) []string

// A matcher finds entries by their messages, all of which it knows.
type matcher struct {
	name string
	make func(tb testing.TB, b *kb.Base) finder // fails the test if a query fails
}

// matchers are ours and the others, each in the best form found on the catalog.
func matchers() []matcher {
	return []matcher{
		{"mabsbot", mabsbot},
		{"sahilm/fuzzy", bySubsequence},
		{"Levenshtein distance, lithammer", byDistance},
		{"bleve, match query", byBleve(0)},
		{"bleve, fuzziness 1", byBleve(1)},
		{"SQLite FTS5, OR of words", bySQLite("unicode61", anyWord)},
		{"SQLite FTS5, OR of trigrams", bySQLite("trigram", anyTrigram)},
	}
}

// mabsbot is our matcher. Its best candidates count even if it would be silent,
// as with the others, which always return something.
func mabsbot(_ testing.TB, b *kb.Base) finder {
	return func(text string) []string {
		var ids []string
		for _, h := range b.Match(text).Hits {
			ids = append(ids, h.Entry.ID)
		}
		return ids
	}
}

// bySubsequence looks for messages that contain the letters of the text in
// order, which is meant for short typed texts.
func bySubsequence(_ testing.TB, b *kb.Base) finder {
	docs := documents(b)
	return func(text string) []string {
		var found ranking
		for _, m := range subsequence.FindFrom(text, docs) {
			if found.add(docs[m.Index].entry) {
				break
			}
		}
		return found
	}
}

// documents returns the messages without slots, which the other matchers do not
// support.
func documents(b *kb.Base) documentList {
	list := messages(b)
	for i := range list {
		list[i].text = strings.Join(strings.Fields(withoutSlots(list[i].text)), " ")
	}
	return list
}

// A documentList is a source for sahilm/fuzzy.
type documentList []message

func (l documentList) Len() int            { return len(l) }
func (l documentList) String(i int) string { return l[i].text }

// A ranking is a list of distinct entries, best first.
type ranking []string

// add adds an entry unless it is present, and reports whether the ranking is
// full.
func (r *ranking) add(entry string) bool {
	if !slices.Contains(*r, entry) {
		*r = append(*r, entry)
	}
	return len(*r) == maxHits
}

// enough returns how many messages must be found to get maxHits entries in any
// case.
func enough(docs []message) int {
	count := map[string]int{}
	for _, d := range docs {
		count[d.entry]++
	}
	most := 0
	for _, n := range count {
		most = max(most, n)
	}
	return maxHits * most
}

// byDistance looks for messages that become the text with the fewest edits
// relative to the longer of the two: without that, short messages are close to
// everything.
func byDistance(_ testing.TB, b *kb.Base) finder {
	docs := documents(b)
	lower, letters := make([]string, len(docs)), make([]int, len(docs))
	distance, order := make([]float64, len(docs)), make([]int, len(docs))
	for i, d := range docs {
		lower[i] = strings.ToLower(d.text)
		letters[i] = utf8.RuneCountInString(lower[i])
		order[i] = i
	}
	return func(text string) []string {
		text = strings.ToLower(strings.Join(strings.Fields(text), " "))
		n := utf8.RuneCountInString(text)
		for i, s := range lower {
			distance[i] = float64(fuzzy.LevenshteinDistance(text, s)) / float64(max(n, letters[i]))
		}
		slices.SortFunc(order, func(i, j int) int { return cmp.Compare(distance[i], distance[j]) })
		var found ranking
		for _, i := range order {
			if found.add(docs[i].entry) {
				break
			}
		}
		return found
	}
}

// byBleve queries an in-memory index of words, made by the standard analyzer
// and ranked by BM25; words may differ by fuzziness letters. That hurts in
// Chinese and Japanese, where each letter is a word and therefore similar to
// every other.
func byBleve(fuzziness int) func(testing.TB, *kb.Base) finder {
	return func(tb testing.TB, b *kb.Base) finder {
		docs := documents(b)
		words := bleveIndex(tb, docs)
		limit := enough(docs)
		return func(text string) []string {
			q := bleve.NewMatchQuery(text)
			q.SetField("message")
			q.SetFuzziness(fuzziness)
			result, err := words.Search(bleve.NewSearchRequestOptions(q, limit, 0, false))
			if err != nil {
				tb.Fatal(err)
			}
			var found ranking
			for _, hit := range result.Hits {
				i, err := strconv.Atoi(hit.ID)
				if err != nil {
					tb.Fatal(err)
				}
				if found.add(docs[i].entry) {
					break
				}
			}
			return found
		}
	}
}

// bleveIndex builds the index; the document with ID i is message i. Scorch
// answers in a quarter of the time of bleve.NewMemOnly.
func bleveIndex(tb testing.TB, docs []message) bleve.Index {
	tb.Helper()
	mapping := bleve.NewIndexMapping()
	mapping.ScoringModel = index.BM25Scoring
	words, err := bleve.NewUsing("", mapping, scorch.Name, scorch.Name, nil)
	if err != nil {
		tb.Fatal(err)
	}
	closeAfter(tb, words)
	batch := words.NewBatch()
	for i, d := range docs {
		if err := batch.Index(strconv.Itoa(i), map[string]string{"message": d.text}); err != nil {
			tb.Fatal(err)
		}
	}
	if err := words.Batch(batch); err != nil {
		tb.Fatal(err)
	}
	return words
}

func closeAfter(tb testing.TB, c io.Closer) {
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
}

// bySQLite queries an in-memory full-text table, ranked by BM25. query makes
// the full-text query for a text, "" if there is nothing to search for.
func bySQLite(tokenizer string, query func(text string) string) func(testing.TB, *kb.Base) finder {
	return func(tb testing.TB, b *kb.Base) finder {
		docs := documents(b)
		search, err := fullText(tb, tokenizer, docs).Prepare("SELECT rowid FROM messages WHERE messages MATCH ? ORDER BY rank LIMIT ?")
		if err != nil {
			tb.Fatal(err)
		}
		closeAfter(tb, search)
		limit := enough(docs)
		return func(text string) []string {
			q := query(text)
			if q == "" {
				return nil
			}
			rows, err := search.Query(q, limit)
			if err != nil {
				tb.Fatal(err)
			}
			defer rows.Close()
			var found ranking
			for rows.Next() {
				var i int
				if err := rows.Scan(&i); err != nil {
					tb.Fatal(err)
				}
				if found.add(docs[i].entry) {
					break
				}
			}
			if err := rows.Err(); err != nil {
				tb.Fatal(err)
			}
			return found
		}
	}
}

// fullText builds the table; the row with ID i is message i.
func fullText(tb testing.TB, tokenizer string, docs []message) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		tb.Fatal(err)
	}
	closeAfter(tb, db)
	db.SetMaxOpenConns(1) // each connection has its own memory
	if _, err := db.Exec("CREATE VIRTUAL TABLE messages USING fts5(message, tokenize = '" + tokenizer + "')"); err != nil {
		tb.Fatal(err)
	}
	for i, d := range docs {
		if _, err := db.Exec("INSERT INTO messages (rowid, message) VALUES (?, ?)", i, d.text); err != nil {
			tb.Fatal(err)
		}
	}
	return db
}

var aWord = regexp.MustCompile(`[\pL\pN]+`)

// anyWord matches messages with any of the words of a text.
func anyWord(text string) string {
	return anyOf(aWord.FindAllString(strings.ToLower(text), -1))
}

// anyTrigram matches messages with any trigram of a text.
func anyTrigram(text string) string {
	r := []rune(strings.ToLower(strings.Join(strings.Fields(text), " ")))
	var list []string
	for i := range max(0, len(r)-2) {
		list = append(list, string(r[i:i+3]))
	}
	return anyOf(list)
}

// anyOf quotes each term once.
func anyOf(terms []string) string {
	slices.Sort(terms)
	terms = slices.Compact(terms)
	for i, t := range terms {
		terms[i] = `"` + strings.ReplaceAll(t, `"`, `""`) + `"`
	}
	return strings.Join(terms, " OR ")
}

func TestQueries(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{anyWord(`Disk "E:" is full, full`), `"disk" OR "e" OR "full" OR "is"`},
		{anyWord("복제본이 (3106)"), `"3106" OR "복제본이"`},
		{anyWord("--"), ""},
		{anyTrigram("A \n\tb\"c"), `" b""" OR "a b" OR "b""c"`},
		{anyTrigram("ab"), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

// TestRanking checks that an entry counts once, and that there are at most
// three.
func TestRanking(t *testing.T) {
	var r ranking
	for i, entry := range []string{"a", "b", "a", "c"} {
		if full := r.add(entry); full != (i == 3) {
			t.Errorf("%d: full %t with %q", i, full, r)
		}
	}
	if !slices.Equal(r, []string{"a", "b", "c"}) {
		t.Errorf("%q", r)
	}
	if n := enough([]message{{"a", ""}, {"b", ""}, {"b", ""}}); n != 3*2 {
		t.Errorf("%d messages are enough for three entries with two at most, want 6", n)
	}
}
