package console

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// overviewConversations are the conversations that BenchmarkOverview looks back on.
const overviewConversations = 100_000

// BenchmarkOverview opens the overview of 90 days with 100,000 conversations about 300
// entries: a busy company, or a year of a less busy one. Each conversation has a
// question, an answer, its times, a step that helped or a person.
func BenchmarkOverview(b *testing.B) {
	path := filepath.Join(b.TempDir(), "test.db")
	db, err := store.Open(b.Context(), path, make([]byte, store.KeySize))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	rows := fillCounts(b, path)
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		b.Fatal(err)
	}
	base, err := kb.Load(kb.Layers("", "")...)
	if err != nil {
		b.Fatal(err)
	}
	core := bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), db, db, nil)
	s := newStage(b, func(o *Options) { o.Operations, o.Library = core, core })
	fastest := time.Hour // what else the machine does is not in it
	for b.Loop() {
		began := time.Now()
		if w := s.serveOne(request("GET", "/overview?days=90&as=alex", "")); w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
		fastest = min(fastest, time.Since(began))
	}
	b.ReportMetric(float64(fastest.Milliseconds()), "ms/fastest")
	b.ReportMetric(float64(rows), "rows")
}

// fillCounts writes the counts of the conversations as Apply does on their days.
func fillCounts(b *testing.B, path string) (rows int) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	today := dayOf(time.Now())
	chance := rand.New(rand.NewPCG(1, 2))
	for i := range overviewConversations {
		day := today - chance.IntN(90)
		entry := fmt.Sprint("entry-", min(chance.IntN(300), chance.IntN(300))) // some are more frequent than others
		for _, c := range []struct {
			kind          bot.CountKind
			entry, detail string
		}{
			{bot.CountQuestion, "", []string{bot.ResultSure, bot.ResultLikely, bot.ResultUnmatched}[i%3]},
			{bot.CountBegun, entry, ""},
			{bot.CountAnswered, "", fmt.Sprint(20 + i%30)},
			{bot.CountSolvedIn, "", fmt.Sprint(45 + i%30)},
			{[]bot.CountKind{bot.CountSolved, bot.CountHeld, bot.CountEscalated, bot.CountReturned}[i%4], entry, []string{fmt.Sprint("step-", i%5), "", "", ""}[i%4]},
		} {
			_, err := tx.Exec(`INSERT INTO counts (kind, day, adapter, workspace, entry, detail, slot, n) VALUES ($1, $2, 'console', 'w', $3, $4, 0, 1)
				ON CONFLICT (kind, adapter, entry, detail, day, workspace, slot) DO UPDATE SET n = n + 1`, string(c.kind), day, c.entry, c.detail)
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tx.QueryRow(`SELECT COUNT(*) FROM counts`).Scan(&rows); err != nil {
		b.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return rows
}
