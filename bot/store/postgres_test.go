package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store/postgrestest"
)

// openPostgresAt opens a database and closes it at the end of the test.
func openPostgresAt(t testing.TB, url string) *SQL {
	t.Helper()
	s, err := OpenPostgres(t.Context(), url, testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

// openBubble opens an empty database for a test that sleeps in a bubble.
func openBubble(t testing.TB) *SQL {
	t.Helper()
	s := openPostgresAt(t, postgrestest.Start(t).Database(t))
	s.fakeClock = nowMillis
	return s
}

// twoReplicas opens an empty database twice.
func twoReplicas(t *testing.T) (a, b *SQL) {
	t.Helper()
	url := postgrestest.Start(t).Database(t)
	return openPostgresAt(t, url), openPostgresAt(t, url)
}

func TestPostgres(t *testing.T) {
	postgrestest.Start(t)
	bottest.TestStore(t, func(t *testing.T) bottest.FullStore { return openBubble(t) })
}

// TestOnPostgres runs tests of this package again, with PostgreSQL where they call
// openNew.
func TestOnPostgres(t *testing.T) {
	postgrestest.Start(t)
	for name, test := range map[string]func(*testing.T){
		"Journal": TestJournal, "Inbox": TestInbox, "EntryStoredOnce": TestEntryStoredOnce, "EntryMissing": TestEntryMissing,
		"PruneEntries": TestPruneEntries, "Forget": TestForget, "Prune": TestPrune, "PruneMarksKept": TestPruneMarksKept,
		"Erase": TestErase, "Expire": TestExpire, "ExpireKeeps": TestExpireKeeps, "ExpireUnsent": TestExpireUnsent,
		"ExpireCaseNumbers": TestExpireCaseNumbers, "MovedRow": TestMovedRow, "RecordedPost": TestRecordedPost,
		"EarlierSeal": TestEarlierSeal, "UnreadablePost": TestUnreadablePost, "UnreadableWalkthrough": TestUnreadableWalkthrough,
		"UnreadableMoves": TestUnreadableMoves, "UnreadableRecords": TestUnreadableRecords, "CancelAnywhere": TestCancelAnywhere, "Sessions": TestSessions,
		"DeletedMessages": TestDeletedMessages, "ForgottenUser": TestForgottenUser, "Retained": TestRetained,
	} {
		t.Run(name, test)
	}
}

// onPostgres reports whether the test is one of TestOnPostgres.
func onPostgres(t testing.TB) bool { return strings.HasPrefix(t.Name(), "TestOnPostgres/") }

// TestSchemas checks that a table has the same columns in both databases, so that
// the same queries do.
func TestSchemas(t *testing.T) {
	columns := func(query string, s *SQL) []string {
		t.Helper()
		rows, err := s.read.QueryContext(t.Context(), query)
		must(t, err)
		defer rows.Close()
		var all []string
		for rows.Next() {
			var table, column, kind string
			var required bool
			must(t, rows.Scan(&table, &column, &kind, &required))
			all = append(all, fmt.Sprint(table, ".", column, " ", kind, " ", required))
		}
		must(t, rows.Err())
		slices.Sort(all)
		return all
	}
	sqlite := columns(`SELECT m.name, c.name, c.type, c."notnull" OR c.pk > 0 FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'`, openNew(t))
	postgres := columns(`SELECT table_name, column_name, CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'bytea' THEN 'BLOB' ELSE UPPER(data_type) END, is_nullable = 'NO'
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'`, openBubble(t))
	for _, c := range sqlite {
		if !slices.Contains(postgres, c) {
			t.Errorf("migrations/postgres lacks %s", c)
		}
	}
	for _, c := range postgres {
		if !slices.Contains(sqlite, c) {
			t.Errorf("migrations/sqlite lacks %s", c)
		}
	}
	version := func(folder string) string {
		files, err := fs.Glob(migrations, "migrations/"+folder+"/*.sql")
		must(t, err)
		return strings.TrimPrefix(files[len(files)-1], "migrations/"+folder+"/")[:5]
	}
	if a, b := version("sqlite"), version("postgres"); a != b {
		t.Errorf("the last migration is %s for SQLite and %s for PostgreSQL", a, b)
	}
}

func TestPostgresRefuses(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.Database(t)
	s := openPostgresAt(t, url)
	_, err := OpenPostgres(t.Context(), url, slices.Repeat([]byte("x"), KeySize))
	if !errors.Is(err, ErrKey) {
		t.Errorf("another key: %v", err)
	}
	_, err = s.write.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)`)
	must(t, err)
	_, err = OpenPostgres(t.Context(), url, testKey)
	wantError(t, err, "newer")
	_, err = s.write.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id = 99`)
	must(t, err)
	for url, want := range map[string]string{
		"postgres://u:hunter2@%zz/x":                             "not valid",
		"postgres://u:hunter2@db/x?sslmode=hunter2":              "not valid",
		"postgres://u:hunter2@db/x?pool_max_conns=hunter2":       "pool_max_conns",
		"postgres://u:hunter2@127.0.0.1:1/x?application_name=me": "refused",
	} {
		_, err := OpenPostgres(t.Context(), url, testKey)
		wantError(t, err, want)
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error has the password: %v", err)
		}
	}
}

