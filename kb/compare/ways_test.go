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

// mostHits is how many entries a way names.
const mostHits = 3

// A finder names the entries that a text is about, best first, mostHits at
// most.
type finder func(text string) []string

// A way finds entries by their messages, of which it knows all.
type way struct {
	name string
	make func(tb testing.TB, b *kb.Base) finder // fails the test where a query fails
}

// ways are the matcher and the others, each in the best form that was found on
// the catalog.
func ways() []way {
	return []way{
		{"mabsbot", mabsbot},
		{"sahilm/fuzzy", bySubsequence},
		{"Levenshtein distance, lithammer", byDistance},
		{"bleve, match query", byBleve(0)},
		{"bleve, fuzziness 1", byBleve(1)},
		{"SQLite FTS5, OR of words", bySQLite("unicode61", anyWord)},
		{"SQLite FTS5, OR of trigrams", bySQLite("trigram", anyTrigram)},
	}
}

// mabsbot is the matcher. Where it would be silent, what it holds for likeliest
// counts, as with the others, who always say something.
func mabsbot(_ testing.TB, b *kb.Base) finder {
	return func(text string) []string {
		var ids []string
		for _, h := range b.Match(text).Hits {
			ids = append(ids, h.Entry.ID)
		}
		return ids
	}
}

// bySubsequence looks for messages that have the letters of the text in their
// order, which is meant for short texts that are typed.
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

// documents are messages as the other ways get them: without the slots, which
// they do not know.
func documents(b *kb.Base) documentList {
	list := messages(b)
	for i := range list {
		list[i].text = strings.Join(strings.Fields(withoutSlots(list[i].text)), " ")
	}
	return list
}

// A documentList is what sahilm/fuzzy can look through.
type documentList []message

func (l documentList) Len() int            { return len(l) }
func (l documentList) String(i int) string { return l[i].text }

// A ranking holds different entries, best first.
type ranking []string

// add adds an entry unless it is there, and reports whether there are enough.
func (r *ranking) add(entry string) bool {
	if !slices.Contains(*r, entry) {
		*r = append(*r, entry)
	}
	return len(*r) == mostHits
}

// enough is how many messages have to be found for mostHits entries, whichever
// they are.
func enough(docs []message) int {
	count := map[string]int{}
	for _, d := range docs {
		count[d.entry]++
	}
	most := 0
	for _, n := range count {
		most = max(most, n)
	}
	return mostHits * most
}

// byDistance looks for the messages that become the text with the fewest
// changes of letters, by the length of the longer one: without it, short
// messages are near to everything.
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

// byBleve asks an index of words in memory, made by the standard analyzer and
// ranked by bm25; words may be fuzziness letters off. That does harm in Chinese
// and Japanese, where each letter is a word and so is like every other.
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

// bleveIndex makes the index; the document with id i is message i. Scorch
// answers in a quarter of the time that what bleve.NewMemOnly takes needs.
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

// bySQLite asks a full-text table in memory, ranked by bm25. query makes the
// full-text query of a text, "" where there is nothing to ask for.
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

// fullText makes the table; the row with id i is message i.
func fullText(tb testing.TB, tokenizer string, docs []message) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		tb.Fatal(err)
	}
	closeAfter(tb, db)
	db.SetMaxOpenConns(1) // each connection has a memory of its own
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

// anyWord asks for the messages with any of the words of a text.
func anyWord(text string) string {
	return anyOf(aWord.FindAllString(strings.ToLower(text), -1))
}

// anyTrigram asks for the messages with any three letters of a text that stand
// together.
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

// TestRanking: an entry counts once, and there are three at most.
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
