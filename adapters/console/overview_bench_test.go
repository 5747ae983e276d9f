package console

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// overviewConversations are the conversations that BenchmarkOverview looks back on.
const overviewConversations = 100_000

// BenchmarkOverview opens the overview of 90 days, the list of the entries and an entry,
// with 100,000 conversations about 300 entries: a busy company, or a year of a less busy
// one. Each conversation has a question, an answer, its times, a step that helped or a
// person.
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
	locales, err := locale.Load(locale.Builtin())
	if err != nil {
		b.Fatal(err)
	}
	base, err := kb.Load(kb.Layers("", "")...)
	if err != nil {
		b.Fatal(err)
	}
	entries := slices.Clone(base.Entries())
	for i := 0; len(entries) < 300; i++ {
		e := *entries[i]
		e.ID += "-2"
		entries = append(entries, &e)
	}
	rows := fillCounts(b, path, entries)
	core := bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), db, db, nil)
	s := newStage(b, func(o *Options) { o.Operations, o.Library = core, shelfOf{entries: entries} })
	for name, path := range map[string]string{
		"overview": "/overview?days=90", "entries": "/kb?sort=hits", "entry": "/kb/" + entries[0].ID + "?",
	} {
		b.Run(name, func(b *testing.B) {
			var all []time.Duration
			for b.Loop() {
				began := time.Now()
				if w := s.serveOne(request("GET", path+"&as=alex", "")); w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
				all = append(all, time.Since(began))
			}
			slices.Sort(all)
			b.ReportMetric(all[0].Seconds()*1000, "ms/fastest") // what else the machine does is not in it
			b.ReportMetric(all[len(all)/2].Seconds()*1000, "ms/median")
			b.ReportMetric(float64(rows), "rows")
		})
	}
}

// fillCounts writes the counts of the conversations as Apply does on their days.
func fillCounts(b *testing.B, path string, entries []*kb.Entry) (rows int) {
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
		entry := entries[min(chance.IntN(len(entries)), chance.IntN(len(entries)))].ID // some are more frequent than others
		for _, c := range []struct {
			kind          bot.CountKind
			entry, detail string
		}{
			{bot.CountQuestion, "", []string{bot.ResultSure, bot.ResultLikely, bot.ResultUnmatched}[i%3]},
			{bot.CountBegun, entry, ""},
			{"hour", entry, fmt.Sprintf("%02d", i%24)},
			{bot.CountAnswered, "", fmt.Sprint(20 + i%30)},
			{bot.CountSolvedIn, "", fmt.Sprint(45 + i%30)},
			{[]bot.CountKind{bot.CountSolved, bot.CountHeld, bot.CountEscalated, bot.CountReturned}[i%4], entry, []string{fmt.Sprint("step-", i%5), "", "", ""}[i%4]},
		} {
			if c.kind == "hour" && day < today-1 {
				continue // it was removed
			}
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