// TestPostgresMigrateTogether checks that of many processes that start with an
// empty database one migrates, and all open it.
func TestPostgresMigrateTogether(t *testing.T) {
	url := postgrestest.Start(t).NewDatabase(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := OpenPostgres(t.Context(), url+"&pool_max_conns=4&connect_timeout=60", testKey)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestPostgresRetries checks that a transaction is repeated after an error that
// passes, at most three times, and not after any other.
func TestPostgresRetries(t *testing.T) {
	s := openPostgresAt(t, postgrestest.Start(t).Database(t))
	raise := func(code string) string {
		return `DO $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = '` + code + `'; END $$`
	}
	for query, want := range map[string]int{
		raise("40001"): maxRetries, raise("40P01"): maxRetries, raise("57P01"): maxRetries, raise("08006"): maxRetries,
		`SELECT pg_terminate_backend(pg_backend_pid())`: maxRetries,
		raise("23505"): 0, raise("22021"): 0, `SELECT 1/0`: 0,
	} {
		ran := 0
		err := s.update(t.Context(), "test", func(tx *sql.Tx) error {
			ran++
			_, err := tx.ExecContext(t.Context(), query)
			return err
		})
		if err == nil || ran != 1+want {
			t.Errorf("%s: ran %d times, want %d: %v", query, ran, 1+want, err)
		}
	}
	ran := 0
	must(t, s.update(t.Context(), "test", func(tx *sql.Tx) error {
		if ran++; ran > maxRetries {
			return nil
		}
		_, err := tx.ExecContext(t.Context(), raise("40001"))
		return err
	}))
}

// TestPostgresConnectionsLost checks that every method succeeds after the server has
// ended all connections.
func TestPostgresConnectionsLost(t *testing.T) {
	a, b := twoReplicas(t)
	must(t, a.Apply(t.Context(), fullTurn(1)))
	lose := func() {
		_, err := b.write.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		must(t, err)
	}
	for name, f := range map[string]func() error{
		"Load":         func() error { _, _, err := a.Load(t.Context(), thread(1), user(1)); return err },
		"Apply":        func() error { return a.Apply(t.Context(), fullTurn(2)) },
		"Claim":        func() error { _, err := a.Claim(t.Context(), "test", 1, 99, time.Minute); return err },
		"Walkthroughs": func() error { _, err := a.Walkthroughs(t.Context(), user(1), 9); return err },
		"Put":          func() error { return a.Inbox("i").Put(t.Context(), "k", []byte("p")) },
		"Append":       func() error { return a.Journal("j").Append(t.Context(), []byte("r")) },
	} {
		lose()
		if err := f(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPostgresIsolation checks that the isolation does not depend on the settings
// of the database.
func TestPostgresIsolation(t *testing.T) {
	s := openPostgresAt(t, postgrestest.Start(t).Database(t))
	s.write.SetMaxOpenConns(1)
	must(t, s.exec(t.Context(), `SET default_transaction_isolation = 'serializable'`))
	var level string
	must(t, s.update(t.Context(), "test", func(tx *sql.Tx) error {
		return tx.QueryRowContext(t.Context(), `SHOW transaction_isolation`).Scan(&level)
	}))
	if level != "read committed" {
		t.Errorf("got %s", level)
	}
}

// TestBouncer checks that replicas work behind PgBouncer in transaction mode, where
// each transaction may have another connection, and fewer than there are clients.
func TestBouncer(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.Bouncer(t, server.NewDatabase(t))
	const turns = 20
	replicas := []*SQL{openPostgresAt(t, url), openPostgresAt(t, url)}
	var wg sync.WaitGroup
	for i, s := range replicas {
		for j := range 4 {
			wg.Go(func() {
				for n := range turns {
					if err := s.Apply(t.Context(), fullTurn(i*1000+j*100+n)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Go(func() {
			for range turns {
				posts, err := s.Claim(t.Context(), "test", 9, 99, time.Minute)
				if err != nil {
					t.Error(err)
				}
				for _, p := range posts {
					if err := s.Sent(t.Context(), p.ID, bot.Delivery{Ref: "r"}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	must(t, replicas[0].Prune(t.Context(), 0))
}

// TestPostgresStatements checks that statements are kept prepared on connections to the
// server itself, unless the URL asks for another mode, and not on those to PgBouncer.
func TestPostgresStatements(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.NewDatabase(t)
	for url, want := range map[string]bool{url: true, url + "&default_query_exec_mode=cache_describe": false, server.Bouncer(t, url): false} {
		s := openPostgresAt(t, url)
		s.write.SetMaxOpenConns(1)
		_, _, err := s.Load(t.Context(), thread(1), user(1))
		must(t, err)
		if n := count(t, s, `SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '%walkthroughs%'`); n > 0 != want {
			t.Errorf("%s: %d statements are prepared", url, n)
		}
	}
}

func TestEscapeText(t *testing.T) {
	for _, text := range []string{"", "a", "가\x1a나", "\x00", "a\x00\x00b", "\x1a1a", "\xff\xfe", "\xed\xa0\x80", "x\x1a"} {
		escaped := escapeText(text)
		if got := unescapeText(escaped); got != text || strings.Contains(escaped, "\x00") {
			t.Errorf("%q: escaped %q, back %q", text, escaped, got)
		}
	}
	if got := unescapeText("x\x1a"); got != "x\x1a" {
		t.Errorf("got %q", got)
	}
}
