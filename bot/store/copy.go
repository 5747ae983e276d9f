package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// copiedTables are all tables but the key check: each database has its own.
var copiedTables = []string{
	"events", "entries", "walkthroughs", "posts", "preferences", "journal", "inbox", "daily", "case_numbers", "leases", "sessions",
	"channel_settings", "setting_changes", "counts", "outcomes", "outcome_askers", "kb_files",
	"shadow_answers", "audit", "unanswered", "unanswered_marks", "fixes", "incident_reports", "incidents",
}

// Copy copies all rows of a database to an empty one with the same key, and returns
// their number. It is one transaction: the copy is whole, or the database stays
// empty. What changes in from meanwhile is not copied, so the bot should not run.
func Copy(ctx context.Context, from, to *SQL) (n int, err error) {
	err = to.transact(ctx, func(tx *sql.Tx) (err error) {
		n, err = copyAll(ctx, from, to, tx)
		return err
	})
	return n, wrap("copy", err)
}

func copyAll(ctx context.Context, from, to *SQL, tx *sql.Tx) (n int, err error) {
	if _, err := to.lock(ctx, tx, locks{alone: true}); err != nil {
		return 0, err
	}
	var snapshot sql.TxOptions
	if from.postgres {
		snapshot = sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	source, err := from.read.BeginTx(ctx, &snapshot)
	if err != nil {
		return 0, err
	}
	defer source.Rollback() // it reads only
	for _, table := range copiedTables {
		copied, err := copyTable(ctx, source, tx, table)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", table, err)
		}
		n += copied
	}
	if to.postgres {
		err = continueSequences(ctx, tx)
	}
	return n, err
}

// errNotEmpty reports that a database is not empty.
var errNotEmpty = errors.New("the database to copy to is not empty")

func copyTable(ctx context.Context, from, to *sql.Tx, table string) (n int, err error) {
	if err := to.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+table+` LIMIT 1) AS any_row`).Scan(&n); err != nil {
		return 0, err
	}
	if n > 0 {
		return 0, errNotEmpty
	}
	rows, err := from.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	insert := insertInto(table, columns)
	values, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(pointers...); err != nil {
			return n, err
		}
		if _, err := to.ExecContext(ctx, insert, values...); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// insertInto returns the statement that inserts a row.
func insertInto(table string, columns []string) string {
	var values []string
	for i := range columns {
		values = append(values, fmt.Sprintf("$%d", i+1))
	}
	return `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES (` + strings.Join(values, ", ") + `)`
}

// continueSequences makes the sequences of PostgreSQL go on after the rows that were
// inserted with their numbers.
func continueSequences(ctx context.Context, tx *sql.Tx) error {
	for _, table := range []string{"posts", "inbox", "unanswered", "fixes"} {
		_, err := tx.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence('`+table+`', 'seq'), (SELECT COALESCE(MAX(seq), 0) + 1 FROM `+table+`), FALSE)`)
		if err != nil {
			return err
		}
	}
	return nil
}
