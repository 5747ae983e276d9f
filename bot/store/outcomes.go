package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

// Outcomes are counted in periods: a year of them is 14 rows for each, where days would
// be a walk over a year of rows whenever a walkthrough begins.
const (
	outcomePeriod  = 28 * dayMillis
	outcomePeriods = int64(bot.LearningWindow / (28 * 24 * time.Hour))
)

// putLearned adds outcomes to those of today. All transactions change rows in the same
// order; see putCounts, which follows.
func (s *SQL) putLearned(ctx context.Context, tx *sql.Tx, l bot.Learned, now int64) error {
	if q := l.Asker; q.Entry != "" {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO outcome_askers (asker, entry, until) VALUES ($1, $2, $3)
			ON CONFLICT (asker, entry) DO UPDATE SET until = excluded.until`,
			s.askerHash(q.Asker.Adapter, q.Asker.ID), q.Entry, now+bot.RepeatAsker.Milliseconds())
		if err != nil {
			return err
		}
	}
	sums := sumOutcomes(l.Counts)
	if len(sums) == 0 {
		return nil
	}
	slot := 0
	if s.postgres {
		slot = rand.IntN(countSlots)
	}
	args := []any{now / outcomePeriod, slot}
	var rows []string
	for _, c := range sums {
		n := len(args)
		rows = append(rows, fmt.Sprintf("($%d, $%d, $%d, $1, $2, $%d)", n+1, n+2, n+3, n+4))
		args = append(args, c.Entry, c.Step, string(c.Outcome), c.N)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO outcomes (entry, step, outcome, period, slot, n) VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT (entry, step, outcome, period, slot) DO UPDATE SET n = outcomes.n + excluded.n`, args...)
	return err
}

// sumOutcomes adds up the counts of the same outcome, and sorts them.
func sumOutcomes(counts []bot.StepCount) []bot.StepCount {
	sums := map[bot.StepCount]int{}
	for _, c := range counts {
		n := c.N
		c.N = 0
		sums[c] += n
	}
	var all []bot.StepCount
	for _, c := range slices.SortedFunc(maps.Keys(sums), compareOutcomes) {
		if n := sums[c]; n != 0 {
			c.N = n
			all = append(all, c)
		}
	}
	return all
}

func compareOutcomes(a, b bot.StepCount) int {
	return cmp.Or(cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Outcome, b.Outcome))
}

// askerHash identifies a user of an adapter without naming them to who has no key. It
// leaves out the workspace, because Forget does.
func (s *SQL) askerHash(adapter, user string) []byte { return s.sealer.mac("asker", adapter, user) }

// stepCounts has the outcomes of an entry, after a row without a step if the asker is
// known: one query, because a user waits for it.
const stepCounts = `
	SELECT '' AS step, '' AS outcome, 1 FROM outcome_askers WHERE asker = $1 AND entry = $2 AND until > $3
	UNION ALL
	SELECT step, outcome, SUM(n) FROM outcomes WHERE entry = $2 AND period >= $4
	GROUP BY step, outcome HAVING SUM(n) <> 0 ORDER BY step, outcome`

// StepCounts implements bot.Store.
func (s *SQL) StepCounts(ctx context.Context, entry string, asker bot.UserKey) (counts []bot.StepCount, repeated bool, err error) {
	now, err := s.now(ctx, s.read)
	if err != nil {
		return nil, false, s.wrap("step counts", err)
	}
	rows, err := s.read.QueryContext(ctx, stepCounts, s.askerHash(asker.Adapter, asker.ID), entry, now, now/outcomePeriod-outcomePeriods)
	if err != nil {
		return nil, false, s.wrap("step counts", err)
	}
	defer rows.Close()
	for rows.Next() {
		c := bot.StepCount{Entry: entry}
		if err := rows.Scan(&c.Step, &c.Outcome, &c.N); err != nil {
			return nil, false, s.wrap("step counts", err)
		}
		if c.Step == "" {
			repeated = true
			continue
		}
		counts = append(counts, c)
	}
	return counts, repeated, s.wrap("step counts", rows.Err())
}

// pruneOutcomes and pruneAskers delete what counts no more.
const (
	pruneOutcomes = `DELETE FROM outcomes WHERE (entry, step, outcome, period, slot) IN (
		SELECT entry, step, outcome, period, slot FROM outcomes WHERE period < $1 LIMIT $2)`
	pruneAskers = `DELETE FROM outcome_askers WHERE (asker, entry) IN (
		SELECT asker, entry FROM outcome_askers WHERE until <= $1 ORDER BY until LIMIT $2)`
)
